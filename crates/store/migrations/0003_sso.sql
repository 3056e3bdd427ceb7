-- SSO connections with every version of their settings, the keys they sign with, and what a sign-in leaves on its way.

-- `newest` counts the versions; `published` and `draft` are numbers of versions.
CREATE TABLE connections (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    newest {INTEGER} NOT NULL,
    published {INTEGER},
    draft {INTEGER},
    created_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, id)
) {NARROW};

CREATE TABLE connection_versions (
    account_id {ID} NOT NULL,
    connection_id {ID} NOT NULL,
    number {INTEGER} NOT NULL,
    created_at {INTEGER} NOT NULL,
    published_at {INTEGER},
    settings {JSON} NOT NULL,
    PRIMARY KEY (account_id, connection_id, number),
    FOREIGN KEY (account_id, connection_id) REFERENCES connections (account_id, id) ON DELETE CASCADE
) {STRICT};

CREATE TABLE sp_keys (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    connection_id {ID} NOT NULL,
    state {TEXT} NOT NULL,
    created_at {INTEGER} NOT NULL,
    certificate {BYTES} NOT NULL,
    sealed_key {BYTES} NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, connection_id) REFERENCES connections (account_id, id) ON DELETE CASCADE
) {STRICT};
CREATE INDEX sp_keys_by_connection ON sp_keys (account_id, connection_id);

-- Outstanding requests. The row is taken by the first response of the same browser that answers it.
CREATE TABLE sign_ins (
    account_id {ID} NOT NULL,
    request_id {TEXT} NOT NULL,
    connection_id {ID} NOT NULL,
    browser_hash {BYTES} NOT NULL,
    return_to {TEXT} NOT NULL,
    created_at {INTEGER} NOT NULL,
    expires_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, request_id)
) {NARROW};
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

-- Messages that were accepted once. The key is unique without its expiry: a changed clock skew changes the expiry of
-- the same message, and must not let it in again.
CREATE TABLE replays (
    account_id {ID} NOT NULL,
    key {BYTES} NOT NULL,
    expires_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, key)
) {NARROW};
CREATE INDEX replays_by_expiry ON replays (expires_at);
