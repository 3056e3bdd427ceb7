//! Hashes of passwords (PHC strings). Making and checking them is in `app`.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use vestibule_model::id::UserId;

statements! { passwords:
    PUT = "INSERT INTO passwords (account_id, user_id, hash) VALUES ($1, $2, $3) \
           ON CONFLICT (account_id, user_id) DO UPDATE SET hash = excluded.hash";
    GET = "SELECT hash FROM passwords WHERE account_id = $1 AND user_id = $2";
}

/// Keeps the hash of a user's password, instead of an earlier one.
///
/// # Errors
/// Those of the database, among them that there is no such user.
pub async fn put(tx: &Tx<'_>, user: UserId, hash: &str) -> Result<(), Error> {
    tx.execute(&PUT, params![tx.account(), user, hash]).await.map(drop)
}

/// The hash of a user's password.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &Tx<'_>, user: UserId) -> Result<Option<String>, Error> {
    let row = tx.row(&GET, params![tx.account(), user]).await?;
    row.map(|mut row| row.text("hash")).transpose()
}
