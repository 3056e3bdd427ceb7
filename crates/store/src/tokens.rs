//! API tokens and access tokens: a global table from the hash of a token to its account, and the account's own rows.
//!
//! The row is always read: revoking it revokes the token, on every node at once. What a token may do and whether it is
//! good is decided by `model/token`; here is only what is known of it.

use crate::accounts;
use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::account::Account;
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, ClientId, GrantId, TokenId, UserId};
use vestibule_model::permission::Roles;
use vestibule_model::token::{Facts, Maker, Scopes, State};
use vestibule_model::user::{Role, Status};

/// The columns of a token and of whoever made it, as [`read`] takes them.
macro_rules! columns {
    () => {
        "t.id AS token_id, t.token_hash, t.name AS token_name, t.scopes, t.made_by, t.client_id, t.grant_id, \
         t.created_at AS token_created_at, t.expires_at, t.used_at, t.revoked_at, u.status AS maker_status, \
         u.role AS maker_role, u.email AS maker_email"
    };
}

macro_rules! maker {
    () => {
        " LEFT JOIN users u ON u.account_id = t.account_id AND u.id = t.made_by "
    };
}

statements! { tokens:
    INSERT = "INSERT INTO tokens (account_id, id, token_hash, name, scopes, made_by, client_id, grant_id, created_at, \
              expires_at, kept_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    INSERT_HASH = "INSERT INTO token_hashes (token_hash, account_id, token_id) VALUES ($1, $2, $3)";
    BY_HASH = concat!(
        "SELECT ", accounts::columns!(), ", ", columns!(), " FROM token_hashes h \
         JOIN tokens t ON t.account_id = h.account_id AND t.id = h.token_id \
         JOIN accounts a ON a.id = h.account_id JOIN labels l ON l.label = a.label", maker!(),
        "WHERE h.token_hash = $1"
    );
    ACCOUNT_OF = "SELECT account_id FROM token_hashes WHERE token_id = $1";
    BY_ID = concat!("SELECT ", columns!(), " FROM tokens t", maker!(), "WHERE t.account_id = $1 AND t.id = $2");
    LIST = concat!(
        "SELECT ", columns!(), " FROM tokens t", maker!(),
        "WHERE t.account_id = $1 AND t.client_id IS NULL ORDER BY t.id DESC LIMIT $2"
    );
    REVOKE = "UPDATE tokens SET revoked_at = $3, kept_until = $4 \
              WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL";
    TOUCH = "UPDATE tokens SET used_at = $3 WHERE account_id = $1 AND id = $2 AND (used_at IS NULL OR used_at < $3)";
    PURGE_HASHES = "DELETE FROM token_hashes WHERE token_hash IN (SELECT token_hash FROM tokens \
                    WHERE kept_until <= $1 ORDER BY kept_until, account_id, id LIMIT $2)";
    PURGE = "DELETE FROM tokens WHERE (account_id, id) IN (SELECT account_id, id FROM tokens \
             WHERE kept_until <= $1 ORDER BY kept_until, account_id, id LIMIT $2)";
}

/// A token, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// SHA-256 of its text.
    pub token_hash: [u8; 32],
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The person in whose name it acts.
    pub made_by: Option<UserId>,
    /// The client that got it from the authorization server.
    pub client: Option<ClientId>,
    /// What an administrator permitted that client.
    pub grant: Option<GrantId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// A token, and whoever made it as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The token.
    pub token: Token,
    /// Whoever made it; `None` when nobody did, or when they are no more.
    pub maker: Option<(Email, Status, Role)>,
}

impl Found {
    /// What the token is at this time.
    #[must_use]
    pub fn state(&self, roles: &Roles, now: Timestamp) -> State {
        let maker = match (self.token.made_by, &self.maker) {
            (None, _) => Maker::Nobody,
            (Some(_), Some((_, status, role))) => Maker::Person(*status, roles.of(role)),
            (Some(_), None) => Maker::Gone,
        };
        let (expires_at, revoked_at) = (self.token.expires_at, self.token.revoked_at);
        State::of(&Facts { expires_at, revoked_at, maker, needs: self.token.scopes.permissions() }, now)
    }
}

