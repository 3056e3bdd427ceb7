-- Several connections of one account, each with the name that the account file gives it.

ALTER TABLE connections ADD COLUMN name {TEXT} NOT NULL DEFAULT '';
CREATE UNIQUE INDEX connections_by_name ON connections (account_id, name);
