//! Authorization requests that wait for an administrator, and the codes that come of them. Each is used once; what is used
//! twice is seen.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::id::{ClientId, GrantId, UserId};
use vestibule_model::token::Scopes;

statements! { oauth_codes:
    INSERT_REQUEST = "INSERT INTO oauth_requests (account_id, request_hash, client_id, scopes, challenge, redirect_uri, \
                      state, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FORGET_REQUESTS = "DELETE FROM oauth_requests WHERE account_id = $1 AND request_hash IN \
                       (SELECT request_hash FROM oauth_requests WHERE account_id = $1 \
                       ORDER BY expires_at DESC, request_hash LIMIT $2 OFFSET $3)";
    REQUEST = "SELECT client_id, scopes, challenge, redirect_uri, state, expires_at FROM oauth_requests \
               WHERE account_id = $1 AND request_hash = $2 AND expires_at > $3";
    TAKE_REQUEST = "DELETE FROM oauth_requests WHERE account_id = $1 AND request_hash = $2 AND expires_at > $3 \
                    RETURNING client_id, scopes, challenge, redirect_uri, state, expires_at";
    INSERT_CODE = "INSERT INTO oauth_codes (account_id, code_hash, client_id, user_id, scopes, challenge, redirect_uri, \
                   expires_at, kept_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    TAKE_CODE = "UPDATE oauth_codes SET grant_id = $3 WHERE account_id = $1 AND code_hash = $2 AND grant_id IS NULL \
                 RETURNING client_id, user_id, scopes, challenge, redirect_uri, expires_at";
    USED_FOR = "SELECT grant_id FROM oauth_codes WHERE account_id = $1 AND code_hash = $2";
    PURGE_REQUESTS = "DELETE FROM oauth_requests WHERE (account_id, request_hash) IN \
                      (SELECT account_id, request_hash FROM oauth_requests WHERE expires_at <= $1 LIMIT $2)";
    PURGE_CODES = "DELETE FROM oauth_codes WHERE (account_id, code_hash) IN \
                   (SELECT account_id, code_hash FROM oauth_codes WHERE kept_until <= $1 LIMIT $2)";
}

/// A request that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// SHA-256 of the secret in its address.
    pub request_hash: [u8; 32],
    /// Who asks.
    pub client: ClientId,
    /// What for.
    pub scopes: Scopes,
    /// SHA-256 that the verifier must have.
    pub challenge: [u8; 32],
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What the client gets back with it.
    pub state: Option<String>,
    /// Until when it waits.
    pub expires_at: Timestamp,
}

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of it.
    pub code_hash: [u8; 32],
    /// Who may exchange it.
    pub client: ClientId,
    /// Who permitted it.
    pub user: UserId,
    /// What for.
    pub scopes: Scopes,
    /// SHA-256 that the verifier must have.
    pub challenge: [u8; 32],
    /// Where it was sent.
    pub redirect_uri: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// Remembers a request.
///
/// # Errors
/// Those of the database.
pub async fn insert_request(tx: &Tx<'_>, request: &Request) -> Result<(), Error> {
    let row = params![
        tx.account(),
        &request.request_hash,
        request.client,
        request.scopes.to_string(),
        &request.challenge,
        request.redirect_uri.as_str(),
        request.state.as_deref(),
        request.expires_at,
    ];
    tx.execute(&INSERT_REQUEST, row).await.map(drop)
}

/// Forgets all requests of the account but the newest so many.
///
/// # Errors
/// Those of the database.
pub async fn forget_requests(tx: &Tx<'_>, most: u32) -> Result<u64, Error> {
    tx.execute(&FORGET_REQUESTS, params![tx.account(), PURGED_AT_ONCE, most]).await
}

/// The request with this hash, if it still waits.
///
/// # Errors
/// Those of the database.
pub async fn request(tx: &Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<Request>, Error> {
    let row = tx.row(&REQUEST, params![tx.account(), hash, now]).await?;
    row.map(|row| read_request(row, hash)).transpose()
}

/// Takes the request with this hash, once.
///
/// # Errors
/// Those of the database.
pub async fn take_request(tx: &Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<Request>, Error> {
    let row = tx.row(&TAKE_REQUEST, params![tx.account(), hash, now]).await?;
    row.map(|row| read_request(row, hash)).transpose()
}

/// Remembers a code, until `kept_until`.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, code: &Code, kept_until: Timestamp) -> Result<(), Error> {
    let row = params![
        tx.account(),
        &code.code_hash,
        code.client,
        code.user,
        code.scopes.to_string(),
        &code.challenge,
        code.redirect_uri.as_str(),
        code.expires_at,
        kept_until,
    ];
    tx.execute(&INSERT_CODE, row).await.map(drop)
}

/// Uses a code for this grant; `None` when it was used before, or is not there. Whether it is good is for the caller to say.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &Tx<'_>, hash: &[u8; 32], grant: GrantId) -> Result<Option<Code>, Error> {
    let Some(mut row) = tx.row(&TAKE_CODE, params![tx.account(), hash, grant]).await? else {
        return Ok(None);
    };
    Ok(Some(Code {
        code_hash: *hash,
        client: row.id("client_id", ClientId::from_bytes)?,
        user: row.id("user_id", UserId::from_bytes)?,
        scopes: row.word("scopes", |text| Scopes::parse(text).ok())?,
        challenge: row.hash("challenge")?,
        redirect_uri: row.text("redirect_uri")?,
        expires_at: row.time("expires_at")?,
    }))
}

/// What a code was used for, if it was.
///
/// # Errors
/// Those of the database.
pub async fn used_for(tx: &Tx<'_>, hash: &[u8; 32]) -> Result<Option<GrantId>, Error> {
    let row = tx.row(&USED_FOR, params![tx.account(), hash]).await?;
    row.map_or(Ok(None), |mut row| row.id_or_null("grant_id", GrantId::from_bytes))
}

/// Forgets requests and codes of all accounts that are over, at most [`PURGED_AT_ONCE`] of each, and tells how many of
/// those that were more.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    let requests = tx.execute(&PURGE_REQUESTS, params![now, PURGED_AT_ONCE]).await?;
    Ok(requests.max(tx.execute(&PURGE_CODES, params![now, PURGED_AT_ONCE]).await?))
}

fn read_request(mut row: Row, hash: &[u8; 32]) -> Result<Request, Error> {
    Ok(Request {
        request_hash: *hash,
        client: row.id("client_id", ClientId::from_bytes)?,
        scopes: row.word("scopes", |text| Scopes::parse(text).ok())?,
        challenge: row.hash("challenge")?,
        redirect_uri: row.text("redirect_uri")?,
        state: row.text_or_null("state")?,
        expires_at: row.time("expires_at")?,
    })
}
