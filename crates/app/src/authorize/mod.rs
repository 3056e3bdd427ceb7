//! The authorization server: clients get tokens for an account without anybody handing one over.
//!
//! A client is registered in one account, and its id names that account. `begin` reads an authorization request,
//! `consent` asks an administrator at the account's own host, `exchange` hands out tokens, `tokens` tells about one and takes
//! it back. What an access token is, and what ends it, is the same as for API tokens (`crate::tokens`).

mod begin;
mod clients;
mod consent;
mod exchange;
mod refresh;
mod tokens;

pub use begin::{Begun, begin};
pub use clients::{
    Created, MOST_CLIENTS, NewClient, Summary, create, list, list_all, revoke, revoke_as_operator,
};
pub use consent::{Decision, Question, decide, inspect};
pub use exchange::exchange;
pub use tokens::{introspect, take_back};
pub use vestibule_oidc::Code;

use crate::context::App;
use jiff::SignedDuration;
use serde_json::Value;
use vestibule_model::token::Scope;
use vestibule_oidc::{Endpoints, metadata};

/// How long an access token is good.
const ACCESS_LIFETIME: SignedDuration = SignedDuration::from_hours(2);

/// How long a code is good (RFC 6749 §4.1.2 asks for ten minutes at most).
const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// How long a used code is known, so that whoever shows it again is seen.
const CODE_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long a request waits for an administrator.
const REQUEST_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// The most requests of an account that wait. Anybody may begin one who knows the id of a client, so the oldest make way for the
/// newest: whoever floods an account keeps no administrator from beginning again.
pub const MOST_WAITING: u32 = 200;

/// How long a refresh token waits to be used; each use gives the next one as much again.
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The most access tokens of a client that are good at once.
const MOST_ACCESS_TOKENS: i64 = 1_000;

/// Where the endpoints are, under the base URL.
pub const PATHS: [&str; 4] = ["/oauth/authorize", "/oauth/token", "/oauth/revoke", "/oauth/introspect"];

/// The issuer: the base URL without a slash at the end.
pub(crate) fn issuer(app: &App) -> &str {
    app.inner.deployment.base_url.as_str().trim_end_matches('/')
}

/// What the server says of itself (RFC 8414).
#[must_use]
pub fn description(app: &App) -> Value {
    let [authorization, token, revocation, introspection] =
        PATHS.map(|path| format!("{}{path}", issuer(app)));
    let endpoints = Endpoints {
        authorization: &authorization,
        token: &token,
        revocation: &revocation,
        introspection: &introspection,
    };
    metadata(issuer(app), &endpoints, &Scope::ALL.map(Scope::as_str))
}
