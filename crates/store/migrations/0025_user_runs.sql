-- Lists of users at any depth, and fewer indexes that somebody new or changed is written into.

-- Users in order of id, in runs: one begins at its `first_id`, ends where the next one begins, and has `total` users. They tell how
-- many users an account has, and where in the list one stands, without a walk. The first run of an account begins at zero.
CREATE TABLE user_runs (
    account_id {ID} NOT NULL,
    first_id {ID} NOT NULL,
    total {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, first_id)
) {NARROW};
INSERT INTO user_runs (account_id, first_id, total)
SELECT n.account_id,
       CASE WHEN n.place = 1 THEN {ZERO_ID} ELSE n.id END,
       CASE WHEN n.total - n.place < 2048 THEN n.total - n.place + 1 ELSE 2048 END
FROM (SELECT u.account_id, u.id,
             ROW_NUMBER() OVER (PARTITION BY u.account_id ORDER BY u.id) AS place,
             COUNT(*) OVER (PARTITION BY u.account_id) AS total
      FROM users u) n
WHERE n.place % 2048 = 1;
-- `user_counts` stays for nodes of an older version; it goes with a later migration.

-- Whoever has none of these is in none of the indexes.
DROP INDEX users_by_employee_id;
CREATE UNIQUE INDEX users_by_employee_id ON users (account_id, employee_id) WHERE employee_id IS NOT NULL;
DROP INDEX users_by_user_name;
CREATE UNIQUE INDEX users_by_user_name ON users (account_id, user_name_folded) WHERE user_name_folded IS NOT NULL;
DROP INDEX users_by_external_id;
CREATE INDEX users_by_external_id ON users (account_id, external_id) WHERE external_id IS NOT NULL;
