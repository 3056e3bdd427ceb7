//! The registry of accounts, their labels, and the configuration document of each.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::id::AccountId;

/// The columns of an account and its label, as [`read`] takes them.
macro_rules! columns {
    () => {
        "a.id, a.label, a.name, l.state, a.version, a.created_at"
    };
}
pub(crate) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            $crate::accounts::columns!(),
            " FROM accounts a JOIN labels l ON l.label = a.label ",
            $rest
        )
    };
}
pub(crate) use select;

statements! { accounts:
    CLAIM_LABEL = "INSERT INTO labels (label, account_id, state, created_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (label) DO NOTHING";
    OWNER_OF_LABEL = "SELECT account_id FROM labels WHERE label = $1";
    INSERT = "INSERT INTO accounts (id, label, name, version, created_at, settings) \
              VALUES ($1, $2, $3, $4, $5, $6)";
    BY_LABEL = concat!(
        "SELECT ", columns!(), " FROM labels l JOIN accounts a ON a.id = l.account_id WHERE l.label = $1"
    );
    BY_ID = select!("WHERE a.id = $1");
    LIST = select!("ORDER BY a.label");
    APPROVE = "UPDATE labels SET state = $2 WHERE label = $1 AND state <> $2";
    BUMP_OF_LABEL = "UPDATE accounts SET version = version + 1 WHERE id IN (SELECT account_id FROM labels WHERE label = $1)";
    BUMP = "UPDATE accounts SET version = version + 1 WHERE id = $1 RETURNING version";
    HOLD = "SELECT a.version FROM accounts a WHERE a.id = $1 {FOR_UPDATE}";
    RENAME = "UPDATE accounts SET name = $2 WHERE id = $1";
    CONFIGURATION = "SELECT settings FROM accounts WHERE id = $1";
    PUT_CONFIGURATION = "UPDATE accounts SET settings = $2 WHERE id = $1";
}

const EMPTY_CONFIGURATION: &str = "{}";

/// Makes an account with an empty configuration (`{}`).
///
/// # Errors
/// [`Error::LabelTaken`]; those of the database.
pub async fn create(tx: &GlobalTx<'_>, account: &Account) -> Result<(), Error> {
    let (label, state) = (account.label.as_str(), account.state.as_str());
    if tx.execute(&CLAIM_LABEL, params![label, account.id, state, account.created_at]).await? == 0 {
        return Err(Error::LabelTaken);
    }
    let name = account.name.as_str();
    let row = params![account.id, label, name, account.version, account.created_at, EMPTY_CONFIGURATION];
    tx.execute(&INSERT, row).await.map(drop)
}

/// Takes another vanity URL for the account; true when it is the account's, taken now or before.
///
/// # Errors
/// Those of the database.
pub async fn claim_label(
    tx: &Tx<'_>,
    label: &Label,
    state: VanityState,
    now: Timestamp,
) -> Result<bool, Error> {
    let (account, label) = (tx.account(), label.as_str());
    if tx.execute(&CLAIM_LABEL, params![label, account, state.as_str(), now]).await? > 0 {
        return Ok(true);
    }
    let owner = tx.row(&OWNER_OF_LABEL, params![label]).await?;
    let owner = owner.map(|mut row| row.id("account_id", AccountId::from_bytes)).transpose()?;
    Ok(owner == Some(account))
}

/// The account at this label: one indexed read, made at every request. The version tells whether what a node holds in
/// memory of its configuration is still true.
///
/// # Errors
/// Those of the database.
pub async fn by_label(tx: &GlobalTx<'_>, label: &Label) -> Result<Option<Account>, Error> {
    tx.row(&BY_LABEL, params![label.as_str()]).await?.map(read).transpose()
}

/// The account with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &GlobalTx<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    tx.row(&BY_ID, params![id]).await?.map(read).transpose()
}

/// Every account, by label.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &GlobalTx<'_>) -> Result<Vec<Account>, Error> {
    tx.rows(&LIST, params![]).await?.into_iter().map(read).collect()
}

/// Approves a vanity URL; false when none of this label waits for it.
///
/// # Errors
/// Those of the database.
pub async fn approve(tx: &GlobalTx<'_>, label: &Label) -> Result<bool, Error> {
    let state = VanityState::Approved.as_str();
    let approved = tx.execute(&APPROVE, params![label.as_str(), state]).await? > 0;
    if approved {
        tx.execute(&BUMP_OF_LABEL, params![label.as_str()]).await?;
    }
    Ok(approved)
}

/// Says that the account's configuration changed: the version grows, and every node reads it anew.
///
/// # Errors
/// Those of the database.
pub async fn bump(tx: &Tx<'_>) -> Result<i64, Error> {
    let row = tx.row(&BUMP, params![tx.account()]).await?;
    row.ok_or(Error::Stale)?.integer("version")
}

/// Keeps the account's configuration as it is until this transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &Tx<'_>) -> Result<(), Error> {
    tx.row(&HOLD, params![tx.account()]).await.map(drop)
}

/// Gives the account another name. The caller also calls [`bump`].
///
/// # Errors
/// Those of the database.
pub async fn rename(tx: &Tx<'_>, name: &str) -> Result<(), Error> {
    tx.execute(&RENAME, params![tx.account(), name]).await.map(drop)
}

/// The configuration document of the account; `None` when there is no such account.
///
/// # Errors
/// Those of the database.
pub async fn configuration(tx: &Tx<'_>) -> Result<Option<String>, Error> {
    let row = tx.row(&CONFIGURATION, params![tx.account()]).await?;
    row.map(|mut row| row.text("settings")).transpose()
}

/// Replaces the configuration document of the account. The caller also calls [`bump`].
///
/// # Errors
/// [`Error::Stale`] when there is no such account; those of the database.
pub async fn put_configuration(tx: &Tx<'_>, document: &str) -> Result<(), Error> {
    match tx.execute(&PUT_CONFIGURATION, params![tx.account(), document]).await? {
        0 => Err(Error::Stale),
        _ => Ok(()),
    }
}

/// Reads an account from a row with [`columns!`].
pub(crate) fn read(mut row: Row) -> Result<Account, Error> {
    let created_at: Timestamp = row.time("created_at")?;
    Ok(Account {
        id: row.id("id", AccountId::from_bytes)?,
        label: row.word("label", |text| Label::parse(text).ok())?,
        name: row.text("name")?,
        state: row.word("state", VanityState::from_word)?,
        version: row.integer("version")?,
        created_at,
    })
}
