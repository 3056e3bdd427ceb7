//! SCIM as its clients meet it.

mod answers;
mod documents;
mod everything;
mod groups;
mod lists;
mod quirks;
mod resources;
mod rules;

use super::harness::{Answer, House, ask};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use vestibule_app::tokens::{self, NewToken};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const OURS: &str = "urn:vestibule:params:scim:schemas:extension:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A directory with a token.
pub(super) struct Directory<'h> {
    house: &'h House,
    token: String,
}

/// An answer whose body is JSON.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) body: Value,
    answer: Answer,
}

impl Told {
    pub(super) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    /// A header of the answer.
    pub(super) fn header(&self, name: &str) -> &str {
        self.answer.header(name)
    }

    fn scim_type(&self) -> &str {
        self.body["scimType"].as_str().unwrap_or_default()
    }

    fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
}

impl<'h> Directory<'h> {
    pub(super) async fn new(house: &'h House, account: &str) -> Self {
        let ctx = house.app.operator().people(account).await.unwrap();
        let wanted = NewToken { scopes: vec!["scim2".to_owned()], ..NewToken::default() };
        Self { house, token: tokens::create(&ctx, &wanted).await.unwrap().token }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Told {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "vestibule.example")
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = ask(&self.house.door, request.body(body).unwrap()).await;
        let body = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        Told { status: answer.status.as_u16(), body, answer }
    }

    pub(super) async fn get(&self, path: &str) -> Told {
        self.send(Method::GET, &format!("/scim2{path}"), &[], Body::empty()).await
    }

    /// Looks at an address of any API.
    pub(super) async fn at(&self, path: &str) -> Told {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    async fn with(&self, method: Method, path: &str, body: &Value) -> Told {
        let headers = [("content-type", "application/scim+json")];
        self.send(method, &format!("/scim2{path}"), &headers, Body::from(body.to_string())).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Told {
        self.with(Method::POST, path, body).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Told {
        self.with(Method::PUT, path, body).await
    }

    /// Sends these operations.
    pub(super) async fn patch(&self, path: &str, operations: Value) -> Told {
        self.with(Method::PATCH, path, &json!({ "schemas": [PATCH], "Operations": operations })).await
    }

    pub(super) async fn delete(&self, path: &str) -> Told {
        self.send(Method::DELETE, &format!("/scim2{path}"), &[], Body::empty()).await
    }

    /// A user of this name, with nothing else; the id.
    pub(super) async fn user(&self, name: &str) -> String {
        let made = self.post("/Users", &json!({ "schemas": [USER], "userName": name })).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.id()
    }

    /// A group with these members; the id.
    pub(super) async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "schemas": [GROUP], "displayName": name, "members": members });
        let made = self.post("/Groups", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.id()
    }

    /// Who belongs to a group, by name.
    async fn members(&self, id: &str) -> Vec<String> {
        let shown = self.get(&format!("/Groups/{id}")).await;
        let members = shown.body["members"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> =
            members.iter().map(|member| member["display"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }
}

fn is_error(told: &Told, status: u16, scim_type: &str) {
    assert_eq!((told.status, told.scim_type()), (status, scim_type), "{told:?}");
    assert_eq!(told.body["status"], status.to_string());
    assert_eq!(told.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
    assert!(told.detail().len() > 10, "it says what to do: {told:?}");
    assert_eq!(told.answer.header("content-type"), "application/scim+json");
}

/// The shape in which Entra sends somebody.
fn entra(name: &str) -> Value {
    json!({
        "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": "0a21f0f2",
        "userName": name,
        "active": true,
        "emails": [{ "primary": true, "type": "work", "value": name }],
        "meta": { "resourceType": "User" },
        "name": { "formatted": "Anna Berg", "familyName": "Berg", "givenName": "Anna" },
        "roles": [],
    })
}

/// A life as Entra writes it: probe, create, look up, change, group, deactivate, reactivate, delete.
#[tokio::test]
async fn s05_a_life_in_the_shape_of_entra() {
    let house = House::new().await;
    let directory = Directory::new(&house, "acme").await;
    let probe = directory.get("/Users?filter=userName%20eq%20%22b3a8d8b4-nobody%22").await;
    assert_eq!((probe.status, &probe.body["totalResults"]), (200, &json!(0)));
    let made = directory.post("/Users", &entra("anna@acme.example")).await;
    assert_eq!((made.status, &made.body["active"]), (201, &json!(true)), "{made:?}");
    assert_eq!(made.body["externalId"], "0a21f0f2");
    let id = made.id();
    assert_eq!(made.answer.header("location"), format!("https://vestibule.example/scim2/Users/{id}"));
    is_error(&directory.post("/Users", &entra("ANNA@acme.example")).await, 409, "uniqueness");
    let found = directory.get("/Users?filter=externalId+eq+%220a21f0f2%22").await;
    assert_eq!(found.body["Resources"][0]["id"], json!(id));

    let user = format!("/Users/{id}");
    let changes = json!([
        { "op": "Replace", "path": "name.familyName", "value": "Stein" },
        { "op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Sales" },
        { "op": "Add", "path": "phoneNumbers[type eq \"work\"].value", "value": "+1 206 555 0100" },
    ]);
    let changed = directory.patch(&user, changes).await;
    assert_eq!((changed.status, &changed.body["name"]["familyName"]), (200, &json!("Stein")), "{changed:?}");
    assert_eq!(changed.body["phoneNumbers"][0]["value"], "+1 206 555 0100", "as it was sent");
    let person = house.member("anna@acme.example").await.get("/profile").await;
    assert!(person.body.contains("Stein"), "{}", person.body);

    let group = directory.group("Marketing", &[]).await;
    let path = format!("/Groups/{group}");
    let add = json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": id }] }]);
    assert_eq!(directory.patch(&path, add.clone()).await.status, 200);
    assert_eq!(directory.patch(&path, add).await.status, 200, "once more is no error");
    assert_eq!(directory.members(&group).await, ["anna@acme.example"]);
    assert_eq!(directory.get(&user).await.body["groups"][0]["display"], "Marketing");
    let remove = json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": id }] }]);
    assert_eq!(directory.patch(&path, remove).await.status, 200);
    assert!(directory.members(&group).await.is_empty());

    house.wait(jiff::SignedDuration::from_secs(60));
    let mut browser = house.member("anna@acme.example").await;
    let off = json!([{ "op": "Replace", "path": "active", "value": "False" }]);
    assert_eq!(directory.patch(&user, off).await.body["active"], json!(false));
    assert_ne!(browser.get("/profile").await.status, StatusCode::OK, "t17: the session is over at once");
    house.wait(jiff::SignedDuration::from_secs(60));
    let refused = house.browser("acme").sign_in(house.response("anna@acme.example")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "t13: deactivated, and no sign-in brings anybody back");
    assert_eq!(directory.get(&user).await.body["active"], json!(false), "and still to be seen");
    let on = json!([{ "op": "Replace", "path": "active", "value": "True" }]);
    assert_eq!(directory.patch(&user, on).await.body["active"], json!(true));
    house.wait(jiff::SignedDuration::from_secs(60));
    house.member("anna@acme.example").await;
    assert_eq!(directory.delete(&user).await.status, 204);
    assert_eq!(directory.get(&user).await.status, 404);
    assert_eq!(directory.delete(&user).await.status, 404);
}
