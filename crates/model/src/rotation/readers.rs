//! Who reads our metadata, and whether the identity provider is among them.
//!
//! Anybody can read it, so one reading proves little. A reader is known by how it names itself (its addresses change), and
//! counts once it came on two days, as a machine does that follows our metadata. The next key pair is known when *every*
//! such reader has come since: a stranger who comes often can delay that, and cannot bring it about in place of an
//! identity provider that follows it too.

use jiff::{SignedDuration, Timestamp};

/// The most readers that are remembered for a connection.
pub const MOST_READERS: usize = 8;
/// The most characters that are kept of the name that a reader gives itself.
pub const LONGEST_AGENT: usize = 200;

/// Between the first and the last time that a reader was seen, so that it counts.
const COMES_AGAIN: SignedDuration = SignedDuration::from_hours(20);
/// After this time without a visit a reader is one no more.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The public address writes at most so often: for a known reader, and for a new one.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_mins(10);
const NEW_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Somebody who reads our metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// How it names itself (`User-Agent`), cut to [`LONGEST_AGENT`]; empty when it does not.
    pub agent: String,
    /// Where it came from the last time.
    pub address: String,
    /// When it first came.
    pub first_seen_at: Timestamp,
    /// When it came the last time, to [`WRITTEN_EVERY`].
    pub last_seen_at: Timestamp,
}

impl Reader {
    /// Whether it counts as the identity provider.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.last_seen_at - COMES_AGAIN >= self.first_seen_at && self.last_seen_at + FORGOTTEN > now
    }
}

/// What is remembered of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The reader as of now.
    pub reader: Reader,
    /// Whom to forget for it.
    pub forget: Option<String>,
}

/// Whether this is the name of a browser: a person looks at the metadata, and the identity provider learns nothing of it.
#[must_use]
pub fn is_browser(agent: &str) -> bool {
    agent.starts_with("Mozilla/") || agent.starts_with("Opera/")
}

/// What to write of a visit; `None` for nothing, which is the usual case.
#[must_use]
pub fn note(readers: &[Reader], agent: &str, address: &str, now: Timestamp) -> Option<Noted> {
    let agent: String = agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect();
    let address = address.to_owned();
    if let Some(known) = readers.iter().find(|reader| reader.agent == agent) {
        let first_seen_at = if known.last_seen_at + FORGOTTEN > now { known.first_seen_at } else { now };
        let reader = Reader { agent, address, first_seen_at, last_seen_at: now };
        return (known.last_seen_at + WRITTEN_EVERY <= now).then_some(Noted { reader, forget: None });
    }
    if readers.iter().any(|reader| reader.first_seen_at + NEW_EVERY > now) {
        return None;
    }
    let reader = Reader { agent, address, first_seen_at: now, last_seen_at: now };
    if readers.len() < MOST_READERS {
        return Some(Noted { reader, forget: None });
    }
    let replaceable = readers.iter().filter(|reader| !reader.counts(now));
    let forget = replaceable.min_by_key(|reader| reader.last_seen_at)?.agent.clone();
    Some(Noted { reader, forget: Some(forget) })
}

/// Whether the identity provider has read the metadata since it was published with a new key pair.
#[must_use]
pub fn have_read(readers: &[Reader], published_at: Timestamp, now: Timestamp) -> bool {
    let mut counting = readers.iter().filter(|reader| reader.counts(now)).peekable();
    counting.peek().is_some() && counting.all(|reader| reader.last_seen_at >= published_at)
}
