//! Associated domains of accounts, and the global table of their owners: a domain belongs to one account.
//!
//! A domain whose proof was lost is *suspended*: the account keeps what it decided about it, and nothing hangs on it any
//! more; it has no owner then. Claims and their proofs are in `domain_claims`.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, json, params};
use jiff::Timestamp;
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::id::AccountId;

statements! { domains:
    CLAIM = "INSERT INTO domain_owners (domain, account_id, managed, consolidate) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (domain) DO UPDATE SET managed = excluded.managed, consolidate = excluded.consolidate \
             WHERE domain_owners.account_id = excluded.account_id";
    // It writes nothing unless the domain is this account's, which CLAIM before it sees to.
    PUT = "INSERT INTO domains (account_id, domain, policy) SELECT $1, $2, $3 \
           WHERE EXISTS (SELECT 1 FROM domain_owners o WHERE o.domain = $2 AND o.account_id = $1) \
           ON CONFLICT (account_id, domain) DO UPDATE SET policy = excluded.policy, suspended_at = NULL";
    REMOVE = "DELETE FROM domains WHERE account_id = $1 AND domain = $2";
    RELEASE = "DELETE FROM domain_owners WHERE account_id = $1 AND domain = $2";
    SUSPEND = "UPDATE domains SET suspended_at = $3 WHERE account_id = $1 AND domain = $2";
    DECIDE = "UPDATE domains SET policy = $3 WHERE account_id = $1 AND domain = $2";
    MANAGE = "UPDATE domain_owners SET managed = $3, consolidate = $4 WHERE account_id = $1 AND domain = $2";
    LIST = "SELECT domain, policy FROM domains WHERE account_id = $1 AND suspended_at IS NULL ORDER BY domain";
    ALL = "SELECT domain, policy, suspended_at FROM domains WHERE account_id = $1 ORDER BY domain";
    OWNER = "SELECT account_id, managed, consolidate FROM domain_owners WHERE domain = $1";
    HELD = "SELECT domain, policy, suspended_at FROM domains WHERE account_id = $1 AND domain = $2";
    IS_ASSOCIATED = "SELECT domain FROM domains WHERE account_id = $1 AND domain = $2 AND suspended_at IS NULL";
}

/// A domain that an account has, or had until its proof was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The domain.
    pub domain: Domain,
    /// What was decided about it.
    pub policy: DomainPolicy,
    /// Since when nothing hangs on it.
    pub suspended_at: Option<Timestamp>,
}

impl Held {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            domain: row.word("domain", |text| Domain::parse(text).ok())?,
            policy: row.json("policy")?,
            suspended_at: row.time_or_null("suspended_at")?,
        })
    }

    /// Whether the domain is the account's.
    #[must_use]
    pub fn is_associated(&self) -> bool {
        self.suspended_at.is_none()
    }
}

/// Who has a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The account.
    pub account: AccountId,
    /// Whether sign-ups elsewhere with the domain are refused.
    pub managed: bool,
    /// Whether people elsewhere with the domain are asked to move to the account.
    pub consolidates: bool,
}

/// Associates a domain with the account, or changes the policy of one that is; one that was suspended is not any more.
///
/// # Errors
/// [`Error::DomainTaken`] when it is another account's; those of the database.
pub async fn associate(tx: &Tx<'_>, domain: &Domain, policy: &DomainPolicy) -> Result<(), Error> {
    let (account, name) = (tx.account(), domain.as_str());
    // One after the other: statements that are awaited together have no order while they are being prepared.
    tx.execute(&CLAIM, params![name, account, i64::from(policy.managed), i64::from(policy.moves_people())])
        .await?;
    let put = tx.execute(&PUT, params![account, name, json(policy)?]).await?;
    if put == 1 { Ok(()) } else { Err(Error::DomainTaken) }
}

/// Changes the policy of a domain of the account; one that is suspended stays so.
///
/// # Errors
/// Those of the database.
pub async fn decide(tx: &Tx<'_>, domain: &Domain, policy: &DomainPolicy) -> Result<(), Error> {
    tx.execute(&DECIDE, params![tx.account(), domain.as_str(), json(policy)?]).await?;
    let (managed, moves) = (i64::from(policy.managed), i64::from(policy.moves_people()));
    tx.execute(&MANAGE, params![tx.account(), domain.as_str(), managed, moves]).await.map(drop)
}

/// Takes a domain from the account; false when it had it not.
///
/// # Errors
/// Those of the database.
pub async fn remove(tx: &Tx<'_>, domain: &Domain) -> Result<bool, Error> {
    let row = params![tx.account(), domain.as_str()];
    let (removed, released) = tokio::join!(biased; tx.execute(&REMOVE, row), tx.execute(&RELEASE, row));
    released?;
    Ok(removed? == 1)
}

/// Lets a domain be nobody's; what was decided about it is kept.
///
/// # Errors
/// Those of the database.
pub async fn suspend(tx: &Tx<'_>, domain: &Domain, now: Timestamp) -> Result<(), Error> {
    tx.execute(&SUSPEND, params![tx.account(), domain.as_str(), now]).await?;
    tx.execute(&RELEASE, params![tx.account(), domain.as_str()]).await.map(drop)
}

/// The associated domains of the account, by name; not those that are suspended.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>) -> Result<Vec<(Domain, DomainPolicy)>, Error> {
    let rows = tx.rows(&LIST, params![tx.account()]).await?;
    rows.into_iter()
        .map(|mut row| {
            let domain = row.word("domain", |text| Domain::parse(text).ok())?;
            Ok((domain, row.json("policy")?))
        })
        .collect()
}

/// Every domain of the account, by name, also those that are suspended.
///
/// # Errors
/// Those of the database.
pub async fn all(tx: &Tx<'_>) -> Result<Vec<Held>, Error> {
    tx.rows(&ALL, params![tx.account()]).await?.into_iter().map(Held::read).collect()
}

/// The account that a domain is associated with.
///
/// # Errors
/// Those of the database.
pub async fn owner(tx: &GlobalTx<'_>, domain: &Domain) -> Result<Option<Owner>, Error> {
    let row = tx.row(&OWNER, params![domain.as_str()]).await?;
    let read = |mut row: Row| {
        let account = row.id("account_id", AccountId::from_bytes)?;
        let managed = row.integer("managed")? != 0;
        Ok(Owner { account, managed, consolidates: managed && row.integer("consolidate")? != 0 })
    };
    row.map(read).transpose()
}

/// Whether a domain is associated with this account.
///
/// # Errors
/// Those of the database.
pub async fn is_associated(tx: &Tx<'_>, domain: &Domain) -> Result<bool, Error> {
    Ok(tx.row(&IS_ASSOCIATED, params![tx.account(), domain.as_str()]).await?.is_some())
}

/// A domain of this account with what was decided about it; `None` when it is no domain of the account.
///
/// # Errors
/// Those of the database.
pub async fn held(tx: &Tx<'_>, domain: &Domain) -> Result<Option<Held>, Error> {
    let row = tx.row(&HELD, params![tx.account(), domain.as_str()]).await?;
    row.map(Held::read).transpose()
}
