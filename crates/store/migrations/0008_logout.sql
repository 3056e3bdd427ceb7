-- Single logout: the sessions of a NameID, and the logout requests of ours that wait for their answer.

-- How the NameID of a sign-in was qualified (format and qualifiers): a logout request repeats it whole.
ALTER TABLE sessions ADD COLUMN name_qualifiers {TEXT};

-- An identity provider names a person by the NameID that it asserted. Sessions that began with a password have none, and
-- are not in the index; those of a person are few, so nothing else is.
CREATE INDEX sessions_by_name_id ON sessions (account_id, name_id) WHERE name_id IS NOT NULL;

-- Outstanding requests. They stand beside those of sign-ins, so that no answer of the one kind ever takes the other.
CREATE TABLE logouts (
    account_id {ID} NOT NULL,
    request_id {TEXT} NOT NULL,
    connection_id {ID} NOT NULL,
    browser_hash {BYTES} NOT NULL,
    expires_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, request_id)
) {NARROW};
CREATE INDEX logouts_by_expiry ON logouts (expires_at);