/// Remembers a new token, until `kept_until` if it is to be forgotten ever.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, token: &Token, kept_until: Option<Timestamp>) -> Result<(), Error> {
    tx.defer(&INSERT_HASH, params![&token.token_hash, tx.account(), token.id])?;
    let row = params![
        tx.account(),
        token.id,
        &token.token_hash,
        token.name.as_str(),
        token.scopes.to_string(),
        token.made_by,
        token.client,
        token.grant,
        token.created_at,
        token.expires_at,
        kept_until,
    ];
    tx.defer(&INSERT, row)
}

/// The token with this hash and its account, each by its key: made at every request of an API. Whether the token is good
/// is for the caller to say.
///
/// # Errors
/// Those of the database.
pub async fn by_hash(tx: &GlobalTx<'_>, hash: &[u8; 32]) -> Result<Option<(Account, Found)>, Error> {
    let Some(mut row) = tx.row(&BY_HASH, params![hash]).await? else { return Ok(None) };
    let found = read(&mut row)?;
    Ok(Some((accounts::read(row)?, found)))
}

/// The account to which a token belongs.
///
/// # Errors
/// Those of the database.
pub async fn account_of(tx: &GlobalTx<'_>, id: TokenId) -> Result<Option<AccountId>, Error> {
    let row = tx.row(&ACCOUNT_OF, params![id]).await?;
    row.map(|mut row| row.id("account_id", AccountId::from_bytes)).transpose()
}

/// The token with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: TokenId) -> Result<Option<Found>, Error> {
    tx.row(&BY_ID, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The API tokens of the account, newest first, at most so many; access tokens are not among them.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, limit: u32) -> Result<Vec<Found>, Error> {
    let rows = tx.rows(&LIST, params![tx.account(), limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Takes a token back; false when it was before, or is not there.
///
/// # Errors
/// Those of the database.
pub async fn revoke(tx: &Tx<'_>, id: TokenId, now: Timestamp, kept_until: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(&REVOKE, params![tx.account(), id, now, kept_until]).await? > 0)
}

/// Notes that a token was used.
///
/// # Errors
/// Those of the database.
pub async fn touch(tx: &Tx<'_>, id: TokenId, used_at: Timestamp) -> Result<(), Error> {
    tx.defer(&TOUCH, params![tx.account(), id, used_at])
}

/// Forgets tokens of all accounts whose rows are not kept any longer, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE_HASHES, params![now, PURGED_AT_ONCE]).await?;
    tx.execute(&PURGE, params![now, PURGED_AT_ONCE]).await
}

fn read(row: &mut Row) -> Result<Found, Error> {
    let token = Token {
        id: row.id("token_id", TokenId::from_bytes)?,
        token_hash: row.hash("token_hash")?,
        name: row.text("token_name")?,
        scopes: row.word("scopes", |text| Scopes::parse(text).ok())?,
        made_by: row.id_or_null("made_by", UserId::from_bytes)?,
        client: row.id_or_null("client_id", ClientId::from_bytes)?,
        grant: row.id_or_null("grant_id", GrantId::from_bytes)?,
        created_at: row.time("token_created_at")?,
        expires_at: row.time_or_null("expires_at")?,
        used_at: row.time_or_null("used_at")?,
        revoked_at: row.time_or_null("revoked_at")?,
    };
    let email = row.word_or_null("maker_email", |text| Email::parse(text).ok())?;
    let status = row.word_or_null("maker_status", Status::from_word)?;
    let role = row.word_or_null("maker_role", Role::from_word)?;
    let maker = email.zip(status).zip(role).map(|((email, status), role)| (email, status, role));
    Ok(Found { token, maker })
}
