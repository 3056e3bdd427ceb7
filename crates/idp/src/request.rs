//! What arrived: from bytes of a browser to something that may be answered.
//!
//! What lives here: the ways a request is delivered, and every check before anybody is asked who they are. What does
//! not: unpacking, parsing and signatures (`saml`), and what is answered (`answer.rs`).
//! The one thing to know: [`read`] runs twice for each sign-in, once for the page and once when the page comes back
//! with what it was given. Nothing in between is trusted, so nothing in between is remembered.

use std::sync::Arc;

use serde::Deserialize;
use vestibule_saml::binding::{self, Binding, Direction, Redirected};
use vestibule_saml::request::{self, AuthnRequest};
use vestibule_saml::{Allowed, Invalid};

use crate::door::MAX_MESSAGE;
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::service::Service;

/// How a request came in; also what the sign-in page carries in hidden fields.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "binding", rename_all = "lowercase")]
pub enum Delivery {
    /// By HTTP-Redirect: the query as it came over the wire, because a signature covers its bytes.
    Redirect {
        /// The query, without the question mark.
        query: String,
    },
    /// By HTTP-POST.
    Post {
        /// The form field.
        saml_request: String,
        /// The other form field.
        relay_state: Option<String>,
    },
    /// Not at all: the identity provider begins, and the response will answer nothing.
    Start {
        /// The entity ID of the service provider; where there is only one, that one.
        service: Option<String>,
        /// What the response is to carry.
        relay_state: Option<String>,
    },
}

impl Delivery {
    /// The fields from which a form reads this value again.
    pub fn into_fields(self) -> Vec<(&'static str, String)> {
        let (name, main, relay_state) = match self {
            Self::Redirect { query } => ("redirect", Some(("query", query)), None),
            Self::Post { saml_request, relay_state } => {
                ("post", Some(("saml_request", saml_request)), relay_state)
            }
            Self::Start { service, relay_state } => {
                ("start", service.map(|service| ("service", service)), relay_state)
            }
        };
        let relay_state = relay_state.map(|value| ("relay_state", value));
        [("binding", name.to_owned())].into_iter().chain(main).chain(relay_state).collect()
    }
}

/// What was asked, after every check.
pub struct Asked {
    /// The service provider that asked.
    pub service: Arc<Service>,
    /// Where the answer goes.
    pub acs_url: String,
    /// What comes back with the answer, as it was sent.
    pub relay_state: Option<String>,
    /// The request; none if the identity provider begins.
    pub request: Option<AuthnRequest>,
    /// How it came, in words.
    how: &'static str,
    /// Whether its signature was verified.
    signed: bool,
}

/// A refusal, with the service provider to go back to if it is known by then.
#[derive(Debug)]
pub struct Refused {
    /// The reason.
    pub refusal: Refusal,
    /// Who asked.
    pub service: Option<Arc<Service>>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, service: None }
    }
}

impl Asked {
    /// A refusal that leads back to who asked.
    pub fn refused(&self, refusal: Refusal) -> Refused {
        Refused { refusal, service: Some(Arc::clone(&self.service)) }
    }

    /// What was asked, for the page.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("Service provider", self.service.entity_id.clone()),
            ("How", self.how.to_owned()),
            ("Answer goes to", self.acs_url.clone()),
        ];
        if let Some(request) = &self.request {
            let signed = if self.signed { "verified" } else { "none" };
            let format = request.name_id_format.as_deref().unwrap_or("left open");
            facts.extend([
                ("Request", request.id.clone()),
                ("Made at", request.issue_instant.to_string()),
                ("Signature", signed.to_owned()),
                ("NameID format", format.to_owned()),
                ("New sign-in demanded", if request.force_authn { "yes" } else { "no" }.to_owned()),
            ]);
        }
        facts.extend(self.relay_state.clone().map(|value| ("RelayState", value)));
        facts
    }
}

/// Reads and checks what arrived.
///
/// # Errors
/// The first check that fails.
pub fn read(provider: &Provider, delivery: &Delivery) -> Result<Asked, Refused> {
    match delivery {
        Delivery::Redirect { query } => by_redirect(provider, query),
        Delivery::Post { saml_request, relay_state } => by_post(provider, saml_request, relay_state.clone()),
        Delivery::Start { service, relay_state } => {
            unasked(provider, service.as_deref(), relay_state.clone())
        }
    }
}

