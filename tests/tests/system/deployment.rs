//! A deployment under test: the built program with a configuration of its own in a temporary folder.

use serde_json::Value;
use vestibule_testkit::{Ended, Process, Program, SimpleSamlPhp, free_port, http};

/// A configured deployment with one account, `acme`; it serves once [`Deployment::serve`] was called.
pub struct Deployment {
    program: Program,
    port: u16,
    config: String,
}

impl Deployment {
    /// A deployment that keeps its data there.
    pub fn on(store_url: &str) -> Self {
        let port = free_port();
        let config = format!(
            r#"[server]
listen = "127.0.0.1:{port}"
base_url = "http://localhost:{port}"

[store]
url = "{store_url}"

[outbound]
allow = ["127.0.0.0/8", "::1/128"]
"#
        );
        Self { program: Program::configured(&config), port, config }
    }

    /// Adds lines to the configuration, whose last section is `[outbound]`.
    pub fn configure_more(&self, lines: &str) {
        self.write("vestibule.toml", &format!("{}{lines}", self.config));
    }

    /// A deployment on SQLite.
    pub fn on_sqlite() -> Self {
        Self::on("sqlite:vestibule.db")
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.program.run(arguments)
    }

    /// Writes a file beside the configuration.
    pub fn write(&self, name: &str, text: &str) {
        self.program.write(name, text);
    }

    /// Creates the account, and returns what the command printed.
    pub fn create_account(&self) -> Value {
        let owner = "olive@acme.example";
        let create = ["account", "create", "acme", "--name", "Acme", "--owner", owner, "--json"];
        self.run(&create).expect_code(0).json()
    }

    /// Starts the service, and waits until it says that it is ready.
    pub fn serve(&self) -> Process {
        let (process, ()) =
            self.program.start(&["serve"], |line| line.contains("listening on").then_some(()));
        process
    }

    /// An address at the account's vanity URL.
    pub fn vanity(&self, path: &str) -> String {
        format!("http://acme.localhost:{}{path}", self.port)
    }

    /// Connects the account with an identity provider, each from the metadata of the other; the service runs already.
    pub fn connect(&self, idp: &SimpleSamlPhp) {
        self.point_at(idp, "");
        idp.trust(&self.metadata());
    }

    /// Our half of this, with more lines in the section `[sso]`.
    pub fn point_at(&self, idp: &SimpleSamlPhp, more: &str) {
        let connection = format!("\n[sso]\nidp_metadata_url = \"{}\"\n{more}\n", idp.metadata_url());
        self.write("acme.toml", &format!("account = \"acme\"\n{connection}{DOMAIN_AND_MAPPING}"));
        self.run(&["apply", "acme.toml"]).expect_code(0);
    }

    /// What the account tells identity providers about itself.
    pub fn metadata(&self) -> String {
        let answer = http::get(&self.vanity("/saml/metadata/sp")).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    /// The rows of the account's response log, newest first.
    pub fn log(&self) -> Vec<Value> {
        let rows = self.run(&["log", "--account", "acme", "--json"]).expect_code(0).json();
        rows["items"].as_array().unwrap().clone()
    }
}

/// The account's domain, and where it takes what it knows of people from.
pub const DOMAIN_AND_MAPPING: &str = r#"
[domains."acme.example"]

[mapping.basic]
default_license = "basic"
email = "mail"
first_name = { attribute = "givenName", update = true }
last_name = { attribute = "sn", update = true }
display_name = { attribute = "displayName", update = true }
department = "department"
"#;
