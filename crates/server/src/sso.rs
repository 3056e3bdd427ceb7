//! Single sign-on: the way out to the identity provider, the way back, on to a sub-account, signing out on both sides, and our metadata.

pub(crate) mod acs;
pub(crate) mod hand_over;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod metadata;

use crate::error::Failure;
use crate::page;
use crate::portal::visitors::Send;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Response;
use url::Url;

/// The page whose form carries a message to the identity provider; only it may send a form to another host. The policy is
/// one of `headers`.
fn sending(page: Send, policy: fn(&Url) -> Result<HeaderValue, Failure>) -> Result<Response, Failure> {
    let target =
        Url::parse(&page.url).map_err(|_| Failure::Broken("the identity provider's address is no URL"))?;
    let policy = policy(&target)?;
    let url_host = target.host_str().unwrap_or_default().to_owned();
    let mut response = page::shown(&Send { url_host, ..page });
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
