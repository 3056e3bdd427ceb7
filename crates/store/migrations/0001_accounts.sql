-- Accounts, and the small global tables by which the doors find one. Nothing else stands outside the account scope.

-- `settings` is the account's configuration as one document. It is the last column, so that the look-up made at every
-- request reads the row's first page alone.
CREATE TABLE accounts (
    id {ID} NOT NULL PRIMARY KEY,
    label {TEXT} NOT NULL,
    name {TEXT} NOT NULL,
    version {INTEGER} NOT NULL,
    created_at {INTEGER} NOT NULL,
    settings {JSON} NOT NULL
) {STRICT};

-- Vanity URLs; an account may have several.
CREATE TABLE labels (
    label {TEXT} NOT NULL PRIMARY KEY,
    account_id {ID} NOT NULL,
    state {TEXT} NOT NULL,
    created_at {INTEGER} NOT NULL
) {NARROW};

-- A domain belongs to one account.
CREATE TABLE domain_owners (
    domain {TEXT} NOT NULL PRIMARY KEY,
    account_id {ID} NOT NULL
) {NARROW};

-- One address is one user in a deployment.
CREATE TABLE emails (
    folded {TEXT} NOT NULL PRIMARY KEY,
    account_id {ID} NOT NULL,
    user_id {ID} NOT NULL
) {NARROW};

CREATE TABLE domains (
    account_id {ID} NOT NULL,
    domain {TEXT} NOT NULL,
    policy {JSON} NOT NULL,
    PRIMARY KEY (account_id, domain)
) {NARROW};

CREATE TABLE seats (
    account_id {ID} NOT NULL,
    license {TEXT} NOT NULL,
    total {INTEGER} NOT NULL,
    used {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, license)
) {NARROW};
