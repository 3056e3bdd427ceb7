//! The authorization server by address: from the page where a client is registered to the API that its token opens.

use super::harness::{Answer, Browser, House, form};
use axum::http::{Method, StatusCode};
use serde_json::Value;
use vestibule_app::authorize::{self, Created, NewClient};

const CALLBACK: &str = "https://client.example/cb";
/// The verifier of RFC 7636, appendix B, and its challenge.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn client(house: &House) -> Created {
    let wanted = NewClient {
        name: "Provisioner <b>".to_owned(),
        scopes: vec!["scim2".to_owned()],
        redirect_uris: vec![CALLBACK.to_owned()],
    };
    authorize::create(&house.app.operator().people("acme").await.unwrap(), &wanted).await.unwrap()
}

fn program(house: &House) -> Browser {
    Browser { host: "vestibule.example".to_owned(), ..house.browser("acme") }
}

async fn call(house: &House, path: &str, fields: &[(&str, &str)]) -> Answer {
    program(house).send(Method::POST, path, &[], form(fields)).await
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn authorize_path(client: &Created) -> String {
    let pairs = [
        ("response_type", "code"),
        ("client_id", &client.id),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!(
        "/oauth/authorize?{}",
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    )
}

/// The path of the question at the account's own host.
async fn question(house: &House, client: &Created) -> String {
    let answer = program(house).get(&authorize_path(client)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let path = answer.header("location").strip_prefix("https://acme.vestibule.example").unwrap();
    assert!(path.starts_with("/oauth/consent/"), "{path}");
    path.to_owned()
}

/// Where a page moves on to by itself.
fn onward(answer: &Answer) -> url::Url {
    let (_, rest) = answer.body.split_once("0; url=").unwrap();
    let text = rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    url::Url::parse(&text).unwrap()
}

#[tokio::test]
async fn an_administrator_signs_in_permits_a_client_and_its_token_opens_the_api() {
    let house = House::bare().await;
    let client = client(&house).await;
    let path = question(&house, &client).await;
    let mut browser = house.browser("acme");
    let led = browser.get(&path).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    assert!(led.header("location").starts_with("/signin?return_to=%2Foauth%2Fconsent%2F"), "{led:?}");
    let mut owner = house.owner("acme").await;
    let asked = owner.get(&path).await;
    assert!(
        asked.body.contains("Provisioner &#60;b&#62;") && asked.body.contains("client.example"),
        "{}",
        asked.body
    );
    assert!(asked.body.contains("Create, change, deactivate and delete users and groups by SCIM."));
    let answer = owner.post(&path, &[("answer", "allow")]).await;
    let to = onward(&answer);
    let said: std::collections::BTreeMap<_, _> = to.query_pairs().into_owned().collect();
    assert_eq!((said["state"].as_str(), said["iss"].as_str()), ("s", "https://vestibule.example"));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", said["code"].as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
    ];
    let got = call(&house, "/oauth/token", &fields).await;
    assert_eq!((got.status, got.header("cache-control")), (StatusCode::OK, "no-store"), "{}", got.body);
    let token = format!("Bearer {}", json(&got)["access_token"].as_str().unwrap());
    let api = program(&house).send(Method::GET, "/v2/token", &[("authorization", &token)], form(&[])).await;
    assert_eq!((api.status, &json(&api)["account"]), (StatusCode::OK, &"acme".into()));
    assert_eq!(owner.post(&path, &[("answer", "allow")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_says_no_goes_back_with_that_answer() {
    let house = House::bare().await;
    let client = client(&house).await;
    let path = question(&house, &client).await;
    let mut owner = house.owner("acme").await;
    assert_eq!(owner.post(&path, &[("answer", "perhaps")]).await.status, StatusCode::BAD_REQUEST);
    let to = onward(&owner.post(&path, &[("answer", "deny")]).await);
    assert!(to.as_str().starts_with("https://client.example/cb?error=access_denied"), "{to}");
}

#[tokio::test]
async fn s11_nobody_but_an_administrator_of_the_account_answers_and_only_on_our_own_page() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let client = client(&house).await;
    let path = question(&house, &client).await;
    let allow = [("answer", "allow")];
    let mut member = house.member("clara@acme.example").await;
    assert_eq!(member.post(&path, &allow).await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.owner("globex").await.post(&path, &allow).await.status, StatusCode::NOT_FOUND);
    let mut owner = house.owner("acme").await;
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://client.example")];
    let answer = owner.send(Method::POST, &path, &foreign, form(&allow)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.post(&path, &allow).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s11_a_request_that_names_no_registered_address_leads_nowhere() {
    let house = House::bare().await;
    let client = client(&house).await;
    for path in [
        authorize_path(&client).replace("client.example", "evil.example"),
        authorize_path(&client).replace("%2Fcb", "%2Fcb%2F"),
        authorize_path(&client).replace("cli_", "cli_1"),
        "/oauth/authorize".to_owned(),
    ] {
        let answer = program(&house).get(&path).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::BAD_REQUEST, ""), "{path}");
        assert!(!answer.body.contains("evil.example"), "{}", answer.body);
    }
    let without = authorize_path(&client).replace("S256", "plain");
    let answer = program(&house).get(&without).await;
    assert!(
        answer.header("location").starts_with("https://client.example/cb?error=invalid_request"),
        "{answer:?}"
    );
    question(&house, &client).await;
}

#[tokio::test]
async fn s11_what_fails_at_the_token_endpoint_is_said_as_oauth_says_it() {
    let house = House::bare().await;
    let client = client(&house).await;
    let who = [("client_id", client.id.as_str()), ("client_secret", client.secret.as_str())];
    let strangers = [("grant_type", "client_credentials"), ("client_id", "x"), ("client_secret", "y")];
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        for fields in [&strangers[..], &[]] {
            let answer = call(&house, path, fields).await;
            assert_eq!(
                (answer.status, &json(&answer)["error"]),
                (StatusCode::UNAUTHORIZED, &"invalid_client".into())
            );
            assert_eq!(answer.header("www-authenticate"), r#"Basic realm="Vestibule""#);
        }
        let got = program(&house).get(path).await;
        assert_eq!(
            (got.status, &json(&got)["error"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"invalid_request".into())
        );
    }
    for (fields, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials"), ("scope", "all")], "invalid_scope"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "vsr_x")], "invalid_grant"),
        (vec![("grant_type", "client_credentials"), ("client_id", "again")], "invalid_request"),
    ] {
        let answer = call(&house, "/oauth/token", &[&who[..], &fields[..]].concat()).await;
        assert_eq!(
            (answer.status, &json(&answer)["error"]),
            (StatusCode::BAD_REQUEST, &error.into()),
            "{fields:?}"
        );
        assert!(json(&answer)["error_description"].is_string() && !answer.body.contains(&client.secret));
    }
    let good =
        call(&house, "/oauth/token", &[&who[..], &[("grant_type", "client_credentials")]].concat()).await;
    assert_eq!(good.status, StatusCode::OK);
    let token = json(&good)["access_token"].as_str().unwrap().to_owned();
    let told = call(&house, "/oauth/introspect", &[&who[..], &[("token", &*token)]].concat()).await;
    assert_eq!(json(&told)["active"], true);
    let back = call(&house, "/oauth/revoke", &[&who[..], &[("token", &*token)]].concat()).await;
    assert_eq!(back.status, StatusCode::OK);
    let shown = [("authorization", &*format!("Bearer {token}"))];
    let api = program(&house).send(Method::GET, "/v2/token", &shown, form(&[])).await;
    assert_eq!(api.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_server_is_described_where_clients_look() {
    let house = House::bare().await;
    let answer = program(&house).get("/.well-known/oauth-authorization-server").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    let said = json(&answer);
    assert_eq!(said["issuer"], "https://vestibule.example");
    for endpoint in ["authorization", "token", "revocation", "introspection"] {
        let url = said[format!("{endpoint}_endpoint")].as_str().unwrap();
        let path = url.strip_prefix("https://vestibule.example").unwrap();
        assert_ne!(program(&house).get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let vanity = house.browser("acme").get("/.well-known/oauth-authorization-server").await;
    assert_eq!(vanity.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_administrator_makes_and_revokes_tokens_and_clients_on_the_page() {
    let house = House::bare().await;
    let mut owner = house.owner("acme").await;
    assert!(owner.get("/admin/api").await.body.contains("There is no token yet."));
    let wrong = owner.post("/admin/api/tokens", &[("name", "Okta"), ("days", "90")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("at least one scope"), "{}", wrong.body);
    let made = owner.post("/admin/api/tokens", &[("name", "Okta"), ("days", "90"), ("scim2", "yes")]).await;
    let (_, token) = made.body.split_once("vst_").unwrap();
    let token = format!("vst_{}", &token[..51]);
    house.app.api(&token).await.unwrap();
    let list = owner.get("/admin/api").await.body;
    assert!(list.contains("Okta") && list.contains("o@acme.example") && !list.contains(&token), "{list}");
    let (_, rest) = list.split_once("/admin/api/tokens/tok_").unwrap();
    let path = format!("/admin/api/tokens/tok_{}", rest.split('"').next().unwrap());
    assert!(owner.post(&path, &[]).await.body.contains("Revoke Okta?"));
    house.app.api(&token).await.unwrap();
    assert_eq!(owner.post(&path, &[("consent", "yes")]).await.status, StatusCode::SEE_OTHER);
    assert!(house.app.api(&token).await.is_err());
    let bad = [("redirects", "http://evil.example/"), ("scim2", "yes")];
    assert_eq!(owner.post("/admin/api/clients", &bad).await.status, StatusCode::BAD_REQUEST);
    let good = [("name", "P"), ("redirects", "https://a.example/\r\nhttps://b.example/"), ("scim2", "yes")];
    let made = owner.post("/admin/api/clients", &good).await;
    assert!(made.body.contains("vss_") && made.body.contains("https://vestibule.example/oauth/token"));
    let list = owner.get("/admin/api").await.body;
    assert!(list.contains("https://a.example/ https://b.example/") && !list.contains("vss_"), "{list}");
    let (_, rest) = list.split_once("/admin/api/clients/cli_").unwrap();
    let path = format!("/admin/api/clients/cli_{}", rest.split('"').next().unwrap());
    assert!(owner.post(&path, &[]).await.body.contains("Revoke P?"));
    assert_eq!(owner.post(&path, &[("consent", "yes")]).await.status, StatusCode::SEE_OTHER);
    assert!(owner.get("/admin/api").await.body.contains("Revoked"));
    let strange = format!("/admin/api/tokens/tok_{}/revoke", "0".repeat(32));
    for fields in [&[][..], &[("consent", "yes")]] {
        assert_eq!(owner.post(&strange, fields).await.status, StatusCode::NOT_FOUND);
    }
}
