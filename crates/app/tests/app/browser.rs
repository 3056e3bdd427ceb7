//! A browser: it carries the cookie that binds a sign-in to it.

use crate::account::{Account, patiently};
use vestibule_app::Error;
use vestibule_app::sign_in::{self, Finished, Go, Posted, Start, Started};
use vestibule_model::response_log::TrackingId;
use vestibule_saml::binding;
use vestibule_saml::request::{self, AuthnRequest};

/// A browser.
#[derive(Clone, Default)]
pub struct Browser {
    /// The cookie of a sign-in that was begun here.
    pub binding: Option<String>,
    /// Whether a sign-in was restarted here within the last minutes.
    pub restarted_recently: bool,
    /// What comes along with a response.
    pub relay_state: Option<String>,
}

impl Browser {
    /// Begins a sign-in and keeps the cookie.
    pub async fn begin(&mut self, account: &Account, return_to: Option<&str>) -> Started {
        let start = Start { browser: self.binding.as_deref(), return_to, connection: None };
        let visitor = account.visitor().await;
        let started = patiently(|| sign_in::start(&visitor, start)).await.unwrap();
        self.binding = Some(started.browser.clone());
        started
    }

    /// Begins a sign-in; the answer is the request as the identity provider reads it.
    pub async fn start(&mut self, account: &Account) -> AuthnRequest {
        self.start_for(account, None).await
    }

    /// The same, for somebody who wants to go somewhere.
    pub async fn start_for(&mut self, account: &Account, return_to: Option<&str>) -> AuthnRequest {
        requested(&self.begin(account, return_to).await.go)
    }

    /// Brings a response.
    pub async fn post(&self, account: &Account, form_value: &str) -> Result<Finished, Error> {
        let posted = Posted {
            relay_state: self.relay_state.as_deref(),
            saml_response: form_value,
            browser: self.binding.as_deref(),
            restarted_recently: self.restarted_recently,
        };
        sign_in::finish(&account.visitor().await, posted).await
    }
}

/// The request that travels, whatever it travels by.
pub fn requested(go: &Go) -> AuthnRequest {
    let xml = match go {
        Go::Redirect(url) => {
            let (_, query) = url.split_once('?').unwrap();
            binding::redirect_decode(query).unwrap().xml
        }
        Go::Post { saml_request, .. } => binding::post_decode(saml_request).unwrap(),
    };
    request::read(&xml).unwrap()
}

/// A sign-in that ended well.
#[derive(Debug)]
pub struct SignedIn {
    pub session: String,
    pub return_to: String,
    pub tracking_id: TrackingId,
}

impl SignedIn {
    pub fn of(outcome: Result<Finished, Error>) -> Self {
        match outcome {
            Ok(Finished::SignedIn { session, return_to, tracking_id }) => {
                Self { session, return_to, tracking_id }
            }
            other => panic!("nobody was signed in: {other:?}"),
        }
    }
}
