//! Mails that wait to be sent, were sent, or are kept to be read here.
//!
//! A mail that waits has a job of the kind [`JOB`], scheduled in the same transaction; its subject is the mail's id. A mail
//! often holds a one-time link, so its text goes as soon as nobody waits for it.

use crate::error::Error;
use crate::jobs;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::id::{AccountId, MailId};

/// The kind of the jobs that send mails.
pub const JOB: &str = "mail";

macro_rules! columns {
    () => {
        "id, recipient, subject, created_at, state, attempts, ended_at, answer, body_text"
    };
}

statements! { outbox:
    INSERT = "INSERT INTO outbox (account_id, id, recipient, subject, created_at, state, attempts, body_text) \
              VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";
    FIND = concat!("SELECT ", columns!(), " FROM outbox WHERE account_id = $1 AND id = $2");
    LIST = concat!("SELECT ", columns!(), " FROM outbox WHERE account_id = $1 ORDER BY id DESC LIMIT $2");
    LIST_ALL = concat!("SELECT account_id, ", columns!(), " FROM outbox ORDER BY id DESC LIMIT $1");
    WAIT = "UPDATE outbox SET state = $3, attempts = $4, answer = $5 \
            WHERE account_id = $1 AND id = $2 AND state = 'queued'";
    END = "UPDATE outbox SET state = $3, attempts = $4, answer = $5, ended_at = $6, body_text = '' \
           WHERE account_id = $1 AND id = $2 AND state = 'queued'";
    PURGE = "DELETE FROM outbox WHERE (account_id, id) IN \
             (SELECT account_id, id FROM outbox WHERE ended_at <= $1 LIMIT $2)";
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
    /// Its text; empty once it was sent or given up. It may hold a one-time link, so a mail has no `Debug`.
    pub body_text: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// What became of it.
    pub delivery: Delivery,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It is kept to be read here, and not sent.
    Kept,
    /// It waits to be sent.
    Queued {
        /// How often that was tried.
        attempts: i64,
        /// What the server said the last time, or why none was reached.
        answer: Option<String>,
    },
    /// A server took it.
    Sent {
        /// When.
        at: Timestamp,
        /// How often it was tried, this time included.
        attempts: i64,
        /// What the server said.
        answer: String,
    },
    /// It was given up.
    Failed {
        /// When.
        at: Timestamp,
        /// How often it was tried.
        attempts: i64,
        /// What the server said, or why none was reached.
        answer: String,
    },
}

impl Delivery {
    /// The word for it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Queued { .. } => "queued",
            Self::Sent { .. } => "sent",
            Self::Failed { .. } => "failed",
        }
    }

    /// How often it was tried to send it.
    #[must_use]
    pub fn attempts(&self) -> i64 {
        match self {
            Self::Kept => 0,
            Self::Queued { attempts, .. } | Self::Sent { attempts, .. } | Self::Failed { attempts, .. } => {
                *attempts
            }
        }
    }

    /// When it was sent or given up.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Sent { at, .. } | Self::Failed { at, .. } => Some(*at),
            Self::Kept | Self::Queued { .. } => None,
        }
    }

    /// What the server said last, or why none was reached.
    #[must_use]
    pub fn answer(&self) -> Option<&str> {
        match self {
            Self::Kept => None,
            Self::Queued { answer, .. } => answer.as_deref(),
            Self::Sent { answer, .. } | Self::Failed { answer, .. } => Some(answer),
        }
    }
}

/// Puts a mail into the outbox, in the transaction of the deed that caused it; if it waits to be sent, with its job.
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
        mail.delivery.as_str(),
        mail.body_text.as_str(),
    ];
    tx.defer(&INSERT, row)?;
    match mail.delivery {
        Delivery::Queued { .. } => jobs::schedule(tx, JOB, mail.id.to_bytes(), mail.created_at).await,
        Delivery::Kept | Delivery::Sent { .. } | Delivery::Failed { .. } => Ok(()),
    }
}

/// A mail.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &Tx<'_>, id: MailId) -> Result<Option<Mail>, Error> {
    tx.row(&FIND, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
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

/// Writes down what became of a mail that waited. Of one that was sent or given up the text is removed.
///
/// # Errors
/// Those of the database.
pub async fn settle(tx: &Tx<'_>, id: MailId, delivery: &Delivery) -> Result<(), Error> {
    let (state, attempts, answer) = (delivery.as_str(), delivery.attempts(), delivery.answer());
    let settled = match delivery.ended_at() {
        None => tx.execute(&WAIT, params![tx.account(), id, state, attempts, answer]).await,
        Some(at) => tx.execute(&END, params![tx.account(), id, state, attempts, answer, at]).await,
    };
    settled.map(drop)
}

/// Forgets mails of all accounts that were sent or given up before this time, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, before: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![before, PURGED_AT_ONCE]).await
}

fn read(row: &mut Row) -> Result<Mail, Error> {
    let (attempts, ended_at) = (row.integer("attempts")?, row.time_or_null("ended_at")?);
    let answer = row.text_or_null("answer")?;
    let delivery = row.word("state", |state| match (state, ended_at) {
        ("kept", None) => Some(Delivery::Kept),
        ("queued", None) => Some(Delivery::Queued { attempts, answer }),
        ("sent", Some(at)) => Some(Delivery::Sent { at, attempts, answer: answer? }),
        ("failed", Some(at)) => Some(Delivery::Failed { at, attempts, answer: answer? }),
        _ => None,
    })?;
    Ok(Mail {
        id: row.id("id", MailId::from_bytes)?,
        to: row.text("recipient")?,
        subject: row.text("subject")?,
        body_text: row.text("body_text")?,
        created_at: row.time("created_at")?,
        delivery,
    })
}
