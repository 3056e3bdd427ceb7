-- What may be tried, and when all of it may be tried again. It stands outside of accounts: what is counted is an address that was
-- typed, or a client, before anybody knows whose it is. The key is a keyed hash of what is counted.
CREATE TABLE allowances (
    key {BYTES} NOT NULL,
    whole_at {INTEGER} NOT NULL,
    PRIMARY KEY (key)
) {NARROW};
CREATE INDEX allowances_by_age ON allowances (whole_at);
