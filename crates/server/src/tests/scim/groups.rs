//! Groups and their members.

use super::{Directory, GROUP, is_error};
use crate::tests::harness::House;
use serde_json::json;

#[tokio::test]
async fn s05_members_come_and_go_as_every_client_says_it() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let [a, b, c] = [
        directory.user("a@acme.example").await,
        directory.user("b@acme.example").await,
        directory.user("c@acme.example").await,
    ];
    let group = directory.group("Sales", &[&a, &b]).await;
    let path = format!("/Groups/{group}");
    let one = format!("members[value eq \"{a}\"]");
    for (operations, left) in [
        // Entra without its flag: only those that are listed.
        (json!([{ "op": "Remove", "path": "members", "value": [{ "value": b }] }]), vec!["a"]),
        (json!([{ "op": "remove", "path": one }]), vec![]),
        (json!([{ "op": "remove", "path": one }]), vec![]),
        // Okta: a name without a path first, then members.
        (
            json!([{ "op": "replace", "value": { "id": group, "displayName": "Sales" } },
                { "op": "add", "path": "members", "value": [{ "value": c, "display": "c@acme.example" }] }]),
            vec!["c"],
        ),
        (
            json!([{ "op": "add", "value": { "members": [{ "value": a }, { "value": b }] } }]),
            vec!["a", "b", "c"],
        ),
        (json!([{ "op": "replace", "path": "members", "value": [{ "value": b }] }]), vec!["b"]),
        (json!([{ "op": "replace", "path": "members", "value": [] }]), vec![]),
        (json!([{ "op": "add", "path": "members", "value": a }]), vec!["a"]),
        (json!([{ "op": "remove", "path": "members" }]), vec![]),
    ] {
        let told = directory.patch(&path, operations.clone()).await;
        assert_eq!(told.status, 200, "{operations}: {told:?}");
        let left: Vec<String> = left.into_iter().map(|name| format!("{name}@acme.example")).collect();
        assert_eq!(directory.members(&group).await, left, "{operations}");
    }
}

#[tokio::test]
async fn a_group_is_made_renamed_replaced_and_deleted_and_whoever_is_deleted_leaves_it() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let (a, b) = (directory.user("a@acme.example").await, directory.user("b@acme.example").await);
    let group = directory.group("Sales", &[&a]).await;
    let path = format!("/Groups/{group}");
    is_error(&directory.post("/Groups", &json!({ "displayName": "SALES" })).await, 409, "uniqueness");
    is_error(&directory.post("/Groups", &json!({ "schemas": [GROUP] })).await, 400, "invalidValue");
    let renamed =
        directory.patch(&path, json!([{ "op": "Replace", "path": "displayName", "value": "Revenue" }])).await;
    assert_eq!(renamed.body["displayName"], "Revenue", "{renamed:?}");
    let before = directory.get(&path).await;
    let replaced = directory
        .put(&path, &json!({ "displayName": "Revenue", "members": [{ "value": a }, { "value": b }] }))
        .await;
    assert_eq!(replaced.body["members"].as_array().unwrap().len(), 2, "{replaced:?}");
    assert_ne!(
        replaced.body["meta"]["version"], before.body["meta"]["version"],
        "who belongs to it is part of the version"
    );
    let without = directory.get(&format!("{path}?excludedAttributes=members")).await;
    assert_eq!(without.body.get("members"), None);
    assert_eq!(directory.delete(&format!("/Users/{b}")).await.status, 204);
    assert_eq!(directory.members(&group).await, ["a@acme.example"]);
    let mine =
        directory.get(&format!("/Groups?filter=members%20eq%20%22{a}%22&attributes=displayName")).await;
    assert_eq!(mine.body["Resources"][0]["displayName"], "Revenue", "{mine:?}");
    assert_eq!(directory.delete(&path).await.status, 204);
    assert_eq!(directory.get(&path).await.status, 404);
    assert_eq!(directory.get(&format!("/Users/{a}")).await.body.get("groups"), None);
    let again = directory.group("Revenue", &[]).await;
    assert_ne!(again, group, "an id is never given again");
}

#[tokio::test]
async fn a_group_that_the_mapping_names_is_not_deleted_and_is_renamed_in_both() {
    let house = House::new().await;
    let file = House::file("acme", "sign_in_url = \"https://idp.example/sso\"")
        + "[[mapping.user_group]]\nattribute = \"department\"\nvalue = \"sales\"\nresult = [\"Sales\"]\n";
    house.apply_text(file).await;
    let directory = Directory::new(&house, "acme").await;
    let group = directory.group("Sales", &[]).await;
    let path = format!("/Groups/{group}");
    is_error(&directory.delete(&path).await, 409, "");
    let renamed =
        directory.patch(&path, json!([{ "op": "replace", "path": "displayName", "value": "Revenue" }])).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let people = house.app.operator().people("acme").await.unwrap();
    let groups = vestibule_app::groups::list(
        &people,
        vestibule_model::group::GroupKind::UserGroup,
        &Default::default(),
    )
    .await;
    assert!(groups.is_ok());
}

#[tokio::test]
async fn what_a_directory_calls_a_member_comes_back_and_the_members_own_name_follows_the_member() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let [a, b, c] = [
        directory.user("a@acme.example").await,
        directory.user("b@acme.example").await,
        directory.user("c@acme.example").await,
    ];
    let group = json!({ "displayName": "Sales", "members": [{ "value": a, "display": "Anna" }] });
    let group = directory.post("/Groups", &group).await.id();
    let path = format!("/Groups/{group}");
    let add = |value| json!([{ "op": "add", "path": "members", "value": [value] }]);
    let long = "x".repeat(300);
    for member in [json!({ "value": b, "displayName": "Bert" }), json!({ "value": c, "display": long })] {
        assert_eq!(directory.patch(&path, add(member)).await.status, 200);
    }
    assert_eq!(
        directory.members(&group).await,
        ["Anna", "Bert", "c@acme.example"],
        "one is too long to be kept"
    );
    // It was said with the membership, and is said once (RFC 7643 section 2.4).
    directory.patch(&path, add(json!({ "value": a, "display": "Anita" }))).await;
    let rename = json!([{ "op": "replace", "path": "userName", "value": "cora@acme.example" }]);
    assert_eq!(directory.patch(&format!("/Users/{c}"), rename).await.status, 200);
    assert_eq!(directory.members(&group).await, ["Anna", "Bert", "cora@acme.example"]);
    let members = json!([{ "value": a }, { "value": b }]);
    let again = json!([{ "op": "replace", "path": "members", "value": [] }, { "op": "add", "path": "members", "value": members }]);
    assert_eq!(directory.patch(&path, again).await.status, 200);
    assert_eq!(
        directory.members(&group).await,
        ["a@acme.example", "b@acme.example"],
        "it went with the membership"
    );
}
