-- Groups as records of their own: settings of user groups, and what a directory knows of a group.

ALTER TABLE groups ADD COLUMN version {INTEGER} NOT NULL DEFAULT 1;
ALTER TABLE groups ADD COLUMN updated_at {INTEGER} NOT NULL DEFAULT 0;
ALTER TABLE groups ADD COLUMN settings {JSON} NOT NULL DEFAULT '{}';
ALTER TABLE groups ADD COLUMN external_id {TEXT};
ALTER TABLE groups ADD COLUMN scim {JSON};
UPDATE groups SET updated_at = created_at;

-- Rows without an external id are in the way of nobody: nulls are distinct.
CREATE UNIQUE INDEX groups_by_external_id ON groups (account_id, kind, external_id);

-- What the settings of a person's groups come to, worked out once: `settled` is the version of the account for which they
-- hold, 0 where the account has no settings, -1 where they are to be worked out again.
ALTER TABLE sessions ADD COLUMN idle_seconds {INTEGER} NOT NULL DEFAULT 7200;
ALTER TABLE sessions ADD COLUMN lifetime_seconds {INTEGER};
ALTER TABLE sessions ADD COLUMN settled {INTEGER} NOT NULL DEFAULT 0;
