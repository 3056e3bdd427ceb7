//! The door: every address, and what is answered there.
//!
//! What lives here: the routes, the handlers, and the headers of every answer. What does not: what a request means
//! (`request.rs`), what is answered (`answer.rs`), what a page shows (`pages.rs`).
//! The one thing to know: what a browser may do with a page is listed and short. Own style, own script, forms to this
//! identity provider; only the page that carries a response may send its one form away, see [`send`].

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use crate::answer::{self, Answer, Choice};
use crate::attack;
use crate::logout::door as logout;
use crate::pages::{self, Frame, Home, Problem, Send, ServiceView, SignIn};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::request::{self, Asked, Delivery, Refused};
use crate::settings::Adversary;

/// The most that is read of a body or of a query; a request needs a tenth of it.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// A content security policy with this directive for forms.
macro_rules! policy {
    ($form_action:literal) => {
        concat!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; ",
            "frame-ancestors 'none'; ",
            $form_action
        )
    };
}

const STYLE: &str = include_str!("../assets/idp.css");
const SCRIPT: &str = include_str!("../assets/send.js");
const MARK: &str = include_str!("../assets/mark.svg");

/// Every address of the identity provider, ready to be served.
pub fn router(provider: Arc<Provider>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/metadata", get(metadata))
        .route("/sso", get(by_redirect).post(by_post))
        .route("/slo", get(logout::by_redirect).post(logout::by_post))
        .route("/logout", get(logout::page).post(logout::begin))
        .route("/start", get(start))
        .route("/answer", post(choose))
        .route("/assets/idp.css", get(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/send.js", get(async || asset("text/javascript; charset=utf-8", SCRIPT)))
        .route("/assets/mark.svg", get(async || asset("image/svg+xml", MARK)))
        .fallback(no_such_page)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_MESSAGE))
        .layer(map_response(guard))
        .with_state(provider)
}

async fn home(State(provider): State<Arc<Provider>>) -> Response {
    let services = provider.services();
    let certificate = &provider.settings().identity.certificate;
    let page = Home {
        frame: frame(&provider),
        services: services.iter().map(|service| ServiceView::from(&**service)).collect(),
        facts: vec![
            ("Entity ID (issuer)", provider.entity_id().to_owned()),
            ("Metadata", provider.metadata_url()),
            ("Sign-in, HTTP-Redirect and HTTP-POST", provider.sso_url()),
            ("Logout, HTTP-Redirect and HTTP-POST", provider.slo_url()),
            ("Certificate", certificate.key_description()),
            ("SHA-256 fingerprint", certificate.fingerprint_sha256()),
        ],
        certificate: certificate.to_pem(),
        people: provider.people().iter().map(Into::into).collect(),
    };
    html(StatusCode::OK, &page)
}

async fn metadata(State(provider): State<Arc<Provider>>) -> Response {
    ([(CONTENT_TYPE, "application/samlmetadata+xml")], provider.metadata()).into_response()
}

async fn by_redirect(State(provider): State<Arc<Provider>>, RawQuery(query): RawQuery) -> Response {
    ask(&provider, Delivery::Redirect { query: query.unwrap_or_default() }).await
}

#[derive(Deserialize)]
struct PostBinding {
    #[serde(rename = "SAMLRequest", default)]
    saml_request: String,
    #[serde(rename = "RelayState")]
    relay_state: Option<String>,
}

async fn by_post(
    State(provider): State<Arc<Provider>>,
    form: Result<Form<PostBinding>, FormRejection>,
) -> Response {
    match form {
        Ok(Form(PostBinding { saml_request, relay_state })) => {
            ask(&provider, Delivery::Post { saml_request, relay_state }).await
        }
        Err(rejection) => refuse(&provider, &unreadable_form(&rejection)),
    }
}

async fn start(State(provider): State<Arc<Provider>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let value = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let delivery = Delivery::Start { service: value("sp"), relay_state: value("relay_state") };
    ask(&provider, delivery).await
}

/// What the sign-in page sends: what was asked, and who was chosen.
#[derive(Deserialize)]
struct Chosen {
    #[serde(flatten)]
    delivery: Delivery,
    #[serde(flatten)]
    choice: Choice,
    look: Option<String>,
}

