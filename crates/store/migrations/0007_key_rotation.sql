-- The life of our own key pairs, who reads the metadata that names them, and which warnings went out.

ALTER TABLE sp_keys ADD COLUMN kind {TEXT} NOT NULL DEFAULT 'rsa-2048';
ALTER TABLE sp_keys ADD COLUMN activated_at {INTEGER};
ALTER TABLE sp_keys ADD COLUMN seen_at {INTEGER};
ALTER TABLE sp_keys ADD COLUMN retired_at {INTEGER};
ALTER TABLE sp_keys ADD COLUMN held {BOOL} NOT NULL DEFAULT FALSE;

-- A sealed key tells its kind by its length alone: about 170, 1,250 and 1,820 bytes.
UPDATE sp_keys SET activated_at = created_at, kind = CASE
    WHEN length(sealed_key) < 600 THEN 'ecdsa-p256' WHEN length(sealed_key) < 1500 THEN 'rsa-2048' ELSE 'rsa-3072' END;

-- One that signs and one that is next, for each kind.
CREATE UNIQUE INDEX sp_keys_in_turn ON sp_keys (account_id, connection_id, kind, state) WHERE state <> 'former';

CREATE TABLE metadata_readers (
    account_id {ID} NOT NULL,
    connection_id {ID} NOT NULL,
    agent {TEXT} NOT NULL,
    address {TEXT} NOT NULL,
    first_seen_at {INTEGER} NOT NULL,
    last_seen_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, connection_id, agent),
    FOREIGN KEY (account_id, connection_id) REFERENCES connections (account_id, id) ON DELETE CASCADE
) {NARROW};

-- A warning about something that ends, one row for each step of its urgency.
CREATE TABLE alarms (
    account_id {ID} NOT NULL,
    topic {TEXT} NOT NULL,
    subject {BYTES} NOT NULL,
    step {INTEGER} NOT NULL,
    raised_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, topic, subject, step)
) {NARROW};
CREATE INDEX alarms_by_time ON alarms (raised_at);

-- From now on each connection has a job that looks after its key pairs.
INSERT INTO jobs (account_id, kind, subject, due_at, attempts) SELECT account_id, 'sp_keys', id, 0, 0 FROM connections;
