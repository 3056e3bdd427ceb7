//! The response log: what is remembered of every response received (behaviour.md section 9).
//!
//! An [`Entry`] is what lists show and searches match; a [`Detail`] is the rest, kept compressed and encrypted by `app`.

use crate::admission::SUB_ACCOUNT;
use crate::code::Code;
use crate::id::{ConnectionId, LogId};
use crate::license::License;
use crate::mapping::Attribute;
use crate::trace::{Change, Step};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The row of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id (time-ordered).
    pub id: LogId,
    /// The ID that the person saw.
    pub tracking_id: TrackingId,
    /// When the response came.
    pub time: Timestamp,
    /// The connection it came to.
    pub connection: Option<ConnectionId>,
    /// The address it asserted: verified when it was accepted, a claim otherwise.
    pub user: Option<String>,
    /// How it ended.
    pub outcome: OutcomeWord,
    /// Why it was refused.
    pub code: Option<Code>,
}

/// How a response ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeWord {
    /// The person is signed in.
    Accepted,
    /// Nobody was let in.
    Refused,
    /// It answered no request: discarded, and a sign-in of our own was begun.
    Restarted,
    /// It answered a test sign-in: nobody was let in, and nothing changed.
    Tested,
}

impl OutcomeWord {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Refused, Self::Restarted, Self::Tested];

    /// The word under which it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Restarted => "restarted",
            Self::Tested => "tested",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// `WEB_` and 32 hexadecimal digits of randomness: all that a person learns about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrackingId([u8; 16]);

impl TrackingId {
    /// The tracking ID made of these random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes under which the store keeps it.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Reads a tracking ID as people paste it: surrounding white space and case do not matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits =
            text.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case("WEB_")).and_then(|_| text.get(4..))?;
        if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(digits, 16).ok().map(|value| Self(value.to_be_bytes()))
    }
}

impl fmt::Display for TrackingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WEB_{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What a row remembers besides its entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The sentence with the facts of this case, shown beside the code's general one.
    pub reason: Option<String>,
    /// Asserted against configured, side by side.
    pub compared: Vec<Compared>,
    /// Every check and rule that was looked at.
    pub trace: Vec<Step>,
    /// What changed for the person.
    pub changes: Vec<Change>,
    /// The NameID that was asserted; not kept when the account does not save response logs.
    pub name_id: Option<String>,
    /// The attributes that were asserted; not kept when the account does not save response logs.
    pub attributes: Vec<Attribute>,
    /// The message; not kept when the account does not save response logs.
    pub xml: Option<String>,
    /// What was tested, if this answers a test sign-in.
    #[serde(default)]
    pub test: Option<Test>,
}

/// The step that holds a response to the ways of signing in that a connection asks for.
pub const AUTHN_CONTEXT: &str = "authn_context";

impl Detail {
    /// What a refusal with this code is called: by the code's sentence, unless the trace knows a truer one.
    #[must_use]
    pub fn headline(&self, code: Code) -> &'static str {
        let another_way = self.trace.iter().any(|step| step.check == AUTHN_CONTEXT && !step.ok);
        if code == Code::Status && another_way {
            return "The identity provider signed the person in another way than asked";
        }
        code.message()
    }

    /// Whether it was decided in a sub-account, so that whom it is about is nobody of this account.
    #[must_use]
    pub fn is_of_a_sub_account(&self) -> bool {
        self.trace.iter().any(|step| step.check == SUB_ACCOUNT)
    }
}

/// A test sign-in: what was tested, and what a sign-in would have come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// The connection's version.
    pub version: i64,
    /// Who would have been let in; `None` when nobody.
    pub would: Option<Would>,
}

/// Who would have been let in, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Would {
    /// The address.
    pub email: String,
    /// How the person would have come in.
    pub how: How,
    /// The license type that the person has, or would get.
    pub license: Option<License>,
    /// The sub-account that it would have been in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_account: Option<String>,
}

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// As a user who is known.
    Known,
    /// As a user who was pending and is approved.
    Approved,
    /// As a user who is created.
    Created,
}

/// One value that the response asserted, beside the one that the account configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// What it is: `Issuer`, `Audience`, `Certificate`, …
    pub name: String,
    /// What was asserted.
    pub asserted: Option<String>,
    /// What is configured; several spellings may be accepted.
    pub configured: Vec<String>,
    /// Whether they agree.
    pub agrees: bool,
}

impl Compared {
    /// A value beside the configured ones; it agrees when it is one of them.
    #[must_use]
    pub fn of(name: &str, asserted: Option<String>, configured: Vec<String>) -> Self {
        let agrees = asserted.as_ref().is_some_and(|asserted| configured.contains(asserted));
        Self { name: name.to_owned(), asserted, configured, agrees }
    }
}

/// What a search of the log asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this tracking ID.
    pub tracking_id: Option<TrackingId>,
    /// Only this address (folded).
    pub user: Option<String>,
    /// Only this code.
    pub code: Option<Code>,
    /// Only this outcome.
    pub outcome: Option<OutcomeWord>,
    /// Only at this time or later.
    pub since: Option<Timestamp>,
    /// Only older than this row: the last one of the page before.
    pub before: Option<LogId>,
    /// At most so many rows (1 to 200).
    pub limit: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracking_id_is_found_however_it_was_pasted() {
        let id = TrackingId::from_bytes([0x0a; 16]);
        let text = id.to_string();
        assert_eq!(text, format!("WEB_{}", "0a".repeat(16)));
        assert_eq!(TrackingId::parse(&format!(" {} ", text.to_lowercase())), Some(id));
        for bad in [
            "",
            "WEB_",
            "WEB_12",
            "XYZ_0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            &format!("WEB_+{}", "a".repeat(31)),
        ] {
            assert_eq!(TrackingId::parse(bad), None, "{bad}");
        }
    }
}
