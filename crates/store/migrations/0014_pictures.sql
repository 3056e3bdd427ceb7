-- What people look like. The picture itself is the last column, so that the look at whether anything is to be done does
-- not read it. `source` is what is still to be looked at: it goes when it was, unless it is an address.

CREATE TABLE pictures (
    account_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    source_hash {BYTES} NOT NULL,
    source_kind {TEXT} NOT NULL,
    source {TEXT},
    state {TEXT} NOT NULL,
    reason {TEXT},
    etag {TEXT},
    last_modified {TEXT},
    checked_at {INTEGER},
    shown_hash {BYTES},
    media_type {TEXT},
    image {BYTES},
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) {STRICT};
