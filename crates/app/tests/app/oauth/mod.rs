//! The authorization server: what clients get, from whom, and what ends it.

mod clients;
mod codes;
mod families;

use crate::account::Account;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;
use url::form_urlencoded::Serializer;
use vestibule_app::authorize::{self, Begun, Code, Created, Decision, NewClient};
use vestibule_app::{AdminCtx, ApiCtx, App, Error, Kind};

pub const CALLBACK: &str = "https://client.example/callback?fixed=1";
pub const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636-ok";

/// A client of this account that may be permitted these scopes.
pub async fn register(account: &Account, scopes: &[&str]) -> Created {
    let people = account.app.operator().people(account.label.as_str()).await.unwrap();
    let wanted = NewClient {
        name: "Provisioner".to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        redirect_uris: vec![CALLBACK.to_owned(), "http://127.0.0.1:9000/cb".to_owned()],
    };
    authorize::create(&people, &wanted).await.unwrap()
}

pub fn query(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The authorization request of this client, with these parameters in place of the usual ones; an empty one is left out.
pub fn asking(client: &Created, changed: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let mut pairs = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", client.id.as_str()),
        ("redirect_uri", CALLBACK),
        ("state", "st&te"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    pairs.extend(changed.iter().copied());
    pairs.retain(|_, value| !value.is_empty());
    query(&pairs.into_iter().collect::<Vec<_>>())
}

/// The parameters of the address that the browser is sent to.
pub fn parameters(url: &str) -> BTreeMap<String, String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The secret of the request that waits.
pub async fn waiting(app: &App, query: &str) -> String {
    match authorize::begin(app, query).await.unwrap() {
        Begun::Ask(url) => url.rsplit_once("/oauth/consent/").unwrap().1.to_owned(),
        Begun::Answer(url) => panic!("answered at once: {url}"),
    }
}

/// A code that this administrator permitted.
pub async fn code(admin: &AdminCtx, app: &App, client: &Created) -> String {
    let request = waiting(app, &asking(client, &[])).await;
    let url = authorize::decide(admin, &request, Decision::Allow).await.unwrap();
    parameters(&url)["code"].clone()
}

/// What the token endpoint answers to these parameters.
pub async fn exchange(app: &App, client: &Created, form: &[(&str, &str)]) -> Result<Value, Error> {
    let who = [("client_id", client.id.as_str()), ("client_secret", client.secret.as_str())];
    authorize::exchange(app, None, &query(&[&who[..], form].concat())).await
}

pub async fn by_code(app: &App, client: &Created, code: &str) -> Result<Value, Error> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    exchange(app, client, &form).await
}

pub async fn by_refresh(app: &App, client: &Created, token: &str) -> Result<Value, Error> {
    exchange(app, client, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

pub async fn by_client(app: &App, client: &Created) -> Result<Value, Error> {
    exchange(app, client, &[("grant_type", "client_credentials")]).await
}

pub fn refused(outcome: Result<Value, Error>) -> Code {
    let error = outcome.err().unwrap();
    assert!(matches!(error.kind(), Kind::Invalid | Kind::Unauthenticated), "{error}");
    error.oauth_code()
}

pub fn text<'v>(answer: &'v Value, name: &str) -> &'v str {
    answer[name].as_str().unwrap()
}

/// What the access token of an answer opens.
pub async fn opened(app: &App, answer: &Value) -> Result<ApiCtx, Error> {
    app.api(text(answer, "access_token")).await
}
