-- Fewer indexes that somebody new is written into.

-- The index of traits begins with the address as well, and `emails` says that an address is one user's.
DROP INDEX users_by_email;

-- Whose name is the address, as most are, is found by the address. Whoever has another user's address for a name is told so before
-- anything is written; where several write at once the index says it, and there it keeps them all.
DROP INDEX users_by_user_name;
CREATE UNIQUE INDEX users_by_user_name ON users (account_id, user_name_folded)
WHERE user_name_folded IS NOT NULL AND (user_name_folded <> email_folded OR {OLDER_NODES});
