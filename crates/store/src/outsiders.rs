//! Users of other accounts whose addresses are of a domain of this one. An address is all that is told of them.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;

/// Those of a domain in accounts on one side of this one, but for the accounts below it: two ranges of the index, so that
/// nobody walks along the account's own people.
macro_rules! beside {
    ($side:literal) => {
        concat!(
            "SELECT e.folded FROM emails e WHERE \
             substr(e.folded, length(rtrim(e.folded, replace(e.folded, '@', ''))) + 1) = $2 AND e.account_id ",
            $side,
            " $1 AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = e.account_id AND a.parent_id = $1) \
             ORDER BY e.account_id, e.folded LIMIT $3"
        )
    };
}

statements! { outsiders:
    BEFORE = beside!("<");
    AFTER = beside!(">");
}

/// The addresses of a domain whose users are of other accounts, in order, at most about so many.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, domain: &Domain, limit: u32) -> Result<Vec<Email>, Error> {
    let mut found = Vec::new();
    for statement in [&BEFORE, &AFTER] {
        for mut row in tx.rows(statement, params![tx.account(), domain.as_str(), limit]).await? {
            found.push(row.word("folded", |text| Email::parse(text).ok())?);
        }
    }
    found.sort_by(|one, other| one.folded().cmp(other.folded()));
    Ok(found)
}
