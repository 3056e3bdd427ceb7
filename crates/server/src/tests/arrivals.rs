//! Somebody new, mended records, and invitations, in the portal.

use super::harness::{House, PASSWORD};
use axum::http::StatusCode;
use jiff::SignedDuration;

#[tokio::test]
async fn somebody_is_invited_in_the_portal_reminded_and_comes_in() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let form = owner.get("/admin/users/new").await.body;
    assert!(form.contains("Signs in by") && form.contains("First name"), "{form}");
    let wrong =
        owner.post("/admin/users/new", &[("email", "<b>"), ("way", "invite"), ("license", "basic")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(
        wrong.body.contains("email cannot be used") && wrong.body.contains("&#60;b&#62;"),
        "{}",
        wrong.body
    );
    let fields =
        [("email", "bea@acme.example"), ("way", "invite"), ("license", "basic"), ("first_name", "Bea")];
    let made = owner.post("/admin/users/new", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let page = made.header("location").to_owned();
    assert_eq!(owner.post("/admin/users/new", &fields).await.status, StatusCode::BAD_REQUEST, "somebody's");
    let list = owner.get("/admin/users/invitations").await.body;
    assert!(list.contains("bea@acme.example") && list.contains(">Open<"), "{list}");
    house.wait(SignedDuration::from_hours(24 * 30));
    let mut owner = house.owner("acme").await;
    assert!(owner.get("/admin/users/invitations").await.body.contains(">Expired<"));
    let late = house.browser("acme").get(&house.mailed_path("bea@acme.example").await).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert!(late.body.contains("This invitation has expired"), "{}", late.body);
    assert!(owner.get(&page).await.body.contains("Send the invitation again"));
    assert_eq!(owner.post(&format!("{page}/invite-again"), &[]).await.status, StatusCode::SEE_OTHER);
    let mut bea = house.browser("acme");
    let path = house.mailed_path("bea@acme.example").await;
    assert_eq!(bea.post(&path, &[("password", PASSWORD)]).await.header("location"), "/profile");

    let edit = owner.get(&format!("{page}/edit")).await.body;
    assert!(edit.contains("value=\"Bea\""), "{edit}");
    let fields =
        [("email", "bea@acme.example"), ("first_name", "Beatrix"), ("phone_1", "x"), ("license", "")];
    let wrong = owner.post(&format!("{page}/edit"), &fields).await;
    assert!(
        wrong.status == StatusCode::BAD_REQUEST && wrong.body.contains("phone_1 cannot be used"),
        "{}",
        wrong.body
    );
    let fields = [("email", "bea@acme.example"), ("first_name", "Beatrix"), ("license", "")];
    assert_eq!(owner.post(&format!("{page}/edit"), &fields).await.header("location"), page);
    assert!(owner.get(&page).await.body.contains("Beatrix"));

    let fields = [("email", "kim@freelance.example"), ("way", "invite"), ("license", "basic")];
    let kim = owner.post("/admin/users/new", &fields).await.header("location").to_owned();
    let question = owner.post(&format!("{kim}/withdraw-invitation"), &[]).await;
    assert!(question.body.contains("Withdraw the invitation of kim@freelance.example?"), "{}", question.body);
    let done = owner.post(&format!("{kim}/withdraw-invitation"), &[("consent", "yes")]).await;
    assert_eq!(done.header("location"), "/admin/users/invitations");
    assert_eq!(owner.get(&kim).await.status, StatusCode::NOT_FOUND);
}
