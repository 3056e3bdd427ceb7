//! Single logout: what its stories share. Those that begin here are in `ours`, those that begin at the identity provider in
//! `theirs`.

mod ours;
mod theirs;

use crate::account::Account;
use crate::provider::ISSUER;
use crate::wanted::Wanted;
use crate::world::{World, minutes};
use vestibule_app::logout::{self, Arrived, Begun, Go, Received};
use vestibule_app::{Error, Kind, sso};
use vestibule_saml::binding::{Binding, Direction};
use vestibule_saml::logout::{
    Expected, LogoutRequest, LogoutResponse, Message, Sent, verify_request, verify_response,
};
use vestibule_saml::write::{Signer, Status};
use vestibule_saml::{Allowed, Certificate, NameId};

pub const SIGN_OUT_URL: &str = "https://idp.example/slo";
pub const ANSWERS_URL: &str = "https://idp.example/slo/answers";

/// The account of most stories, whose identity provider takes logout requests.
pub async fn acme(world: &World) -> Account {
    with(world, |wanted| wanted).await
}

pub async fn with(world: &World, change: impl FnOnce(Wanted) -> Wanted) -> Account {
    let acme = world.account("acme").await;
    acme.apply(change(acme.usual().set(["sso", "sign_out_url"], SIGN_OUT_URL))).await;
    acme
}

/// What the browser brings.
pub enum Brought {
    Query(String),
    Form { field: &'static str, value: String, relay_state: Option<String> },
}

pub fn brought(sent: Sent) -> Brought {
    match sent {
        Sent::Redirect(url) => Brought::Query(url.split_once('?').unwrap().1.to_owned()),
        Sent::Post { field, value, relay_state, .. } => Brought::Form { field, value, relay_state },
    }
}

impl Account {
    pub async fn bring(&self, brought: &Brought, browser: Option<&str>) -> Result<Received, Error> {
        let arrived = match brought {
            Brought::Query(query) => Arrived::Query(query),
            Brought::Form { field, value, relay_state } => Arrived::Form {
                saml_request: (*field == "SAMLRequest").then_some(value.as_str()),
                saml_response: (*field == "SAMLResponse").then_some(value.as_str()),
                relay_state: relay_state.as_deref(),
            },
        };
        logout::receive(&self.visitor().await, arrived, browser).await
    }

    pub fn logout_url(&self) -> String {
        format!("https://{}.vestibule.example/saml/SingleLogout", self.label)
    }

    /// The request of the identity provider to end every session of this person.
    pub fn logout_request(&self, world: &World, name_id: &str) -> LogoutRequest {
        LogoutRequest {
            id: format!("_logout-{}", name_id.replace('@', ".")),
            issue_instant: world.time.now(),
            issuer: ISSUER.to_owned(),
            destination: Some(self.logout_url()),
            not_on_or_after: Some(world.time.now() + minutes(5)),
            name_id: NameId { value: name_id.to_owned(), ..NameId::default() },
            session_indexes: Vec::new(),
        }
    }

    pub fn sent(&self, request: &LogoutRequest, binding: Binding, signer: Option<&Signer>) -> Brought {
        brought(request.parcel(binding, self.logout_url()).pack(signer).unwrap())
    }

    /// The honest request, signed.
    pub fn asked(&self, world: &World, name_id: &str) -> Brought {
        self.sent(&self.logout_request(world, name_id), Binding::Redirect, Some(self.idp.signer()))
    }

    pub async fn is_in(&self, session: &str) -> bool {
        self.member(session).await.is_ok()
    }

    pub async fn begin_logout(&self, session: &str) -> Begun {
        logout::begin(&self.visitor().await.leaving(session).await.unwrap(), None).await.unwrap()
    }

    /// The code under which the log explains a refusal. The person learns nothing of it.
    pub async fn logout_code(&self, outcome: Result<Received, Error>) -> Option<u16> {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), Kind::Refused, "{error}");
        assert_eq!(error.message(), "Your identity provider could not sign you out here.");
        let explained = self.explained(error.tracking_id().unwrap()).await.explanation();
        assert!(explained.message.as_ref().unwrap().contains("Single logout."), "{explained:?}");
        assert!(!explained.trace.is_empty());
        explained.code
    }
}

/// A request of ours on its way, and the cookie of its browser.
pub fn leaving(begun: Begun) -> (String, Go) {
    let Begun::Leaving { browser, go } = begun else { panic!("{begun:?}") };
    (browser, go)
}

/// A message of ours, as the identity provider receives it.
pub fn message_of(go: &Go) -> Message {
    match go {
        Go::Redirect(url) => Message::from_query(url.split_once('?').unwrap().1).unwrap(),
        Go::Post { field, value, relay_state, .. } => {
            let direction = if *field == "SAMLRequest" { Direction::Request } else { Direction::Response };
            Message::from_form(direction, value, relay_state.clone()).unwrap()
        }
    }
}

/// Our certificate, as the identity provider knows it from our metadata.
pub async fn our_certificates(account: &Account) -> Vec<Certificate> {
    let metadata = sso::sp_metadata(&account.visitor().await, None).await.unwrap();
    let now = crate::world::START.parse().unwrap();
    let provider = vestibule_saml::metadata::sp::read(metadata.as_bytes(), None, now).unwrap();
    let urls: Vec<&str> = provider.slo.iter().map(|endpoint| endpoint.url.as_str()).collect();
    assert_eq!(urls, [account.logout_url(), account.logout_url()]);
    provider.signing_certificates
}

/// What the identity provider holds our messages to.
pub fn theirs<'a>(world: &World, urls: &'a [String], certificates: &'a [Certificate]) -> Expected<'a> {
    Expected {
        now: world.time.now(),
        skew_seconds: 0,
        urls,
        issuer: "https://acme.vestibule.example",
        certificates,
        allowed: Allowed::default(),
        decryption_keys: &[],
    }
}

pub async fn verified_request(world: &World, account: &Account, go: &Go, url: &str) -> LogoutRequest {
    let certificates = our_certificates(account).await;
    let urls = [url.to_owned()];
    let verification = verify_request(&message_of(go), &theirs(world, &urls, &certificates));
    verification.outcome.unwrap().request().clone()
}

pub async fn verified_response(world: &World, account: &Account, go: &Go, url: &str) -> LogoutResponse {
    let certificates = our_certificates(account).await;
    let urls = [url.to_owned()];
    let verification = verify_response(&message_of(go), &theirs(world, &urls, &certificates));
    verification.outcome.unwrap().response().clone()
}

/// The identity provider's answer to a request of ours.
pub fn answer(world: &World, account: &Account, request: &LogoutRequest, status: Status) -> LogoutResponse {
    LogoutResponse {
        id: "_answer".to_owned(),
        issue_instant: world.time.now(),
        issuer: ISSUER.to_owned(),
        destination: Some(account.logout_url()),
        in_response_to: Some(request.id.clone()),
        status,
    }
}

pub fn packed(
    account: &Account,
    response: &LogoutResponse,
    binding: Binding,
    signer: Option<&Signer>,
) -> Brought {
    brought(response.parcel(binding, account.logout_url()).pack(signer).unwrap())
}
