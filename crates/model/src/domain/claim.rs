//! Claims: an account says that a domain is its own, and proves it where only the owner of the domain can write.
//!
//! The proof is a token of the account and the domain, so that the proof of one account proves nothing for another one.
//! Looking for it is done in `app`; here is which domains may be claimed, and what follows from what was found.

use super::Domain;
use super::public::{is_public_mail, is_public_suffix, is_reserved};
use crate::id::ClaimId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name before the token, in a TXT record and in the file.
pub const RECORD: &str = "vestibule-verification";
/// Where the file lies.
pub const FILE: &str = "/.well-known/vestibule-verification.txt";

/// How long a claim that is not proved is looked after by itself.
pub const CLAIM_LIVES: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How long a proof may be missing before nothing hangs on the domain any more.
pub const MISSING_FOR: SignedDuration = SignedDuration::from_hours(24 * 3);
/// The same where nobody answers who could say whether it is missing.
pub const UNREACHABLE_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Why a domain cannot be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclaimable {
    /// A name without an owner, or one of this deployment.
    Reserved,
    /// Many organizations register names below it.
    PublicSuffix,
    /// A provider gives mailboxes of it to anybody.
    PublicMail,
}

impl fmt::Display for Unclaimable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserved => "is reserved",
            Self::PublicSuffix => "is a public suffix: others register names below it",
            Self::PublicMail => "is a public mail domain: anybody can get a mailbox there",
        })
    }
}

/// Whether somebody may claim a domain of a deployment whose own host is `base_host`.
///
/// # Errors
/// Why not.
pub fn claimable(domain: &Domain, base_host: &str) -> Result<(), Unclaimable> {
    let name = domain.as_str();
    let below = name.strip_suffix(base_host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if below || is_reserved(name) {
        return Err(Unclaimable::Reserved);
    }
    if is_public_mail(name) {
        return Err(Unclaimable::PublicMail);
    }
    if is_public_suffix(name) { Err(Unclaimable::PublicSuffix) } else { Ok(()) }
}

/// A way to prove a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A TXT record of the domain.
    Dns,
    /// A file on its web server.
    File,
    /// A `meta` element of its home page.
    Meta,
}

impl Method {
    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Dns => "DNS TXT record",
            Self::File => "HTML file",
            Self::Meta => "meta tag",
        }
    }
}

/// What was found in one of the places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The token.
    Proved,
    /// An answer without the token; what it was, for people.
    Absent(String),
    /// No answer; why, for people.
    Unknown(String),
}

/// What was found in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Among the TXT records.
    pub dns: Seen,
    /// In the file.
    pub file: Seen,
    /// On the home page.
    pub meta: Seen,
}

impl Findings {
    /// Each way with what was found there.
    #[must_use]
    pub fn all(&self) -> [(Method, &Seen); 3] {
        [(Method::Dns, &self.dns), (Method::File, &self.file), (Method::Meta, &self.meta)]
    }

    fn of(&self, method: Method) -> &Seen {
        match method {
            Method::Dns => &self.dns,
            Method::File => &self.file,
            Method::Meta => &self.meta,
        }
    }

    fn proof(&self) -> Option<Method> {
        self.all().into_iter().find(|(_, seen)| **seen == Seen::Proved).map(|(method, _)| method)
    }
}

/// A claim, and how far it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// What is claimed.
    pub domain: Domain,
    /// 128 random bits in hexadecimal digits. No secret: whoever reads it can prove nothing with it.
    pub token: String,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// When the proof was looked for last.
    pub checked_at: Option<Timestamp>,
    /// Where the proof was seen last.
    pub proved_by: Option<Method>,
    /// Since when the domain is proved; it stays when the proof is lost.
    pub verified_at: Option<Timestamp>,
    /// Since when the proof is not where it was.
    pub missing_since: Option<Timestamp>,
    /// Since when nobody answers where it was.
    pub unreachable_since: Option<Timestamp>,
    /// Since when nothing hangs on the domain because its proof was lost.
    pub suspended_at: Option<Timestamp>,
    /// Whether it is proved and another account has the domain.
    pub taken: bool,
    /// What was found at the last look.
    pub findings: Option<Findings>,
}

/// How far a claim got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The proof was not seen yet.
    Verifying,
    /// The domain is the account's.
    Verified,
    /// The proof was lost: the domain counts as one of nobody.
    Suspended,
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verifying => "verifying",
            Self::Verified => "verified",
            Self::Suspended => "suspended",
        }
    }
}

