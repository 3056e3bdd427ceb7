//! Seats. Taking one is a single statement: never more users than seats, on any number of nodes.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, params};
use vestibule_model::license::{Inventory, Product, Seats};

statements! { licenses:
    INVENTORY = "SELECT license, total, used FROM seats WHERE account_id = $1";
    LOCKED = "SELECT license, total, used FROM seats WHERE account_id = $1 ORDER BY license {FOR_UPDATE}";
    SET_TOTAL = "INSERT INTO seats (account_id, license, total, used) VALUES ($1, $2, $3, 0) \
                 ON CONFLICT (account_id, license) DO UPDATE SET total = excluded.total";
    TAKE = "UPDATE seats SET used = used + 1 WHERE account_id = $1 AND license = $2 AND used < total";
    FREE = "UPDATE seats SET used = used - 1 WHERE account_id = $1 AND license = $2 AND used > 0";
}

/// The seats of the account.
///
/// # Errors
/// Those of the database.
pub async fn inventory(tx: &Tx<'_>) -> Result<Inventory, Error> {
    read(tx.rows(&INVENTORY, params![tx.account()]).await?)
}

/// The seats of the account, of which nobody else takes or frees one before this transaction ends. Everybody who locks
/// several does it by this function, so that nobody waits for each other.
///
/// # Errors
/// Those of the database.
pub async fn locked(tx: &Tx<'_>) -> Result<Inventory, Error> {
    read(tx.rows(&LOCKED, params![tx.account()]).await?)
}

fn read(rows: Vec<Row>) -> Result<Inventory, Error> {
    let seats = rows.into_iter().map(|mut row| {
        let product = row.word("license", Product::from_word)?;
        Ok((product, Seats { total: row.integer("total")?, used: row.integer("used")? }))
    });
    seats.collect::<Result<_, Error>>().map(Inventory)
}

/// Sets how many seats of a product the account has. Fewer than are taken is allowed: then none is left until some are
/// freed.
///
/// # Errors
/// Those of the database.
pub async fn set_total(tx: &Tx<'_>, product: impl Into<Product>, total: i64) -> Result<(), Error> {
    tx.execute(&SET_TOTAL, params![tx.account(), product.into().as_str(), total]).await.map(drop)
}

/// Takes a seat; false when none is left.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &Tx<'_>, product: impl Into<Product>) -> Result<bool, Error> {
    Ok(tx.execute(&TAKE, params![tx.account(), product.into().as_str()]).await? == 1)
}

/// Gives a seat back.
///
/// # Errors
/// Those of the database.
pub async fn free(tx: &Tx<'_>, product: impl Into<Product>) -> Result<(), Error> {
    tx.execute(&FREE, params![tx.account(), product.into().as_str()]).await.map(drop)
}
