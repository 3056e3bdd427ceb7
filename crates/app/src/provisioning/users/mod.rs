//! Users, as a directory makes, reads, changes and deletes them (RFC 7644 §3.3 to §3.6).
//!
//! Lists are in `list`, and how a filter is answered in `found`; whatever writes is in `write`.

mod found;
mod list;
mod manager;
mod write;

pub(super) use list::Asked;
pub use list::{Page, list};
pub use write::{create, delete, patch, replace};

use super::shown::{kept, resource, user_id};
use super::{Failure, Resource, not_found};
use crate::ScimCtx;
use std::sync::Arc;
use vestibule_scim::ResourceType;
use vestibule_store::{self as store};

/// The most users on a page.
pub const LARGEST_PAGE: usize = 500;
/// How many users a page has unless it is said.
pub const USUAL_PAGE: usize = 100;

/// What users are, in the language of SCIM.
#[must_use]
pub fn kind() -> Option<&'static ResourceType> {
    super::shown::users()
}

/// One user. `base` is the address of the interface, without a slash at the end; `with_groups` whether the answer shows them.
///
/// # Errors
/// 404 when the account has no such user.
pub async fn get(ctx: &ScimCtx, base: &str, id: &str, with_groups: bool) -> Result<Resource, Failure> {
    let id = user_id(id).ok_or_else(|| not_found("user"))?;
    let scope = ctx.api().app.store().account(ctx.account().id);
    let base = Arc::<str>::from(base);
    let found = scope.glance(move |tx| {
        let base = Arc::clone(&base);
        Box::pin(async move {
            let Some(shown) = store::scim_users::shown(tx, id).await? else { return Ok(None) };
            let groups = if with_groups { store::groups::of_user(tx, id).await? } else { Vec::new() };
            if shown.document.is_some() {
                return Ok(kept(&base, shown, &groups));
            }
            let entry = store::scim_users::by_id(tx, id).await?;
            Ok::<_, store::Error>(entry.map(|entry| resource(&base, &entry, &groups)))
        })
    });
    found.await?.ok_or_else(|| not_found("user"))
}
