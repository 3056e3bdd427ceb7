//! The manager of somebody: a reference in the document, an address in the profile.
//!
//! An id of ours must be that of a user of the account, so that no id of another account leads anywhere (attack T06; RFC 7643 §2.3.7).
//! Whatever else a client writes there is its own, and is kept as it came.

use crate::provisioning::Failure;
use crate::provisioning::shown::user_id;
use serde_json::{Map, Value};
use vestibule_model::mapping;
use vestibule_model::provision::Wanted;
use vestibule_model::user::Field;
use vestibule_scim::Error;
use vestibule_scim::schema::ENTERPRISE_USER;
use vestibule_store::{self as store, Tx};

/// Adds to what is wanted of a person who their manager is, where the document says another one than before.
///
/// # Errors
/// 404 for an id that is nobody's in the account.
pub(super) async fn wanted(
    tx: &Tx<'_>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    mut wanted: Wanted,
) -> Result<Wanted, Failure> {
    let (before, after) = (value(before), value(after));
    if before == after {
        return Ok(wanted);
    }
    let address = match after.map(|text| (text, user_id(text))) {
        None => None,
        Some((_, Some(id))) => {
            let found = store::scim_users::by_id(tx, id).await?;
            let found = found.ok_or_else(|| Error::plain(404, "manager: the account has no such user"))?;
            let email = found.user.email;
            (!email.is_placeholder()).then(|| email.as_str().to_owned())
        }
        Some((text, None)) => Some(text.to_owned()),
    };
    let fitted = address.map(|text| mapping::fit(&Field::Manager, &mapping::bounded(&text)));
    match fitted {
        None => drop(wanted.profile.insert(Field::Manager, None)),
        Some(Ok(fitted)) => drop(wanted.profile.insert(Field::Manager, Some(fitted.value))),
        // It names nobody whom we know, and stays in the document alone; whoever was named here before is it no more.
        Some(Err(_)) if before.and_then(user_id).is_some() => {
            drop(wanted.profile.insert(Field::Manager, None));
        }
        Some(Err(_)) => {}
    }
    Ok(wanted)
}

fn value(attributes: &Map<String, Value>) -> Option<&str> {
    attributes.get(ENTERPRISE_USER)?.get("manager")?.get("value")?.as_str()
}
