-- Work that is due at a time, one row for each subject. Whoever claims a row moves its time ahead, so that the work is
-- done again if its node dies meanwhile.

CREATE TABLE jobs (
    account_id {ID} NOT NULL,
    kind {TEXT} NOT NULL,
    subject {ID} NOT NULL,
    due_at {INTEGER} NOT NULL,
    attempts {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, kind, subject)
) {NARROW};
CREATE INDEX jobs_by_time ON jobs (due_at);