async fn choose(
    State(provider): State<Arc<Provider>>,
    form: Result<Form<Chosen>, FormRejection>,
) -> Response {
    let Chosen { delivery, choice, look } = match form {
        Ok(Form(chosen)) => chosen,
        Err(rejection) => return refuse(&provider, &unreadable_form(&rejection)),
    };
    let answered = read(&provider, &delivery).await.and_then(|asked| {
        let answer = answer::chosen(&provider, &asked, &choice).map_err(|refusal| asked.refused(refusal))?;
        Ok((asked, answer))
    });
    match answered {
        Ok((asked, answer)) => send(&provider, &asked, &answer, look.is_some()),
        Err(refused) => refuse(&provider, &refused),
    }
}

async fn no_such_page(State(provider): State<Arc<Provider>>) -> Response {
    refuse(&provider, &Refusal::NoSuchPage.into())
}

async fn wrong_method(State(provider): State<Arc<Provider>>) -> Response {
    refuse(&provider, &Refusal::Method.into())
}

/// Reads what arrived, and asks who it is; unless the request itself decides the answer.
async fn ask(provider: &Provider, delivery: Delivery) -> Response {
    let asked = match read(provider, &delivery).await {
        Ok(asked) => asked,
        Err(refused) => return refuse(provider, &refused),
    };
    match answer::without_asking(provider, &asked) {
        Ok(Some(answer)) => send(provider, &asked, &answer, false),
        Ok(None) => sign_in(provider, &asked, delivery),
        Err(refusal) => refuse(provider, &asked.refused(refusal)),
    }
}

/// Reads what arrived; once more if newer metadata of the service provider could make the difference.
async fn read(provider: &Provider, delivery: &Delivery) -> Result<Asked, Refused> {
    match request::read(provider, delivery) {
        Err(refused) if refused.refusal.may_be_outdated() => {
            provider.look_up().await;
            request::read(provider, delivery)
        }
        outcome => outcome,
    }
}

fn sign_in(provider: &Provider, asked: &Asked, delivery: Delivery) -> Response {
    let (attacks, chosen) = match provider.settings().adversary {
        Adversary::Absent => (Vec::new(), None),
        Adversary::Offered => (pages::attack_sections(attack::ALL, None), None),
        Adversary::Chosen(attack) => (pages::attack_sections(attack::ALL, Some(attack)), Some(attack)),
    };
    let page = SignIn {
        frame: frame(provider),
        service: ServiceView::from(&*asked.service),
        facts: asked.facts(),
        hidden: delivery.into_fields(),
        people: provider.people().iter().map(Into::into).collect(),
        attacks,
        attack_chosen: chosen.is_some(),
    };
    html(StatusCode::OK, &page)
}

/// The page that carries the response.
///
/// Its policy leaves `form-action` out, and nothing else. Browsers hold that directive against every redirect that
/// follows a form, and where the service provider sends a person once they are signed in (an application, the address
/// of a native client) is not known here: with the assertion consumer service alone in the list, the sign-in would end
/// on a blank page. The action itself is one of the addresses in the service provider's metadata ([`request::read`]).
fn send(provider: &Provider, asked: &Asked, answer: &Answer, look: bool) -> Response {
    let page = Send {
        frame: frame(provider),
        service: ServiceView::from(&*asked.service),
        url: &asked.acs_url,
        field: "SAMLResponse",
        value: &answer.form_value,
        relay_state: asked.relay_state.as_deref(),
        summary: &answer.summary,
        look,
        xml: answer.xml.replace("><", ">\n<"),
    };
    may_lead_away(html(StatusCode::OK, &page))
}

/// Leaves `form-action` out of the policy of a page.
pub(crate) fn may_lead_away(mut page: Response) -> Response {
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy!("")));
    page
}

pub(crate) fn refuse(provider: &Provider, refused: &Refused) -> Response {
    let Refused { refusal, service } = refused;
    tracing::info!(reason = refusal.title(), "the test identity provider refused a request");
    let page = Problem {
        frame: frame(provider),
        problem: refusal.into(),
        service: service.as_deref().map(ServiceView::from),
    };
    html(refusal.status(), &page)
}

pub(crate) fn unreadable_form(rejection: &FormRejection) -> Refused {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::TooLarge { limit: MAX_MESSAGE }.into()
    } else {
        Refusal::Form { reason: rejection.body_text() }.into()
    }
}

pub(crate) fn frame(provider: &Provider) -> Frame<'_> {
    Frame { entity_id: provider.entity_id() }
}

pub(crate) fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the test identity provider could not be filled");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn asset(content_type: &'static str, content: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], content).into_response()
}

/// The headers that no answer goes without.
async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy!("form-action 'self'")));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    response
}
