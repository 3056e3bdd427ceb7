//! SCIM 2.0 over HTTP (RFC 7644): addresses, headers and statuses; what is asked for is done in `app/provisioning`.
//!
//! The interface is reached under three roots, which are one: [`canonical`] writes each as the first before the address is
//! looked up. `message` reads bodies and writes answers; users, groups, what the service says of itself, and bulk requests have
//! files of their own.

mod bulk;
mod discovery;
mod everything;
mod groups;
mod me;
mod message;
mod resources;
mod telling;
mod users;

pub(crate) use message::LARGEST_BODY;
pub(crate) use resources::routes as own_routes;

use crate::door::Desk;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::routing::{MethodRouter, get, post};
use std::borrow::Cow;
use std::sync::Arc;

/// The roots under which clients look for the interface, longest first; all are the same.
const ROOTS: [&str; 3] = ["/scim/v2", "/scim2", "/scim"];

/// The root of the addresses in the list.
const LISTED: &str = "/scim2";

/// The root by which a request came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Root(pub(crate) &'static str);

/// Whether a path belongs to the interface.
pub(crate) fn is_scim(path: &str) -> bool {
    root(path).is_some()
}

fn root(path: &str) -> Option<&'static str> {
    let under = |rest: &str| rest.is_empty() || rest.starts_with('/');
    ROOTS.into_iter().find(|root| path.strip_prefix(root).is_some_and(under))
}

/// Writes the address of a request as it stands in the list of addresses, and remembers by which root it came. A slash at the
/// end, which some clients write before a query, means nothing.
pub(crate) fn canonical(request: &mut Request) {
    let Some(root) = root(request.uri().path()) else { return };
    request.extensions_mut().insert(Root(root));
    let rest = request.uri().path().strip_prefix(root).unwrap_or_default();
    let named = named(rest.strip_suffix('/').unwrap_or(rest));
    if root == LISTED && named == rest {
        return;
    }
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(path) = format!("{LISTED}{named}{query}").parse::<PathAndQuery>() else { return };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(path);
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// The endpoint as it is written in the list, where a client writes it in another case.
fn named(rest: &str) -> Cow<'_, str> {
    let Some(inside) = rest.strip_prefix('/') else { return Cow::Borrowed(rest) };
    let (first, others) = inside.split_once('/').map_or((inside, None), |(first, rest)| (first, Some(rest)));
    let known = ENDPOINTS.into_iter().find(|name| name.eq_ignore_ascii_case(first)).unwrap_or(first);
    match others {
        _ if known == first => Cow::Borrowed(rest),
        Some(others) => Cow::Owned(format!("/{known}/{others}")),
        None => Cow::Owned(format!("/{known}")),
    }
}

const ENDPOINTS: [&str; 7] =
    ["Users", "Groups", "Me", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig"];

/// The addresses of the interface.
pub(crate) fn routes() -> Vec<(&'static str, MethodRouter<Arc<Desk>>)> {
    vec![
        ("/scim2", get(everything::list)),
        ("/scim2/Users", get(users::list).post(users::create)),
        ("/scim2/Users/.search", post(users::search)),
        ("/scim2/Users/{id}", get(users::get).put(users::replace).patch(users::patch).delete(users::delete)),
        ("/scim2/Groups", get(groups::list).post(groups::create)),
        ("/scim2/Groups/.search", post(groups::search)),
        (
            "/scim2/Groups/{id}",
            get(groups::get).put(groups::replace).patch(groups::patch).delete(groups::delete),
        ),
        ("/scim2/.search", post(everything::search)),
        ("/scim2/Bulk", post(bulk::carry_out)),
        ("/scim2/Me", get(me::get).put(me::replace).patch(me::patch).delete(me::delete).post(me::create)),
        ("/scim2/ServiceProviderConfig", get(discovery::config)),
        // What a client of the field asks for instead.
        ("/scim2/serviceConfiguration", get(discovery::config)),
        ("/scim2/ResourceTypes", get(discovery::resource_types)),
        ("/scim2/ResourceTypes/{id}", get(discovery::resource_type)),
        ("/scim2/Schemas", get(discovery::schemas)),
        ("/scim2/Schemas/{id}", get(discovery::schema)),
    ]
}
