-- A sign-in writes where something is written anyway: no index that lies in another order than that of time.

-- All sessions of a person, and those that an identity provider names, end by a count instead of being looked for. A
-- session keeps the counts that it began under. One without them was begun by a node of an older version, which ends
-- sessions by deleting their rows; where there can be such nodes the indexes stay, elsewhere they have no rows.
ALTER TABLE users ADD COLUMN sessions_ended {INTEGER} NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN person_ended {INTEGER};
ALTER TABLE sessions ADD COLUMN name_ended {INTEGER};
ALTER TABLE sessions ADD COLUMN index_ended {INTEGER};
UPDATE sessions SET person_ended = 0;
DROP INDEX sessions_by_user;
DROP INDEX sessions_by_name_id;
CREATE INDEX sessions_by_user ON sessions (account_id, user_id) WHERE {OLDER_NODES};
CREATE INDEX sessions_by_name_id ON sessions (account_id, name_id) WHERE name_id IS NOT NULL AND {OLDER_NODES};

-- What identity providers ended: every session of a NameID (''), those with a session index ('=' and the index), those
-- without one ('-').
CREATE TABLE ended_names (
    account_id {ID} NOT NULL,
    connection_id {ID} NOT NULL,
    name_id {TEXT} NOT NULL,
    session_index {TEXT} NOT NULL,
    ends {INTEGER} NOT NULL,
    ended_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, connection_id, name_id, session_index)
) {NARROW};
CREATE INDEX ended_names_by_time ON ended_names (ended_at);

-- Keys of messages that begin with their expiry need no index of it.
ALTER TABLE replays ADD COLUMN in_order {BOOL} NOT NULL DEFAULT FALSE;
DROP INDEX replays_by_expiry;
CREATE INDEX replays_by_expiry ON replays (expires_at) WHERE in_order = FALSE;

-- Whose row it is stands beside its id, in order of time: a search for a person walks along ids and names, and reads the
-- rows that it finds.
DROP INDEX response_log_by_person;
CREATE INDEX response_log_by_person ON response_log (account_id, id, person_folded);
