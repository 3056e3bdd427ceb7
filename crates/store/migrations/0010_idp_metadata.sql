-- What was last read of the identity providers' metadata, one row for each connection that follows an address.

CREATE TABLE idp_metadata (
    account_id {ID} NOT NULL,
    connection_id {ID} NOT NULL,
    url {TEXT} NOT NULL,
    etag {TEXT},
    last_modified {TEXT},
    checked_at {INTEGER} NOT NULL,
    fetched_at {INTEGER},
    valid_until {INTEGER},
    valid_since {INTEGER},
    cache_seconds {INTEGER},
    failed_since {INTEGER},
    failure {TEXT},
    copy {JSON},
    PRIMARY KEY (account_id, connection_id),
    FOREIGN KEY (account_id, connection_id) REFERENCES connections (account_id, id) ON DELETE CASCADE
) {STRICT};

-- From now on each connection has a job that looks after its metadata, and after the identity provider's certificates.
INSERT INTO jobs (account_id, kind, subject, due_at, attempts)
SELECT account_id, 'idp_metadata', id, 0, 0 FROM connections;
