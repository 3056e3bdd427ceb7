//! The question to somebody whose address is of a domain that another account manages, over HTTP.

use super::access::filled;
use super::harness::{Answer, Browser, House, PASSWORD};
use crate::routes::{Caller, vanity};
use axum::http::StatusCode;
use vestibule_app::outbox;
use vestibule_app::users::{self, Action, Said, Whom};

const BOB: &str = "bob@acme.example";

/// Makes Bob of acme.example a user of globex, an administrator there; then acme asks such people to move, or only manages them.
async fn house(consolidate: bool) -> House {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let people = house.app.operator().people("globex").await.unwrap();
    let said = Said { email: Some(BOB.to_owned()), ..Said::default() };
    users::create(&people, &Action::Invite, &said).await.unwrap();
    let mut browser = house.browser("globex");
    let path = mailed(&house, BOB, "/welcome/").await;
    assert_eq!(browser.post(&path, &[("password", PASSWORD)]).await.status, StatusCode::SEE_OTHER);
    vestibule_app::roles::set_role(&people, &Whom::parse(BOB).unwrap(), "admin").await.unwrap();
    let file = House::file("acme", "sign_in_url = \"https://idp.example/sso\"");
    let policy = format!("[domains.\"acme.example\"]\nmanaged = true\nconsolidate = {consolidate}\n");
    house.apply_text(file.replace("[domains.\"acme.example\"]\n", &policy)).await;
    house
}

/// The path of the newest link to somebody that begins like this.
async fn mailed(house: &House, to: &str, path: &str) -> String {
    let mails = outbox::list(&house.app.operator()).await.unwrap();
    let mut links =
        mails.iter().filter(|mail| mail.to == to).filter_map(|mail| mail.body_text.split_once(path));
    format!("{path}{}", links.next().unwrap().1.split_whitespace().next().unwrap())
}

