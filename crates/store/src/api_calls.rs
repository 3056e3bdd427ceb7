//! The API call log. Details come packed into blocks and encrypted by `app`, and are kept as they come.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::api_call::{About, Ending, Entry, Filter, Subject};
use vestibule_model::id::{CallId, GroupId, TokenId, UserId};

macro_rules! columns {
    () => {
        "id, called_at, method, path, status, duration_micros, token_id, client, dialect, story, user_id, group_id, \
         subject_name"
    };
}

/// The conditions that all searches share; ids are time-ordered, so the first two bound the walk along the index.
/// PostgreSQL learns the type of a parameter where it first meets it, so the comparison comes before IS NULL.
macro_rules! search {
    ($more:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM api_calls WHERE account_id = $1 AND id >= $2 AND id < $3 AND called_at >= $4 \
             AND status >= $5 AND status <= $6 AND (dialect = $7 OR $7 IS NULL) ",
            $more,
            "ORDER BY id DESC LIMIT $8"
        )
    };
}

statements! { api_calls:
    INSERT = "INSERT INTO api_calls (account_id, id, called_at, method, path, status, duration_micros, token_id, client, \
              dialect, story, user_id, group_id, subject_name, subject_folded, block_id, place) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    INSERT_BLOCK = "INSERT INTO api_call_blocks (account_id, id, last_call_id, details) VALUES ($1, $2, $3, $4)";
    SEARCH = search!("");
    SEARCH_USER = search!("AND user_id = $9 ");
    // Whom a call touched stands beside its id in an index that lies in order of time: about 70 bytes a call are walked along.
    SEARCH_ABOUT = search!(
        "AND id IN (SELECT p.id FROM api_calls p WHERE p.account_id = $1 AND p.id >= $2 AND p.id < $3 \
         AND (p.user_id = $9 OR p.subject_folded = $10)) "
    );
    ONE = concat!("SELECT ", columns!(), ", block_id, place FROM api_calls WHERE account_id = $1 AND id = $2");
    BLOCK = "SELECT details FROM api_call_blocks WHERE account_id = $1 AND id = $2";
    PURGE = "DELETE FROM api_calls WHERE (account_id, id) IN \
             (SELECT c.account_id, c.id FROM accounts a JOIN api_calls c ON c.account_id = a.id \
             WHERE c.id < $1 AND c.id < (SELECT k.id FROM api_calls k WHERE k.account_id = a.id \
             ORDER BY k.id DESC LIMIT 1 OFFSET $2) LIMIT $3)";
    PURGE_BLOCKS = "DELETE FROM api_call_blocks WHERE (account_id, id) IN \
                    (SELECT b.account_id, b.id FROM accounts a JOIN api_call_blocks b ON b.account_id = a.id \
                    WHERE b.last_call_id < $1 AND b.last_call_id < (SELECT k.id FROM api_calls k \
                    WHERE k.account_id = a.id ORDER BY k.id LIMIT 1) LIMIT $2)";
}

/// The most rows that a search returns.
const MOST_ROWS: u32 = 200;

/// The details of calls, packed and sealed together.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its id: that of its first call.
    pub id: CallId,
    /// Its last call.
    pub last: CallId,
    /// What was sealed.
    pub sealed: Vec<u8>,
}

/// Keeps calls, and the block in which their details are, in the same order. They are written when the transaction commits.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, entries: &[Entry], block: &Block) -> Result<(), Error> {
    tx.defer(&INSERT_BLOCK, params![tx.account(), block.id, block.last, block.sealed.as_slice()])?;
    for (place, entry) in (0_i64..).zip(entries) {
        let (user, group) = match entry.subject {
            Some(Subject::User(id, _)) => (Some(id), None),
            Some(Subject::Group(id, _)) => (None, Some(id)),
            Some(Subject::Nobody(_)) | None => (None, None),
        };
        let name = entry.subject.as_ref().and_then(Subject::name);
        let row = params![
            tx.account(),
            entry.id,
            entry.time,
            entry.method.as_str(),
            entry.path.as_str(),
            i64::from(entry.status),
            entry.duration_micros,
            entry.token,
            entry.client.as_str(),
            entry.dialect.as_deref(),
            entry.story.as_deref(),
            user,
            group,
            name,
            name.map(str::to_lowercase),
            block.id,
            place,
        ];
        tx.defer(&INSERT, row)?;
    }
    Ok(())
}

