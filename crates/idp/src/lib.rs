//! The built-in test identity provider, honest and adversarial.
//!
//! What lives here: a real SAML 2.0 identity provider with its own small HTTP door, invented people, and every bad
//! response that a service provider should be able to refuse. What does not: SAML itself (`saml`), and everything about
//! Vestibule's own accounts: this crate knows Vestibule only as one service provider among others.
//!
//! | module | holds |
//! |---|---|
//! | [`people`] | who can be chosen |
//! | [`attack`] | the bad responses |
//! | [`dialect`] | the honest response as other vendors write it |
//! | `settings`, `provider` | what it is told, and what runs on it |
//! | `service` | whom it answers |
//! | `request` → `answer` | what arrived, what leaves |
//! | `logout` | who was signed in where, and the messages that end it |
//! | `door`, `pages`, `refusal` | HTTP, HTML, and the sentences for what does not go on |
//!
//! The one thing to know: there is no authentication in here. It believes every click, and says so on every page.

mod answer;
pub mod attack;
pub mod dialect;
mod door;
mod logout;
mod pages;
pub mod people;
mod provider;
mod refusal;
mod request;
mod service;
mod settings;

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;

pub use door::router;
pub use provider::{LookUp, Provider};
pub use settings::{Adversary, Error, Identity, Settings, Sources};
pub use vestibule_saml::write::Signed;
pub use vestibule_saml::{Cipher, Encryption, KeyPlacement, KeyTransport};

/// Answers at this listener until `shutdown` comes true, then finishes what was begun.
///
/// # Errors
/// What the listener reports.
pub async fn serve(
    listener: TcpListener,
    provider: Arc<Provider>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(provider)).with_graceful_shutdown(shutdown).await
}
