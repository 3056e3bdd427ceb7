-- People, and the ways in which they prove who they are. No foreign key crosses accounts.

CREATE TABLE users (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    email {TEXT} NOT NULL,
    email_folded {TEXT} NOT NULL,
    status {TEXT} NOT NULL,
    role {TEXT} NOT NULL,
    login_work_email {BOOL} NOT NULL,
    login_sso {BOOL} NOT NULL,
    license {TEXT},
    version {INTEGER} NOT NULL,
    created_at {INTEGER} NOT NULL,
    updated_at {INTEGER} NOT NULL,
    profile {JSON} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};
CREATE UNIQUE INDEX users_by_email ON users (account_id, email_folded);

-- A table of its own: a hash leaves the database only when a password is checked.
CREATE TABLE passwords (
    account_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    hash {TEXT} NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) {NARROW};

-- Web sessions. The row is read at every request and moves at many, so it is narrow. A session that ended by its
-- absolute age is not seen any more, so `seen_at` alone finds every row that may go.
CREATE TABLE sessions (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    token_hash {BYTES} NOT NULL,
    connection_id {ID},
    name_id {TEXT},
    session_index {TEXT},
    created_at {INTEGER} NOT NULL,
    seen_at {INTEGER} NOT NULL,
    expires_at {INTEGER},
    PRIMARY KEY (account_id, id)
) {NARROW};
CREATE UNIQUE INDEX sessions_by_token ON sessions (account_id, token_hash);
CREATE INDEX sessions_by_user ON sessions (account_id, user_id);
CREATE INDEX sessions_by_age ON sessions (seen_at);

-- One-time links.
CREATE TABLE links (
    account_id {ID} NOT NULL,
    token_hash {BYTES} NOT NULL,
    purpose {TEXT} NOT NULL,
    user_id {ID} NOT NULL,
    created_at {INTEGER} NOT NULL,
    expires_at {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, token_hash)
) {NARROW};
CREATE INDEX links_by_expiry ON links (expires_at);

CREATE TABLE outbox (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    recipient {TEXT} NOT NULL,
    subject {TEXT} NOT NULL,
    created_at {INTEGER} NOT NULL,
    body_text {TEXT} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};
