-- Resources of the types that a deployment brings itself (SCIM): documents, and what is unique among those of a type.

CREATE TABLE resources (
    account_id {ID} NOT NULL,
    kind {TEXT} NOT NULL,
    id {ID} NOT NULL,
    version {INTEGER} NOT NULL,
    created_at {INTEGER} NOT NULL,
    updated_at {INTEGER} NOT NULL,
    document {JSON} NOT NULL,
    PRIMARY KEY (account_id, kind, id)
) {STRICT};

CREATE TABLE resource_values (
    account_id {ID} NOT NULL,
    kind {TEXT} NOT NULL,
    attribute {TEXT} NOT NULL,
    value {TEXT} NOT NULL,
    resource_id {ID} NOT NULL,
    PRIMARY KEY (account_id, kind, attribute, value),
    FOREIGN KEY (account_id, kind, resource_id) REFERENCES resources (account_id, kind, id) ON DELETE CASCADE
) {NARROW};
CREATE INDEX resource_values_by_resource ON resource_values (account_id, kind, resource_id);
