//! Setting up single sign-on, step by step.

use super::harness::{Answer, Browser, House, IDENTITY, ISSUER, answering, ask};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use vestibule_saml::binding::redirect_decode;
use vestibule_saml::request;

/// Sends a form with a file, as a browser does.
async fn tell(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let part = |(name, value): &(&str, &str)| {
        let file = if name.ends_with("_file") { "; filename=\"metadata.xml\"" } else { "" };
        format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n")
    };
    let body: String = fields.iter().map(part).chain(["--limit--\r\n".to_owned()]).collect();
    let cookies: Vec<String> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", &browser.host)
        .header("cookie", cookies.join("; "))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=limit");
    ask(&browser.door, request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn an_administrator_is_led_from_the_choice_to_the_published_connection_and_may_stop_between() {
    let house = House::bare().await;
    house.apply_text("account = \"acme\"\n[domains.\"acme.example\"]\n".to_owned()).await;
    let mut owner = house.owner("acme").await;
    assert!(owner.get("/admin/sso").await.body.contains("href=\"/admin/sso/setup\""));
    let choice = owner.get("/admin/sso/setup").await.body;
    assert!(choice.contains("Step 1 of 4") && choice.contains("/admin/sso/setup/keycloak"), "{choice}");
    assert_eq!(owner.get("/admin/sso/setup/nothing").await.status, StatusCode::NOT_FOUND);
    let guide = owner.get("/admin/sso/setup/keycloak").await.body;
    assert!(
        guide.contains("Connect Keycloak") && guide.contains("https://acme.vestibule.example/saml/SSO"),
        "{guide}"
    );
    let path = "/admin/sso/setup/other";
    assert!(owner.get(path).await.body.contains("Reply URL (ACS)"));

    let wrong =
        tell(&mut owner, path, &[("idp_metadata_url", ""), ("idp_metadata_file", "<b>no metadata</b>")])
            .await;
    assert!(
        wrong.status == StatusCode::BAD_REQUEST && wrong.body.contains("role=\"alert\""),
        "{}",
        wrong.body
    );
    let stranger = tell(&mut owner, path, &[("enabled", "true")]).await;
    assert_eq!(stranger.status, StatusCode::BAD_REQUEST, "the form has other fields");
    let pem = IDENTITY.certificate.to_pem();
    let told =
        [("issuer", ISSUER), ("sign_in_url", "https://idp.example/sso"), ("certificates", pem.as_str())];
    let saved = tell(&mut owner, path, &told).await;
    assert_eq!(
        (saved.status, saved.header("location")),
        (StatusCode::SEE_OTHER, "/admin/sso/setup"),
        "{}",
        saved.body
    );

    // Whoever comes back goes on here.
    let mut owner = house.owner("acme").await;
    let step = owner.get("/admin/sso/setup").await.body;
    assert!(step.contains("Step 3 of 4") && step.contains(ISSUER) && !step.contains("/publish\""), "{step}");
    assert!(
        owner.get("/admin/sso/setup/keycloak").await.body.contains(&format!("value=\"{ISSUER}\"")),
        "what was told"
    );
    let mut actions = step.split("action=\"").map(|rest| rest.split('"').next().unwrap());
    let test = actions.find(|action| action.ends_with("/test")).unwrap().to_owned();
    let out = owner.post(&test, &[("version", "draft")]).await;
    let to = out.body.split_once("content=\"0; url=").unwrap().1.split('"').next().unwrap();
    let query = to.split_once('?').unwrap().1.replace("&#38;", "&");
    let id = request::read(&redirect_decode(&query).unwrap().xml).unwrap().id;
    let session = owner.cookies.remove("__Host-vestibule").unwrap();
    let back = owner.bring(answering(house.response("clara@acme.example"), &id)).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    owner.cookies.insert("__Host-vestibule".to_owned(), session);
    let step = owner.get("/admin/sso/setup").await.body;
    assert!(step.contains("Step 4 of 4") && step.contains("passed."), "{step}");
    let publish = test.replace("/test", "/publish");
    assert_eq!(owner.post(&publish, &[("version", "1")]).await.status, StatusCode::SEE_OTHER);
    let done = owner.get("/admin/sso/setup").await.body;
    assert!(done.contains(">Done<") && done.contains("/admin/mapping/attributes"), "{done}");
}
