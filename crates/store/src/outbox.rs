//! Mails that wait to be sent, or are kept to be read here.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::id::{AccountId, MailId};

statements! { outbox:
    INSERT = "INSERT INTO outbox (account_id, id, recipient, subject, created_at, body_text) \
              VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT id, recipient, subject, created_at, body_text FROM outbox \
            WHERE account_id = $1 ORDER BY id DESC LIMIT $2";
    LIST_ALL = "SELECT account_id, id, recipient, subject, created_at, body_text FROM outbox \
                ORDER BY id DESC LIMIT $1";
}

/// A mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// The address it goes to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text. It may hold a one-time link, so a mail has no `Debug`.
    pub body_text: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// Puts a mail into the outbox, in the transaction of the deed that caused it.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, mail: &Mail) -> Result<(), Error> {
    let row = params![
        tx.account(),
        mail.id,
        mail.to.as_str(),
        mail.subject.as_str(),
        mail.created_at,
        mail.body_text.as_str(),
    ];
    tx.defer(&INSERT, row)
}

/// The mails of the account, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, limit: u32) -> Result<Vec<Mail>, Error> {
    let rows = tx.rows(&LIST, params![tx.account(), limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The mails of all accounts, newest first: for the operator.
///
/// # Errors
/// Those of the database.
pub async fn list_all(tx: &GlobalTx<'_>, limit: u32) -> Result<Vec<(AccountId, Mail)>, Error> {
    let rows = tx.rows(&LIST_ALL, params![limit]).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.id("account_id", AccountId::from_bytes)?, read(&mut row)?)))
        .collect()
}

fn read(row: &mut Row) -> Result<Mail, Error> {
    Ok(Mail {
        id: row.id("id", MailId::from_bytes)?,
        to: row.text("recipient")?,
        subject: row.text("subject")?,
        body_text: row.text("body_text")?,
        created_at: row.time("created_at")?,
    })
}
