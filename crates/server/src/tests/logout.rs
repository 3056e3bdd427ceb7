//! Single logout at the door, begun here and at the identity provider.

use super::harness::{Answer, Browser, House, IDENTITY, ISSUER, form};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use vestibule_saml::NameId;
use vestibule_saml::binding::Binding;
use vestibule_saml::logout::{LogoutRequest, LogoutResponse, Message, Sent};
use vestibule_saml::write::Status;

const PATH: &str = "/saml/SingleLogout";
const URL: &str = "https://acme.vestibule.example/saml/SingleLogout";
const CLARA: &str = "clara@acme.example";
/// Each assertion of one person has its moment.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// An account whose identity provider takes logout requests; `more` goes into its table.
async fn house(more: &str) -> House {
    House::with(&format!("sign_out_url = \"https://idp.example/slo\"\n{more}")).await
}

fn request(house: &House, name_id: &str) -> LogoutRequest {
    LogoutRequest {
        id: "_logout".to_owned(),
        issue_instant: house.now(),
        issuer: ISSUER.to_owned(),
        destination: Some(URL.to_owned()),
        not_on_or_after: None,
        name_id: NameId { value: name_id.to_owned(), ..NameId::default() },
        session_indexes: Vec::new(),
    }
}

/// Comes from the identity provider's site, with this.
async fn bring(browser: &mut Browser, sent: Sent) -> Answer {
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://idp.example")];
    match sent {
        Sent::Redirect(url) => browser.get(url.strip_prefix("https://acme.vestibule.example").unwrap()).await,
        Sent::Post { field, value, relay_state, .. } => {
            let relay_state = relay_state.unwrap_or_default();
            let fields = [(field, value.as_str()), ("RelayState", relay_state.as_str())];
            browser.send(Method::POST, PATH, &foreign, form(&fields)).await
        }
    }
}

fn packed(request: &LogoutRequest, binding: Binding, relay_state: Option<&str>) -> Sent {
    let parcel = request.parcel(binding, URL).with_relay_state(relay_state.map(str::to_owned));
    parcel.pack(Some(&IDENTITY)).unwrap()
}

