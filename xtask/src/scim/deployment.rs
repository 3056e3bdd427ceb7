//! A deployment for one suite: a database, an account with a token, and the program that serves it.

use super::Suite;
use crate::{Outcome, shell};
use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Domains of the addresses that the suites send.
const DOMAINS: [&str; 12] = [
    "acme.example",
    "atko.com",
    "bob.com",
    "bob2.com",
    "bob3.com",
    "bobreplace.com",
    "example.com",
    "example.org",
    "gmail.com",
    "okta.com",
    "scim-sanity.test",
    "test.com",
];

/// A deployment of its own: a database, an account with a token, and the program that serves it until this is dropped.
pub(super) struct Deployment {
    pub(super) folder: PathBuf,
    port: u16,
    pub(super) token: String,
    server: Option<Child>,
}

impl Deployment {
    pub(super) fn start(program: &Path, suite: Suite) -> Outcome<Self> {
        let folder = shell::root().join("target/scim-suites").join(suite.word());
        let ports = (free_port()?, free_port()?);
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed)?;
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        fs::write(folder.join("vestibule.toml"), configuration(ports, suite)).map_err(failed)?;
        fs::write(folder.join("rooms.json"), rooms()?).map_err(failed)?;
        fs::write(folder.join("acme.toml"), account(suite)).map_err(failed)?;
        let run = |arguments: &[&str]| {
            let mut command = Command::new(program);
            shell::read(command.args(arguments).current_dir(&folder))
        };
        run(&["account", "create", "acme", "--name", "Acme", "--owner", "boss@acme.example"])?;
        run(&["apply", "acme.toml"])?;
        let made = run(&["token", "create", "--account", "acme", "--scope", "scim2", "--json"])?;
        let token = made.split("\"token\":").nth(1).and_then(|rest| rest.split('"').nth(1));
        let token = token.ok_or("the program made no token")?.to_owned();
        let mut server = Command::new(program);
        server.arg("serve").current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Some(server.spawn().map_err(|error| format!("serve: {error}"))?);
        let deployment = Self { folder, port: ports.0, token, server };
        deployment.wait()?;
        Ok(deployment)
    }

    /// The address of the interface.
    pub(super) fn base(&self) -> String {
        format!("http://localhost:{}/scim/v2", self.port)
    }

    /// Waits until it can be connected to.
    fn wait(&self) -> Outcome {
        // Half a minute in all.
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(format!("nothing answers at port {}", self.port))
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().ok();
            server.wait().ok();
        }
    }
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

/// The tester checks whatever resource types there are, so it gets one with many kinds of attributes. Nothing limits how often it calls.
fn configuration((port, metrics): (u16, u16), suite: Suite) -> String {
    let schemas = if suite == Suite::Tester { "\"rooms.json\"" } else { "" };
    let more = format!("[limits]\napi_requests_per_second = 0\n[scim]\nschemas = [{schemas}]\n");
    let server = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\nbase_url = \"http://localhost:{port}\"\nmetrics_listen = \"127.0.0.1:{metrics}\"\n"
    );
    server + &more
}

/// The rooms of the documents, as the tester can handle them: it fills a `dateTime` with a text that its own models refuse, and wants a
/// value of what is always returned, be there one or not.
fn rooms() -> Outcome<String> {
    let file = shell::root().join("docs/examples/rooms.json");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut rooms: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let says = |attribute: &Value, name: &str, word: &str| attribute.get(name) == Some(&Value::from(word));
    for resource in rooms.as_array_mut().into_iter().flatten() {
        let Some(attributes) = resource.get_mut("attributes").and_then(Value::as_array_mut) else { continue };
        attributes.retain(|attribute| !says(attribute, "type", "dateTime"));
        for attribute in attributes.iter_mut().filter(|attribute| says(attribute, "returned", "always")) {
            if let Some(attribute) = attribute.as_object_mut() {
                attribute.insert("required".to_owned(), Value::Bool(true));
            }
        }
    }
    Ok(rooms.to_string())
}

/// Every license type has seats, since the suites draw one by chance. Microsoft's collection wants a PATCH answered by 204.
fn account(suite: Suite) -> String {
    let answer = if suite == Suite::Microsoft { "empty" } else { "body" };
    let seats = "account = \"acme\"\n[licenses]\nbasic = 9999\nlicensed = 999\non-prem = 999\n".to_owned();
    let answer = format!("[provisioning]\npatch_answer = \"{answer}\"\n");
    let domains = DOMAINS.iter().map(|domain| format!("[domains.\"{domain}\"]\n"));
    [seats, answer].into_iter().chain(domains).collect()
}