fn by_redirect(provider: &Provider, query: &str) -> Result<Asked, Refused> {
    if query.is_empty() {
        return Err(Refusal::NoRequest.into());
    }
    if query.len() > MAX_MESSAGE {
        return Err(Refusal::TooLarge { limit: MAX_MESSAGE }.into());
    }
    let message = binding::redirect_decode(query).map_err(unreadable)?;
    if message.direction != Direction::Request {
        return Err(unreadable("it is a SAMLResponse, and this address takes requests.").into());
    }
    let received = Received {
        xml: &message.xml,
        relay_state: message.relay_state.clone(),
        how: "HTTP-Redirect",
        query: Some(&message).filter(|message| message.is_signed()),
    };
    received.check(provider)
}

fn by_post(provider: &Provider, saml_request: &str, relay_state: Option<String>) -> Result<Asked, Refused> {
    if saml_request.is_empty() {
        return Err(Refusal::NoRequest.into());
    }
    let xml = binding::post_decode(saml_request).map_err(unreadable)?;
    Received { xml: &xml, relay_state, how: "HTTP-POST", query: None }.check(provider)
}

fn unasked(
    provider: &Provider,
    service: Option<&str>,
    relay_state: Option<String>,
) -> Result<Asked, Refused> {
    let services = provider.services();
    let service = match (service, services.as_slice()) {
        (None, [only]) => Arc::clone(only),
        (asked, _) => find(provider, asked.unwrap_or_default())?,
    };
    let acs_url = service.default_acs().to_owned();
    let how = "No request: this identity provider begins";
    Ok(Asked { service, acs_url, relay_state, request: None, how, signed: false })
}

pub(crate) fn find(provider: &Provider, entity_id: &str) -> Result<Arc<Service>, Refusal> {
    let services = provider.services();
    let found = services.iter().find(|service| service.entity_id == entity_id);
    found.map(Arc::clone).ok_or_else(|| Refusal::UnknownService {
        asked: entity_id.to_owned(),
        known: services.iter().map(|service| service.entity_id.clone()).collect(),
    })
}

fn unreadable(cause: impl ToString) -> Refusal {
    Refusal::Unreadable { reason: cause.to_string() }
}

/// A message that is unpacked, and no more.
struct Received<'a> {
    xml: &'a [u8],
    relay_state: Option<String>,
    how: &'static str,
    /// The query, if it is signed.
    query: Option<&'a Redirected>,
}

impl Received<'_> {
    fn check(self, provider: &Provider) -> Result<Asked, Refused> {
        // Until the signature is verified, what it says only leads to the keys that can verify it.
        let claimed = request::read(self.xml).map_err(unreadable)?;
        let service = find(provider, &claimed.issuer)?;
        let refused = |refusal| Refused { refusal, service: Some(Arc::clone(&service)) };
        let (request, signed) = self.verify(&service, claimed).map_err(refused)?;
        addressed(&request, &provider.sso_url()).map_err(refused)?;
        let acs_url = acs_url(&service, &request).map_err(refused)?;
        let Self { relay_state, how, .. } = self;
        Ok(Asked { service, acs_url, relay_state, request: Some(request), how, signed })
    }

    /// The request as it is believed, and whether a signature vouches for it.
    fn verify(&self, service: &Service, claimed: AuthnRequest) -> Result<(AuthnRequest, bool), Refusal> {
        let signature = |reason: String| Refusal::Signature { reason };
        let certificates = &service.certificates;
        if request::is_signed(self.xml).map_err(unreadable)? {
            let request = request::read_signed(self.xml, certificates, Allowed::default());
            return Ok((request.map_err(|error| signature(error.to_string()))?, true));
        }
        if let Some(query) = self.query {
            let verified = query.verify(certificates, Allowed::default());
            verified.map_err(|invalid: Invalid| signature(format!("{invalid}.")))?;
            return Ok((claimed, true));
        }
        if service.signs_requests { Err(Refusal::SignatureMissing) } else { Ok((claimed, false)) }
    }
}

/// A request for another identity provider is not answered, and one that wants its answer by address neither.
fn addressed(request: &AuthnRequest, ours: &str) -> Result<(), Refusal> {
    if let Some(asked) = request.destination.as_deref().filter(|&destination| destination != ours) {
        return Err(Refusal::WrongDestination { asked: asked.to_owned(), ours: ours.to_owned() });
    }
    match request.protocol_binding {
        None | Some(Binding::Post) => Ok(()),
        Some(other) => Err(Refusal::Binding { asked: other.uri().to_owned() }),
    }
}

fn acs_url(service: &Service, request: &AuthnRequest) -> Result<String, Refusal> {
    let asked = request.acs_url.as_deref().unwrap_or(service.default_acs());
    if service.acs_urls().any(|known| known == asked) {
        return Ok(asked.to_owned());
    }
    let known = service.acs_urls().map(str::to_owned).collect();
    Err(Refusal::ForeignAcs { asked: asked.to_owned(), known })
}
