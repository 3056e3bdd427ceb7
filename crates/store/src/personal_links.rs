//! The names of personal links, each of one user of the account. Who has which is said by the profile; here a name is held, so that
//! nobody else is given it. Names that a mapping gives are taken from the identity provider as they are, and held if they are free.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use vestibule_model::id::UserId;

statements! { personal_links:
    TAKE = "INSERT INTO personal_links (account_id, name, user_id) VALUES ($1, $2, $3) \
            ON CONFLICT (account_id, name) DO NOTHING";
    FREE = "DELETE FROM personal_links WHERE account_id = $1 AND user_id = $2";
}

/// Holds a name for a user; false when it is held already.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &Tx<'_>, name: &str, user: UserId) -> Result<bool, Error> {
    Ok(tx.execute(&TAKE, params![tx.account(), name, user]).await? == 1)
}

/// Holds a name for a user, if it is free. It is written when the transaction commits.
pub(crate) fn hold(tx: &Tx<'_>, name: &str, user: UserId) -> Result<(), Error> {
    tx.defer(&TAKE, params![tx.account(), name, user])
}

/// Frees the names of a user who is deleted.
pub(crate) fn free(tx: &Tx<'_>, user: UserId) -> Result<(), Error> {
    tx.defer(&FREE, params![tx.account(), user])
}
