-- Users are found by how their names begin, and by what they are.

-- The name that others see, and the last name, in the form in which they are compared; whoever has none is in no index.
ALTER TABLE users ADD COLUMN name_folded {TEXT};
ALTER TABLE users ADD COLUMN last_name_folded {TEXT};
CREATE INDEX users_by_name ON users (account_id, name_folded) WHERE name_folded IS NOT NULL;
CREATE INDEX users_by_last_name ON users (account_id, last_name_folded) WHERE last_name_folded IS NOT NULL;

-- What lists are narrowed by, in the order of lists: such a list is a walk along an index of about 80 bytes a user.
CREATE INDEX users_by_traits ON users (account_id, email_folded, status, role, license, login_work_email, login_sso, id);
