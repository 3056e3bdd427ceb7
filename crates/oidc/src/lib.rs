//! OAuth 2.0 documents, the side of the authorization server.
//!
//! Here is what requests say and what answers look like: authorization requests and their answers (RFC 6749 §4.1, RFC 9207),
//! PKCE (RFC 7636, S256 alone), token requests and answers (RFC 6749 §3.2, §5), revocation (RFC 7009), introspection
//! (RFC 7662), the metadata of the server (RFC 8414), and errors (RFC 6749 §5.2). Everything is pure: bytes and text in,
//! values out. Who the client is, what it may do and what was handed out before is told by `app` and remembered by `store`;
//! no secret is compared and no hash computed here.
#![deny(clippy::indexing_slicing)]

pub mod authorization;
mod client;
mod error;
mod metadata;
mod parameters;
mod pkce;
mod redirect;
pub mod token;

pub use client::{Credentials, credentials};
pub use error::{Code, Error};
pub use metadata::{Endpoints, METHODS, metadata};
pub use parameters::Parameters;
pub use pkce::{Challenge, Verifier};
pub use redirect::{BadRedirect, RedirectUri};
