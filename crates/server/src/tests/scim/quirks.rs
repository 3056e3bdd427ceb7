//! What is unusual in how a client asks is named in the call log, whether it is met by reading, by answering or by a refusal.

use super::{Directory, Told, USER};
use crate::tests::harness::House;
use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use vestibule_app::calls;
use vestibule_model::api_call::Filter;
use vestibule_scim::Quirk;

const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department";
const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// An id that nobody has.
const NOBODY: &str = "7";

/// Only somebody who reads lists can meet it, and here they are written (its case is in the room of SCIM).
const NOT_OF_A_CLIENT: Quirk = Quirk::LowercaseResources;

/// Those whom the requests are about.
struct People {
    anna: String,
    gone: String,
    group: String,
    owner: String,
}

/// A request that has the quirk: method, path, type of the body, body, and the status of its answer.
type Asked = (Method, String, &'static str, Value, u16);

fn patch(path: &str, operation: Value) -> Asked {
    let operations = if operation.is_null() { json!([]) } else { json!([operation]) };
    let body = json!({ "schemas": [super::PATCH], "Operations": operations });
    (Method::PATCH, path.to_owned(), "application/scim+json", body, 200)
}

fn get(path: &str) -> Asked {
    (Method::GET, path.to_owned(), "", Value::Null, 200)
}

fn asked(quirk: Quirk, people: &People) -> Asked {
    let (anna, group) = (&format!("/Users/{}", people.anna), &format!("/Groups/{}", people.group));
    let member = json!([{ "value": people.anna }]);
    let members = |op: &str, value: &Value| json!({ "op": op, "path": "members", "value": value });
    let at = |path: &str, value: Value| json!({ "op": "replace", "path": path, "value": value });
    let role = json!([{ "value": "{\"id\":\"1\",\"value\":\"x\",\"displayName\":\"X\"}" }]);
    match quirk {
        Quirk::OperationInAnyCase => patch(anna, json!({ "op": "Replace", "path": "title", "value": "x" })),
        Quirk::BooleanAsText => patch(anna, at("active", json!("True"))),
        Quirk::RemoveByValueList => patch(group, members("remove", &member)),
        Quirk::FlatKeys => patch(anna, json!({ "op": "replace", "value": { "name.givenName": "Anna" } })),
        Quirk::SimplerShape => patch(anna, at(MANAGER, json!(people.gone))),
        Quirk::JsonInText => patch(anna, at("roles", role)),
        Quirk::EntryMadeByPath => {
            patch(anna, at("phoneNumbers[type eq \"work\"].value", json!("+4930123456")))
        }
        Quirk::EmptyMembers => patch(group, members("replace", &json!([]))),
        Quirk::MemberWithoutType => patch(group, members("add", &member)),
        Quirk::RepeatedMembership => patch(group, members("add", &member)),
        Quirk::NoOperations => patch(anna, Value::Null),
        Quirk::OtherContentType => {
            let body = json!({ "schemas": [USER], "userName": "bo@acme.example" });
            (Method::POST, "/Users".to_owned(), "application/json; charset=utf-8", body, 201)
        }
        Quirk::LooseFilter => get("/Users?filter=userName+sw+a"),
        Quirk::UnknownAttribute => patch(anna, json!({ "op": "replace", "value": { "shoe": 38 } })),
        Quirk::ExternalIdEchoed => get("/Users?filter=externalId+eq+%227%22"),
        Quirk::InactiveStillFound => get(&format!("/Users/{}", people.gone)),
        Quirk::LooseExtension => patch(anna, at(DEPARTMENT, json!("Sales"))),
        Quirk::DeactivationWithoutPath => {
            patch(anna, json!({ "op": "replace", "value": { "active": true } }))
        }
        Quirk::GoneWhenReplaced => {
            let body = json!({ "schemas": [USER], "userName": "nobody@acme.example" });
            (Method::PUT, format!("/Users/{NOBODY}"), "application/scim+json", body, 404)
        }
        Quirk::SilentSuccess => {
            let refused = patch(&format!("/Users/{}", people.owner), at("active", json!(false)));
            (refused.0, refused.1, refused.2, refused.3, 403)
        }
        Quirk::BulkWithoutSchemas => {
            let data = json!({ "Operations": [at("title", json!("y"))] });
            let body = json!({ "schemas": [BULK], "Operations": [{ "method": "PATCH", "path": anna, "data": data }] });
            (Method::POST, "/Bulk".to_owned(), "application/scim+json", body, 200)
        }
        Quirk::LowercaseResources => get("/Users"),
    }
}

async fn send(directory: &Directory<'_>, (method, path, media, body, status): Asked) -> Told {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let headers = [("content-type", media)];
    let headers = if media.is_empty() { &headers[..0] } else { &headers[..] };
    let told = directory.send(method, &format!("/scim2{path}"), headers, body).await;
    assert_eq!(told.status, status, "{path}: {told:?}");
    told
}

async fn rows(house: &House) -> Vec<calls::Listed> {
    let filter = Filter { limit: 500, ..Filter::default() };
    calls::list(&house.app.operator(), None, None, &filter).await.unwrap()
}

#[tokio::test]
async fn s05_every_quirk_that_a_client_can_have_is_named_on_the_page_of_its_call() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let gone = directory.user("gone@acme.example").await;
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    assert_eq!(directory.patch(&format!("/Users/{gone}"), off).await.status, 200);
    let owner = directory.get("/Users?filter=userName+eq+%22o@acme.example%22").await;
    let people = People {
        anna: directory.user("anna@acme.example").await,
        group: directory.group("Sales", &[]).await,
        owner: owner.body["Resources"][0]["id"].as_str().unwrap().to_owned(),
        gone,
    };
    let mut administrator = house.owner("acme").await;
    for quirk in Quirk::ALL.into_iter().filter(|quirk| *quirk != NOT_OF_A_CLIENT) {
        let before = rows(&house).await.len();
        send(&directory, asked(quirk, &people)).await;
        let mut named = false;
        let now = rows(&house).await;
        for row in now.iter().take(now.len() - before) {
            let page = administrator.get(&format!("/admin/api/calls/{}", row.id)).await.body;
            named |= page.contains(quirk.sentence());
        }
        assert!(named, "{} is not named", quirk.name());
    }
    // Whoever asks as the specifications have it is told nothing.
    send(&directory, get(&format!("/Users/{}", people.anna))).await;
    let page = administrator.get(&format!("/admin/api/calls/{}", rows(&house).await[0].id)).await.body;
    assert!(!page.contains("How the request was read"), "{page}");
}

#[tokio::test]
async fn a_client_that_is_refused_is_recognized_by_its_body_too() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let operation = |op: &str| json!({ "op": op, "path": "active", "value": false });
    for (op, dialect) in [("Replace", Some("Microsoft Entra ID")), ("replace", None)] {
        let (method, _, media, body, _) = patch("", operation(op));
        send(&directory, (method, format!("/Users/{NOBODY}"), media, body, 404)).await;
        assert_eq!(rows(&house).await[0].dialect.as_deref(), dialect, "{op}");
    }
}
