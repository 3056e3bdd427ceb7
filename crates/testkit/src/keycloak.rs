//! Keycloak in development mode, as identity provider. It is large and slow to start, so it runs in a stage of its own
//! (`cargo xtask keycloak`), which says in `VESTIBULE_TEST_KEYCLOAK` where it was unpacked.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::http::Answer;
use crate::{PEOPLE, Person, Process, TempDir, environment, folder, free_port, http, offline, skip};

/// The realm that the people are in.
const REALM: &str = "acme";

/// The administrator, known in this test alone.
const ADMIN: [&str; 2] = ["admin", "admin-secret"];

/// A running Keycloak with one realm; ended when it is dropped.
pub struct Keycloak {
    base: String,
    token: String,
    process: Process,
    _folder: TempDir,
}

impl Keycloak {
    /// Starts Keycloak, with a realm that knows everybody; outside its stage the test is recorded as skipped.
    pub fn start() -> Option<Self> {
        let place = environment("VESTIBULE_TEST_KEYCLOAK").filter(|_| !offline());
        let Some(place) = place else {
            skip("needs Keycloak, which has a stage of its own: cargo xtask keycloak");
            return None;
        };
        let (folder, port) = (folder(), free_port());
        let mut command = Command::new(Path::new(&place).join("bin/kc.sh"));
        command.args(["start-dev", "--http-host", "127.0.0.1", "--http-port", &port.to_string()]);
        command.args(["--db", "dev-mem", "--cache", "local"]);
        command.env("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN[0]).env("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN[1]);
        command.current_dir(folder.path());
        let (process, ()) =
            Process::start("Keycloak", &mut command, |line| line.contains("Listening on:").then_some(()));
        let base = format!("http://localhost:{port}");
        let token = token(&base);
        let keycloak = Self { base, token, process, _folder: folder };
        keycloak.create("realms", &realm());
        Some(keycloak)
    }

    /// Makes a client of the realm, given as what its console imports.
    pub fn import_client(&self, client: &str) {
        let client: Value = serde_json::from_str(client).expect("a client in JSON");
        self.create(&format!("realms/{REALM}/clients"), &client);
    }

    /// Where the realm's metadata is.
    pub fn metadata_url(&self) -> String {
        format!("{}/realms/{REALM}/protocol/saml/descriptor", self.base)
    }

    /// What Keycloak wrote to its log.
    pub fn log(&self) -> String {
        self.process.printed()
    }

    fn create(&self, path: &str, what: &Value) {
        let authorization = format!("Bearer {}", self.token);
        let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
        let url = format!("{}/admin/{path}", self.base);
        let answer = http::send("POST", &url, &headers, what.to_string().as_bytes()).expect("Keycloak");
        assert_eq!(answer.status, 201, "{path}: {}\n{}", answer.text(), self.log());
    }
}

/// A token of the administrator; it is good for a minute.
fn token(base: &str) -> String {
    let url = format!("{base}/realms/master/protocol/openid-connect/token");
    let form = format!("grant_type=password&client_id=admin-cli&username={}&password={}", ADMIN[0], ADMIN[1]);
    let answer = http::post_form(&url, &form).expect("Keycloak");
    member(&answer, "access_token")
}

fn member(answer: &Answer, name: &str) -> String {
    let value: Value = serde_json::from_slice(&answer.body).expect("JSON of Keycloak");
    value.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name}: {value}")).to_owned()
}

/// The realm, as Keycloak imports it. Its people may name what the schema of a realm does not know.
fn realm() -> Value {
    json!({
        "realm": REALM,
        "enabled": true,
        "sslRequired": "none",
        "users": PEOPLE.iter().map(user).collect::<Vec<_>>(),
    })
}

fn user(person: &Person) -> Value {
    json!({
        "username": person.username,
        "enabled": true,
        "email": person.mail,
        "emailVerified": true,
        "firstName": person.given_name,
        "lastName": person.surname,
        "credentials": [{ "type": "password", "value": person.password, "temporary": false }],
    })
}
