//! The addresses of single logout: `/slo` for messages, `/logout` for people.
//!
//! What a message means is in the parent module. The one thing to know: a message that does not fit what is known of the
//! service provider is read once more with its newest metadata, as requests to sign in are.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use vestibule_saml::binding::Direction;
use vestibule_saml::logout::{Message, Rejection, Sent};

use super::Outcome;
use crate::door::{frame, html, may_lead_away, refuse, unreadable_form};
use crate::pages::{Logout, Send, ServiceView, SignedInView, SignedOut};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::request::Refused;
use crate::service::Service;

/// `GET /slo`
pub async fn by_redirect(State(provider): State<Arc<Provider>>, RawQuery(query): RawQuery) -> Response {
    take(&provider, Message::from_query(&query.unwrap_or_default())).await
}

/// The form of the HTTP-POST binding.
#[derive(Deserialize)]
pub struct PostBinding {
    #[serde(rename = "SAMLRequest")]
    saml_request: Option<String>,
    #[serde(rename = "SAMLResponse")]
    saml_response: Option<String>,
    #[serde(rename = "RelayState")]
    relay_state: Option<String>,
}

/// `POST /slo`
pub async fn by_post(
    State(provider): State<Arc<Provider>>,
    form: Result<Form<PostBinding>, FormRejection>,
) -> Response {
    let PostBinding { saml_request, saml_response, relay_state } = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return refuse(&provider, &unreadable_form(&rejection)),
    };
    let (direction, value) = match (saml_request, saml_response) {
        (None, Some(response)) => (Direction::Response, response),
        (request, _) => (Direction::Request, request.unwrap_or_default()),
    };
    take(&provider, Message::from_form(direction, &value, relay_state)).await
}

async fn take(provider: &Provider, message: Result<Message, Rejection>) -> Response {
    let message = match message {
        Ok(message) => message,
        Err(rejection) => {
            return refuse(provider, &Refusal::Logout { reason: rejection.to_string() }.into());
        }
    };
    let received = match super::receive(provider, &message) {
        Err(refused) if refused.refusal.may_be_outdated() => {
            provider.look_up().await;
            super::receive(provider, &message)
        }
        outcome => outcome,
    };
    match received {
        Ok((service, Outcome::Answer(sent))) => leave(provider, &service, sent),
        Ok((service, Outcome::Answered { partial })) => {
            let service = ServiceView::from(&*service);
            html(StatusCode::OK, &SignedOut { frame: frame(provider), service, partial })
        }
        Err(refused) => refuse(provider, &refused),
    }
}

/// `GET /logout`
pub async fn page(State(provider): State<Arc<Provider>>) -> Response {
    let services = provider.services();
    let remembered = provider.memory().list();
    let name = |entity_id: &str| {
        let known = services.iter().find(|service| service.entity_id == entity_id);
        known.map_or_else(|| entity_id.to_owned(), |service| service.name.clone())
    };
    let people = remembered.iter().map(|one| SignedInView {
        id: &one.id,
        person: &one.person,
        service: name(&one.service),
    });
    // The form's answer leads on to the service provider, and from there to wherever that one is asked from.
    may_lead_away(html(StatusCode::OK, &Logout { frame: frame(&provider), people: people.collect() }))
}

/// Whom to sign out.
#[derive(Deserialize)]
pub struct Wanted {
    session: String,
}

/// `POST /logout`
pub async fn begin(
    State(provider): State<Arc<Provider>>,
    form: Result<Form<Wanted>, FormRejection>,
) -> Response {
    let begun: Result<(Arc<Service>, Sent), Refused> = match form {
        Ok(Form(Wanted { session })) => super::begin(&provider, &session),
        Err(rejection) => Err(unreadable_form(&rejection)),
    };
    match begun {
        Ok((service, sent)) => leave(&provider, &service, sent),
        Err(refused) => refuse(&provider, &refused),
    }
}

fn leave(provider: &Provider, service: &Service, sent: Sent) -> Response {
    match sent {
        Sent::Redirect(url) => match HeaderValue::from_str(&url) {
            Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
            Err(error) => refuse(provider, &Refusal::Internal { reason: error.to_string() }.into()),
        },
        Sent::Post { url, field, value, relay_state } => may_lead_away(html(
            StatusCode::OK,
            &Send {
                frame: frame(provider),
                service: ServiceView::from(service),
                url: &url,
                field,
                value: &value,
                relay_state: relay_state.as_deref(),
                summary: "Signing you out.",
                look: false,
                xml: String::new(),
            },
        )),
    }
}
