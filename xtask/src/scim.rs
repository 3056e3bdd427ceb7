//! `cargo xtask scim-conformance [--collections DIR]`: the public SCIM 2.0 suites against the built program, each against a fresh
//! deployment, and a line for each. Those of the Python package index are fetched; the request collections of Okta and Microsoft, which are no
//! packages, are run where DIR has them with their runner `scim_suites.sh`.

use crate::test::suite;
use crate::{Outcome, shell};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The suites, and where each is served.
const PACKAGES: [(&str, u16); 2] = [("tester", 18_201), ("sanity", 18_202)];
const COLLECTIONS: [(&str, u16); 2] = [("okta", 18_203), ("postman", 18_204)];

/// What is fetched, by name and version.
const PYTHON: [&str; 3] = ["scim2-cli==0.6.0", "scim2-tester==0.5.2", "scim-sanity==0.7.4"];

/// Domains of the addresses that the suites send.
const DOMAINS: [&str; 8] = [
    "acme.example",
    "atko.com",
    "bob.com",
    "bob2.com",
    "bob3.com",
    "bobreplace.com",
    "example.com",
    "gmail.com",
];

/// Runs every suite there is.
pub fn run(collections: Option<&str>) -> Outcome {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--package", "vestibule"]))?;
    let program = suite::program()?;
    let tools = python()?;
    for (name, port) in PACKAGES {
        let deployment = Deployment::start(&program, name, port)?;
        println!("{name}: {}", packaged(&tools, name, &deployment)?);
    }
    let Some(folder) = collections else {
        println!("okta, postman: not run; name the folder of the collections with --collections DIR");
        return Ok(());
    };
    for (name, port) in COLLECTIONS {
        let deployment = Deployment::start(&program, name, port)?;
        let script = Path::new(folder).join("scim_suites.sh");
        let mut command = Command::new(&script);
        command.args([deployment.base().as_str(), &deployment.token]);
        command.arg(deployment.folder.join("out")).arg(name);
        // The runner says what failed; its exit code counts it.
        let status = command.status().map_err(|error| format!("{}: {error}", script.display()))?;
        println!("{name}: {status}; all of it in {}", deployment.folder.join("out").display());
    }
    Ok(())
}

/// The folder of the Python programs, with what is missing fetched.
fn python() -> Outcome<PathBuf> {
    let place = shell::root().join("target/scim-suites/python");
    let bin = place.join("bin");
    if !bin.join("scim-sanity").exists() {
        let path = place.to_string_lossy();
        shell::run(&mut shell::command("python3", &["-m", "venv", "--clear", &path]))?;
        let pip = bin.join("pip");
        let mut fetch = shell::command(&pip.to_string_lossy(), &["install", "--quiet"]);
        shell::run(fetch.args(PYTHON))?;
    }
    Ok(bin)
}

/// What a suite of the package index says in all.
fn packaged(tools: &Path, name: &str, deployment: &Deployment) -> Outcome<String> {
    let base = deployment.base();
    let mut command = match name {
        "tester" => {
            let mut command = Command::new(tools.join("scim2"));
            // By the environment, so that the token is on no command line.
            command.env("SCIM_CLI_HEADERS", format!("Authorization: Bearer {}", deployment.token));
            command.args(["--url", &base, "test", "-v"]);
            command
        }
        _ => {
            let mut command = Command::new(tools.join("scim-sanity"));
            command.args(["probe", &base, "--token", &deployment.token]);
            command.args(["--strict", "--i-accept-side-effects"]);
            command
        }
    };
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let file = deployment.folder.join("out.txt");
    fs::write(&file, &text).map_err(|error| format!("{}: {error}", file.display()))?;
    let count = |words: &[&str]| {
        text.lines().filter(|line| words.iter().any(|word| line.trim_start().starts_with(word))).count()
    };
    let passed = count(&["SUCCESS", "COMPLIANT", "ACCEPTABLE", "[PASS]"]);
    let failed = count(&["ERROR", "DEVIATION", "CRITICAL", "[FAIL]"]);
    Ok(format!("{passed} passed, {failed} failed; all of it in {}", file.display()))
}

/// A deployment of its own: a database, an account with a token, and the program that serves it until this is dropped.
struct Deployment {
    folder: PathBuf,
    port: u16,
    token: String,
    server: Option<Child>,
}

impl Deployment {
    fn start(program: &Path, name: &str, port: u16) -> Outcome<Self> {
        let folder = shell::root().join("target/scim-suites").join(name);
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed)?;
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        fs::write(folder.join("vestibule.toml"), configuration(port)).map_err(failed)?;
        fs::write(folder.join("acme.toml"), account()).map_err(failed)?;
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
        let deployment = Self { folder, port, token, server };
        deployment.wait()?;
        Ok(deployment)
    }

    fn base(&self) -> String {
        format!("http://localhost:{}/scim/v2", self.port)
    }

    /// Waits until it can be connected to.
    fn wait(&self) -> Outcome {
        // Half a minute in all.
        for _ in 0..600 {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
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

fn configuration(port: u16) -> String {
    format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\nbase_url = \"http://localhost:{port}\"\nmetrics_listen = \"127.0.0.1:{}\"\n",
        port + 100
    )
}

/// Every license type has seats, since the suites draw one by chance.
fn account() -> String {
    let seats = "account = \"acme\"\n[licenses]\nbasic = 9999\nlicensed = 999\non-prem = 999\n";
    let domains = DOMAINS.iter().map(|domain| format!("[domains.\"{domain}\"]\n"));
    std::iter::once(seats.to_owned()).chain(domains).collect()
}
