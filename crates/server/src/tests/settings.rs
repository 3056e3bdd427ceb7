//! The settings of the account, its owner, and what an account file says of a page.

use super::harness::{House, PASSWORD};
use axum::http::StatusCode;

/// What stands in the hidden field of the form.
fn version(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"version\" value=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_settings_of_the_account_are_changed_and_say_what_a_file_covers() {
    let house = House::with("[provisioning]\npatch_answer = \"empty\"\n").await;
    let mut owner = house.owner("acme").await;
    let page = owner.get("/admin/settings").await.body;
    for part in ["value=\"Acme\"", "value=\"empty\" selected", "o@acme.example", "Set by an account file"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(owner.get("/admin/domains").await.body.contains("Set by an account file"));
    assert!(
        !owner.get("/admin/users").await.body.contains("Set by an account file"),
        "no file says who is there"
    );
    let shown = version(&page);
    let with = |name: &'static str, idle: &'static str| {
        [("version", shown.clone()), ("name", name.to_owned()), ("session_idle", idle.to_owned())]
    };
    let mut send = async |fields: [(&str, String); 3]| {
        let mut fields: Vec<(&str, &str)> =
            fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        fields.extend([("patch_answer", "body"), ("second_factor", "optional")]);
        owner.post("/admin/settings", &fields).await
    };
    for (name, idle) in [("", "1h"), ("Acme", "1 fortnight"), ("Acme", "48h")] {
        let answer = send(with(name, idle)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name} {idle}");
        assert!(answer.body.contains("aria-invalid=\"true\""), "{}", answer.body);
    }
    assert_eq!(send(with("Acme & Sons", "1h")).await.status, StatusCode::SEE_OTHER);
    let stale = send(with("Other", "1h")).await;
    assert!(
        stale.status == StatusCode::BAD_REQUEST && stale.body.contains("Somebody else"),
        "{}",
        stale.body
    );
    let page = owner.get("/admin/settings").await.body;
    for part in ["Acme &#38; Sons", "value=\"1h\"", "value=\"body\" selected"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let told = owner.get("/admin/audit?area=account").await.body;
    assert!(told.contains("Changed the settings of the account"), "{told}");
    let version = version(&page);
    let factor = [
        ("version", &*version),
        ("name", "Acme"),
        ("patch_answer", "body"),
        ("second_factor", "administrators"),
    ];
    assert_eq!(owner.post("/admin/settings", &factor).await.status, StatusCode::SEE_OTHER);
    let shut = owner.get("/admin/settings").await;
    assert!(shut.status == StatusCode::FORBIDDEN && shut.body.contains("second factor"), "{}", shut.body);
}

#[tokio::test]
async fn the_owner_hands_the_account_on_with_the_password_and_nobody_else_does() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let mut clara = house.member("clara@acme.example").await;
    assert!(owner.get("/admin/owner").await.body.contains("nobody to hand it to"));
    let people = owner.get("/admin/users?find=clara").await.body;
    let (_, rest) = people.split_once("/admin/users/usr_").unwrap();
    let page = format!("/admin/users/usr_{}", rest.split('"').next().unwrap());
    assert!(owner.get(&page).await.body.contains("Give this role"));
    assert_eq!(
        owner.post(&format!("{page}/role"), &[("role", "king")]).await.status,
        StatusCode::BAD_REQUEST
    );
    let made = owner.post(&format!("{page}/role"), &[("role", "admin")]).await;
    assert_eq!(made.header("location"), page);
    // An administrator sees who it is, and hands nothing on.
    let seen = clara.get("/admin/owner").await.body;
    assert!(seen.contains("o@acme.example") && !seen.contains("name=\"to\""), "{seen}");
    let fields = [("to", "clara@acme.example"), ("consent", "yes")];
    assert_eq!(clara.post("/admin/owner", &fields).await.status, StatusCode::FORBIDDEN);

    let form = owner.get("/admin/owner").await.body;
    assert!(
        form.contains("You cannot take this back yourself") && form.contains("name=\"password\""),
        "{form}"
    );
    let to = ("to", "clara@acme.example");
    for fields in [
        vec![to, ("password", PASSWORD)],
        vec![to, ("consent", "yes"), ("password", "wrong password")],
        vec![("to", "nobody"), ("consent", "yes"), ("password", PASSWORD)],
    ] {
        let answer = owner.post("/admin/owner", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields:?}");
        assert!(answer.body.contains("role=\"alert\""), "{}", answer.body);
    }
    let done = owner.post("/admin/owner", &[to, ("consent", "yes"), ("password", PASSWORD)]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/admin/owner"));
    assert!(owner.get("/admin/owner").await.body.contains("<p>clara@acme.example</p>"));
    let page = clara.get("/admin/owner").await.body;
    assert!(page.contains("clara@acme.example (you)") && page.contains("o@acme.example</option>"), "{page}");
}
