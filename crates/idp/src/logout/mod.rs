//! Single logout: who was signed in where, and the messages that end it.
//!
//! What lives here: the memory of sign-ins, the answer to a service provider's request, and a request of our own. What
//! does not: the messages themselves (`saml::logout`) and the addresses they arrive at (`door.rs` beside this).
//! The one thing to know: the memory is for the page that offers to sign somebody out. It belongs to no browser, has no
//! say in a sign-in, and forgets the oldest; an answer says success whether or not anything was remembered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, ToSpan as _};
use vestibule_saml::binding::Direction;
use vestibule_saml::logout::{
    Expected, LogoutRequest, LogoutResponse, Message, Sent, verify_request, verify_response,
};
use vestibule_saml::metadata::Endpoint;
use vestibule_saml::write::{Assertion, Status};
use vestibule_saml::{Allowed, NameId};

use crate::answer::{signer, unsigned, whole_seconds};
use crate::people::Person;
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::request::{Refused, find};
use crate::service::Service;

pub mod door;

/// How many sign-ins are remembered.
const MOST_REMEMBERED: usize = 100;

/// The tolerance for differing clocks.
const SKEW_SECONDS: u32 = 180;

/// A sign-in that was answered.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What the form of the page calls it: the ID of the assertion.
    pub id: String,
    /// The person's name, for the page.
    pub person: String,
    /// The entity ID of the service provider.
    pub service: String,
    name_id: NameId,
    session_index: Option<String>,
}

/// The sign-ins that are remembered, the oldest first.
#[derive(Default)]
pub struct Memory(Mutex<VecDeque<SignedIn>>);

impl Memory {
    /// Remembers what this assertion began.
    pub fn remember(&self, person: &Person, assertion: &Assertion) {
        let (Some(name_id), Some(service)) = (assertion.name_id.clone(), assertion.audiences.first()) else {
            return;
        };
        self.change(|all| {
            all.push_back(SignedIn {
                id: assertion.id.clone(),
                person: person.display_name().to_owned(),
                service: service.clone(),
                name_id,
                session_index: assertion.session_index.clone(),
            });
            if all.len() > MOST_REMEMBERED {
                all.pop_front();
            }
        });
    }

    /// Everything that is remembered, the newest first.
    pub fn list(&self) -> Vec<SignedIn> {
        self.change(|all| all.iter().rev().cloned().collect())
    }

    fn take(&self, id: &str) -> Option<SignedIn> {
        self.change(|all| all.iter().position(|one| one.id == id).and_then(|at| all.remove(at)))
    }

    fn forget(&self, service: &str, request: &LogoutRequest) {
        let named = |index: &Option<String>| {
            let indexes = &request.session_indexes;
            indexes.is_empty() || index.as_ref().is_some_and(|index| indexes.contains(index))
        };
        self.change(|all| {
            all.retain(|one| {
                one.service != service || one.name_id != request.name_id || !named(&one.session_index)
            });
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut VecDeque<SignedIn>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What came of a message.
pub enum Outcome {
    /// A service provider asked: this goes back.
    Answer(Sent),
    /// A service provider answered; whether the person may still be signed in elsewhere.
    Answered {
        /// It signed the person out, but not everywhere below it.
        partial: bool,
    },
}

/// Reads what arrived, and does it.
///
/// # Errors
/// The first check that fails; nothing was forgotten then.
pub fn receive(provider: &Provider, message: &Message) -> Result<(Arc<Service>, Outcome), Refused> {
    let service = find(provider, &message.claimed().issuer.unwrap_or_default())?;
    let refused = |refusal| Refused { refusal, service: Some(Arc::clone(&service)) };
    let urls = [provider.slo_url()];
    let expected = Expected {
        now: provider.now(),
        skew_seconds: SKEW_SECONDS,
        urls: &urls,
        issuer: &service.entity_id,
        certificates: &service.certificates,
        allowed: Allowed::default(),
        decryption_keys: &[],
    };
    let not_accepted = |rejection: vestibule_saml::logout::Rejection| {
        refused(Refusal::Logout { reason: rejection.to_string() })
    };
    let outcome = if message.direction() == Direction::Request {
        let verified = verify_request(message, &expected).outcome.map_err(not_accepted)?;
        provider.memory().forget(&service.entity_id, verified.request());
        Outcome::Answer(respond(provider, &service, message, verified.request()).map_err(refused)?)
    } else {
        let verified = verify_response(message, &expected).outcome.map_err(not_accepted)?;
        Outcome::Answered { partial: verified.is_partial() }
    };
    Ok((service, outcome))
}

fn respond(
    provider: &Provider,
    service: &Service,
    message: &Message,
    request: &LogoutRequest,
) -> Result<Sent, Refusal> {
    let endpoint = endpoint(service, |endpoint| endpoint.binding == message.binding())?;
    let url = endpoint.response_url.as_ref().unwrap_or(&endpoint.url);
    let response = LogoutResponse {
        id: provider.new_id(),
        issue_instant: whole_seconds(provider.now()),
        issuer: provider.entity_id().to_owned(),
        destination: Some(url.clone()),
        in_response_to: Some(request.id.clone()),
        status: Status::success(),
    };
    let relay_state = message.relay_state().map(str::to_owned);
    let parcel = response.parcel(endpoint.binding, url).with_relay_state(relay_state);
    parcel.pack(Some(&signer(provider))).map_err(unsigned)
}

/// Asks the service provider to end a session that is remembered.
///
/// # Errors
/// A [`Refusal`] if it is not remembered any more, or the service provider takes no logout messages.
pub fn begin(provider: &Provider, id: &str) -> Result<(Arc<Service>, Sent), Refused> {
    let Some(ended) = provider.memory().take(id) else { return Err(Refusal::NotSignedIn.into()) };
    let service = find(provider, &ended.service)?;
    let refused = |refusal| Refused { refusal, service: Some(Arc::clone(&service)) };
    let endpoint = endpoint(&service, |_| true).map_err(refused)?;
    let now = whole_seconds(provider.now());
    let request = LogoutRequest {
        id: provider.new_id(),
        issue_instant: now,
        issuer: provider.entity_id().to_owned(),
        destination: Some(endpoint.url.clone()),
        not_on_or_after: Some(now.saturating_add(5.minutes()).unwrap_or(Timestamp::MAX)),
        name_id: ended.name_id,
        session_indexes: ended.session_index.into_iter().collect(),
    };
    let parcel = request.parcel(endpoint.binding, &endpoint.url);
    let sent = parcel.pack(Some(&signer(provider))).map_err(unsigned).map_err(refused)?;
    Ok((service, sent))
}

/// The address of the service provider that suits best.
fn endpoint(service: &Service, suits: impl Fn(&Endpoint) -> bool) -> Result<&Endpoint, Refusal> {
    let found = service.slo.iter().find(|endpoint| suits(endpoint)).or(service.slo.first());
    found.ok_or(Refusal::NoLogout)
}
