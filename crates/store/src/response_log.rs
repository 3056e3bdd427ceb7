//! The response log. The detail of a row comes compressed and encrypted by `app`, and is kept as it comes.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::code::Code;
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, ConnectionId, LogId};
use vestibule_model::response_log::{Entry, Filter, OutcomeWord, TrackingId};

macro_rules! columns {
    () => {
        "id, tracking_id, received_at, connection_id, person, outcome, code"
    };
}

/// The conditions that both searches share; ids are time-ordered, so the first two bound the walk along the index. A walk
/// for a person is one along an index that has the ids and the names and nothing else, about 60 bytes a row.
/// PostgreSQL learns the type of a parameter where it first meets it, so the comparison comes before IS NULL.
macro_rules! search {
    ($more:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM response_log WHERE account_id = $1 AND id >= $2 AND id < $3 AND received_at >= $4 ",
            "AND (code = $5 OR $5 IS NULL) AND (outcome = $6 OR $6 IS NULL) ",
            "AND (tracking_id = $7 OR $7 IS NULL) ",
            $more
        )
    };
}

statements! { response_log:
    INSERT = "INSERT INTO response_log (account_id, id, tracking_id, received_at, connection_id, person, \
              person_folded, outcome, code, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SEARCH = search!("ORDER BY id DESC LIMIT $8");
    SEARCH_PERSON = search!(
        "AND id IN (SELECT p.id FROM response_log p WHERE p.account_id = $1 AND p.id >= $2 AND p.id < $3 \
         AND p.person_folded = $9) ORDER BY id DESC LIMIT $8"
    );
    DETAIL = concat!("SELECT ", columns!(), ", detail FROM response_log WHERE account_id = $1 AND id = $2");
    PAGE = concat!(
        "SELECT ", columns!(), ", detail FROM response_log WHERE account_id = $1 AND id >= $2 AND id < $3 \
         AND received_at >= $4 ORDER BY id DESC LIMIT $5"
    );
    COUNT = "SELECT COUNT(*) AS count FROM response_log WHERE account_id = $1 AND id >= $2 AND received_at >= $3";
    // Answered from the index of those who were refused alone.
    REFUSED = "SELECT id, person, code FROM response_log WHERE account_id = $1 AND id >= $2 AND outcome = 'refused' \
               ORDER BY id DESC LIMIT $3";
    FIND_ACCOUNT = "SELECT account_id FROM response_log \
                    WHERE account_id IN (SELECT id FROM accounts) AND id = $1";
    PURGE = "DELETE FROM response_log WHERE (account_id, id) IN \
             (SELECT account_id, id FROM response_log \
             WHERE account_id IN (SELECT id FROM accounts) AND id < $1 LIMIT $2)";
}

/// The most rows that a search returns.
const MOST_ROWS: u32 = 200;

/// Keeps a row. It is written when the transaction commits.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, entry: &Entry, sealed_detail: &[u8]) -> Result<(), Error> {
    let row = params![
        tx.account(),
        entry.id,
        entry.tracking_id.to_bytes(),
        entry.time,
        entry.connection,
        entry.user.as_deref(),
        entry.user.as_deref().map(folded),
        entry.outcome.as_str(),
        entry.code.map(number),
        sealed_detail,
    ];
    tx.defer(&INSERT, row)
}

