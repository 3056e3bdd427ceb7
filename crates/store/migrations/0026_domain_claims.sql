-- Claims to domains, with the proof.

-- How far a claim got is in the document.
CREATE TABLE domain_claims (
    account_id {ID} NOT NULL,
    domain {TEXT} NOT NULL,
    id {ID} NOT NULL,
    claim {JSON} NOT NULL,
    PRIMARY KEY (account_id, domain)
) {STRICT};
CREATE UNIQUE INDEX domain_claims_by_id ON domain_claims (account_id, id);

-- A domain whose proof was lost keeps what was decided about it, and has no row in `domain_owners`.
ALTER TABLE domains ADD COLUMN suspended_at {INTEGER};

-- What other accounts are held to, beside the one thing that they may know.
ALTER TABLE domain_owners ADD COLUMN managed {INTEGER} NOT NULL DEFAULT 0;
UPDATE domain_owners SET managed = 1 WHERE EXISTS (
    SELECT 1 FROM domains d WHERE d.account_id = domain_owners.account_id AND d.domain = domain_owners.domain
    AND d.policy LIKE '%"managed":true%'
);
