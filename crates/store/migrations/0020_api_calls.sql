-- The API call log. Ids are time-ordered, so the primary key serves the newest-first list, the search by time and the purge.
-- Bodies are packed together, many calls in one block, compressed and encrypted; `place` is where in its block a call is.
CREATE TABLE api_calls (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    called_at {INTEGER} NOT NULL,
    method {TEXT} NOT NULL,
    path {TEXT} NOT NULL,
    status {INTEGER} NOT NULL,
    duration_micros {INTEGER} NOT NULL,
    token_id {ID} NOT NULL,
    client {TEXT} NOT NULL,
    dialect {TEXT},
    story {TEXT},
    user_id {ID},
    group_id {ID},
    subject_name {TEXT},
    subject_folded {TEXT},
    block_id {ID} NOT NULL,
    place {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};
CREATE INDEX api_calls_by_user ON api_calls (account_id, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX api_calls_by_name ON api_calls (account_id, subject_folded, id) WHERE subject_folded IS NOT NULL;

-- A block goes when the newest of its calls is older than every call that is kept.
CREATE TABLE api_call_blocks (
    account_id {ID} NOT NULL,
    id {ID} NOT NULL,
    last_call_id {ID} NOT NULL,
    details {BYTES} NOT NULL,
    PRIMARY KEY (account_id, id)
) {STRICT};

-- The names of personal links, so that none is given twice.
CREATE TABLE personal_links (
    account_id {ID} NOT NULL,
    name {TEXT} NOT NULL,
    user_id {ID} NOT NULL,
    PRIMARY KEY (account_id, name)
) {NARROW};
CREATE INDEX personal_links_by_user ON personal_links (account_id, user_id);