/// The rows that a filter asks for, newest first.
///
/// # Errors
/// Those of the database.
pub async fn search(tx: &Tx<'_>, filter: &Filter) -> Result<Vec<Entry>, Error> {
    let since = filter.since.unwrap_or(Timestamp::MIN);
    let before = filter.before.unwrap_or(CallId::from_bytes([0xff; 16]));
    let (first, last) = filter.ending.map_or((0, 999), Ending::statuses);
    let mut wanted = params![
        tx.account(),
        first_id_at(since),
        before,
        since,
        i64::from(first),
        i64::from(last),
        filter.dialect.as_deref(),
        filter.limit.clamp(1, MOST_ROWS),
    ]
    .to_vec();
    let rows = match &filter.about {
        None => tx.rows(&SEARCH, &wanted).await?,
        Some(About { user: Some(user), name: None }) => {
            wanted.push((*user).into());
            tx.rows(&SEARCH_USER, &wanted).await?
        }
        Some(about) => {
            wanted.extend([about.user.into(), about.name.as_deref().into()]);
            tx.rows(&SEARCH_ABOUT, &wanted).await?
        }
    };
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// A call, the block in which its details are, and its place there.
///
/// # Errors
/// Those of the database.
pub async fn one(tx: &Tx<'_>, id: CallId) -> Result<Option<(Entry, CallId, usize)>, Error> {
    let Some(mut row) = tx.row(&ONE, params![tx.account(), id]).await? else { return Ok(None) };
    let place = usize::try_from(row.integer("place")?).unwrap_or(usize::MAX);
    Ok(Some((read(&mut row)?, row.id("block_id", CallId::from_bytes)?, place)))
}

/// What was sealed in a block.
///
/// # Errors
/// Those of the database.
pub async fn block(tx: &Tx<'_>, id: CallId) -> Result<Option<Vec<u8>>, Error> {
    tx.row(&BLOCK, params![tx.account(), id]).await?.map(|mut row| row.bytes("details")).transpose()
}

/// Forgets calls of all accounts that are older than this time, but never the newest `least` of an account; at most
/// [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, before: Timestamp, least: u32) -> Result<u64, Error> {
    let wanted = params![first_id_at(before), least.saturating_sub(1), PURGED_AT_ONCE];
    tx.execute(&PURGE, wanted).await
}

/// Forgets blocks of which no call is kept; at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge_blocks(tx: &GlobalTx<'_>, before: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE_BLOCKS, params![first_id_at(before), PURGED_AT_ONCE]).await
}

/// The lowest id that can have been made at this time: ids begin with their millisecond, in 48 bits.
fn first_id_at(time: Timestamp) -> CallId {
    let milliseconds = u64::try_from(time.as_millisecond()).unwrap_or(0);
    CallId::from_bytes((u128::from(milliseconds) << 80).to_be_bytes())
}

fn read(row: &mut Row) -> Result<Entry, Error> {
    let name = row.text_or_null("subject_name")?;
    let user = row.id_or_null("user_id", UserId::from_bytes)?;
    let group = row.id_or_null("group_id", GroupId::from_bytes)?;
    let subject = match (user, group) {
        (Some(id), _) => Some(Subject::User(id, name)),
        (None, Some(id)) => Some(Subject::Group(id, name)),
        (None, None) => name.map(Subject::Nobody),
    };
    Ok(Entry {
        id: row.id("id", CallId::from_bytes)?,
        time: row.time("called_at")?,
        method: row.text("method")?,
        path: row.text("path")?,
        status: u16::try_from(row.integer("status")?).unwrap_or_default(),
        duration_micros: row.integer("duration_micros")?,
        token: row.id("token_id", TokenId::from_bytes)?,
        client: row.text("client")?,
        dialect: row.text_or_null("dialect")?,
        story: row.text_or_null("story")?,
        subject,
    })
}
