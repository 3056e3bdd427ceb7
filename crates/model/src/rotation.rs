//! When our own key pairs take over from each other (behaviour.md section 2, "SP certificate rotation").
//!
//! What lives here: the life of a key pair, what is due for the pairs of one kind of a connection, and what is made of
//! those who read our metadata. What does not: making keys, and writing it down (`app`, `store`).
//!
//! The one thing to know: a key takes over by itself only when the identity provider was seen to read the metadata that
//! names it. Before that it would refuse what we sign.

use crate::connection::CertificateRotation;
use crate::id::SpKeyId;
use jiff::{SignedDuration, Timestamp};

mod readers;
#[cfg(test)]
mod tests;

pub use readers::{LONGEST_AGENT, MOST_READERS, Noted, Reader, have_read, is_browser, note};

/// How long before its certificate ends an active key pair gets a successor.
pub const PREPARED_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long after the identity provider was seen to read the metadata the next key pair takes over: its nodes may hold
/// what they read for a day.
pub const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// How long a key pair is kept after another one took over: it goes on decrypting and stays in the metadata, so that
/// going back needs nothing of the identity provider.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// The most key pairs of one kind that a connection has; whoever wants one more removes one.
pub const MOST_KEYS: usize = 8;

/// What a key pair is used for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published in the metadata, decrypts, and does not sign yet. At most one of each kind.
    Next,
    /// Signs. At most one of each kind.
    Active,
    /// Signed before: stays published and decrypts for [`KEPT`], so that a rotation can be undone.
    Former,
}

impl KeyState {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Former => "former",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Former].into_iter().find(|state| state.as_str() == word)
    }
}

/// The life of a key pair so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// What it is used for now.
    pub state: KeyState,
    /// When it began to sign, the last time.
    pub activated_at: Option<Timestamp>,
    /// When the identity provider was first seen to read the metadata that names it.
    pub seen_at: Option<Timestamp>,
    /// When another one took over from it.
    pub retired_at: Option<Timestamp>,
    /// Whether it waits for an administrator, because one went back from it.
    pub held: bool,
}

impl Life {
    /// A key pair that nobody knows yet.
    #[must_use]
    pub fn next() -> Self {
        Self { state: KeyState::Next, activated_at: None, seen_at: None, retired_at: None, held: false }
    }

    /// The first key pair of its kind, which signs at once.
    #[must_use]
    pub fn first(now: Timestamp) -> Self {
        Self { state: KeyState::Active, activated_at: Some(now), ..Self::next() }
    }

    /// When it takes over by itself, as far as it is known.
    #[must_use]
    pub fn takes_over_at(&self, rotation: CertificateRotation) -> Option<Timestamp> {
        let by_itself =
            self.state == KeyState::Next && !self.held && rotation == CertificateRotation::Automatic;
        self.seen_at.filter(|_| by_itself).map(|seen| seen + GRACE)
    }

    /// When it is removed.
    #[must_use]
    pub fn removed_at(&self) -> Option<Timestamp> {
        self.retired_at.filter(|_| self.state == KeyState::Former).map(|retired| retired + KEPT)
    }
}

/// A key pair, as far as these rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Its id.
    pub id: SpKeyId,
    /// Its life.
    pub life: Life,
    /// When its certificate ends.
    pub not_after: Timestamp,
}

/// What is due for the key pairs of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The active one has no successor, and its certificate ends soon: make one.
    Prepare,
    /// This one takes over.
    TakeOver(SpKeyId),
    /// This one has been kept for long enough.
    Remove(SpKeyId),
}

/// What is due now, the most urgent first; `None` when nothing is.
#[must_use]
pub fn due(pairs: &[Pair], rotation: CertificateRotation, now: Timestamp) -> Option<Step> {
    let passed = |time: Option<Timestamp>| time.is_some_and(|time| time <= now);
    let ready = pairs.iter().find(|pair| passed(pair.life.takes_over_at(rotation)));
    if let Some(ready) = ready {
        return Some(Step::TakeOver(ready.id));
    }
    if passed(prepared_at(pairs, rotation)) {
        return Some(Step::Prepare);
    }
    pairs.iter().find(|pair| passed(pair.life.removed_at())).map(|pair| Step::Remove(pair.id))
}

/// When the active key pair gets a successor by itself; `None` when it has one, or an administrator makes it.
#[must_use]
pub fn prepared_at(pairs: &[Pair], rotation: CertificateRotation) -> Option<Timestamp> {
    let of = |state| pairs.iter().find(move |pair| pair.life.state == state);
    let wanted = rotation == CertificateRotation::Automatic && of(KeyState::Next).is_none();
    of(KeyState::Active).filter(|_| wanted).map(|active| active.not_after - PREPARED_BEFORE)
}

/// A key pair whose life changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Which one.
    pub id: SpKeyId,
    /// What it was.
    pub before: KeyState,
    /// Its life from now on.
    pub after: Life,
}

/// What changes when this key pair begins to sign, in the order in which it is written: at no time there are two.
///
/// A next one takes over, and the active one is kept as a former one. A former one is gone back to: then the one that
/// signed is the next one again, and waits for an administrator; where there is a next one already it becomes a former one.
/// `None` when there is no such key pair.
#[must_use]
pub fn activate(pairs: &[Pair], id: SpKeyId, now: Timestamp) -> Option<Vec<Change>> {
    let chosen = pairs.iter().find(|pair| pair.id == id)?;
    if chosen.life.state == KeyState::Active {
        return Some(Vec::new());
    }
    let back = chosen.life.state == KeyState::Former;
    let has_next = pairs.iter().any(|pair| pair.life.state == KeyState::Next);
    let signing = pairs.iter().filter(|pair| pair.life.state == KeyState::Active);
    let mut changes: Vec<Change> = signing
        .map(|pair| {
            let after = if back && !has_next {
                Life { state: KeyState::Next, held: true, ..pair.life }
            } else {
                Life { state: KeyState::Former, retired_at: Some(now), ..pair.life }
            };
            Change { id: pair.id, before: KeyState::Active, after }
        })
        .collect();
    let after = Life {
        state: KeyState::Active,
        activated_at: Some(now),
        retired_at: None,
        held: false,
        ..chosen.life
    };
    changes.push(Change { id, before: chosen.life.state, after });
    Some(changes)
}
