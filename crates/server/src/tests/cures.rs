//! What administrators mend from the page of a response.

use super::harness::{Answer, Browser, House, attribute};
use axum::http::StatusCode;
use vestibule_app::users::{self, Whom};
use vestibule_saml::write::Response;

const PRIOR: &str = "provision = \"prior_to_sign_in\"";

/// The page of the response that was refused.
fn page_of(refused: &Answer) -> String {
    let tracking_id = refused.header("x-tracking-id");
    assert!(tracking_id.starts_with("WEB_"), "{refused:?}");
    format!("/admin/log/{tracking_id}")
}

async fn mend(browser: &mut Browser, page: &str, cure: &str) -> Answer {
    browser.post(&format!("{page}/cure"), &[("cure", cure)]).await
}

fn whom(email: &str) -> Whom {
    Whom::parse(email).unwrap()
}

#[tokio::test]
async fn the_sso_login_type_is_added_with_one_press_and_the_person_signs_in() {
    let house = House::with(PRIOR).await;
    let page = page_of(&house.browser("acme").sign_in(house.response("o@acme.example")).await);
    let mut owner = house.owner("acme").await;
    let shown = owner.get(&page).await;
    assert!(
        shown.body.contains("1020") && shown.body.contains("Add the SSO login type</button>"),
        "{}",
        shown.body
    );

    let mended = mend(&mut owner, &page, "add-sso-login").await;
    assert_eq!(
        (mended.status, mended.header("location")),
        (StatusCode::SEE_OTHER, format!("{page}#mend").as_str())
    );
    let shown = owner.get(&page).await;
    assert!(
        shown.body.contains("o@acme.example has the SSO login type. The person can sign in now."),
        "{}",
        shown.body
    );
    assert!(!shown.body.contains("/cure\""), "nothing is offered twice: {}", shown.body);
    // Pressed again by somebody with an older page: nothing happens, and it is no error.
    assert_eq!(mend(&mut owner, &page, "add-sso-login").await.status, StatusCode::SEE_OTHER);
    let people = owner.get("/admin/users").await.body;
    let person = people.split("/admin/users/usr_").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let story = owner.get(&format!("/admin/users/usr_{person}")).await.body;
    for part in
        ["Was not let in", "<span class=\"badge\">Change</span>", "/admin/audit?about=o%40acme.example"]
    {
        assert!(story.contains(part), "no {part}: {story}");
    }

    house.wait(jiff::SignedDuration::from_secs(60));
    let answer = house.browser("acme").sign_in(house.response("o@acme.example")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn somebody_inactive_is_activated_after_a_question() {
    let house = House::new().await;
    house.member("clara@acme.example").await;
    let people = house.app.operator().people("acme").await.unwrap();
    users::deactivate(&people, &whom("clara@acme.example")).await.unwrap();
    house.wait(jiff::SignedDuration::from_secs(60));
    let page = page_of(&house.browser("acme").sign_in(house.response("clara@acme.example")).await);
    let mut owner = house.owner("acme").await;
    assert!(owner.get(&page).await.body.contains("Activate</button>"));

    let question = mend(&mut owner, &page, "activate").await;
    assert_eq!(question.status, StatusCode::OK);
    assert!(question.body.contains("Activate clara@acme.example?"), "{}", question.body);
    assert!(
        owner.get(&page).await.body.contains("clara@acme.example is inactive."),
        "a question changes nothing"
    );

    let answered = [("cure", "activate"), ("consent", "yes")];
    let mended = owner.post(&format!("{page}/cure"), &answered).await;
    assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.body);
    assert!(owner.get(&page).await.body.contains("The person can sign in now."));
    house.wait(jiff::SignedDuration::from_secs(60));
    house.member("clara@acme.example").await;
}

/// A response that brings this Employee Unique ID.
fn with_id(mut response: Response, id: &str) -> Response {
    response.assertion.as_mut().unwrap().attributes.push(attribute("employeeNumber", id));
    response
}

#[tokio::test]
async fn p18_another_employee_unique_id_is_replaced_and_both_are_shown_spelled_out() {
    let house = House::bare().await;
    let file = House::file("acme", "sign_in_url = \"https://idp.example/sso\"");
    house
        .apply_text(file.replace("[mapping.basic]", "[mapping.basic]\nemployee_id = \"employeeNumber\""))
        .await;
    let first = house.browser("acme").sign_in(with_id(house.response("clara@acme.example"), "<b>17")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    house.wait(jiff::SignedDuration::from_secs(60));
    let refused = house.browser("acme").sign_in(with_id(house.response("clara@acme.example"), "<i>18")).await;
    let page = page_of(&refused);
    let mut owner = house.owner("acme").await;
    let shown = owner.get(&page).await.body;
    assert!(shown.contains("1015") && shown.contains("Replace the Employee Unique ID</button>"), "{shown}");
    assert!(!shown.contains("<b>17") && !shown.contains("<i>18"), "escaped: {shown}");

    assert_eq!(mend(&mut owner, &page, "replace-employee-id").await.status, StatusCode::SEE_OTHER);
    let shown = owner.get(&page).await.body;
    assert!(shown.contains("The person can sign in now."), "{shown}");
    house.wait(jiff::SignedDuration::from_secs(60));
    let answer = house.browser("acme").sign_in(with_id(house.response("clara@acme.example"), "<i>18")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn a_sign_in_that_would_have_linked_an_employee_unique_id_is_mended_all_the_same() {
    let house = House::bare().await;
    let file = House::file("acme", &format!("sign_in_url = \"https://idp.example/sso\"\n{PRIOR}"));
    house
        .apply_text(file.replace("[mapping.basic]", "[mapping.basic]\nemployee_id = \"employeeNumber\""))
        .await;
    let page = page_of(&house.browser("acme").sign_in(with_id(house.response("o@acme.example"), "17")).await);
    let mut owner = house.owner("acme").await;
    let shown = owner.get(&page).await.body;
    assert!(shown.contains("1020") && shown.contains("Add the SSO login type</button>"), "{shown}");
    assert_eq!(mend(&mut owner, &page, "add-sso-login").await.status, StatusCode::SEE_OTHER);
    house.wait(jiff::SignedDuration::from_secs(60));
    let answer = house.browser("acme").sign_in(with_id(house.response("o@acme.example"), "17")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn the_verification_mail_is_sent_again_after_a_while_from_the_response_and_from_the_person() {
    let house = House::new().await;
    let kim = || {
        let mut response = house.response("kim@freelance.example");
        response.assertion.as_mut().unwrap().attributes = vec![attribute("mail", "kim@freelance.example")];
        response
    };
    let page = page_of(&house.browser("acme").sign_in(kim()).await);
    let mut owner = house.owner("acme").await;
    let button = "Send the verification mail again</button>";
    let later = "Another one can be sent from ";
    let shown = owner.get(&page).await.body;
    assert!(shown.contains("1022") && shown.contains(later) && !shown.contains(button), "{shown}");
    let first = house.mailed_path("kim@freelance.example").await;
    assert_eq!(mend(&mut owner, &page, "send-verification").await.status, StatusCode::CONFLICT, "too early");

    house.wait(users::PAUSE);
    let shown = owner.get(&page).await.body;
    assert!(shown.contains(button) && !shown.contains(later), "{shown}");
    assert_eq!(mend(&mut owner, &page, "send-verification").await.status, StatusCode::SEE_OTHER);
    let second = house.mailed_path("kim@freelance.example").await;
    assert_ne!(first, second);
    let list = owner.get("/admin/users?prefix=kim").await.body;
    let id = list.split_once("href=\"/admin/users/usr_").unwrap().1.split('"').next().unwrap();
    let person = format!("/admin/users/usr_{id}");
    let shown = owner.get(&person).await.body;
    assert!(
        shown.contains("Verification mail") && shown.contains(later) && !shown.contains(button),
        "{shown}"
    );

    house.wait(users::PAUSE);
    assert!(owner.get(&person).await.body.contains(button));
    let sent = owner.post(&format!("{person}/send-verification"), &[]).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, person.as_str()));
    let mut browser = house.browser("acme");
    let third = house.mailed_path("kim@freelance.example").await;
    assert!(browser.post(&third, &[]).await.body.contains("Your address is confirmed"));
    let shown = owner.get(&page).await.body;
    assert!(shown.contains("The person can sign in now.") && !shown.contains(button), "{shown}");
    assert_eq!(browser.sign_in(kim()).await.header("location"), "/profile");
}

#[tokio::test]
async fn p20_nobody_mends_but_the_administrators_of_the_account() {
    let house = House::with(PRIOR).await;
    house.account("globex", "Globex").await;
    let page = page_of(&house.browser("acme").sign_in(house.response("o@acme.example")).await);

    let stranger = mend(&mut house.browser("acme"), &page, "add-sso-login").await;
    assert!(stranger.header("location").starts_with("/signin"), "{stranger:?}");
    let elsewhere = mend(&mut house.owner("globex").await, &page, "add-sso-login").await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "the row of another account: {}", elsewhere.body);
    let mut owner = house.owner("acme").await;
    let wrong = mend(&mut owner, &page, "activate-everybody").await;
    assert_eq!(wrong.status, StatusCode::CONFLICT, "{}", wrong.body);
    let people = house.app.operator().people("acme").await.unwrap();
    let person = users::show(&people, &whom("o@acme.example")).await.unwrap();
    assert_eq!(person.summary.login_types, ["work_email"], "nothing was added");
}

#[tokio::test]
async fn what_is_no_single_press_says_where_to_go_on() {
    let house = House::with(PRIOR).await;
    let page = page_of(&house.browser("acme").sign_in(house.response("nobody@acme.example")).await);
    let shown = house.owner("acme").await.get(&page).await.body;
    assert!(shown.contains("1021") && !shown.contains("/cure\""), "{shown}");
    assert!(shown.contains("/edit\">Provision users of this connection</a>"), "{shown}");
}
