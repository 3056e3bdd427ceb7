//! Claims of an account to domains, each a document. Whose a domain is stands in `domains`.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, json, params};
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::Claim;
use vestibule_model::id::ClaimId;

statements! { domain_claims:
    INSERT = "INSERT INTO domain_claims (account_id, domain, id, claim) VALUES ($1, $2, $3, $4) \
              ON CONFLICT (account_id, domain) DO NOTHING";
    UPDATE = "UPDATE domain_claims SET claim = $3 WHERE account_id = $1 AND id = $2";
    REMOVE = "DELETE FROM domain_claims WHERE account_id = $1 AND domain = $2";
    LIST = "SELECT claim FROM domain_claims WHERE account_id = $1 ORDER BY domain";
    BY_DOMAIN = "SELECT claim FROM domain_claims WHERE account_id = $1 AND domain = $2";
    BY_ID = "SELECT claim FROM domain_claims WHERE account_id = $1 AND id = $2";
    LOCKED = "SELECT claim FROM domain_claims WHERE account_id = $1 AND id = $2 {FOR_UPDATE}";
}

/// Writes down a new claim; false when the account claims the domain already.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, claim: &Claim) -> Result<bool, Error> {
    let row = params![tx.account(), claim.domain.as_str(), claim.id, json(claim)?];
    Ok(tx.execute(&INSERT, row).await? == 1)
}

/// Writes down how far a claim got.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &Tx<'_>, claim: &Claim) -> Result<(), Error> {
    tx.execute(&UPDATE, params![tx.account(), claim.id, json(claim)?]).await.map(drop)
}

/// Takes a claim back; false when there was none.
///
/// # Errors
/// Those of the database.
pub async fn remove(tx: &Tx<'_>, domain: &Domain) -> Result<bool, Error> {
    Ok(tx.execute(&REMOVE, params![tx.account(), domain.as_str()]).await? == 1)
}

/// The claims of the account, by domain.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>) -> Result<Vec<Claim>, Error> {
    let rows = tx.rows(&LIST, params![tx.account()]).await?;
    rows.into_iter().map(|mut row| row.json("claim")).collect()
}

/// The claim to a domain.
///
/// # Errors
/// Those of the database.
pub async fn by_domain(tx: &Tx<'_>, domain: &Domain) -> Result<Option<Claim>, Error> {
    read(tx.row(&BY_DOMAIN, params![tx.account(), domain.as_str()]).await?)
}

/// The claim with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: ClaimId) -> Result<Option<Claim>, Error> {
    read(tx.row(&BY_ID, params![tx.account(), id]).await?)
}

/// A claim, which nobody else changes until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn locked(tx: &Tx<'_>, id: ClaimId) -> Result<Option<Claim>, Error> {
    read(tx.row(&LOCKED, params![tx.account(), id]).await?)
}

fn read(row: Option<Row>) -> Result<Option<Claim>, Error> {
    row.map(|mut row| row.json("claim")).transpose()
}
