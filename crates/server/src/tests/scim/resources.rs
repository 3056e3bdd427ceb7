//! Resource types that a deployment brings: the rooms of `docs/examples/rooms.json`.

use super::{Directory, Told, is_error};
use crate::tests::harness::House;
use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use vestibule_scim::Registry;

const ROOM: &str = "urn:example:params:scim:schemas:Room";
const EQUIPMENT: &str = "urn:example:params:scim:schemas:extension:Equipment";

/// A house of a deployment that brings rooms.
pub(super) async fn house() -> House {
    let listed: Value =
        serde_json::from_str(include_str!("../../../../../docs/examples/rooms.json")).unwrap();
    let (types, schemas): (Vec<Value>, Vec<Value>) =
        listed.as_array().cloned().unwrap().into_iter().partition(|one| one.get("endpoint").is_some());
    let registry = Registry::with(&Value::Array(types), &Value::Array(schemas)).unwrap();
    let house = House::deployed(|deployment| deployment.schemas = Arc::new(registry)).await;
    house.apply("acme", "sign_in_url = \"https://idp.example/sso\"").await;
    house
}

/// A room as it is made.
pub(super) fn room(number: &str) -> Value {
    json!({ "schemas": [ROOM, EQUIPMENT], "number": number, EQUIPMENT: { "cleaning": "Mop & Co" } })
}

fn numbers(told: &Told) -> Vec<&str> {
    let rooms = told.body["Resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    rooms.iter().map(|room| room["number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_resource_is_made_looked_at_patched_replaced_and_deleted_by_its_schema() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    let mut body = room("2.17");
    for (name, value) in [
        ("building", json!("North")),
        ("occupancy", json!("9")),
        ("pin", json!("4711")),
        ("remark", json!("cold")),
        ("floor", json!(2)),
    ] {
        body[name] = value;
    }
    let made = directory.post("/Rooms", &body).await;
    assert_eq!((made.status, &made.body["meta"]["resourceType"]), (201, &json!("Room")), "{made:?}");
    assert_eq!(made.body["schemas"], json!([ROOM, EQUIPMENT]));
    for hidden in ["occupancy", "pin"] {
        assert!(made.body.get(hidden).is_none(), "{hidden}: {made:?}");
    }
    assert_eq!(made.body["remark"], "cold", "what is returned on request was said (RFC 7643 §7)");
    let path = format!("/Rooms/{}", made.id());
    assert!(directory.get(&path).await.body.get("remark").is_none(), "nobody asked for it");
    assert_eq!(made.answer.header("location"), format!("https://vestibule.example/scim2{path}"));
    let shown = directory.get(&format!("{path}?attributes=remark")).await;
    assert_eq!((&shown.body["remark"], shown.body.get("floor")), (&json!("cold"), None));

    let add = json!([{ "op": "add", "path": "tags", "value": ["quiet"] },
        { "op": "replace", "path": format!("{EQUIPMENT}:screens"), "value": 2 }]);
    let changed = directory.patch(&path, add).await;
    assert_eq!((&changed.body["tags"], &changed.body[EQUIPMENT]["screens"]), (&json!(["quiet"]), &json!(2)));
    assert!(changed.body.get("remark").is_none(), "it was not said this time");
    let said = json!([{ "op": "replace", "path": "remark", "value": "warm" }]);
    let changed = directory.patch(&path, said).await;
    assert_eq!(changed.body["remark"], "warm");
    assert_ne!(changed.body["meta"]["version"], made.body["meta"]["version"]);
    let move_it = json!([{ "op": "replace", "path": "building", "value": "South" }]);
    is_error(&directory.patch(&path, move_it).await, 400, "mutability");
    let bare = json!([{ "op": "remove", "path": "number" }]);
    assert_eq!(directory.patch(&path, bare).await.status, 400, "what is required stays");

    let stale = [("content-type", "application/scim+json"), ("if-match", made.answer.header("etag"))];
    let body = Body::from(room("2.18").to_string());
    let told = directory.send(Method::PUT, &format!("/scim2{path}"), &stale, body).await;
    is_error(&told, 412, "");
    let replaced = directory.put(&path, &room("2.18")).await;
    assert_eq!((replaced.status, &replaced.body["building"]), (200, &json!("North")), "{replaced:?}");
    assert!(replaced.body.get("tags").is_none() && replaced.body.get("floor").is_none());
    assert_eq!(directory.delete(&path).await.status, 204);
    for told in [directory.get(&path).await, directory.delete(&path).await] {
        is_error(&told, 404, "");
    }
    is_error(&directory.post("/Rooms", &json!({ "number": "1" })).await, 400, "invalidValue");
    is_error(&directory.post("/Halls", &room("1")).await, 404, "");
}

#[tokio::test]
async fn s09_what_a_schema_keeps_from_readers_is_in_no_answer_and_not_in_the_call_log() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    let mut body = room("2.17");
    body["pin"] = json!("4711");
    let made = directory.post("/Rooms", &body).await;
    let path = format!("/Rooms/{}", made.id());
    let pin = json!([{ "op": "replace", "path": "pin", "value": "4712" }]);
    let changed = directory.patch(&path, pin).await;
    let asked = directory.get(&format!("{path}?attributes=pin,number")).await;
    for told in [&made, &changed, &asked] {
        assert!(told.body["number"] == "2.17" && told.body.get("pin").is_none(), "{told:?}");
    }
    let mut owner = house.owner("acme").await;
    let filter = vestibule_model::api_call::Filter { limit: 200, ..Default::default() };
    let mut pages = String::new();
    for row in vestibule_app::calls::list(&house.app.operator(), None, None, &filter).await.unwrap() {
        pages += &owner.get(&format!("/admin/api/calls/{}", row.id)).await.body;
    }
    assert!(pages.contains("Mop") && pages.contains("pin"), "bodies are in the call log");
    assert!(!pages.contains("4711") && !pages.contains("4712"), "and what nobody reads is not");
}

