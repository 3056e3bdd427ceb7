//! The audit log: records are appended, and never changed or taken away. What they say and how they are chained is in `app/audit`.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::audit::{Filter, Hash, Head, Record};

macro_rules! columns {
    () => {
        "number, written_at, actor, deed, area, subject, subject_id, hash, record"
    };
}

/// The conditions that all searches share. PostgreSQL learns the type of a parameter where it first meets it, so the
/// comparison comes before IS NULL.
macro_rules! search {
    ($more:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM audit_records WHERE account_id = $1 AND number < $2 AND written_at >= $3 AND written_at < $4 \
             AND (area = $5 OR $5 IS NULL) ",
            $more,
            "ORDER BY number DESC LIMIT $6"
        )
    };
}

statements! { audit:
    LOCK_HEAD = "INSERT INTO audit_heads (account_id, number, hash) VALUES ($1, 0, $2) \
                 ON CONFLICT (account_id) DO UPDATE SET number = audit_heads.number RETURNING number, hash";
    HEAD = "SELECT number, hash FROM audit_heads WHERE account_id = $1";
    ADVANCE = "UPDATE audit_heads SET number = $2, hash = $3 WHERE account_id = $1";
    INSERT = "INSERT INTO audit_records (account_id, number, written_at, actor, deed, area, subject, subject_id, hash, \
              record) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SEARCH = search!("");
    SEARCH_ABOUT = search!("AND (actor = $7 OR subject = $7 OR subject_id = $7) ");
    FOLLOWING = concat!(
        "SELECT ", columns!(), " FROM audit_records WHERE account_id = $1 AND number > $2 AND written_at >= $3 \
         ORDER BY number LIMIT $4"
    );
    OF_SUBJECT = concat!(
        "SELECT ", columns!(), " FROM audit_records WHERE account_id = $1 AND subject_id = $2 \
         ORDER BY number DESC LIMIT $3"
    );
}

/// The most rows that a search returns.
const MOST_ROWS: u32 = 200;

/// A record as it is kept: its text, its hash, and the columns beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number.
    pub number: i64,
    /// When it was written.
    pub written_at: Timestamp,
    /// Who did it, as searches look for it.
    pub actor: String,
    /// What was done.
    pub deed: String,
    /// What that is about.
    pub area: String,
    /// To whom or what, as searches look for it.
    pub subject: String,
    /// Its id.
    pub subject_id: Option<String>,
    /// The hash of the text.
    pub hash: Hash,
    /// The text.
    pub text: String,
}

impl Kept {
    /// The row of a record with this text.
    #[must_use]
    pub fn of(record: &Record, text: String, hash: Hash) -> Self {
        Self {
            number: record.number,
            // What is kept has no more than microseconds.
            written_at: Timestamp::from_microsecond(record.time.as_microsecond()).unwrap_or(record.time),
            actor: record.actor.folded(),
            deed: record.deed.as_str().to_owned(),
            area: record.deed.area().as_str().to_owned(),
            subject: record.subject.name.to_lowercase(),
            subject_id: record.subject.id.clone(),
            hash,
            text,
        }
    }
}

/// The text of a record, as it is kept and hashed.
///
/// # Errors
/// None that a record can cause.
pub fn text(record: &Record) -> Result<String, Error> {
    record.text().map_err(|error| Error::database("writing an audit record", error))
}

/// The end of the account's chain, which nobody else moves until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_head(tx: &Tx<'_>) -> Result<Head, Error> {
    let found = tx.row(&LOCK_HEAD, params![tx.account(), &Hash::NONE.0]).await?;
    head_of(&mut found.ok_or(Error::Stale)?)
}

/// The end of the account's chain.
///
/// # Errors
/// Those of the database.
pub async fn head(tx: &Tx<'_>) -> Result<Head, Error> {
    let found = tx.row(&HEAD, params![tx.account()]).await?;
    found.map_or(Ok(Head::NONE), |mut row| head_of(&mut row))
}

fn head_of(row: &mut Row) -> Result<Head, Error> {
    Ok(Head { number: row.integer("number")?, hash: Hash(row.hash("hash")?) })
}

/// Appends a record that follows the head which this transaction locked.
///
/// # Errors
/// Those of the database.
pub async fn append(tx: &Tx<'_>, kept: &Kept) -> Result<(), Error> {
    let row = params![
        tx.account(),
        kept.number,
        kept.written_at,
        kept.actor.as_str(),
        kept.deed.as_str(),
        kept.area.as_str(),
        kept.subject.as_str(),
        kept.subject_id.as_deref(),
        &kept.hash.0,
        kept.text.as_str(),
    ];
    tx.execute(&INSERT, row).await?;
    tx.execute(&ADVANCE, params![tx.account(), kept.number, &kept.hash.0]).await.map(drop)
}

/// The records that a filter asks for, newest first.
///
/// # Errors
/// Those of the database.
pub async fn search(tx: &Tx<'_>, filter: &Filter) -> Result<Vec<Kept>, Error> {
    let mut wanted = params![
        tx.account(),
        filter.before.unwrap_or(i64::MAX),
        filter.since.unwrap_or(Timestamp::MIN),
        filter.until.unwrap_or(Timestamp::MAX),
        filter.area.map(vestibule_model::audit::Area::as_str),
        filter.limit.clamp(1, MOST_ROWS),
    ]
    .to_vec();
    let rows = match &filter.about {
        None => tx.rows(&SEARCH, &wanted).await?,
        Some(about) => {
            wanted.push(about.as_str().into());
            tx.rows(&SEARCH_ABOUT, &wanted).await?
        }
    };
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Records after a number and not before a time, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn following(
    tx: &Tx<'_>,
    after: i64,
    since: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<Kept>, Error> {
    let wanted = params![tx.account(), after, since.unwrap_or(Timestamp::MIN), limit];
    tx.rows(&FOLLOWING, wanted).await?.into_iter().map(|mut row| read(&mut row)).collect()
}

/// What was done to one person or thing, newest first.
///
/// # Errors
/// Those of the database.
pub async fn of_subject(tx: &Tx<'_>, id: &str, limit: u32) -> Result<Vec<Kept>, Error> {
    let rows = tx.rows(&OF_SUBJECT, params![tx.account(), id, limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

fn read(row: &mut Row) -> Result<Kept, Error> {
    Ok(Kept {
        number: row.integer("number")?,
        written_at: row.time("written_at")?,
        actor: row.text("actor")?,
        deed: row.text("deed")?,
        area: row.text("area")?,
        subject: row.text("subject")?,
        subject_id: row.text_or_null("subject_id")?,
        hash: Hash(row.hash("hash")?),
        text: row.text("record")?,
    })
}
