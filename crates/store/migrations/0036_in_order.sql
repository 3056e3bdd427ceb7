-- What is written all the time is written where something is written anyway: no index that lies in another order than that of time.

-- A request that waits for its answer lies in order, as its ID does: what has expired lies in one piece, and no index tells of it.
-- That index was a page for each request that was sent, and another one for each that was answered. Tests, and requests of nodes of
-- an older version, are in it still.
ALTER TABLE sign_ins ADD COLUMN in_order {BOOL} NOT NULL DEFAULT FALSE;
DROP INDEX sign_ins_by_expiry;
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at) WHERE in_order = FALSE;

-- By what somebody was called at the time is searched for rarely: such a search walks along ids and names, and reads the rows that
-- it finds. In order of names each call was a page somewhere in an index. By who somebody is every page of a person asks.
DROP INDEX api_calls_by_name;
CREATE INDEX api_calls_by_subject ON api_calls (account_id, id, user_id, subject_folded);
