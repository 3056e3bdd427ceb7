//! The door: HTTP and pages.
//!
//! A request is met in `door` (which host, which form), goes to the handler that `routes` names, and leaves through
//! `headers`. Handlers read what came, call one deed of `app` and show what it answered; they decide nothing. There is no
//! SQL here and no SAML. What people see is in [`portal`]; what a failure looks like is in `error`.

mod admin;
mod api;
mod base;
mod calls;
mod consolidation;
mod cookies;
mod door;
mod error;
mod extract;
mod forgotten;
mod forms;
mod glass;
mod headers;
mod links;
mod listen;
mod oauth;
mod own_password;
mod page;
mod patience;
mod pieces;
pub mod portal;
mod profile;
mod rest;
mod routes;
mod scene;
mod scim;
mod second_factor;
mod sign_in;
mod sign_out;
mod sso;

pub use listen::serve;

/// What the operator configured about the door.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the deployment lives; accounts live at `{scheme}://{label}.{host}:{port}`.
    pub base_url: url::Url,
    /// Proxies that are believed when they say which host was asked for (`X-Forwarded-Host`).
    pub trusted_proxies: Vec<ipnet::IpNet>,
}

#[cfg(test)]
mod tests;
