//! Second factors, one of each user, and the recovery codes beside it. The secret is sealed and the codes are hashed by the caller.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::UserId;

statements! { second_factors:
    PUT = "INSERT INTO second_factors (account_id, user_id, secret, made_at, confirmed_at, last_step) \
           VALUES ($1, $2, $3, $4, NULL, 0) ON CONFLICT (account_id, user_id) DO UPDATE SET secret = excluded.secret, \
           made_at = excluded.made_at, last_step = 0 WHERE second_factors.confirmed_at IS NULL";
    GET = "SELECT secret, made_at, confirmed_at FROM second_factors WHERE account_id = $1 AND user_id = $2";
    CONFIRM = "UPDATE second_factors SET confirmed_at = $3 WHERE account_id = $1 AND user_id = $2 AND confirmed_at IS NULL";
    USE = "UPDATE second_factors SET last_step = $3 WHERE account_id = $1 AND user_id = $2 AND last_step < $3";
    REMOVE = "DELETE FROM second_factors WHERE account_id = $1 AND user_id = $2";
    PUT_CODE = "INSERT INTO recovery_codes (account_id, user_id, code_hash) VALUES ($1, $2, $3)";
    TAKE_CODE = "DELETE FROM recovery_codes WHERE account_id = $1 AND user_id = $2 AND code_hash = $3";
    REMOVE_CODES = "DELETE FROM recovery_codes WHERE account_id = $1 AND user_id = $2";
    COUNT_CODES = "SELECT COUNT(*) AS count FROM recovery_codes WHERE account_id = $1 AND user_id = $2";
}

/// The second factor of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The secret, sealed.
    pub secret: Vec<u8>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Since when it is asked for; before that somebody is setting it up.
    pub confirmed_at: Option<Timestamp>,
}

/// Begins to set one up, in place of one that was never confirmed; false when there is one that was.
///
/// # Errors
/// Those of the database.
pub async fn put(tx: &Tx<'_>, user: UserId, secret: &[u8], now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(&PUT, params![tx.account(), user, secret, now]).await? == 1)
}

/// The second factor of a user.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &Tx<'_>, user: UserId) -> Result<Option<SecondFactor>, Error> {
    let row = tx.row(&GET, params![tx.account(), user]).await?;
    let read = |mut row: crate::value::Row| {
        Ok(SecondFactor {
            secret: row.bytes("secret")?,
            made_at: row.time("made_at")?,
            confirmed_at: row.time_or_null("confirmed_at")?,
        })
    };
    row.map(read).transpose()
}

/// From now on it is asked for; false when it was already, or there is none.
///
/// # Errors
/// Those of the database.
pub async fn confirm(tx: &Tx<'_>, user: UserId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(&CONFIRM, params![tx.account(), user, now]).await? == 1)
}

/// Uses the code of a step of time up, and those of all steps before; false when it was used.
///
/// # Errors
/// Those of the database.
pub async fn use_up(tx: &Tx<'_>, user: UserId, step: i64) -> Result<bool, Error> {
    Ok(tx.execute(&USE, params![tx.account(), user, step]).await? == 1)
}

/// Removes the second factor of a user, with the recovery codes; false when there was none.
///
/// # Errors
/// Those of the database.
pub async fn remove(tx: &Tx<'_>, user: UserId) -> Result<bool, Error> {
    tx.execute(&REMOVE_CODES, params![tx.account(), user]).await?;
    Ok(tx.execute(&REMOVE, params![tx.account(), user]).await? == 1)
}

/// Keeps the hashes of recovery codes, in place of those that were left.
///
/// # Errors
/// Those of the database.
pub async fn put_codes(tx: &Tx<'_>, user: UserId, codes: &[[u8; 32]]) -> Result<(), Error> {
    tx.execute(&REMOVE_CODES, params![tx.account(), user]).await?;
    for code in codes {
        tx.execute(&PUT_CODE, params![tx.account(), user, code]).await?;
    }
    Ok(())
}

/// Uses a recovery code up; false when there is no such one.
///
/// # Errors
/// Those of the database.
pub async fn take_code(tx: &Tx<'_>, user: UserId, code: &[u8; 32]) -> Result<bool, Error> {
    Ok(tx.execute(&TAKE_CODE, params![tx.account(), user, code]).await? == 1)
}

/// How many recovery codes are left.
///
/// # Errors
/// Those of the database.
pub async fn count_codes(tx: &Tx<'_>, user: UserId) -> Result<i64, Error> {
    match tx.row(&COUNT_CODES, params![tx.account(), user]).await? {
        Some(mut row) => row.integer("count"),
        None => Ok(0),
    }
}
