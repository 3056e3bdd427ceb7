-- What a person holds besides the license type, and how the person is known besides the address.

ALTER TABLE users ADD COLUMN employee_id {TEXT};
ALTER TABLE users ADD COLUMN email_changed_at {INTEGER};
ALTER TABLE users ADD COLUMN holdings {JSON} NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX users_by_employee_id ON users (account_id, employee_id);

-- User groups, channels and IM groups; a name is the only one of its kind.
CREATE TABLE groups (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    kind {TEXT} NOT NULL,
    name {TEXT} NOT NULL,
    name_folded {TEXT} NOT NULL,
    created_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};
CREATE UNIQUE INDEX groups_by_name ON groups (account_id, kind, name_folded);

-- Why a person belongs to a group: a row for each origin. `position` orders the groups of a person.
CREATE TABLE memberships (
    account_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    group_id {ID} NOT NULL,
    origin {TEXT} NOT NULL,
    position {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, user_id, group_id, origin),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE,
    FOREIGN KEY (account_id, group_id) REFERENCES groups (account_id, id) ON DELETE CASCADE
) {NARROW};
CREATE INDEX memberships_by_group ON memberships (account_id, group_id, user_id);
