-- People whose addresses are of a domain of another account, which asks them to have their user there.

-- What other accounts are held to besides: whether its people are asked to move.
ALTER TABLE domain_owners ADD COLUMN consolidate {INTEGER} NOT NULL DEFAULT 0;

-- Whether a session waits for the answer of its person: until then it opens the question, and nothing else.
ALTER TABLE sessions ADD COLUMN held {BOOL} NOT NULL DEFAULT FALSE;

-- How often a person put the answer off, and when a mail asked last.
CREATE TABLE consolidations (
    account_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    domain {TEXT} NOT NULL,
    deferred {INTEGER} NOT NULL,
    invited_at {INTEGER},
    PRIMARY KEY (account_id, user_id, domain),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) {NARROW};

-- The address that a link gives its person, where it does.
ALTER TABLE links ADD COLUMN email {TEXT};
