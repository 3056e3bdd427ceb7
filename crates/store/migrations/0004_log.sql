-- The response log. Ids are time-ordered, so the primary key serves the newest-first list, the search by time and the
-- purge; should a deployment outgrow one table, PostgreSQL can partition it by ranges of ids with the same statements.
-- `detail` comes compressed and encrypted. It is the last column, so that lists do not read it.
CREATE TABLE response_log (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    tracking_id {ID} NOT NULL,
    received_at {INTEGER} NOT NULL,
    connection_id {ID},
    person {TEXT},
    person_folded {TEXT},
    outcome {TEXT} NOT NULL,
    code {INTEGER},
    detail {BYTES} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};
CREATE INDEX response_log_by_tracking_id ON response_log (account_id, tracking_id);
CREATE INDEX response_log_by_person ON response_log (account_id, person_folded, id);
