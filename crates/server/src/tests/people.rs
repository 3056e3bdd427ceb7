//! The pages of people and of licenses.

use super::harness::{Browser, House};
use axum::http::StatusCode;

/// The page of the person with this address.
async fn page_of(owner: &mut Browser, email: &str) -> String {
    let list = owner.get(&format!("/admin/users?prefix={email}")).await.body;
    let (_, rest) = list.split_once("href=\"/admin/users/usr_").unwrap_or_else(|| panic!("{list}"));
    format!("/admin/users/usr_{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn people_are_found_by_how_their_addresses_begin() {
    let house = House::new().await;
    house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    let all = owner.get("/admin/users").await.body;
    assert!(all.contains("clara@acme.example") && all.contains("o@acme.example"), "{all}");
    let some = owner.get("/admin/users?prefix=CLA").await.body;
    assert!(some.contains("Choose clara@acme.example") && !some.contains("Choose o@acme.example"), "{some}");
    let none = owner.get("/admin/users?prefix=%3Cb%3E").await.body;
    assert!(none.contains("Nobody is found") && !none.contains("<b>\""), "{none}");
    assert!(owner.get("/admin/users?prefix=%07").await.body.contains("Nobody is called like that."));
}

#[tokio::test]
async fn somebody_is_deactivated_after_a_question_and_activated_again() {
    let house = House::new().await;
    let mut clara = house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    let page = page_of(&mut owner, "clara").await;
    let shown = owner.get(&page).await.body;
    for part in [">SSO</span>", "Basic", "Accepted", "Deactivate</button>", "R&#38;D"] {
        assert!(shown.contains(part), "no {part}: {shown}");
    }
    let deactivate = format!("{page}/deactivate");
    let question = owner.post(&deactivate, &[]).await;
    assert!(question.body.contains("Deactivate clara@acme.example?"), "{}", question.body);
    assert_eq!(clara.get("/profile").await.status, StatusCode::OK, "a question changes nothing");
    assert_eq!(owner.post(&deactivate, &[("consent", "yes")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(clara.get("/profile").await.status, StatusCode::SEE_OTHER, "the session is over");
    assert!(owner.get(&page).await.body.contains("Activate</button>"));
    assert_eq!(
        owner.post(&format!("{page}/activate"), &[("consent", "yes")]).await.status,
        StatusCode::SEE_OTHER
    );
    house.wait(jiff::SignedDuration::from_secs(60));
    house.member("clara@acme.example").await;
}

#[tokio::test]
async fn t15_the_owner_is_not_deactivated_and_nobody_reaches_people_of_another_account() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let mut owner = house.owner("acme").await;
    let page = page_of(&mut owner, "o@").await;
    let answer = owner.post(&format!("{page}/deactivate"), &[("consent", "yes")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    let mut other = house.owner("globex").await;
    assert_eq!(other.get(&page).await.status, StatusCode::NOT_FOUND);
    for deed in ["deactivate", "activate", "add-sso-login", "send-verification"] {
        let answer = other.post(&format!("{page}/{deed}"), &[("consent", "yes")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{deed}: {}", answer.body);
    }
    assert_eq!(owner.post(&format!("{page}/delete"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.post(&format!("{page}/add-sso-login"), &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_picture_that_cannot_be_used_is_shown_with_its_reason() {
    let house = House::new().await;
    house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    let page = page_of(&mut owner, "clara").await;
    assert!(!owner.get(&page).await.body.contains("<dt>Picture"), "none was ever sent");
    house.picture("clara@acme.example", "bm8gcGljdHVyZQ==").await;
    let shown = owner.get(&page).await.body;
    let (_, picture) = shown.split_once("<dt>Picture").unwrap_or_else(|| panic!("{shown}"));
    let picture = picture.split("</dd>").next().unwrap();
    assert!(picture.contains("cannot be used") && picture.contains("no PNG, JPEG, GIF or WebP"), "{picture}");
}

#[tokio::test]
async fn seats_are_shown_in_numbers_beside_their_bar() {
    let house = House::new().await;
    house.apply_text("account = \"acme\"\n[licenses]\nbasic = 3\nlicensed = 1\n".to_owned()).await;
    house.member("clara@acme.example").await;
    let shown = house.owner("acme").await.get("/admin/licenses").await.body;
    for part in ["of 3 seats taken", "0 of 1", "Licensed", " left</span>"] {
        assert!(shown.contains(part), "no {part}: {shown}");
    }
}

#[tokio::test]
async fn several_are_deactivated_after_a_question_that_says_how_many() {
    let house = House::new().await;
    let mut clara = house.member("clara@acme.example").await;
    house.member("jo@acme.example").await;
    let mut owner = house.owner("acme").await;
    let list = owner.get("/admin/users?find=clara%40&login=sso").await.body;
    assert!(list.contains("clara@acme.example") && !list.contains("jo@acme.example"), "{list}");
    for refused in [vec![("action", "deactivate")], vec![("who", "all")], vec![]] {
        let answer = owner.post("/admin/users/bulk", &refused).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{refused:?}");
        assert!(answer.body.contains("role=\"alert\""), "{}", answer.body);
    }
    let everybody = [("who", "all"), ("login", "sso"), ("action", "deactivate")];
    let question = owner.post("/admin/users/bulk", &everybody).await.body;
    assert!(
        question.contains("Deactivate 2 users?") && question.contains("sessions end at once"),
        "{question}"
    );
    assert_eq!(clara.get("/profile").await.status, StatusCode::OK, "a question changes nothing");
    let answered = [&everybody[..], &[("consent", "yes")]].concat();
    let report = owner.post("/admin/users/bulk", &answered).await.body;
    assert!(report.contains("<dt>Done for</dt><dd>2 users</dd>"), "{report}");
    assert_eq!(clara.get("/profile").await.status, StatusCode::SEE_OTHER, "the session is over");
    let all = [("who", "all"), ("action", "deactivate"), ("consent", "yes")];
    let report = owner.post("/admin/users/bulk", &all).await.body;
    assert!(report.contains("The owner of the account cannot be deactivated"), "{report}");
    assert!(owner.get("/admin/users?status=inactive").await.body.contains("jo@acme.example"));
}
