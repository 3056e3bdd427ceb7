//! The audit log: what is remembered of every administrative change (behaviour.md section 9).
//!
//! A [`Record`] is one change, or several made by one deed. Its text ([`Record::text`]) is what the chain is made over and
//! what is kept, letter by letter: whoever has the lines of an export can follow the chain without this program. Hashing is
//! in `app`, as is the number and the hash before, which are only known when it is written. Secrets are never in a record:
//! a deed names what it made, not what it is worth.

mod deed;
mod subject;

pub use deed::{Area, Deed};
pub use subject::{Subject, Thing};

use crate::id::{AccountId, UserId};
use crate::trace::Change;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// SHA-256 of a record, or what stands before the first one. It is written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What stands before the first record of an account.
    pub const NONE: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let is_hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let pairs = is_hex.then(|| text.as_bytes().chunks_exact(2))?;
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Hash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a hash has 64 hexadecimal digits")
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person of the account.
    Person {
        /// Whose record it is.
        id: UserId,
        /// The address at that time.
        name: String,
    },
    /// Whoever runs the deployment.
    Operator,
    /// The service itself: work that was scheduled, such as a look at the proof of a domain.
    Service,
}

impl Actor {
    /// What people call the actor.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } => name,
            Self::Operator => "the operator",
            Self::Service => "the service",
        }
    }

    /// The text by which a search finds the actor: a folded address, or a word.
    #[must_use]
    pub fn folded(&self) -> String {
        match self {
            Self::Person { name, .. } => name.to_lowercase(),
            Self::Operator => "operator".to_owned(),
            Self::Service => "service".to_owned(),
        }
    }
}

/// The way by which a change came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entrance {
    /// The portal at the account's own address.
    Portal,
    /// The portal behind the break-glass door.
    BreakGlass,
    /// The command line on the machine of the deployment.
    CommandLine,
    /// Work that nobody waits for.
    Job,
}

impl Entrance {
    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::BreakGlass => "break-glass door",
            Self::CommandLine => "command line",
            Self::Job => "scheduled work",
        }
    }
}

/// A record, as it is written and read. The names and the order of its members are those of an exported line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Counts the records of the account from 1, without gaps.
    pub number: i64,
    /// When it was written.
    pub time: Timestamp,
    /// The account.
    pub account: AccountId,
    /// Who did it.
    pub actor: Actor,
    /// By which way.
    pub entrance: Entrance,
    /// The address of the client; none at the command line.
    pub address: Option<String>,
    /// What was done.
    pub deed: Deed,
    /// To whom or what.
    pub subject: Subject,
    /// Before and after, field by field.
    pub changes: Vec<Change>,
    /// The hash of the record before this one.
    pub previous: Hash,
}

impl Record {
    /// The text that is hashed and kept: JSON without white space, members in the order of this type.
    ///
    /// # Errors
    /// None that this type can cause.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Reads such a text.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

/// A line of an export: the text of a record with its hash as the last member.
#[must_use]
pub fn line(text: &str, hash: Hash) -> String {
    let open = text.strip_suffix('}').unwrap_or(text);
    format!("{open},\"hash\":\"{hash}\"}}")
}

/// One end of the chain: the number and the hash of the last record, to be kept somewhere else and shown when the chain is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The number of the last record; 0 when there is none.
    pub number: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// Of an account of which nothing is remembered.
    pub const NONE: Self = Self { number: 0, hash: Hash::NONE };

    /// Reads `NUMBER:HASH`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, hash) = text.trim().split_once(':')?;
        let number = number.parse().ok().filter(|number| *number >= 0)?;
        Some(Self { number, hash: Hash::parse(hash)? })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// Which records are wanted, newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who did it, or to whom it was done: a folded address, a name, an id, or one of the words `operator` and `service`.
    pub about: Option<String>,
    /// What was done.
    pub area: Option<Area>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Before this number, to go on with a long list.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

#[cfg(test)]
mod tests;
