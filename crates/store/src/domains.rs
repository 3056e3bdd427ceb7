//! Associated domains of accounts, and the global table of their owners: a domain belongs to one account.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{json, params};
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::id::AccountId;

statements! { domains:
    CLAIM = "INSERT INTO domain_owners (domain, account_id) VALUES ($1, $2) ON CONFLICT (domain) DO NOTHING";
    // It writes nothing unless the domain is this account's, which CLAIM before it sees to.
    PUT = "INSERT INTO domains (account_id, domain, policy) SELECT $1, $2, $3 \
           WHERE EXISTS (SELECT 1 FROM domain_owners o WHERE o.domain = $2 AND o.account_id = $1) \
           ON CONFLICT (account_id, domain) DO UPDATE SET policy = excluded.policy";
    REMOVE = "DELETE FROM domains WHERE account_id = $1 AND domain = $2";
    RELEASE = "DELETE FROM domain_owners WHERE account_id = $1 AND domain = $2";
    LIST = "SELECT domain, policy FROM domains WHERE account_id = $1 ORDER BY domain";
    OWNER = "SELECT account_id FROM domain_owners WHERE domain = $1";
    POLICY = "SELECT policy FROM domains WHERE account_id = $1 AND domain = $2";
    IS_ASSOCIATED = "SELECT domain FROM domains WHERE account_id = $1 AND domain = $2";
}

/// Associates a domain with the account, or changes the policy of one that is.
///
/// # Errors
/// [`Error::DomainTaken`] when it is another account's; those of the database.
pub async fn associate(tx: &Tx<'_>, domain: &Domain, policy: &DomainPolicy) -> Result<(), Error> {
    let (account, name) = (tx.account(), domain.as_str());
    // One after the other: statements that are awaited together have no order while they are being prepared.
    tx.execute(&CLAIM, params![name, account]).await?;
    let put = tx.execute(&PUT, params![account, name, json(policy)?]).await?;
    if put == 1 { Ok(()) } else { Err(Error::DomainTaken) }
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

/// The associated domains of the account, by name.
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

/// The account that a domain is associated with.
///
/// # Errors
/// Those of the database.
pub async fn owner(tx: &GlobalTx<'_>, domain: &Domain) -> Result<Option<AccountId>, Error> {
    let row = tx.row(&OWNER, params![domain.as_str()]).await?;
    row.map(|mut row| row.id("account_id", AccountId::from_bytes)).transpose()
}

/// Whether a domain is associated with this account.
///
/// # Errors
/// Those of the database.
pub async fn is_associated(tx: &Tx<'_>, domain: &Domain) -> Result<bool, Error> {
    Ok(tx.row(&IS_ASSOCIATED, params![tx.account(), domain.as_str()]).await?.is_some())
}

/// What was decided about a domain of this account; `None` when it is not associated.
///
/// # Errors
/// Those of the database.
pub async fn policy(tx: &Tx<'_>, domain: &Domain) -> Result<Option<DomainPolicy>, Error> {
    let row = tx.row(&POLICY, params![tx.account(), domain.as_str()]).await?;
    row.map(|mut row| row.json("policy")).transpose()
}
