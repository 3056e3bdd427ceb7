-- An account has exactly one owner: whatever else would make a second one, the database does not.
CREATE UNIQUE INDEX users_one_owner ON users (account_id) WHERE role = 'owner';