/// The rows that a filter asks for, newest first.
///
/// # Errors
/// Those of the database.
pub async fn search(tx: &Tx<'_>, filter: &Filter) -> Result<Vec<Entry>, Error> {
    let since = filter.since.unwrap_or(Timestamp::MIN);
    let before = filter.before.unwrap_or(LogId::from_bytes([0xff; 16]));
    let wanted = params![
        tx.account(),
        first_id_at(since),
        before,
        since,
        filter.code.map(number),
        filter.outcome.map(OutcomeWord::as_str),
        filter.tracking_id.map(TrackingId::to_bytes),
        filter.limit.clamp(1, MOST_ROWS),
    ];
    let rows = match &filter.user {
        None => tx.rows(&SEARCH, wanted).await?,
        Some(user) => {
            let mut wanted = wanted.to_vec();
            wanted.push(folded(user).into());
            tx.rows(&SEARCH_PERSON, &wanted).await?
        }
    };
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// A row with its sealed detail.
///
/// # Errors
/// Those of the database.
pub async fn detail(tx: &Tx<'_>, id: LogId) -> Result<Option<(Entry, Vec<u8>)>, Error> {
    tx.row(&DETAIL, params![tx.account(), id]).await?.map(read_whole).transpose()
}

/// Rows since a time with their sealed details, newest first: those that are older than a row, at most so many.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &Tx<'_>,
    since: Timestamp,
    before: Option<LogId>,
    limit: u32,
) -> Result<Vec<(Entry, Vec<u8>)>, Error> {
    let before = before.unwrap_or(LogId::from_bytes([0xff; 16]));
    let wanted = params![tx.account(), first_id_at(since), before, since, limit.clamp(1, MOST_ROWS)];
    tx.rows(&PAGE, wanted).await?.into_iter().map(read_whole).collect()
}

/// How many rows there are since a time.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &Tx<'_>, since: Timestamp) -> Result<u64, Error> {
    let row = tx.row(&COUNT, params![tx.account(), first_id_at(since), since]).await?;
    let count = row.map(|mut row| row.integer("count")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

/// A response that nobody was let in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The row.
    pub id: LogId,
    /// The address that it asserted.
    pub person: Option<String>,
    /// Why.
    pub code: Option<Code>,
}

/// The responses since a time that were refused, newest first, at most so many.
///
/// # Errors
/// Those of the database.
pub async fn refused(tx: &Tx<'_>, since: Timestamp, limit: u32) -> Result<Vec<Refused>, Error> {
    let rows = tx.rows(&REFUSED, params![tx.account(), first_id_at(since), limit]).await?;
    let read = rows.into_iter().map(|mut row| {
        let id = row.id("id", LogId::from_bytes)?;
        Ok(Refused { id, person: row.text_or_null("person")?, code: code(&mut row)? })
    });
    read.collect()
}

/// The account in whose log a row is: for the operator, who need not know the account.
///
/// # Errors
/// Those of the database.
pub async fn find_account(tx: &GlobalTx<'_>, id: LogId) -> Result<Option<AccountId>, Error> {
    let row = tx.row(&FIND_ACCOUNT, params![id]).await?;
    row.map(|mut row| row.id("account_id", AccountId::from_bytes)).transpose()
}

/// Forgets rows of all accounts that are older than this time, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, before: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![first_id_at(before), PURGED_AT_ONCE]).await
}

/// The lowest id that can have been made at this time: ids begin with their millisecond, in 48 bits.
fn first_id_at(time: Timestamp) -> LogId {
    let milliseconds = u64::try_from(time.as_millisecond()).unwrap_or(0);
    LogId::from_bytes((u128::from(milliseconds) << 80).to_be_bytes())
}

/// How an asserted name is compared: as an address where it is one.
fn folded(user: &str) -> String {
    Email::parse(user).map_or_else(|_| user.to_lowercase(), |email| email.folded().to_owned())
}

fn number(code: Code) -> i64 {
    i64::from(code.number())
}

fn code(row: &mut Row) -> Result<Option<Code>, Error> {
    let number = row.integer_or_null("code")?.and_then(|number| u16::try_from(number).ok());
    Ok(number.and_then(Code::from_number))
}

fn read(row: &mut Row) -> Result<Entry, Error> {
    Ok(Entry {
        id: row.id("id", LogId::from_bytes)?,
        tracking_id: row.id("tracking_id", TrackingId::from_bytes)?,
        time: row.time("received_at")?,
        connection: row.id_or_null("connection_id", ConnectionId::from_bytes)?,
        user: row.text_or_null("person")?,
        outcome: row.word("outcome", OutcomeWord::from_word)?,
        code: code(row)?,
    })
}

fn read_whole(mut row: Row) -> Result<(Entry, Vec<u8>), Error> {
    let entry = read(&mut row)?;
    Ok((entry, row.bytes("detail")?))
}
