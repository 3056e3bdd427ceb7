//! The browser on its way to a sub-account: two hosts, each with cookies of its own.

use super::harness::{Browser, House, PASSWORD, answering};
use super::mapping::fill;
use axum::http::StatusCode;
use vestibule_app::accounts;

const RULE: &str =
    "[[mapping.sub_account]]\nattribute = \"department\"\nvalue = \"R&D\"\nresult = \"beta\"\n";

async fn family(rules: &str) -> House {
    let house = House::bare().await;
    let operator = house.app.operator();
    let owner = "o@beta.example";
    let created = accounts::create_sub_account(&operator, "acme", "beta", "Beta", owner).await.unwrap();
    let path = created.owner_link.split_once(".example").unwrap().1.to_owned();
    assert_eq!(
        house.browser("beta").post(&path, &[("password", PASSWORD)]).await.status,
        StatusCode::SEE_OTHER
    );
    let file = House::file("acme", "sign_in_url = \"https://idp.example/sso\"");
    house.apply_text(format!("{file}{rules}")).await;
    house
}

/// Where the page of the assertion consumer service leads on to.
fn led_to(body: &str) -> String {
    let (_, rest) = body.split_once("http-equiv=\"refresh\" content=\"0; url=").unwrap();
    rest.split_once('"').unwrap().0.replace("&#38;", "&").replace("&#x26;", "&")
}

/// The path of an address of this account.
fn path<'a>(url: &'a str, label: &str) -> &'a str {
    url.strip_prefix(&format!("https://{label}.vestibule.example")).unwrap_or_else(|| panic!("{url}"))
}

async fn signed_in_above(house: &House) -> (Browser, String) {
    let mut above = house.browser("acme");
    let id = above.request_id("/saml/login?return_to=%2Fadmin%2Flog").await;
    let answer = above.bring(answering(house.response("clara@acme.example"), &id)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.body.contains("Taking you to Beta"), "{}", answer.body);
    assert!(!answer.cookies().join("\n").contains("__Host-vestibule=acc_"), "no session up here");
    assert!(answer.header("x-tracking-id").starts_with("WEB_"));
    (above, led_to(&answer.body))
}

#[tokio::test]
async fn somebody_who_is_sent_to_a_sub_account_arrives_there_signed_in() {
    let house = family(RULE).await;
    let (mut above, first) = signed_in_above(&house).await;
    let mut below = house.browser("beta");
    let begun = below.get(path(&first, "beta")).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    assert!(begun.cookies().join("\n").starts_with("__Host-vestibule-browser="), "{:?}", begun.cookies());
    let granted = above.get(path(begun.header("location"), "acme")).await;
    assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.body);
    let arrival = path(granted.header("location"), "beta").to_owned();
    let arrived = below.get(&arrival).await;
    assert_eq!((arrived.status, arrived.header("location")), (StatusCode::SEE_OTHER, "/profile"));
    let profile = below.get("/profile").await;
    for shown in ["clara@acme.example", "Beta", "Member"] {
        assert!(profile.body.contains(shown), "{shown} in {}", profile.body);
    }
    assert_eq!(above.get("/profile").await.status, StatusCode::SEE_OTHER, "nobody is signed in above");
    let again = below.get(&arrival).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.body.contains("Sign in again"), "{}", again.body);
}

#[tokio::test]
async fn t19_a_followed_link_signs_nobody_in_to_a_sub_account_as_somebody_else() {
    let house = family(RULE).await;
    let (mut attacker, first) = signed_in_above(&house).await;
    let (mut victim_below, mut victim_above) = (house.browser("beta"), house.browser("acme"));
    let begun = victim_below.get(path(&first, "beta")).await;
    let granted = victim_above.get(path(begun.header("location"), "acme")).await;
    assert_eq!(granted.status, StatusCode::NOT_FOUND, "the cookie of the sign-in is the attacker's");
    let mut own = house.browser("beta");
    let begun = own.get(path(&first, "beta")).await;
    let granted = attacker.get(path(begun.header("location"), "acme")).await;
    let last = path(granted.header("location"), "beta").to_owned();
    let planted = victim_below.get(&last).await;
    assert_eq!(planted.status, StatusCode::NOT_FOUND);
    assert_eq!(victim_below.get("/profile").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        own.get(&last).await.status,
        StatusCode::SEE_OTHER,
        "the attacker is only who the attacker is"
    );
}

#[tokio::test]
async fn the_mapping_pages_show_and_change_who_is_sent_to_which_sub_account() {
    let house = family("").await;
    let mut owner = house.owner("acme").await;
    let page = owner.get("/admin/mapping").await;
    assert!(page.body.contains("/admin/mapping/rules/sub_account/new"), "{}", page.body);
    let form = owner.get("/admin/mapping/rules/sub_account/new").await;
    assert!(form.body.contains("<option value=\"beta\""), "{}", form.body);
    let rule =
        |result| [("attribute", "department"), ("operator", "equals"), ("value", "R&D"), ("result", result)];
    const NEW: &str = "/admin/mapping/rules/sub_account/new";
    let refused = fill(&mut owner, NEW, &rule("acme")).await;
    assert!(refused.body.contains("no sub-account of this account"), "{}", refused.body);
    let saved = fill(&mut owner, NEW, &rule("beta")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let page = owner.get("/admin/mapping").await;
    for shown in ["Sign in to sub-account", "If department is “R&#38;D”: beta", "The person signs in here."]
    {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    let rest = owner.get("/admin/mapping/rest/sub_account").await;
    assert!(!rest.body.contains("value=\"remove\""), "{}", rest.body);
    signed_in_above(&house).await;
    // An account without sub-accounts is not asked.
    let page = house.owner("beta").await.get("/admin/mapping").await;
    assert!(!page.body.contains("sub_account"), "{}", page.body);
}
