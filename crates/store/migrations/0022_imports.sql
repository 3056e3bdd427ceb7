-- Files of people. `cursor_number` is the line of the last row that was handled in the present state; it moves in the transaction
-- that handles the rows, so that none is handled twice.
CREATE TABLE imports (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    created_at {INTEGER} NOT NULL,
    created_by {TEXT} NOT NULL,
    file_name {TEXT} NOT NULL,
    file_hash {BYTES} NOT NULL,
    options {JSON} NOT NULL,
    file_read {JSON} NOT NULL,
    state {TEXT} NOT NULL,
    row_count {INTEGER} NOT NULL,
    cursor_number {INTEGER} NOT NULL,
    planned {JSON} NOT NULL,
    applied {JSON} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};
CREATE INDEX imports_by_age ON imports (created_at);

-- Their rows. `address` is the folded one, NULL where the cell has none that can be used.
CREATE TABLE import_rows (
    account_id {ID} NOT NULL,
    import_id {ID} NOT NULL,
    number {INTEGER} NOT NULL,
    cells {JSON} NOT NULL,
    address {TEXT},
    employee_id {TEXT},
    planned {TEXT},
    plan {JSON},
    outcome {TEXT},
    report {JSON},
    PRIMARY KEY (account_id, import_id, number)
) {STRICT};
CREATE INDEX import_rows_by_address ON import_rows (account_id, import_id, address, number);
CREATE INDEX import_rows_by_employee_id ON import_rows (account_id, import_id, employee_id, number) WHERE employee_id IS NOT NULL;
