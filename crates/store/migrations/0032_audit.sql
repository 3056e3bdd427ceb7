-- The audit log. Nothing changes a row or takes one away. `record` is the text that the chain is made over, letter by letter;
-- the other columns repeat what searches look for, and are held against it when the chain is verified.
CREATE TABLE audit_records (
    account_id {ID} NOT NULL,
    number {INTEGER} NOT NULL,
    written_at {INTEGER} NOT NULL,
    actor {TEXT} NOT NULL,
    deed {TEXT} NOT NULL,
    area {TEXT} NOT NULL,
    subject {TEXT} NOT NULL,
    subject_id {TEXT},
    hash {BYTES} NOT NULL,
    record {JSON} NOT NULL,
    PRIMARY KEY (account_id, number)
) {STRICT};
CREATE INDEX audit_records_by_subject ON audit_records (account_id, subject_id, number) WHERE subject_id IS NOT NULL;

-- The end of each account's chain: whoever appends holds this row until the transaction ends, so numbers have no gaps.
CREATE TABLE audit_heads (
    account_id {ID} NOT NULL,
    number {INTEGER} NOT NULL,
    hash {BYTES} NOT NULL,
    PRIMARY KEY (account_id)
) {NARROW};
