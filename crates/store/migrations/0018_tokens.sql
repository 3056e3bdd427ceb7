-- API tokens, and the access tokens of the authorization server.

-- The one global table by which a token finds its account. The text of a token is nowhere: this is its SHA-256.
CREATE TABLE token_hashes (
    token_hash {BYTES} NOT NULL PRIMARY KEY,
    account_id {ID} NOT NULL,
    token_id {ID} NOT NULL
) {NARROW};
CREATE UNIQUE INDEX token_hashes_by_token ON token_hashes (token_id);

-- `made_by` is the person in whose name the token acts; without one it is the operator's, or the client's own. `grant_id`
-- and `client_id` are of access tokens. `kept_until` finds the rows that may go.
CREATE TABLE tokens (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    token_hash {BYTES} NOT NULL,
    name {TEXT} NOT NULL,
    scopes {TEXT} NOT NULL,
    made_by {ID},
    client_id {ID},
    grant_id {ID},
    created_at {INTEGER} NOT NULL,
    expires_at {INTEGER},
    used_at {INTEGER},
    revoked_at {INTEGER},
    kept_until {INTEGER},
    PRIMARY KEY (account_id, id)
) {NARROW};
CREATE INDEX tokens_by_client ON tokens (account_id, client_id);
CREATE INDEX tokens_by_end ON tokens (kept_until);
