//! The round through every bad response: sent to a running server, looked up in its log, compared with what was promised.
//!
//! What lives here: the round and its table. What does not: the attacks (`vestibule-idp`), and how a server is started.
//! The one thing to know: after each bad response the same person signs in honestly and must get in, so a server that
//! refuses everything passes nothing.

use serde_json::Value;
use vestibule_idp::attack::{self, Needs};
use vestibule_testkit::http;

use crate::browserless::{Ended, sign_in};

/// What became of one bad response.
pub struct Row {
    /// The attack.
    pub id: &'static str,
    /// The code that was promised.
    pub expected: u16,
    /// The code in the log, or what happened instead.
    pub logged: Result<u16, String>,
    /// What became of the honest response behind it.
    pub twin: Result<(), String>,
}

impl Row {
    /// Whether everything went as promised.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.logged.as_ref().is_ok_and(|code| *code == self.expected) && self.twin.is_ok()
    }

    /// The row as a line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let logged = self.logged.as_ref().map_or_else(Clone::clone, u16::to_string);
        let twin = self.twin.as_ref().map_or_else(String::as_str, |()| "accepted");
        let mark = if self.is_good() { "" } else { "  <-- NOT AS PROMISED" };
        format!("{:<6} {:<9} {logged:<9} {twin}{mark}", self.id, self.expected)
    }
}

/// The head of the table.
#[must_use]
pub fn head() -> String {
    format!("{:<6} {:<9} {:<9} twin", "id", "expected", "logged")
}

/// Sends every bad response to the account at this address, but for those that it cannot be told by. `explain` looks a
/// tracking ID up, as `vestibule explain --json` does.
pub fn round(vanity: &str, explain: impl Fn(&str) -> Result<Value, String>) -> impl Iterator<Item = Row> {
    let decrypts = decrypts(vanity);
    attack::ALL.iter().filter(move |attack| fits(attack, decrypts)).map(move |attack| Row {
        id: attack.id,
        expected: live_code(attack),
        logged: bad(vanity, attack.id, &explain),
        twin: good(vanity),
    })
}

/// The ids of those that [`round`] leaves out: the account publishes no certificate to encrypt for, or does not want
/// assertions encrypted, so that one in the clear is a good one.
#[must_use]
pub fn left_out(vanity: &str) -> Vec<&'static str> {
    let decrypts = decrypts(vanity);
    attack::ALL.iter().filter(|attack| !fits(attack, decrypts)).map(|attack| attack.id).collect()
}

fn fits(attack: &attack::Attack, decrypts: bool) -> bool {
    match attack.needs {
        Needs::Nothing => true,
        Needs::EncryptionKey => decrypts,
        Needs::RequiredEncryption => false,
    }
}

/// Whether the metadata of the account names a certificate to encrypt for.
fn decrypts(vanity: &str) -> bool {
    let url = format!("{}/saml/metadata/sp", vanity.trim_end_matches('/'));
    http::get(&url).is_ok_and(|metadata| metadata.text().contains("use=\"encryption\""))
}

/// The code that a server ends with. It sends a response that answers nothing around once, and says so the second time.
fn live_code(attack: &attack::Attack) -> u16 {
    if attack.id == "p08b" { 1017 } else { attack.code }
}

fn bad(vanity: &str, id: &str, explain: impl Fn(&str) -> Result<Value, String>) -> Result<u16, String> {
    match sign_in(vanity, &[("person", "employee"), ("attack", id)])? {
        Ended::SignedIn { .. } | Ended::SentOn { .. } => Err("signed in".to_owned()),
        Ended::Refused { tracking_id } => {
            let explained = explain(&tracking_id)?;
            let code =
                explained.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
            code.ok_or_else(|| format!("no code: {explained}"))
        }
    }
}

fn good(vanity: &str) -> Result<(), String> {
    match sign_in(vanity, &[("person", "employee"), ("attack", "")])? {
        Ended::SignedIn { .. } | Ended::SentOn { .. } => Ok(()),
        Ended::Refused { tracking_id } => Err(format!("refused: {tracking_id}")),
    }
}
