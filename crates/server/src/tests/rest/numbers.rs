//! The numbers of errors: each that the documentation names is met here, and no other.

use super::{Program, new_user};
use crate::tests::harness::House;
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DOCUMENTATION: &str = include_str!("../../../../../docs/rest-api.md");

/// How the account is set up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// No connection.
    Bare,
    /// People are created when they sign in; one seat for Licensed, which is taken.
    Usual,
}

struct Case {
    setting: Setting,
    scope: &'static str,
    request: (Method, &'static str, Value),
    refused: (u16, u64),
}

fn post(setting: Setting, action: &str, user: Value, refused: (u16, u64)) -> Case {
    Case {
        setting,
        scope: "users:write",
        request: (Method::POST, "/v2/users", new_user(action, user)),
        refused,
    }
}

fn at_user(method: Method, path: &'static str, body: Value, refused: (u16, u64)) -> Case {
    Case { setting: Setting::Usual, scope: "users:write", request: (method, path, body), refused }
}

fn cases() -> Vec<Case> {
    use Setting::{Bare, Usual};
    let anna = || json!({ "email": "anna@acme.example" });
    let taken = || json!({ "email": "o@acme.example" });
    let licensed = json!({ "email": "anna@acme.example", "type": 2 });
    let password = json!({ "email": "anna@acme.example", "password": "Correct-horse-7" });
    let (owner, nobody) = ("/v2/users/o@acme.example", "/v2/users/nobody@acme.example");
    let owner_status = "/v2/users/o@acme.example/status";
    let reading = |scope, method, path| Case {
        setting: Usual,
        scope,
        request: (method, path, json!({ "job_title": "x" })),
        refused: (403, 200),
    };
    vec![
        reading("users:read", Method::PATCH, owner),
        reading("scim2", Method::GET, owner),
        post(Usual, "invent", anna(), (400, 300)),
        post(Usual, "create", json!({ "email": "no address" }), (400, 300)),
        post(Usual, "create", json!({ "email": "anna@acme.example", "type": 4 }), (400, 300)),
        post(Usual, "create", json!({ "email": "anna@acme.example", "feature": {} }), (400, 300)),
        at_user(Method::PUT, owner_status, json!({ "action": "invent" }), (400, 300)),
        at_user(Method::GET, nobody, Value::Null, (404, 1001)),
        at_user(Method::PATCH, nobody, json!({ "job_title": "x" }), (404, 1001)),
        at_user(Method::DELETE, nobody, Value::Null, (404, 1001)),
        post(Usual, "create", taken(), (409, 1005)),
        post(Usual, "create", licensed, (409, 1031)),
        post(Usual, "autoCreate", password, (409, 1116)),
        at_user(Method::PUT, owner_status, json!({ "action": "deactivate" }), (403, 1117)),
        at_user(Method::DELETE, owner, Value::Null, (403, 1117)),
        post(Bare, "ssoCreate", anna(), (409, 2002)),
        post(Usual, "ssoCreate", anna(), (409, 2032)),
    ]
}

async fn house(setting: Setting) -> House {
    let house = House::bare().await;
    if setting == Setting::Usual {
        let file = House::file("acme", "sign_in_url = \"https://idp.example/sso\"");
        house.apply_text(format!("{file}[licenses]\nbasic = 100\nlicensed = 1\n")).await;
        let program = Program::of(&house, "acme", "users:write").await;
        program.create("create", json!({ "email": "jo@acme.example", "type": 2 })).await;
    }
    house
}

/// The rows of the table of numbers: number and status.
fn documented() -> BTreeSet<(u16, u64)> {
    let (_, after) = DOCUMENTATION.split_once("| `code` | status |").unwrap();
    let (table, _) = after.split_once("\n\n").unwrap();
    let rows = table.lines().skip(2).map(|row| {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let code = cells.next().unwrap().parse().unwrap();
        (cells.next().unwrap().parse().unwrap(), code)
    });
    rows.collect()
}

#[tokio::test]
async fn every_number_that_the_documentation_names_is_met_and_no_other() {
    let mut met = BTreeSet::new();
    for setting in [Setting::Bare, Setting::Usual] {
        let house = house(setting).await;
        for case in cases().into_iter().filter(|case| case.setting == setting) {
            let program = Program::of(&house, "acme", case.scope).await;
            let (method, path, body) = case.request;
            let told = format!("{method} {path} {body}");
            let (status, code) = program.refused(method, path, body).await;
            assert_eq!((status, code.as_u64().unwrap_or_default()), case.refused, "{told}");
            met.insert(case.refused);
        }
    }
    assert_eq!(met, documented());
}