#[tokio::test]
async fn s03_what_is_never_returned_is_not_told_by_a_filter_or_an_order_either() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    let mut body = room("2.17");
    (body["pin"], body["building"]) = (json!("4711"), json!("North"));
    assert_eq!(directory.post("/Rooms", &body).await.status, 201);
    for place in ["/Rooms", ""] {
        for filter in ["pin sw \"4\"", "pin pr", "pin[value sw \"4\"]", "not (pin[value sw \"5\"])"] {
            let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
            is_error(&directory.get(&format!("{place}?filter={query}")).await, 400, "invalidFilter");
        }
        is_error(&directory.get(&format!("{place}?sortBy=pin")).await, 400, "invalidValue");
        let shown = directory.get(&format!("{place}?filter=building%5Bvalue+sw+%22n%22%5D")).await;
        assert_eq!(numbers(&shown), ["2.17"], "what is shown is found so");
    }
}

#[tokio::test]
async fn what_must_be_unique_is_so_within_the_account_under_every_verb() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    let first = directory.post("/Rooms", &room("A1")).await;
    is_error(&directory.post("/Rooms", &room("a1")).await, 409, "uniqueness");
    let second = format!("/Rooms/{}", directory.post("/Rooms", &room("B1")).await.id());
    let take = json!([{ "op": "replace", "path": "number", "value": "A1" }]);
    is_error(&directory.patch(&second, take.clone()).await, 409, "uniqueness");
    is_error(&directory.put(&second, &room("A1")).await, 409, "uniqueness");
    assert_eq!(directory.get(&second).await.body["number"], "B1", "nothing of it was done");
    // Case matters where the schema says so.
    let mut exact = room("C1");
    exact["asset"] = json!("x");
    assert_eq!(directory.post("/Rooms", &exact).await.status, 201);
    (exact["number"], exact["asset"]) = (json!("C2"), json!("X"));
    assert_eq!(directory.post("/Rooms", &exact).await.status, 201);
    (exact["number"], exact["asset"]) = (json!("C3"), json!("x".repeat(600)));
    is_error(&directory.post("/Rooms", &exact).await, 400, "invalidValue");
    assert_eq!(directory.delete(&format!("/Rooms/{}", first.id())).await.status, 204);
    assert_eq!(directory.patch(&second, take).await.status, 200, "what was deleted is free");

    house.account("globex", "Globex").await;
    house.apply("globex", "sign_in_url = \"https://idp.example/other\"\ndraft = true").await;
    let neighbor = Directory::new(&house, "globex").await;
    assert_eq!(neighbor.get("/Rooms").await.body["totalResults"], 0);
    assert_eq!(neighbor.post("/Rooms", &room("A1")).await.status, 201, "another account has its own");
    for told in [neighbor.get(&second).await, neighbor.put(&second, &room("D1")).await] {
        is_error(&told, 404, "");
    }
}

