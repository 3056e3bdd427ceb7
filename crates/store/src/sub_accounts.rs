//! Families of accounts: which accounts are sub-accounts of which, and the one door from an account into another.
//!
//! Everything else reaches one account alone. Here a transaction of an account enters a sub-account of it, after the
//! database said that it is one: what is done in both is done in one transaction, and from a sub-account nothing leads
//! up or sideways.

use crate::accounts::{self, select};
use crate::error::Error;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use vestibule_model::account::{Account, Label};
use vestibule_model::id::AccountId;

statements! { sub_accounts:
    // An account that has a parent itself gets no children: nothing is written then.
    ADOPT = "UPDATE accounts SET parent_id = $2 WHERE id = $1 AND EXISTS \
             (SELECT 1 FROM accounts p WHERE p.id = $2 AND p.parent_id IS NULL)";
    BY_LABEL = select!("WHERE a.parent_id = $1 AND a.label = $2");
    BY_ID = select!("WHERE a.parent_id = $1 AND a.id = $2");
    LIST = select!("WHERE a.parent_id = $1 ORDER BY a.label");
    PARENT = select!("WHERE a.id = (SELECT c.parent_id FROM accounts c WHERE c.id = $1)");
}

/// An account of the family, and the transaction inside it.
pub struct SubAccount<'t> {
    /// The account.
    pub account: Account,
    /// The same transaction, in that account.
    pub tx: Tx<'t>,
}

/// Makes the account of this transaction, which was just made, a sub-account of that one; false when that one has a parent
/// itself, or is none.
///
/// # Errors
/// Those of the database.
pub async fn adopt(tx: &Tx<'_>, parent: AccountId) -> Result<bool, Error> {
    Ok(tx.execute(&ADOPT, params![tx.account(), parent]).await? == 1)
}

/// Enters the sub-account of this account with this label; `None` when it has none.
///
/// # Errors
/// Those of the database.
pub async fn by_label<'t>(tx: &'t Tx<'_>, label: &Label) -> Result<Option<SubAccount<'t>>, Error> {
    let row = tx.row(&BY_LABEL, params![tx.account(), label.as_str()]).await?;
    Ok(row.map(accounts::read).transpose()?.map(|account| enter(tx, account)))
}

/// Enters the sub-account of this account with this id; `None` when it is none.
///
/// # Errors
/// Those of the database.
pub async fn by_id<'t>(tx: &'t Tx<'_>, id: AccountId) -> Result<Option<SubAccount<'t>>, Error> {
    let row = tx.row(&BY_ID, params![tx.account(), id]).await?;
    Ok(row.map(accounts::read).transpose()?.map(|account| enter(tx, account)))
}

/// Every sub-account of this account, by label.
///
/// # Errors
/// Those of the database.
pub async fn all<'t>(tx: &'t Tx<'_>) -> Result<Vec<SubAccount<'t>>, Error> {
    Ok(list(tx, tx.account()).await?.into_iter().map(|account| enter(tx, account)).collect())
}

/// The sub-accounts of an account, by label, without entering them.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &GlobalTx<'_>, parent: AccountId) -> Result<Vec<Account>, Error> {
    tx.rows(&LIST, params![parent]).await?.into_iter().map(accounts::read).collect()
}

/// The account above this one, if there is one.
///
/// # Errors
/// Those of the database.
pub async fn parent(tx: &GlobalTx<'_>, account: AccountId) -> Result<Option<Account>, Error> {
    tx.row(&PARENT, params![account]).await?.map(accounts::read).transpose()
}

fn enter<'t>(tx: &'t Tx<'_>, account: Account) -> SubAccount<'t> {
    let inside = tx.enter(account.id);
    SubAccount { account, tx: inside }
}
