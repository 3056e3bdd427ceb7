-- Families of accounts: a sub-account names the account above it, and a sign-in may be handed over from there.

-- One level only: what has a parent is nobody's parent. It is set when an account is made and never changes.
-- The look-up made at every request does not read it: it stands behind the configuration.
ALTER TABLE accounts ADD COLUMN parent_id {ID};
CREATE INDEX accounts_by_parent ON accounts (parent_id, label) WHERE parent_id IS NOT NULL;

-- Sign-ins on their way from the address of an account to that of its sub-account. A row is in one of the two: first in
-- the account that let the person in, bound to the browser by its cookie there, then in the sub-account, bound to the
-- same browser by its cookie here. Either is used once, and both together live for a minute.
CREATE TABLE hand_overs (
    account_id {ID} NOT NULL,
    token_hash {BYTES} NOT NULL,
    sub_account_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    browser_hash {BYTES} NOT NULL,
    connection_id {ID} NOT NULL,
    name_id {TEXT},
    name_qualifiers {TEXT},
    session_index {TEXT},
    session_ends_at {INTEGER},
    expires_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, token_hash)
) {NARROW};
CREATE INDEX hand_overs_by_expiry ON hand_overs (expires_at);

-- The license type that a mailbox brings when it confirms an address, where the account itself does not say it: that of
-- the mapping by which the person came.
ALTER TABLE links ADD COLUMN license {TEXT};