#[tokio::test]
async fn resources_are_listed_filtered_sorted_and_read_by_cursor() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    for (number, floor) in [("3", 1), ("1", 2), ("2", 1)] {
        let mut body = room(number);
        body["floor"] = json!(floor);
        assert_eq!(directory.post("/Rooms", &body).await.status, 201);
        house.wait(jiff::SignedDuration::from_secs(1));
    }
    for (query, wanted) in [
        ("", vec!["3", "1", "2"]),
        ("?startIndex=2&count=1", vec!["1"]),
        ("?filter=floor+eq+1", vec!["3", "2"]),
        ("?filter=number+eq+%222%22", vec!["2"]),
        ("?filter=number+eq+%222%22+and+floor+eq+2", vec![]),
        ("?sortBy=number&sortOrder=descending", vec!["3", "2", "1"]),
        ("?filter=floor+eq+1&sortBy=number&count=1", vec!["2"]),
        ("?startIndex=9", vec![]),
    ] {
        assert_eq!(numbers(&directory.get(&format!("/Rooms{query}")).await), wanted, "{query}");
    }
    assert_eq!(directory.get("/Rooms?count=0").await.body["totalResults"], 3);
    is_error(&directory.get("/Rooms?filter=nothing+eq+1").await, 400, "invalidFilter");
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = directory.get(&format!("/Rooms?count=2&cursor={cursor}")).await;
        seen.extend(numbers(&page).into_iter().map(str::to_owned));
        let Some(next) = page.body["nextCursor"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    assert_eq!(seen, ["3", "1", "2"]);
    let search = json!({ "filter": "floor eq 2" });
    assert_eq!(numbers(&directory.post("/Rooms/.search", &search).await), ["1"]);
    let everywhere = directory.post("/.search", &json!({ "filter": "meta.resourceType eq \"Room\"" })).await;
    assert_eq!(numbers(&everywhere), ["3", "1", "2"]);
}

#[tokio::test]
async fn a_type_of_the_deployment_is_told_of_and_takes_bulk_operations() {
    let house = house().await;
    let directory = Directory::new(&house, "acme").await;
    assert_eq!(directory.get("/ResourceTypes/Room").await.body["endpoint"], "/Rooms");
    assert_eq!(directory.get(&format!("/Schemas/{EQUIPMENT}")).await.status, 200);
    let bulk = |operations: Value| json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
    let made = json!([{ "method": "POST", "path": "/Rooms", "bulkId": "r", "data": room("1") },
        { "method": "PATCH", "path": "/Rooms/bulkId:r", "data": { "Operations": [{ "op": "add", "path": "floor", "value": 4 }] } }]);
    let told = directory.post("/Bulk", &bulk(made)).await;
    assert_eq!(
        (&told.body["Operations"][0]["status"], &told.body["Operations"][1]["status"]),
        (&json!("201"), &json!("200")),
        "{told:?}"
    );
    let found = directory.get("/Rooms?filter=floor+eq+4").await;
    assert_eq!(numbers(&found), ["1"]);
    let id = found.body["Resources"][0]["id"].as_str().unwrap().to_owned();
    let gone = json!([{ "method": "PUT", "path": format!("/Rooms/{id}"), "data": room("2") },
        { "method": "DELETE", "path": format!("/Rooms/{id}") }, { "method": "DELETE", "path": "/Halls/1" }]);
    let told = directory.post("/Bulk", &bulk(gone)).await;
    let statuses: Vec<&Value> = (0..3).map(|place| &told.body["Operations"][place]["status"]).collect();
    assert_eq!(statuses, ["200", "204", "404"], "{told:?}");
    let calls = house.owner("acme").await.get("/admin/api/calls").await;
    assert_eq!(calls.status, 200);
}

#[tokio::test]
async fn a_type_that_nobody_brought_is_not_there_and_neither_is_it_without_a_token() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    is_error(&directory.get("/Rooms").await, 404, "");
    let brought = self::house().await;
    let stranger = Directory { house: &brought, token: "vst_nothing".to_owned() };
    for told in [stranger.get("/Rooms").await, stranger.delete("/Rooms/1").await] {
        assert_eq!(told.status, 401, "{told:?}");
    }
    let welcome = Directory::new(&brought, "acme").await;
    assert_eq!(welcome.get("/Rooms").await.status, 200);
    is_error(&welcome.delete("/Rooms").await, 405, "");
}
