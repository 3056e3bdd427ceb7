//! Users of other accounts whose addresses are of a domain of this one. An address is all that is told of them; which account it
//! is in is for whoever asks the person, and for nobody's page.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, params};
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, UserId};

/// Those of a domain in accounts on one side of this one, but for the accounts below it: two ranges of the index, so that
/// nobody walks along the account's own people.
macro_rules! beside {
    ($side:literal) => {
        concat!(
            "FROM emails e WHERE \
             substr(e.folded, length(rtrim(e.folded, replace(e.folded, '@', ''))) + 1) = $2 AND e.account_id ",
            $side,
            " $1 AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = e.account_id AND a.parent_id = $1)"
        )
    };
}

/// The same, behind one of them.
macro_rules! behind {
    ($side:literal) => {
        concat!(
            "SELECT e.folded, e.account_id, e.user_id ",
            beside!($side),
            " AND (e.account_id, e.folded) > ($3, $4) ORDER BY e.account_id, e.folded LIMIT $5"
        )
    };
}

statements! { outsiders:
    COUNT_BEFORE = concat!("SELECT COUNT(*) AS count ", beside!("<"));
    COUNT_AFTER = concat!("SELECT COUNT(*) AS count ", beside!(">"));
    BEFORE = behind!("<");
    AFTER = behind!(">");
}

/// Somebody with a user in another account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outsider {
    /// The address.
    pub email: Email,
    /// The account.
    pub account: AccountId,
    /// The user there.
    pub user: UserId,
}

/// How many there are.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &Tx<'_>, domain: &Domain) -> Result<u64, Error> {
    let mut found = 0;
    for statement in [&COUNT_BEFORE, &COUNT_AFTER] {
        if let Some(mut row) = tx.row(statement, params![tx.account(), domain.as_str()]).await? {
            found += u64::try_from(row.integer("count")?).unwrap_or(0);
        }
    }
    Ok(found)
}

/// The users of other accounts with addresses of a domain, at most so many, in an order of their own; a page begins after the last
/// one of the page before.
///
/// # Errors
/// Those of the database.
pub async fn list(
    tx: &Tx<'_>,
    domain: &Domain,
    after: Option<&Outsider>,
    limit: u32,
) -> Result<Vec<Outsider>, Error> {
    let (account, folded) = match after {
        Some(last) => (last.account, last.email.folded()),
        None => (AccountId::from_bytes([0; 16]), ""),
    };
    let mut found = Vec::new();
    for statement in [&BEFORE, &AFTER] {
        let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let range = params![tx.account(), domain.as_str(), account, folded, left];
        for row in tx.rows(statement, range).await? {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

fn read(mut row: Row) -> Result<Outsider, Error> {
    Ok(Outsider {
        email: row.word("folded", |text| Email::parse(text).ok())?,
        account: row.id("account_id", AccountId::from_bytes)?,
        user: row.id("user_id", UserId::from_bytes)?,
    })
}
