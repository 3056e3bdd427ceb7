//! What a directory may not do, and to whom.

use super::{Directory, OURS, USER, entra, is_error};
use crate::tests::harness::House;
use axum::http::StatusCode;
use serde_json::json;
use vestibule_app::users;
use vestibule_model::user::Field;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn an_email_user_who_met_1020_is_patched_by_the_directory_and_signs_in() {
    let house = House::with("provision = \"prior_to_sign_in\"").await;
    // The owner has a password, and no SSO login type.
    let refused = house.browser("acme").sign_in(house.response("o@acme.example")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let directory = Directory::new(&house, "acme").await;
    let probe = directory.get("/Users?filter=userName%20eq%20%22o@acme.example%22").await;
    let id = probe.body["Resources"][0]["id"].as_str().unwrap().to_owned();
    let patched = directory
        .patch(&format!("/Users/{id}"), json!([{ "op": "Replace", "path": "displayName", "value": "Olga" }]))
        .await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let shown = directory.get(&format!("/Users/{id}?attributes={OURS}:loginTypes")).await;
    assert_eq!(shown.body[OURS]["loginTypes"], json!(["work_email", "sso"]), "{shown:?}");
    house.wait(jiff::SignedDuration::from_secs(60));
    house.member("o@acme.example").await;
}

#[tokio::test]
async fn t15_the_owner_and_exempt_users_answer_403_and_the_reason_and_their_neighbors_are_deactivated() {
    let house = House::new().await;
    let file = House::file("acme", "sign_in_url = \"https://idp.example/sso\"").replace(
        "[domains.\"acme.example\"]",
        "[domains.\"acme.example\"]\nexempt = [\"glass@acme.example\"]",
    );
    house.apply_text(file).await;
    let directory = Directory::new(&house, "acme").await;
    let glass = directory.user("glass@acme.example").await;
    let neighbor = directory.user("neighbor@acme.example").await;
    let probe = directory.get("/Users?filter=userName%20eq%20%22o@acme.example%22").await;
    let owner = probe.body["Resources"][0]["id"].as_str().unwrap().to_owned();
    for (id, word) in [(&glass, "exempt"), (&owner, "owner")] {
        let path = format!("/Users/{id}");
        let off = json!([{ "op": "replace", "value": { "active": false } }]);
        for refused in [directory.patch(&path, off).await, directory.delete(&path).await] {
            is_error(&refused, 403, "");
            assert!(refused.detail().contains(word), "{refused:?}");
        }
        assert_eq!(directory.get(&path).await.body["active"], json!(true));
    }
    let path = format!("/Users/{neighbor}");
    let off = json!([{ "op": "replace", "value": { "active": false } }]);
    assert_eq!(directory.patch(&path, off).await.body["active"], json!(false));
    assert_eq!(directory.delete(&path).await.status, 204);
}

#[tokio::test]
async fn a_person_of_another_domain_is_not_created_and_one_of_the_account_is() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let refused = directory.post("/Users", &entra("anna@evilacme.example")).await;
    is_error(&refused, 409, "");
    assert!(refused.detail().contains("evilacme.example"), "{refused:?}");
    directory.user("anna@acme.example").await;
}

#[tokio::test]
async fn s10_without_a_seat_nobody_is_added_as_a_paid_user() {
    let house = House::new().await;
    let seats =
        House::file("acme", "sign_in_url = \"https://idp.example/sso\"") + "[licenses]\nlicensed = 1\n";
    house.apply_text(seats).await;
    let directory = Directory::new(&house, "acme").await;
    let wanted = |name: &str| json!({ "schemas": [USER], "userName": name, "userType": "Licensed" });
    let first = directory.post("/Users", &wanted("a@acme.example")).await;
    assert_eq!((first.status, &first.body[OURS]["license"]), (201, &json!("licensed")));
    let second = directory.post("/Users", &wanted("b@acme.example")).await;
    is_error(&second, 409, "");
    assert!(second.detail().contains("You can't add paid users"), "{second:?}");
    let extension = &second.body["urn:vestibule:params:scim:api:messages:2.0:Error"];
    assert_eq!(extension["code"], 1031);
    assert_eq!(directory.get("/Users").await.body["totalResults"], 1, "nothing of it was done");
    // Whoever is deactivated frees the seat.
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    directory.patch(&format!("/Users/{}", first.id()), off).await;
    assert_eq!(directory.post("/Users", &wanted("b@acme.example")).await.status, 201);
    let basic = directory.user("c@acme.example").await;
    assert_eq!(directory.get(&format!("/Users/{basic}")).await.body[OURS]["license"], "basic");
}

#[tokio::test]
async fn t06_every_id_of_another_account_is_unknown() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    house.apply("globex", "sign_in_url = \"https://idp.example/other\"\ndraft = true").await;
    let (acme, globex) = (Directory::new(&house, "acme").await, Directory::new(&house, "globex").await);
    let anna = acme.user("anna@acme.example").await;
    let sales = acme.group("Sales", &[&anna]).await;
    let hers = globex.user("gina@globex.example").await;
    let theirs = globex.group("Theirs", &[&hers]).await;
    for path in [format!("/Users/{anna}"), format!("/Groups/{sales}")] {
        let body = json!({ "userName": "x@globex.example", "displayName": "X" });
        let off = json!([{ "op": "replace", "path": "displayName", "value": "X" }]);
        for told in [
            globex.get(&path).await,
            globex.put(&path, &body).await,
            globex.patch(&path, off).await,
            globex.delete(&path).await,
        ] {
            is_error(&told, 404, "");
        }
    }
    let member = json!([{ "op": "add", "path": "members", "value": [{ "value": anna }] }]);
    is_error(&globex.patch(&format!("/Groups/{theirs}"), member).await, 404, "");
    let manager = |of: &str| json!([{ "op": "add", "path": format!("{ENTERPRISE}:manager"), "value": of }]);
    let gina = format!("/Users/{hers}");
    is_error(&globex.patch(&gina, manager(&anna)).await, 404, "");
    assert_eq!(globex.patch(&gina, manager(&hers)).await.status, 200, "one of the account is there");
    for filter in [format!("id eq \"{anna}\""), "userName eq \"anna@acme.example\"".to_owned()] {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let found = globex.get(&format!("/Users?filter={query}")).await;
        assert_eq!(found.body["totalResults"], 0, "{filter}");
    }
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{ "method": "DELETE", "path": format!("/Users/{anna}") }],
    });
    assert_eq!(globex.post("/Bulk", &bulk).await.body["Operations"][0]["status"], "404");
}

