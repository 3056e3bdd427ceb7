//! pysaml2 as identity provider: a small one of our own (`idp.py`) on Python's own web server, with the people that all
//! identity providers here know. Where it is installed is said by `cargo xtask test`, which also does it: `target/pysaml2`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::{PEOPLE, Person, Process, TempDir, folder, http, installed, offline, skip, target};

const SCRIPT: &str = include_str!("idp.py");

/// What the identity provider does besides the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// It signs the assertion.
    SignsAssertions,
    /// It signs the response.
    SignsResponses,
    /// It encrypts the assertion, with AES-256-GCM.
    Encrypts,
    /// It refuses requests that are not signed.
    DemandsSignatures,
}

/// A running identity provider; ended when it is dropped.
pub struct Pysaml2 {
    folder: TempDir,
    base: String,
    process: Process,
}

impl Pysaml2 {
    /// Starts an identity provider; where it is not installed the test is recorded as skipped and there is none.
    pub fn start(habits: &[Habit]) -> Option<Self> {
        let python = python();
        if offline() || !python.is_file() || !installed("xmlsec1") || !installed("openssl") {
            skip("needs pysaml2 (cargo xtask test installs it; Debian: python3-venv xmlsec1)");
            return None;
        }
        let folder = folder();
        let script = folder.path().join("idp.py");
        std::fs::write(&script, SCRIPT).expect("the identity provider's script");
        std::fs::write(folder.path().join("people.json"), people().to_string()).expect("its people");
        let mut command = Command::new(python);
        command.args(["-W", "ignore"]).arg(script).arg(folder.path());
        command.args(habits.iter().map(|habit| option(*habit)));
        let ready = |line: &str| line.strip_prefix("ready: ").map(str::to_owned);
        let (process, base) = Process::start("pysaml2", &mut command, ready);
        Some(Self { folder, base, process })
    }

    /// Makes this service provider known, or known anew.
    pub fn trust(&self, sp_metadata: &str) {
        std::fs::write(self.folder.path().join("sp.xml"), sp_metadata)
            .expect("the service provider's metadata");
    }

    /// Where the identity provider's metadata is; its entity ID is the same address.
    pub fn metadata_url(&self) -> String {
        format!("{}/metadata", self.base)
    }

    /// The identity provider's metadata.
    pub fn metadata(&self) -> String {
        let answer = http::get(&self.metadata_url()).expect("its metadata");
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), self.log());
        answer.text()
    }

    /// Where somebody signs out at the identity provider.
    pub fn sign_out_url(&self) -> String {
        format!("{}/signout", self.base)
    }

    /// What the identity provider wrote to its log.
    pub fn log(&self) -> String {
        self.process.printed()
    }
}

/// The Python that has pysaml2.
fn python() -> PathBuf {
    target().join("pysaml2/bin/python")
}

fn option(habit: Habit) -> &'static str {
    match habit {
        Habit::SignsAssertions => "sign-assertion",
        Habit::SignsResponses => "sign-response",
        Habit::Encrypts => "encrypt",
        Habit::DemandsSignatures => "demand-signatures",
    }
}

fn people() -> Value {
    PEOPLE.iter().map(|person| (person.username.to_owned(), attributes(person))).collect::<Map<_, _>>().into()
}

fn attributes(person: &Person) -> Value {
    json!({
        "password": person.password,
        "uid": person.username,
        "mail": person.mail,
        "givenName": person.given_name,
        "sn": person.surname,
        "displayName": person.display_name,
        "employeeNumber": person.employee_number,
    })
}
