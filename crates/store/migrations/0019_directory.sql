-- People and groups as a directory knows them (SCIM).

-- `user_name` is NULL for whoever came otherwise: then the address is the name. `scim` is the document as the directory wrote it;
-- it tells everything about the person as long as `scim_version` is the version of the record.
ALTER TABLE users ADD COLUMN user_name {TEXT};
ALTER TABLE users ADD COLUMN user_name_folded {TEXT};
ALTER TABLE users ADD COLUMN external_id {TEXT};
ALTER TABLE users ADD COLUMN scim_version {INTEGER};
ALTER TABLE users ADD COLUMN scim {JSON};
CREATE UNIQUE INDEX users_by_user_name ON users (account_id, user_name_folded);
-- Whoever sets an external id sees to it that it is the only one (RFC 7643 section 3.1).
CREATE INDEX users_by_external_id ON users (account_id, external_id);
-- Of an account's users the owner is found at once.
CREATE INDEX users_by_owner ON users (account_id, id) WHERE role = 'owner';

-- Addresses that a directory wrote of a person, in the form by which they are compared.
CREATE TABLE user_addresses (
    account_id {ID} NOT NULL,
    address {TEXT} NOT NULL,
    user_id {ID} NOT NULL,
    PRIMARY KEY (account_id, address, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) {NARROW};
CREATE INDEX user_addresses_by_user ON user_addresses (account_id, user_id);

-- How many users an account has, counted with every one that comes and goes.
CREATE TABLE user_counts (
    account_id {ID} NOT NULL PRIMARY KEY,
    total {INTEGER} NOT NULL
) {NARROW};
INSERT INTO user_counts (account_id, total) SELECT account_id, COUNT(*) FROM users GROUP BY account_id;

-- As of users: whoever sets the external id of a group keeps it apart.
DROP INDEX groups_by_external_id;
CREATE INDEX groups_by_external_id ON groups (account_id, external_id);

-- Sessions whose limits were worked out, for when the memberships change; a sign-in writes nothing here.
CREATE INDEX sessions_settled ON sessions (account_id, user_id) WHERE settled > 0;
