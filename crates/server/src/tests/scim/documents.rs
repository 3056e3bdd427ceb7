//! Documents: versions, what is wrong with a body, replacing.

use super::{Directory, USER, entra, is_error};
use crate::tests::harness::House;
use axum::body::Body;
use axum::http::Method;
use serde_json::json;

#[tokio::test]
async fn a_version_is_asked_for_and_expected() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let id = directory.user("anna@acme.example").await;
    let path = format!("/scim2/Users/{id}");
    let first = directory.send(Method::GET, &path, &[], Body::empty()).await;
    let tag = first.answer.header("etag").to_owned();
    assert_eq!(json!(tag), first.body["meta"]["version"]);
    let same = directory.send(Method::GET, &path, &[("if-none-match", &tag)], Body::empty()).await;
    assert_eq!((same.status, same.answer.body.as_str()), (304, ""));
    let any = directory.send(Method::GET, &path, &[("if-none-match", "*")], Body::empty()).await;
    assert_eq!(any.status, 304, "there is one");
    let other = directory.send(Method::GET, &path, &[("if-none-match", "W/\"0\"")], Body::empty()).await;
    assert_eq!(other.status, 200);
    let put = json!({ "schemas": [USER], "userName": "anna@acme.example", "title": "Director" }).to_string();
    let json = ("content-type", "application/json");
    let done = directory.send(Method::PUT, &path, &[json, ("if-match", &tag)], Body::from(put.clone())).await;
    assert_eq!((done.status, &done.body["title"]), (200, &json!("Director")), "{done:?}");
    is_error(
        &directory.send(Method::PUT, &path, &[json, ("if-match", &tag)], Body::from(put)).await,
        412,
        "",
    );
    is_error(&directory.send(Method::DELETE, &path, &[("if-match", &tag)], Body::empty()).await, 412, "");
    assert_eq!(directory.send(Method::DELETE, &path, &[("if-match", "*")], Body::empty()).await.status, 204);
}

#[tokio::test]
async fn what_was_so_already_is_written_no_more() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let made = directory.post("/Users", &entra("anna@acme.example")).await;
    let path = format!("/Users/{}", made.id());
    let again = directory.put(&path, &entra("anna@acme.example")).await;
    assert_eq!(again.body["meta"]["version"], made.body["meta"]["version"], "{again:?}");
    let none = directory.patch(&path, json!([])).await;
    assert_eq!((none.status, &none.body["meta"]["version"]), (200, &made.body["meta"]["version"]));
}

#[tokio::test]
async fn a_put_takes_away_what_the_directory_wrote_and_leaves_what_came_by_sign_ins() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let mut body = entra("anna@acme.example");
    body["title"] = json!("Director");
    let made = directory.post("/Users", &body).await;
    house.member("anna@acme.example").await;
    let shown = directory.put(&format!("/Users/{}", made.id()), &entra("anna@acme.example")).await;
    assert_eq!(shown.body.get("title"), None, "{shown:?}");
    assert_eq!(shown.body["name"]["givenName"], "Anna");
}

#[tokio::test]
async fn s04_every_malformed_body_is_an_error_in_the_language_and_nothing_is_done() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let json = [("content-type", "application/scim+json")];
    let deep = format!("{}1{}", "[".repeat(2_000), "]".repeat(2_000));
    let large = format!("{{\"userName\":\"{}\"}}", "a".repeat(10 * 1024 * 1024));
    for (body, status, scim_type) in [
        ("", 400, "invalidSyntax"),
        ("{", 400, "invalidSyntax"),
        ("[]", 400, "invalidSyntax"),
        ("null", 400, "invalidSyntax"),
        ("{\"userName\":\"a@acme.example\",\"userName\":\"b@acme.example\"}", 400, "invalidSyntax"),
        ("{\"userName\":{\"a\":1}}", 400, "invalidValue"),
        ("{\"userName\":\"\"}", 400, "invalidValue"),
        ("{\"schemas\":[\"urn:nobody\"],\"userName\":\"a@acme.example\"}", 400, "invalidValue"),
        (deep.as_str(), 400, "invalidSyntax"),
        (large.as_str(), 413, ""),
    ] {
        let told = directory.send(Method::POST, "/scim2/Users", &json, Body::from(body.to_owned())).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!((told.status, told.scim_type()), (status, scim_type), "{shown}: {told:?}");
        is_error(&told, status, scim_type);
    }
    let form = [("content-type", "text/plain")];
    is_error(&directory.send(Method::POST, "/scim2/Users", &form, Body::from("{}")).await, 415, "");
    assert_eq!(directory.get("/Users").await.body["totalResults"], 0);
    is_error(&directory.get("/Nothing").await, 404, "");
    let told = directory.delete("/Users").await;
    is_error(&told, 405, "");
    assert!(told.detail().contains("Allow") && told.header("allow").contains("POST"), "{told:?}");
    directory.user("a@acme.example").await;
}

