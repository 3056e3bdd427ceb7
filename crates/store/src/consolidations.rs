//! People whose address is of a domain of another account: how often they put off to answer, when a mail asked last, and the
//! one door by which a move enters the account that asks.
//!
//! That door opens for a domain alone: the database says which account has it, manages it and asks people to move, and that it is
//! neither this account nor the one above it. From there nothing leads further.

use crate::accounts::{self, select};
use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::account::Account;
use vestibule_model::domain::Domain;
use vestibule_model::id::UserId;

statements! { consolidations:
    NEW_HOME = select!(
        "WHERE a.id = (SELECT o.account_id FROM domain_owners o \
         WHERE o.domain = $2 AND o.managed <> 0 AND o.consolidate <> 0) \
         AND a.id <> $1 AND NOT EXISTS (SELECT 1 FROM accounts c WHERE c.id = $1 AND c.parent_id = a.id)"
    );
    DEFERRED = "SELECT deferred FROM consolidations WHERE account_id = $1 AND user_id = $2 AND domain = $3";
    DEFER = "INSERT INTO consolidations (account_id, user_id, domain, deferred) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (account_id, user_id, domain) DO UPDATE SET deferred = consolidations.deferred + 1 \
             WHERE consolidations.deferred < $4";
    INVITE = "INSERT INTO consolidations (account_id, user_id, domain, deferred, invited_at) VALUES ($1, $2, $3, 0, $4) \
              ON CONFLICT (account_id, user_id, domain) DO UPDATE SET invited_at = excluded.invited_at \
              WHERE consolidations.invited_at IS NULL OR consolidations.invited_at <= $5";
    INVITED_AT = "SELECT invited_at FROM consolidations WHERE account_id = $1 AND user_id = $2 AND domain = $3";
    BEGIN_ANEW = "UPDATE users SET sessions_ended = $3 WHERE account_id = $1 AND id = $2";
    END_LINKS = "DELETE FROM links WHERE account_id = $1 AND user_id = $2";
    END_GRANTS = "UPDATE oauth_grants SET revoked_at = $3 WHERE account_id = $1 AND user_id = $2 AND revoked_at IS NULL";
    END_TOKENS = "UPDATE tokens SET revoked_at = $3, kept_until = $4 \
                  WHERE account_id = $1 AND made_by = $2 AND revoked_at IS NULL";
}

/// The account that asks people of a domain to move to it, and the transaction inside it.
pub struct NewHome<'t> {
    /// The account.
    pub account: Account,
    /// The same transaction, in that account.
    pub tx: Tx<'t>,
}

/// Enters the account that asks people of this domain to move to it; `None` when none does, or it is this one or the one above.
///
/// # Errors
/// Those of the database.
pub async fn new_home<'t>(tx: &'t Tx<'_>, domain: &Domain) -> Result<Option<NewHome<'t>>, Error> {
    let row = tx.row(&NEW_HOME, params![tx.account(), domain.as_str()]).await?;
    let account = row.map(accounts::read).transpose()?;
    Ok(account.map(|account| NewHome { tx: tx.enter(account.id), account }))
}

/// How often a user put off to answer for this domain.
///
/// # Errors
/// Those of the database.
pub async fn deferred(tx: &Tx<'_>, user: UserId, domain: &Domain) -> Result<i64, Error> {
    match tx.row(&DEFERRED, params![tx.account(), user, domain.as_str()]).await? {
        Some(mut row) => row.integer("deferred"),
        None => Ok(0),
    }
}

/// Counts that a user put it off; false when that was done so often already.
///
/// # Errors
/// Those of the database.
pub async fn defer(tx: &Tx<'_>, user: UserId, domain: &Domain, most: i64) -> Result<bool, Error> {
    Ok(tx.execute(&DEFER, params![tx.account(), user, domain.as_str(), most]).await? == 1)
}

/// Notes that a mail asks a user now; false when one did after `again_before`.
///
/// # Errors
/// Those of the database.
pub async fn invite(
    tx: &Tx<'_>,
    (user, domain): (UserId, &Domain),
    now: Timestamp,
    again_before: Timestamp,
) -> Result<bool, Error> {
    let row = params![tx.account(), user, domain.as_str(), now, again_before];
    Ok(tx.execute(&INVITE, row).await? == 1)
}

/// When a mail asked a user last.
///
/// # Errors
/// Those of the database.
pub async fn invited_at(tx: &Tx<'_>, user: UserId, domain: &Domain) -> Result<Option<Timestamp>, Error> {
    match tx.row(&INVITED_AT, params![tx.account(), user, domain.as_str()]).await? {
        Some(mut row) => row.time_or_null("invited_at"),
        None => Ok(None),
    }
}

/// Sees to it that nothing which somebody left in this account earlier is theirs again, who comes with the id from then: the count of
/// ended sessions begins with the time.
///
/// # Errors
/// Those of the database.
pub async fn begin_anew(tx: &Tx<'_>, user: UserId, now: Timestamp) -> Result<(), Error> {
    tx.execute(&BEGIN_ANEW, params![tx.account(), user, now.as_microsecond()]).await.map(drop)
}

/// Ends what hangs on the id of somebody who leaves the account and keeps the id: links, grants of programs, tokens.
///
/// # Errors
/// Those of the database.
pub async fn leave(
    tx: &Tx<'_>,
    user: UserId,
    now: Timestamp,
    tokens_kept_until: Timestamp,
) -> Result<(), Error> {
    tx.execute(&END_LINKS, params![tx.account(), user]).await?;
    tx.execute(&END_GRANTS, params![tx.account(), user, now]).await?;
    tx.execute(&END_TOKENS, params![tx.account(), user, now, tokens_kept_until]).await.map(drop)
}