/// Whose a domain is in this deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Nobody's.
    Nobody,
    /// The account's that claims it.
    Claimant,
    /// Another account's.
    Another,
}

/// What a look at the proof changes, as far as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The domain is the account's from now on.
    Verified,
    /// It is proved, but another account has it.
    Taken,
    /// The proof is not there any more; how long it may be missing runs from now on.
    Missing,
    /// Nothing hangs on the domain from now on.
    Suspended,
    /// The proof is there again.
    Restored,
}

impl Claim {
    /// A new claim with these 16 random bytes as its token.
    #[must_use]
    pub fn new(id: ClaimId, domain: Domain, token: [u8; 16], now: Timestamp) -> Self {
        Self {
            id,
            domain,
            token: format!("{:032x}", u128::from_be_bytes(token)),
            claimed_at: now,
            checked_at: None,
            proved_by: None,
            verified_at: None,
            missing_since: None,
            unreachable_since: None,
            suspended_at: None,
            taken: false,
            findings: None,
        }
    }

    /// What the TXT record and the file say.
    #[must_use]
    pub fn proof(&self) -> String {
        format!("{RECORD}={}", self.token)
    }

    /// The element of the home page.
    #[must_use]
    pub fn meta(&self) -> String {
        format!("<meta name=\"{RECORD}\" content=\"{}\">", self.token)
    }

    /// How far it got.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.suspended_at, self.verified_at) {
            (Some(_), _) => State::Suspended,
            (None, Some(_)) => State::Verified,
            (None, None) => State::Verifying,
        }
    }

    /// When a proof that is missing suspends the domain; `None` while it is there.
    #[must_use]
    pub fn suspends_at(&self) -> Option<Timestamp> {
        let missing = self.missing_since.map(|since| since + MISSING_FOR);
        missing.or(self.unreachable_since.map(|since| since + UNREACHABLE_FOR))
    }

    /// What follows from what was found at `now`.
    #[must_use]
    pub fn judge(mut self, findings: Findings, holder: Holder, now: Timestamp) -> (Self, Option<Event>) {
        let proof = findings.proof();
        let event = match proof {
            Some(method) => self.proved(method, holder, now),
            None => self.unproved(&findings, now),
        };
        self.checked_at = Some(now);
        self.findings = Some(findings);
        (self, event)
    }

    fn proved(&mut self, method: Method, holder: Holder, now: Timestamp) -> Option<Event> {
        if holder == Holder::Another {
            let told = std::mem::replace(&mut self.taken, true);
            return (!told).then_some(Event::Taken);
        }
        let event = match self.state() {
            State::Verifying => Some(Event::Verified),
            State::Suspended => Some(Event::Restored),
            State::Verified => None,
        };
        self.proved_by = Some(method);
        self.verified_at.get_or_insert(now);
        (self.missing_since, self.unreachable_since, self.suspended_at) = (None, None, None);
        self.taken = false;
        event
    }

    fn unproved(&mut self, findings: &Findings, now: Timestamp) -> Option<Event> {
        self.taken = false;
        if self.state() != State::Verified {
            return None;
        }
        // Only an answer where the proof was says that it is gone; silence says little, for a long time.
        let absent = self.proved_by.is_none_or(|method| matches!(findings.of(method), Seen::Absent(_)));
        let (since, lasts) = match absent {
            true => (&mut self.missing_since, MISSING_FOR),
            false => (&mut self.unreachable_since, UNREACHABLE_FOR),
        };
        let first = since.is_none();
        let since = *since.get_or_insert(now);
        if now.duration_since(since) >= lasts {
            self.suspended_at = Some(now);
            return Some(Event::Suspended);
        }
        first.then_some(Event::Missing)
    }

    /// When the proof is looked for again without anybody asking; `None` when it is not.
    #[must_use]
    pub fn next_check(&self, now: Timestamp) -> Option<Timestamp> {
        let minutes = |count| now + SignedDuration::from_mins(count);
        match self.state() {
            State::Verified if self.suspends_at().is_some() => Some(minutes(6 * 60)),
            State::Verified | State::Suspended => Some(minutes(24 * 60)),
            State::Verifying => {
                let age = now.duration_since(self.claimed_at);
                let next = match age.as_hours() {
                    0 => minutes(2),
                    1..24 => minutes(30),
                    _ => minutes(6 * 60),
                };
                (age < CLAIM_LIVES).then_some(next)
            }
        }
    }
}

#[cfg(test)]
mod tests;
