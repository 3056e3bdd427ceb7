//! A directory as an account's administrator connects one: a token, and calls of SCIM over HTTP.

use serde_json::{Value, json};
use vestibule_testkit::http::{self, Answer};

use crate::demo::Demo;

/// What Microsoft Entra ID says it is.
const AGENT: &str = "Mozilla/5.0 (Windows NT 6.2; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Microsoft.AzureActiveDirectory.Provisioning";

/// A directory with a token of the demo's account.
pub struct Directory {
    base: String,
    authorization: String,
}

impl Directory {
    /// Connects one.
    pub fn connect(demo: &Demo) -> Self {
        let made = demo.command("token create --account acme --name Entra --scope scim2 --json");
        let made: Value = serde_json::from_str(&made).unwrap();
        Self::with_token(made["scim_url"].as_str().unwrap(), made["token"].as_str().unwrap())
    }

    /// One that has got a token already.
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { base: base.to_owned(), authorization: format!("Bearer {token}") }
    }

    /// Calls, and wants this status.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let answer = self.ask(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Calls.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let headers = [
            ("Authorization", self.authorization.as_str()),
            ("Content-Type", "application/scim+json"),
            ("User-Agent", AGENT),
        ];
        let body = body.map(Value::to_string).unwrap_or_default();
        http::send(method, &format!("{}{path}", self.base), &headers, body.as_bytes()).unwrap()
    }

    /// Looks for somebody as directories do before anything else; their ID, if they are there.
    pub fn probe(&self, name: &str) -> Option<String> {
        let name = name.replace('@', "%40");
        let found = self.call("GET", &format!("/Users?filter=userName%20eq%20%22{name}%22"), None, 200);
        found["Resources"][0]["id"].as_str().map(str::to_owned)
    }

    /// Changes something, operation by operation.
    pub fn patch(&self, path: &str, operations: Value, status: u16) -> Value {
        let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
        self.call("PATCH", path, Some(&json!({ "schemas": [schema], "Operations": operations })), status)
    }
}