#[tokio::test]
async fn t07_an_address_of_another_account_is_neither_created_nor_taken_and_a_new_one_is() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    house.apply("globex", "sign_in_url = \"https://idp.example/other\"\ndraft = true").await;
    let (acme, globex) = (Directory::new(&house, "acme").await, Directory::new(&house, "globex").await);
    let anna = acme.user("anna@acme.example").await;
    let gina = globex.user("gina@globex.example").await;
    let created = globex.post("/Users", &entra("Anna@acme.example")).await;
    is_error(&created, 409, "");
    let rename = json!([{ "op": "replace", "path": "userName", "value": "anna@acme.example" }]);
    assert_eq!(globex.patch(&format!("/Users/{gina}"), rename).await.status, 409);
    assert_eq!(globex.get("/Users").await.body["totalResults"], 1, "nothing of it was done");
    assert_eq!(globex.get(&format!("/Users/{gina}")).await.body["userName"], "gina@globex.example");
    assert_eq!(acme.get(&format!("/Users/{anna}")).await.body["userName"], "anna@acme.example");
    globex.user("anna@globex.example").await;
}

#[tokio::test]
async fn t08_t09_what_a_directory_may_not_set_is_taken_and_left_out() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let mut body = entra("anna@acme.example");
    body["id"] = json!("usr_00000000000000000000000000000001");
    body["meta"] = json!({ "created": "1999-01-01T00:00:00Z" });
    body["password"] = json!("Secret-1234-Secret");
    body["roles"] = json!([{ "value": "owner" }, { "value": "admin", "primary": true }]);
    let made = directory.post("/Users", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_ne!(made.id(), "usr_00000000000000000000000000000001");
    assert!(made.body["meta"]["created"].as_str().unwrap().starts_with("2026-"));
    assert!(!made.answer.body.contains("Secret-1234"));
    let refused = house
        .browser("acme")
        .post("/signin/password", &[("email", "anna@acme.example"), ("password", "Secret-1234-Secret")])
        .await;
    assert_ne!(refused.status, StatusCode::SEE_OTHER, "a password is never kept");
    let mut anna = house.member("anna@acme.example").await;
    assert_eq!(
        anna.get("/admin/sso").await.status,
        StatusCode::FORBIDDEN,
        "a role is never granted this way"
    );
}

#[tokio::test]
async fn t11_a_user_name_that_is_an_address_changes_it_once_a_day_inside_the_domains() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let id = directory.user("anna@acme.example").await;
    let path = format!("/Users/{id}");
    let rename = |name: &str| json!([{ "op": "replace", "path": "userName", "value": name }]);
    is_error(&directory.patch(&path, rename("anna@other.example")).await, 409, "");
    assert_eq!(directory.patch(&path, rename("anna.berg@acme.example")).await.status, 200);
    is_error(&directory.patch(&path, rename("anna.stein@acme.example")).await, 409, "");
    house.wait(jiff::SignedDuration::from_hours(25));
    assert_eq!(directory.patch(&path, rename("anna.stein@acme.example")).await.status, 200);
    let told = vestibule_app::outbox::list(&house.app.operator()).await.unwrap();
    assert!(told.iter().any(|mail| mail.to == "anna@acme.example"), "the old address is told");
}

#[tokio::test]
async fn s06_of_two_creates_of_one_name_one_wins() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let body = entra("anna@acme.example");
    let (one, two) = tokio::join!(directory.post("/Users", &body), directory.post("/Users", &body));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(directory.get("/Users").await.body["totalResults"], 1);
}

#[tokio::test]
async fn the_manager_whom_a_directory_names_is_in_the_profile_by_address() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let (anna, boss) = (directory.user("anna@acme.example").await, directory.user("boss@acme.example").await);
    let path = format!("/Users/{anna}");
    let ctx = house.app.operator().people("acme").await.unwrap();
    let profile = async || {
        let person = users::show(&ctx, &users::Whom::parse("anna@acme.example").unwrap()).await.unwrap();
        person.profile.value(&Field::Manager).map(str::to_owned)
    };
    let is = |value: &str| json!([{ "op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": value }]);
    let told = directory.patch(&path, is(&boss)).await;
    assert_eq!((told.status, &told.body[ENTERPRISE]["manager"]["value"]), (200, &json!(boss)), "{told:?}");
    assert_eq!(profile().await.as_deref(), Some("boss@acme.example"));
    // A word of the client's own says nothing of anybody here, and is kept as it came.
    assert_eq!(directory.patch(&path, is("271")).await.body[ENTERPRISE]["manager"]["value"], "271");
    assert_eq!(profile().await, None);
    assert_eq!(directory.patch(&path, is(&boss)).await.status, 200);
    let gone = json!([{ "op": "remove", "path": format!("{ENTERPRISE}:manager") }]);
    assert_eq!(directory.patch(&path, gone).await.status, 200);
    assert_eq!(profile().await, None);
}
