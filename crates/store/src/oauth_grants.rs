//! What administrators permitted clients, and the refresh tokens of it: a family, of which each is used once.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::{ClientId, GrantId, UserId};
use vestibule_model::permission::Roles;
use vestibule_model::token::{Facts, Maker, Scopes, State};
use vestibule_model::user::{Role, Status};

statements! { oauth_grants:
    INSERT = "INSERT INTO oauth_grants (account_id, id, client_id, user_id, scopes, created_at, kept_until) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_REFRESH = "INSERT INTO oauth_refresh_tokens (account_id, token_hash, grant_id, created_at, expires_at) \
                      VALUES ($1, $2, $3, $4, $5)";
    BY_REFRESH = "SELECT g.id AS grant_id, g.client_id, g.user_id, g.scopes, g.revoked_at, r.created_at, r.expires_at, \
                  r.used_at, u.status AS user_status, u.role AS user_role FROM oauth_refresh_tokens r \
                  JOIN oauth_grants g ON g.account_id = r.account_id AND g.id = r.grant_id \
                  LEFT JOIN users u ON u.account_id = g.account_id AND u.id = g.user_id \
                  WHERE r.account_id = $1 AND r.token_hash = $2";
    TAKE_REFRESH = "UPDATE oauth_refresh_tokens SET used_at = $3 \
                    WHERE account_id = $1 AND token_hash = $2 AND used_at IS NULL";
    // It also holds the grant: who revokes it waits, and sees what this transaction wrote.
    KEEP = "UPDATE oauth_grants SET kept_until = $3 WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL";
    REVOKE = "UPDATE oauth_grants SET revoked_at = $3 WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL";
    REVOKE_TOKENS = "UPDATE tokens SET revoked_at = $3, kept_until = $3 \
                     WHERE account_id = $1 AND grant_id = $2 AND revoked_at IS NULL";
    PURGE_REFRESH = "DELETE FROM oauth_refresh_tokens WHERE (account_id, token_hash) IN \
                     (SELECT account_id, token_hash FROM oauth_refresh_tokens WHERE expires_at <= $1 LIMIT $2)";
    PURGE_GRANTS = "DELETE FROM oauth_grants WHERE (account_id, id) IN \
                    (SELECT account_id, id FROM oauth_grants WHERE kept_until <= $1 LIMIT $2)";
}

/// What an administrator permitted a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The client.
    pub client: ClientId,
    /// The administrator.
    pub user: UserId,
    /// What was permitted.
    pub scopes: Scopes,
    /// When it was.
    pub created_at: Timestamp,
}

/// A refresh token that somebody shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What it is of.
    pub grant: GrantId,
    /// The client that may use it.
    pub client: ClientId,
    /// The administrator who permitted it.
    pub user: UserId,
    /// That person now; `None` when they are no more.
    pub person: Option<(Status, Role)>,
    /// What was permitted.
    pub scopes: Scopes,
    /// When the grant was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When the token was made.
    pub created_at: Timestamp,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// When the token was used.
    pub used_at: Option<Timestamp>,
}

impl Shown {
    /// What the token is at this time; whether it was used is another question.
    #[must_use]
    pub fn state(&self, roles: &Roles, now: Timestamp) -> State {
        let person = self.person.as_ref();
        let maker = person.map_or(Maker::Gone, |(status, role)| Maker::Person(*status, roles.of(role)));
        let (expires_at, revoked_at) = (Some(self.expires_at), self.revoked_at);
        State::of(&Facts { expires_at, revoked_at, maker, needs: self.scopes.permissions() }, now)
    }
}

/// A refresh token to be remembered.
#[derive(Debug, Clone, Copy)]
pub struct Refresh {
    /// SHA-256 of it.
    pub token_hash: [u8; 32],
    /// What it is of.
    pub grant: GrantId,
    /// When it is made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Remembers what was permitted.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, grant: &Grant, kept_until: Timestamp) -> Result<(), Error> {
    let scopes = grant.scopes.to_string();
    let row = params![tx.account(), grant.id, grant.client, grant.user, scopes, grant.created_at, kept_until];
    tx.execute(&INSERT, row).await.map(drop)
}

/// Remembers a refresh token, and its grant for as long; false when the grant was revoked, and then nothing is written.
///
/// # Errors
/// Those of the database.
pub async fn insert_refresh(tx: &Tx<'_>, refresh: &Refresh) -> Result<bool, Error> {
    let Refresh { token_hash, grant, created_at, expires_at } = refresh;
    if tx.execute(&KEEP, params![tx.account(), *grant, *expires_at]).await? == 0 {
        return Ok(false);
    }
    tx.execute(&INSERT_REFRESH, params![tx.account(), token_hash, *grant, *created_at, *expires_at]).await?;
    Ok(true)
}

/// The refresh token with this hash, used or not.
///
/// # Errors
/// Those of the database.
pub async fn by_refresh(tx: &Tx<'_>, hash: &[u8; 32]) -> Result<Option<Shown>, Error> {
    let Some(mut row) = tx.row(&BY_REFRESH, params![tx.account(), hash]).await? else { return Ok(None) };
    let status = row.word_or_null("user_status", Status::from_word)?;
    let role = row.word_or_null("user_role", Role::from_word)?;
    Ok(Some(Shown {
        grant: row.id("grant_id", GrantId::from_bytes)?,
        client: row.id("client_id", ClientId::from_bytes)?,
        user: row.id("user_id", UserId::from_bytes)?,
        person: status.zip(role),
        scopes: row.word("scopes", |text| Scopes::parse(text).ok())?,
        revoked_at: row.time_or_null("revoked_at")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        used_at: row.time_or_null("used_at")?,
    }))
}

/// Uses a refresh token, once; false when somebody did before.
///
/// # Errors
/// Those of the database.
pub async fn take_refresh(tx: &Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(&TAKE_REFRESH, params![tx.account(), hash, now]).await? > 0)
}

/// Ends a grant with every token that came of it.
///
/// # Errors
/// Those of the database.
pub async fn revoke(tx: &Tx<'_>, id: GrantId, now: Timestamp) -> Result<(), Error> {
    for statement in [&REVOKE, &REVOKE_TOKENS] {
        tx.execute(statement, params![tx.account(), id, now]).await?;
    }
    Ok(())
}

/// Forgets grants and refresh tokens of all accounts that are over, at most [`PURGED_AT_ONCE`] of each, and tells how many
/// of those that were more.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    let refresh = tx.execute(&PURGE_REFRESH, params![now, PURGED_AT_ONCE]).await?;
    Ok(refresh.max(tx.execute(&PURGE_GRANTS, params![now, PURGED_AT_ONCE]).await?))
}
