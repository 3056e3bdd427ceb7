//! How a change is answered: with the resource, or without a body.

use super::{Directory, PATCH};
use crate::tests::harness::House;
use axum::body::Body;
use axum::http::Method;
use serde_json::json;

/// The account file of `acme` with this at its end.
fn file(more: &str) -> String {
    House::file("acme", "sign_in_url = \"https://idp.example/sso\"") + more
}

#[tokio::test]
async fn an_account_chooses_whether_a_patch_is_answered_with_a_body_and_the_request_goes_before() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let user = format!("/Users/{}", directory.user("anna@acme.example").await);
    let group = format!("/Groups/{}", directory.group("Sales", &[]).await);
    let call = |name: &str| json!([{ "op": "replace", "path": "displayName", "value": name }]);
    assert_eq!(directory.patch(&user, call("Anna")).await.status, 200, "unless the account says otherwise");

    house.apply_text(file("[provisioning]\npatch_answer = \"empty\"\n")).await;
    let silent = directory.patch(&user, call("Anna B")).await;
    assert_eq!((silent.status, silent.answer.body.as_str()), (204, ""), "{silent:?}");
    let now = directory.get(&user).await;
    assert_eq!(now.body["displayName"], "Anna B", "it was done");
    assert_eq!(silent.answer.header("etag"), now.body["meta"]["version"].as_str().unwrap());
    assert_eq!(silent.answer.header("location"), now.body["meta"]["location"].as_str().unwrap());
    assert_eq!(directory.patch(&group, call("Sale")).await.status, 204);
    assert_eq!(directory.put(&user, &json!({ "userName": "anna@acme.example" })).await.status, 200);

    let json = ("content-type", "application/scim+json");
    let body = json!({ "schemas": [PATCH], "Operations": call("Anna C") }).to_string();
    for (query, prefer, status) in [
        ("", "return=representation", 200),
        ("?attributes=displayName", "return=minimal", 200),
        ("", "return=minimal", 204),
    ] {
        let path = format!("/scim2{user}{query}");
        let headers = [json, ("prefer", prefer)];
        let told = directory.send(Method::PATCH, &path, &headers, Body::from(body.clone())).await;
        assert_eq!(told.status, status, "{query} {prefer}: {told:?}");
    }

    house.account("globex", "Globex").await;
    house.apply("globex", "sign_in_url = \"https://idp.example/other\"\ndraft = true").await;
    let neighbor = Directory::new(&house, "globex").await;
    let theirs = format!("/Users/{}", neighbor.user("gina@globex.example").await);
    assert_eq!(neighbor.patch(&theirs, call("Gina")).await.status, 200, "another account chose nothing");

    house.apply_text(file("[provisioning]\n")).await;
    assert_eq!(directory.patch(&user, call("Anna D")).await.status, 200, "and it can be gone back on");
}
