//! Who holds a role that is more than a member's: an index knows these few.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use jiff::Timestamp;
use std::collections::BTreeMap;
use vestibule_model::user::Role;

statements! { roles:
    // The second condition is the one of the index.
    HOLDERS = "SELECT u.role, COUNT(*) AS people FROM users u WHERE u.account_id = $1 AND u.role <> 'member' GROUP BY u.role";
    TAKE_BACK = "UPDATE users SET role = 'member', version = version + 1, updated_at = $3 \
                 WHERE account_id = $1 AND role = $2 AND role <> 'member'";
}

/// How many people hold each role, by its word; members are not counted.
///
/// # Errors
/// Those of the database.
pub async fn holders(tx: &Tx<'_>) -> Result<BTreeMap<String, i64>, Error> {
    let rows = tx.rows(&HOLDERS, params![tx.account()]).await?;
    rows.into_iter().map(|mut row| Ok((row.text("role")?, row.integer("people")?))).collect()
}

/// Makes members of those who hold this role, and tells how many they were.
///
/// # Errors
/// Those of the database.
pub async fn take_back(tx: &Tx<'_>, role: &Role, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&TAKE_BACK, params![tx.account(), role.as_str(), now]).await
}
