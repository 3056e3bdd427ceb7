-- The authorization server: clients, what waits for an administrator, what was permitted, and what renews it.

CREATE INDEX tokens_by_grant ON tokens (account_id, grant_id);

-- `made_by` is the administrator in whose name the client acts when it acts for itself; without one it is the operator's.
CREATE TABLE oauth_clients (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    name {TEXT} NOT NULL,
    secret_hash {BYTES} NOT NULL,
    scopes {TEXT} NOT NULL,
    made_by {ID},
    created_at {INTEGER} NOT NULL,
    revoked_at {INTEGER},
    redirect_uris {JSON} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};

-- Requests that an administrator has not answered yet.
CREATE TABLE oauth_requests (
    account_id {ID} NOT NULL,
    request_hash {BYTES} NOT NULL,
    client_id {ID} NOT NULL,
    scopes {TEXT} NOT NULL,
    challenge {BYTES} NOT NULL,
    redirect_uri {TEXT} NOT NULL,
    state {TEXT},
    expires_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, request_hash)
) {STRICT};
CREATE INDEX oauth_requests_by_expiry ON oauth_requests (expires_at);

-- Codes. One that was used has the grant that came of it, and is kept a while: whoever shows it again ends that grant.
CREATE TABLE oauth_codes (
    account_id {ID} NOT NULL,
    code_hash {BYTES} NOT NULL,
    client_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    scopes {TEXT} NOT NULL,
    challenge {BYTES} NOT NULL,
    redirect_uri {TEXT} NOT NULL,
    expires_at {INTEGER} NOT NULL,
    grant_id {ID},
    kept_until {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, code_hash)
) {STRICT};
CREATE INDEX oauth_codes_by_end ON oauth_codes (kept_until);

-- What an administrator permitted a client: the family of its refresh tokens.
CREATE TABLE oauth_grants (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    client_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    scopes {TEXT} NOT NULL,
    created_at {INTEGER} NOT NULL,
    revoked_at {INTEGER},
    kept_until {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, id)
) {NARROW};
CREATE INDEX oauth_grants_by_client ON oauth_grants (account_id, client_id);
CREATE INDEX oauth_grants_by_end ON oauth_grants (kept_until);

CREATE TABLE oauth_refresh_tokens (
    account_id {ID} NOT NULL,
    token_hash {BYTES} NOT NULL,
    grant_id {ID} NOT NULL,
    created_at {INTEGER} NOT NULL,
    expires_at {INTEGER} NOT NULL,
    used_at {INTEGER},
    PRIMARY KEY (account_id, token_hash)
) {NARROW};
CREATE INDEX oauth_refresh_tokens_by_end ON oauth_refresh_tokens (expires_at);
