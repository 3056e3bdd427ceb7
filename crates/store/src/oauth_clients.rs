//! Clients of the authorization server. The secret is nowhere: a row has its SHA-256.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, json, params};
use jiff::Timestamp;
use vestibule_model::email::Email;
use vestibule_model::id::{ClientId, UserId};
use vestibule_model::permission::Roles;
use vestibule_model::token::{Facts, Maker, Scopes, State};
use vestibule_model::user::{Role, Status};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id AS client_id, c.name AS client_name, c.secret_hash, c.scopes, c.made_by, \
             c.created_at AS client_created_at, c.revoked_at, c.redirect_uris, u.status AS maker_status, \
             u.role AS maker_role, u.email AS maker_email FROM oauth_clients c \
             LEFT JOIN users u ON u.account_id = c.account_id AND u.id = c.made_by WHERE c.account_id = $1 ",
            $rest
        )
    };
}

statements! { oauth_clients:
    INSERT = "INSERT INTO oauth_clients (account_id, id, name, secret_hash, scopes, made_by, created_at, redirect_uris) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    BY_ID = select!("AND c.id = $2");
    LIST = select!("ORDER BY c.id DESC LIMIT $2");
    REVOKE = "UPDATE oauth_clients SET revoked_at = $3 WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL";
    REVOKE_TOKENS = "UPDATE tokens SET revoked_at = $3, kept_until = $3 \
                     WHERE account_id = $1 AND client_id = $2 AND revoked_at IS NULL";
    REVOKE_GRANTS = "UPDATE oauth_grants SET revoked_at = $3 \
                     WHERE account_id = $1 AND client_id = $2 AND revoked_at IS NULL";
    HELD = "SELECT revoked_at FROM oauth_clients WHERE account_id = $1 AND id = $2 {FOR_UPDATE}";
    LIVE_TOKENS = "SELECT COUNT(*) AS count FROM tokens \
                   WHERE account_id = $1 AND client_id = $2 AND expires_at > $3 AND revoked_at IS NULL";
}

/// A client, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// What people call it.
    pub name: String,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// The most that it may be permitted.
    pub scopes: Scopes,
    /// The administrator in whose name it acts for itself.
    pub made_by: Option<UserId>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
}

/// A client, and whoever registered it as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The client.
    pub client: Client,
    /// Whoever registered it; `None` when the operator did, or when they are no more.
    pub maker: Option<(Email, Status, Role)>,
}

impl Found {
    /// Whether the client may act for itself at this time.
    #[must_use]
    pub fn state(&self, roles: &Roles, now: Timestamp) -> State {
        let maker = match (self.client.made_by, &self.maker) {
            (None, _) => Maker::Nobody,
            (Some(_), Some((_, status, role))) => Maker::Person(*status, roles.of(role)),
            (Some(_), None) => Maker::Gone,
        };
        let (revoked_at, needs) = (self.client.revoked_at, self.client.scopes.permissions());
        State::of(&Facts { expires_at: None, revoked_at, maker, needs }, now)
    }
}

/// Remembers a new client.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, client: &Client) -> Result<(), Error> {
    let row = params![
        tx.account(),
        client.id,
        client.name.as_str(),
        &client.secret_hash,
        client.scopes.to_string(),
        client.made_by,
        client.created_at,
        json(&client.redirect_uris)?,
    ];
    tx.execute(&INSERT, row).await.map(drop)
}

/// The client with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: ClientId) -> Result<Option<Found>, Error> {
    tx.row(&BY_ID, params![tx.account(), id]).await?.map(read).transpose()
}

/// The clients of the account, newest first, at most so many.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, limit: u32) -> Result<Vec<Found>, Error> {
    tx.rows(&LIST, params![tx.account(), limit]).await?.into_iter().map(read).collect()
}

/// Revokes a client with everything that it got.
///
/// # Errors
/// Those of the database.
pub async fn revoke(tx: &Tx<'_>, id: ClientId, now: Timestamp) -> Result<(), Error> {
    for statement in [&REVOKE, &REVOKE_GRANTS, &REVOKE_TOKENS] {
        tx.execute(statement, params![tx.account(), id, now]).await?;
    }
    Ok(())
}

/// Whether a client is there and not revoked; nobody revokes it before this transaction ends, so that what is handed out in
/// it is revoked too.
///
/// # Errors
/// Those of the database.
pub async fn held(tx: &Tx<'_>, id: ClientId) -> Result<bool, Error> {
    let Some(mut row) = tx.row(&HELD, params![tx.account(), id]).await? else { return Ok(false) };
    Ok(row.time_or_null("revoked_at")?.is_none())
}

/// How many access tokens of a client are good.
///
/// # Errors
/// Those of the database.
pub async fn live_tokens(tx: &Tx<'_>, id: ClientId, now: Timestamp) -> Result<i64, Error> {
    let row = tx.row(&LIVE_TOKENS, params![tx.account(), id, now]).await?;
    row.map_or(Ok(0), |mut row| row.integer("count"))
}

fn read(mut row: Row) -> Result<Found, Error> {
    let client = Client {
        id: row.id("client_id", ClientId::from_bytes)?,
        name: row.text("client_name")?,
        secret_hash: row.hash("secret_hash")?,
        scopes: row.word("scopes", |text| Scopes::parse(text).ok())?,
        made_by: row.id_or_null("made_by", UserId::from_bytes)?,
        created_at: row.time("client_created_at")?,
        revoked_at: row.time_or_null("revoked_at")?,
        redirect_uris: row.json("redirect_uris")?,
    };
    let email = row.word_or_null("maker_email", |text| Email::parse(text).ok())?;
    let status = row.word_or_null("maker_status", Status::from_word)?;
    let role = row.word_or_null("maker_role", Role::from_word)?;
    let maker = email.zip(status).zip(role).map(|((email, status), role)| (email, status, role));
    Ok(Found { client, maker })
}