#[tokio::test]
async fn the_interface_is_the_same_under_its_three_roots() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let id = directory.user("anna@acme.example").await;
    for (root, path) in [
        ("/scim2", "/scim2/Users"),
        ("/scim/v2", "/scim/v2/Users/"),
        ("/scim", "/scim/users?aadOptscim062020"),
    ] {
        let told = directory.send(Method::GET, path, &[], Body::empty()).await;
        let location = format!("https://vestibule.example{root}/Users/{id}");
        assert_eq!(told.body["Resources"][0]["meta"]["location"], json!(location), "{told:?}");
    }
    let config = directory.get("/ServiceProviderConfig").await;
    assert_eq!(
        (&config.body["patch"]["supported"], &config.body["pagination"]["cursor"]),
        (&json!(true), &json!(true))
    );
    is_error(&directory.get("/Schemas?filter=id%20pr").await, 403, "");
    is_error(&directory.get("/Me").await, 501, "");
}

#[tokio::test]
async fn a_bulk_request_makes_what_refers_to_each_other_and_says_what_failed() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            { "method": "POST", "path": "/Groups", "bulkId": "g",
              "data": { "displayName": "Sales", "members": [{ "value": "bulkId:u" }] } },
            { "method": "POST", "path": "/Users", "bulkId": "u", "data": { "userName": "anna@acme.example" } },
            { "method": "POST", "path": "/Users", "bulkId": "v", "data": { "userName": "eve@other.example" } },
        ],
    });
    let done = directory.post("/Bulk", &bulk).await;
    let statuses: Vec<&str> = done.body["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| outcome["status"].as_str().unwrap())
        .collect();
    assert_eq!((done.status, statuses), (200, vec!["201", "201", "409"]), "{done:?}");
    let group =
        done.body["Operations"][0]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(directory.members(&group).await, ["anna@acme.example"]);
    assert!(done.body["Operations"][2]["response"]["detail"].as_str().unwrap().contains("other.example"));
}

#[tokio::test]
async fn me_is_the_person_in_whose_name_the_token_acts_and_nobody_for_a_token_of_the_operator() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let made = owner.post("/admin/api/tokens", &[("name", "Mine"), ("days", "90"), ("scim2", "yes")]).await;
    let (_, token) = made.body.split_once("vst_").unwrap();
    let directory = Directory { house: &house, token: format!("vst_{}", &token[..51]) };
    let shown = directory.get("/Me?attributes=userName").await;
    assert_eq!((shown.status, &shown.body["userName"]), (200, &json!("o@acme.example")), "{shown:?}");
    let location = format!("https://vestibule.example/scim2/Users/{}", shown.id());
    assert_eq!(shown.header("location"), location);
    let changed =
        directory.patch("/Me", json!([{ "op": "replace", "path": "displayName", "value": "Olga" }])).await;
    assert_eq!((changed.status, &changed.body["displayName"]), (200, &json!("Olga")), "{changed:?}");
    assert_eq!(changed.header("location"), location);
    let replaced = directory.put("/Me", &json!({ "userName": "o@acme.example", "title": "Owner" })).await;
    assert_eq!((replaced.status, &replaced.body["title"]), (200, &json!("Owner")), "{replaced:?}");
    is_error(&directory.delete("/Me").await, 403, "");
    is_error(&directory.post("/Me", &json!({ "userName": "x@acme.example" })).await, 501, "");

    let operators = Directory::new(&house, "acme").await;
    let path = format!("/Users/{}", shown.id());
    assert_eq!(operators.get(&path).await.status, 200);
    for told in [operators.get("/Me").await, operators.delete("/Me").await] {
        is_error(&told, 501, "");
    }
}