async fn enter(house: &House, email: &str) -> (Browser, Answer) {
    let mut browser = house.browser("globex");
    let fields = [("email", email), ("password", PASSWORD), ("return_to", "/admin/users")];
    let answer = browser.post("/signin/password", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    (browser, answer)
}

fn is_led_to_the_question(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/consolidate")
}

#[tokio::test]
async fn t20_a_held_session_reaches_no_page_and_its_neighbor_does() {
    let house = house(true).await;
    let (mut bob, inside) = enter(&house, BOB).await;
    assert_eq!(inside.header("location"), "/admin/users");
    let question = bob.get("/admin/users").await;
    assert_eq!(question.header("location"), "/consolidate?return_to=%2Fadmin%2Fusers");
    let (mut owner, _) = enter(&house, "o@globex.example").await;
    assert_eq!(owner.get("/admin/users").await.status, StatusCode::OK);
    assert_eq!(owner.get("/consolidate").await.header("location"), "/profile", "nothing is asked");
    for route in vanity()
        .into_iter()
        .filter(|route| !matches!(route.caller, Caller::Anybody | Caller::IdentityProvider | Caller::Held))
    {
        for answer in [bob.get(&filled(route.path)).await, bob.post(&filled(route.path), &[]).await] {
            let shut = is_led_to_the_question(&answer) || answer.status == StatusCode::METHOD_NOT_ALLOWED;
            assert!(shut, "{}: {answer:?}", route.path);
        }
        let answer = owner.get(&filled(route.path)).await;
        assert!(!is_led_to_the_question(&answer), "{}: {answer:?}", route.path);
    }
    for path in ["/", "/signin"] {
        assert!(is_led_to_the_question(&bob.get(path).await), "{path}");
    }
    // The break-glass door is the same.
    let mut glass = house.glass();
    glass.post("/signin/password", &[("email", BOB), ("password", PASSWORD)]).await;
    assert!(is_led_to_the_question(&glass.get("/admin").await));
    assert_eq!(glass.get("/consolidate").await.status, StatusCode::OK);
    assert!(bob.get("/signout").await.body.contains(BOB));
    bob.post("/signout", &[]).await;
    assert!(bob.get("/admin/users").await.header("location").starts_with("/signin"));
}

#[tokio::test]
async fn the_answer_is_put_off_three_times_and_no_form_does_it_a_fourth_time() {
    let house = house(true).await;
    for button in ["Not now (3 times left)", "Not now (2 times left)", "Not now (for the last time)"] {
        let (mut bob, _) = enter(&house, BOB).await;
        let page = bob.get("/consolidate?return_to=/admin/users").await;
        for part in ["belongs to Acme", "Move my user to Acme", "Use another address", button] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let put_off = bob.post("/consolidate/later", &[("return_to", "/admin/users")]).await;
        assert_eq!(put_off.header("location"), "/admin/users");
        assert_eq!(bob.get("/admin/users").await.status, StatusCode::OK);
    }
    let (mut bob, _) = enter(&house, BOB).await;
    assert!(!bob.get("/consolidate").await.body.contains("Not now"));
    let by_hand = bob.post("/consolidate/later", &[]).await;
    assert_eq!(by_hand.status, StatusCode::BAD_REQUEST);
    assert!(by_hand.body.contains("You put this off 3 times already."), "{}", by_hand.body);
    assert!(is_led_to_the_question(&bob.get("/admin/users").await));
}

#[tokio::test]
async fn bob_moves_by_the_link_in_the_mail_and_a_look_at_it_moves_nobody() {
    let house = house(true).await;
    let (mut bob, _) = enter(&house, BOB).await;
    let sent = bob.post("/consolidate/move", &[]).await;
    assert!(sent.body.contains("Look into your mailbox"), "{}", sent.body);
    let path = mailed(&house, BOB, "/join/").await;
    let mut elsewhere = house.browser("globex");
    for _ in 0..2 {
        let page = elsewhere.get(&path).await;
        assert!(page.body.contains("Move your user to Acme?") && page.body.contains(BOB), "{}", page.body);
    }
    assert_eq!(house.browser("acme").get(&path).await.status, StatusCode::NOT_FOUND);
    let moved = elsewhere.post(&path, &[]).await;
    let (_, next) = moved.body.split_once("https://acme.vestibule.example/welcome/").unwrap();
    let next = format!("/welcome/{}", next.split(['"', '&', '<']).next().unwrap());
    assert_eq!(elsewhere.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(bob.get("/consolidate").await.header("location").starts_with("/signin"), "the session is over");
    let mut acme = house.browser("acme");
    let known = acme.post("/signin/password", &[("email", BOB), ("password", PASSWORD)]).await;
    assert_eq!(known.status, StatusCode::BAD_REQUEST, "a password of globex opens nothing at acme");
    assert!(acme.get(&next).await.body.contains(BOB));
    assert_eq!(
        acme.post(&next, &[("password", "what Bob chose for acme")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(acme.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_address_is_asked_for_confirmed_and_used() {
    let house = house(false).await;
    let (mut bob, _) = enter(&house, BOB).await;
    let page = bob.get("/consolidate").await;
    assert!(page.body.contains("manages the users with such addresses"), "{}", page.body);
    assert!(!page.body.contains("Move my user") && page.body.contains("Not now<"), "{}", page.body);
    let wrong = bob.post("/consolidate/address", &[("email", "\"><b>@acme.example")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("role=\"alert\"") && !wrong.body.contains("<b>@"), "{}", wrong.body);
    let sent = bob.post("/consolidate/address", &[("email", "bob@home.example")]).await;
    assert!(sent.body.contains("on its way to bob@home.example"), "{}", sent.body);
    let path = mailed(&house, "bob@home.example", "/address/").await;
    assert!(bob.get(&path).await.body.contains("bob@home.example"));
    assert!(is_led_to_the_question(&bob.get("/profile").await), "a look changes nothing");
    let taken = bob.post(&path, &[]).await;
    assert!(taken.body.contains("Your address has changed"), "{}", taken.body);
    assert_eq!(bob.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refusal_offers_to_move_and_the_domain_s_page_to_invite() {
    let house = house(true).await;
    let mut browser = house.browser("acme");
    let refused = browser.sign_in(house.response(BOB)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Move my user to this account"), "{}", refused.body);
    assert!(!refused.body.contains("Globex"), "{}", refused.body);
    let id = refused.header("x-tracking-id").to_owned();
    let unknown = format!("WEB_{}", "0".repeat(32));
    let mut answers = Vec::new();
    for tracking_id in [id.as_str(), &unknown] {
        answers.push(browser.post("/signin/move", &[("tracking_id", tracking_id)]).await.body);
    }
    assert_eq!(answers[0], answers[1], "nobody is told whether there was somebody to mail");
    mailed(&house, BOB, "/join/").await;
    let mut owner = house.owner("acme").await;
    assert!(owner.get("/admin/domains/acme.example").await.body.contains("Send invitations"));
    let invited = owner.post("/admin/domains/acme.example/invite", &[]).await;
    assert!(invited.body.contains("1 mail is on its way."), "{}", invited.body);
    let again = owner.post("/admin/domains/acme.example/invite", &[]).await;
    assert!(again.body.contains("No mail was sent."), "{}", again.body);
    house.wait(jiff::SignedDuration::from_secs(1));
    let other = browser.sign_in(house.response("x@y@z")).await;
    assert!(!other.body.contains("Move my user"), "{}", other.body);
}
