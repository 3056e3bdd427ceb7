//! A mail server of aiosmtpd (`server.py`): it takes mails and shows them, or answers what a test wants. Where it is
//! installed is said by `cargo xtask test`, which also does it: `target/aiosmtpd`.

use std::process::Command;

use serde_json::Value;

use crate::{Process, TempDir, folder, installed, offline, skip, target};

const SCRIPT: &str = include_str!("server.py");

/// What the mail server does besides the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailHabit {
    /// It offers STARTTLS.
    OffersTls,
    /// It speaks TLS from the first byte on.
    SpeaksTls,
    /// It wants [`MailServer::USER`] and [`MailServer::PASSWORD`].
    WantsLogin,
}

/// A mail that the server took.
#[derive(Debug, Clone)]
pub struct Received {
    /// All that is known of it: `from`, `to`, `hello`, `encrypted`, `user`, `headers`, `body`, `longest_line`, `ascii`.
    pub all: Value,
}

impl Received {
    /// The address in the envelope, if it is one.
    pub fn to(&self) -> &str {
        self.all["to"][0].as_str().expect("an address")
    }

    /// The decoded text, with plain line ends.
    pub fn body(&self) -> String {
        self.all["body"].as_str().expect("a text").replace("\r\n", "\n")
    }

    /// The decoded values of a header.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let headers = self.all["headers"].as_array().expect("headers");
        let found = headers.iter().filter(|header| header[0].as_str() == Some(name));
        found.filter_map(|header| header[1].as_str()).collect()
    }

    /// The first link in the text.
    pub fn link(&self) -> String {
        let body = self.body();
        body.lines().find(|line| line.starts_with("http")).expect("a link").to_owned()
    }
}

/// A running mail server; ended when it is dropped.
pub struct MailServer {
    folder: TempDir,
    port: u16,
    process: Process,
}

impl MailServer {
    /// Who may send, where a login is wanted.
    pub const USER: &str = "vestibule";
    /// The password of that.
    pub const PASSWORD: &str = "se/cret@";

    /// Starts a mail server; where it is not installed the test is recorded as skipped and there is none.
    pub fn start(habits: &[MailHabit]) -> Option<Self> {
        let python = target().join("aiosmtpd/bin/python");
        if offline() || !python.is_file() || !installed("openssl") {
            skip("needs aiosmtpd (cargo xtask test installs it; Debian: python3-venv openssl)");
            return None;
        }
        let folder = folder();
        let script = folder.path().join("server.py");
        std::fs::write(&script, SCRIPT).expect("the mail server's script");
        let mut command = Command::new(python);
        command.args(["-W", "ignore"]).arg(script).arg(folder.path());
        command.args(habits.iter().map(|habit| option(*habit)));
        let ready = |line: &str| line.strip_prefix("ready: ").and_then(|port| port.parse().ok());
        let (process, port) = Process::start("aiosmtpd", &mut command, ready);
        Some(Self { folder, port, process })
    }

    /// Where it listens, on the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its certificate, which vouches for itself, if it speaks TLS.
    pub fn certificate(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("certificate.pem")).expect("the mail server's certificate")
    }

    /// What it answers next instead of taking mails: a command and the answer each, such as `DATA 451 4.3.0 Come back`.
    pub fn answers(&self, answers: &[&str]) {
        let lines: String = answers.iter().map(|answer| format!("{answer}\n")).collect();
        std::fs::write(self.folder.path().join("answers"), lines).expect("the mail server's answers");
    }

    /// The mails that it took so far.
    pub fn mails(&self) -> Vec<Received> {
        self.process.printed().lines().filter_map(received).collect()
    }

    /// Waits for the next mail that was not waited for before.
    pub fn next_mail(&self) -> Received {
        self.process.wait_for(received)
    }

    /// The commands that it heard so far, each with what stood behind it.
    pub fn heard(&self) -> Vec<String> {
        let printed = self.process.printed();
        printed.lines().filter_map(|line| line.strip_prefix("heard: ")).map(str::to_owned).collect()
    }
}

fn received(line: &str) -> Option<Received> {
    let all = serde_json::from_str(line.strip_prefix("mail: ")?).expect("a mail as JSON");
    Some(Received { all })
}

fn option(habit: MailHabit) -> &'static str {
    match habit {
        MailHabit::OffersTls => "starttls",
        MailHabit::SpeaksTls => "tls",
        MailHabit::WantsLogin => "login",
    }
}