/// Signs out, and gives the ID of the request that the browser is to carry.
async fn begin(browser: &mut Browser) -> (Answer, String) {
    let answer = browser.post("/signout", &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let start = "content=\"0; url=https://idp.example/slo?";
    let query = answer.body.split_once(start).unwrap().1.split('"').next().unwrap().replace("&#38;", "&");
    let message = Message::from_query(&query).unwrap();
    let xml = String::from_utf8(message.xml().to_vec()).unwrap();
    let id = xml.split_once(" ID=\"").unwrap().1.split('"').next().unwrap().to_owned();
    (answer, id)
}

fn answering(house: &House, id: &str) -> LogoutResponse {
    LogoutResponse {
        id: "_answer".to_owned(),
        issue_instant: house.now(),
        issuer: ISSUER.to_owned(),
        destination: Some(URL.to_owned()),
        in_response_to: Some(id.to_owned()),
        status: Status::success(),
    }
}

#[tokio::test]
async fn somebody_who_signs_out_goes_to_the_identity_provider_and_comes_back() {
    let house = house("").await;
    for binding in [Binding::Redirect, Binding::Post] {
        house.wait(SECOND);
        let mut browser = house.member(CLARA).await;
        let (answer, id) = begin(&mut browser).await;
        let cookies = answer.cookies().join("\n");
        assert!(cookies.contains("__Host-vestibule=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
        assert!(cookies.contains("__Host-vestibule-browser=") && cookies.contains("SameSite=None"));
        assert_eq!(
            browser.get("/profile").await.status,
            StatusCode::SEE_OTHER,
            "the session is over already"
        );
        let back = answering(&house, &id).parcel(binding, URL).pack(Some(&IDENTITY)).unwrap();
        let page = bring(&mut browser, back.clone()).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("has signed you out too"), "{}", page.body);
        let again = bring(&mut browser, back).await;
        assert_eq!(again.header("location"), "/signout", "it was answered");
        let page = browser.get("/signout").await;
        assert!(page.body.contains("You may still be signed in at your company"), "{}", page.body);
    }
}

#[tokio::test]
async fn p15_an_answer_that_is_not_signed_or_reports_a_failure_says_so() {
    let house = house("").await;
    let mut browser = house.member(CLARA).await;
    let (_, id) = begin(&mut browser).await;
    let back = answering(&house, &id).parcel(Binding::Redirect, URL).pack(None).unwrap();
    let page = bring(&mut browser, back).await;
    assert!(page.body.contains("not signed, so it proves nothing"), "{}", page.body);

    house.wait(SECOND);
    let mut browser = house.member(CLARA).await;
    let (_, id) = begin(&mut browser).await;
    let status = Status {
        code: "urn:oasis:names:tc:SAML:2.0:status:Responder".to_owned(),
        sub_code: None,
        message: None,
    };
    let failed = LogoutResponse { status, ..answering(&house, &id) };
    let page = bring(&mut browser, failed.parcel(Binding::Post, URL).pack(Some(&IDENTITY)).unwrap()).await;
    let tracking_id = page.header("x-tracking-id").to_owned();
    assert!(page.body.contains(&tracking_id) && page.body.contains("did not confirm"), "{}", page.body);
    let row = house.owner("acme").await.get(&format!("/admin/log/{tracking_id}")).await;
    assert!(row.body.contains("1012") && row.body.contains("Single logout."), "{}", row.body);
}

#[tokio::test]
async fn the_identity_provider_signs_somebody_out_without_any_cookie() {
    let house = house("").await;
    for (number, binding) in [Binding::Redirect, Binding::Post].into_iter().enumerate() {
        house.wait(SECOND);
        let mut clara = house.member(CLARA).await;
        let request = LogoutRequest { id: format!("_logout{number}"), ..request(&house, CLARA) };
        // The form of another site comes without the session cookie, which is SameSite=Lax.
        let mut bare = house.browser("acme");
        let answer = bring(&mut bare, packed(&request, binding, Some("token"))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(answer.header("location").starts_with("https://idp.example/slo?SAMLResponse="));
        assert!(answer.header("location").contains("&RelayState=token&SigAlg="));
        assert!(answer.cookies().is_empty(), "{:?}", answer.cookies());
        assert_eq!(clara.get("/profile").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_cookie_of_the_ended_session_goes_and_one_of_another_session_stays() {
    let house = house("").await;
    let mut clara = house.member(CLARA).await;
    let mut owner = house.owner("acme").await;
    let sent = packed(&request(&house, CLARA), Binding::Redirect, None);
    let answer = bring(&mut owner, sent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.get("/profile").await.status, StatusCode::OK);
    let again = LogoutRequest { id: "_again".to_owned(), ..request(&house, CLARA) };
    let answer = bring(&mut clara, packed(&again, Binding::Redirect, None)).await;
    assert!(answer.cookies().join("").contains("__Host-vestibule=; "), "{:?}", answer.cookies());
    assert!(!clara.cookies.contains_key("__Host-vestibule"));
}

#[tokio::test]
async fn p15_by_form_the_answer_goes_through_a_page_that_may_send_to_the_identity_provider_alone() {
    let house =
        house("sign_out_binding = \"post\"\nsign_out_response_url = \"https://answers.example/x\"\n").await;
    let hostile = "\"><script>alert(1)</script>";
    let sent = packed(&request(&house, CLARA), Binding::Post, Some(hostile));
    let answer = bring(&mut house.browser("acme"), sent).await;
    assert_eq!(answer.status, StatusCode::OK);
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with("form-action 'self' https://answers.example https:"), "{policy}");
    assert!(answer.body.contains("action=\"https://answers.example/x\""), "{}", answer.body);
    assert!(answer.body.contains("name=\"SAMLResponse\"") && answer.body.contains("name=\"RelayState\""));
    assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
    // The identity provider may show it in a frame, and nobody else.
    assert!(policy.contains("; frame-ancestors https://answers.example; "), "{policy}");
    assert_eq!((answer.header("cache-control"), answer.header("x-frame-options")), ("no-store", ""));

    let mut browser = house.member("bert@acme.example").await;
    let out = browser.post("/signout", &[]).await;
    assert!(out.body.contains("action=\"https://idp.example/slo\""), "{}", out.body);
    assert!(out.body.contains("name=\"SAMLRequest\"") && !out.body.contains("RelayState"));
    assert!(out.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(out.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn p15_a_request_that_is_not_signed_is_refused_and_the_page_says_nothing_of_the_cause() {
    let house = house("").await;
    let mut clara = house.member(CLARA).await;
    for binding in [Binding::Redirect, Binding::Post] {
        let sent = request(&house, CLARA).parcel(binding, URL).pack(None).unwrap();
        let answer = bring(&mut house.browser("acme"), sent).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let tracking_id = answer.header("x-tracking-id");
        assert!(answer.body.contains(tracking_id), "{}", answer.body);
        assert!(!answer.body.contains("signed.") && !answer.body.contains("1002"), "{}", answer.body);
    }
    assert_eq!(clara.get("/profile").await.status, StatusCode::OK);
    let answer = bring(&mut clara, packed(&request(&house, CLARA), Binding::Redirect, None)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn p10_without_a_connection_there_is_nothing_to_log_out_of() {
    let house = House::bare().await;
    let sent = packed(&request(&house, CLARA), Binding::Redirect, None);
    assert_eq!(bring(&mut house.browser("acme"), sent).await.status, StatusCode::NOT_FOUND);
    let mut owner = house.owner("acme").await;
    assert_eq!(owner.post("/signout", &[]).await.header("location"), "/signout");
    assert!(!owner.get("/signout").await.body.contains("identity provider"));
}

#[tokio::test]
async fn x22_a_body_that_is_too_large_is_refused_and_logged() {
    let house = house("").await;
    let value = "A".repeat(300 * 1024);
    let foreign = [("sec-fetch-site", "cross-site")];
    let mut browser = house.browser("acme");
    let answer = browser.send(Method::POST, PATH, &foreign, form(&[("SAMLRequest", &value)])).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let path = format!("/admin/log/{}", answer.header("x-tracking-id"));
    assert!(house.owner("acme").await.get(&path).await.body.contains("1001"));
}
