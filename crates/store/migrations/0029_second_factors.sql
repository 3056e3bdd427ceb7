-- Second factors: a secret that the person's device shares with us, sealed, and the codes that help without the device.
CREATE TABLE second_factors (
    account_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    secret {BYTES} NOT NULL,
    made_at {INTEGER} NOT NULL,
    confirmed_at {INTEGER},
    last_step {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) {NARROW};

CREATE TABLE recovery_codes (
    account_id {ID} NOT NULL,
    user_id {ID} NOT NULL,
    code_hash {BYTES} NOT NULL,
    PRIMARY KEY (account_id, user_id, code_hash),
    FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) {NARROW};

-- Whether a session began with one.
ALTER TABLE sessions ADD COLUMN second_factor {BOOL} NOT NULL DEFAULT FALSE;
