//! Our own certificates on a connection's page: what each is for, what happens to it when, and what can be done.

use super::Note;
use super::certificates::{Certificate, CertificateRow, rows};
use crate::portal::Badge;
use crate::portal::moment::Moment;
use jiff::Timestamp;
use vestibule_model::connection::{CertificateRotation, SigningKeyKind};
use vestibule_model::rotation::{KeyState, Life};

/// Our key pairs, as the page is given them.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Where the forms go: the page of the connection.
    pub address: String,
    /// Who replaces them.
    pub rotation: CertificateRotation,
    /// The pairs, the one that signs first.
    pub keys: Vec<Key>,
    /// Who reads our metadata.
    pub readers: Vec<Reader>,
}

/// A key pair.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its id, for forms.
    pub id: String,
    /// Its life.
    pub life: Life,
    /// What kind of key it is.
    pub kind: SigningKeyKind,
    /// Whether its kind signs under the settings.
    pub signs: bool,
    /// Whether its kind decrypts under the settings.
    pub decrypts: bool,
    /// Whether the identity provider has any use for it under the settings.
    pub used: bool,
    /// When its successor is made by itself.
    pub prepared_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it takes over by itself.
    pub takes_over_at: Option<Timestamp>,
    /// When it is removed.
    pub removed_at: Option<Timestamp>,
    /// Its certificate.
    pub certificate: Certificate,
}

/// Somebody who reads our metadata.
#[derive(Debug, Clone)]
pub struct Reader {
    /// How it names itself.
    pub agent: String,
    /// Where it came from.
    pub address: String,
    /// When it came the last time.
    pub last_seen_at: Timestamp,
    /// Whether it counts as the identity provider.
    pub counts: bool,
}

/// The part of the page.
#[derive(Debug)]
pub(super) struct KeysPart {
    pub(super) address: String,
    pub(super) intro: String,
    pub(super) rows: Vec<KeyRow>,
    pub(super) can_prepare: bool,
    pub(super) readers: Vec<ReaderRow>,
}

#[derive(Debug)]
pub(super) struct KeyRow {
    pub(super) id: String,
    /// What it is for.
    pub(super) purpose: &'static str,
    pub(super) state: Badge,
    pub(super) certificate: CertificateRow,
    pub(super) text: String,
    /// What the button says that has it sign, if it can.
    pub(super) activate: Option<&'static str>,
    pub(super) removable: bool,
}

#[derive(Debug)]
pub(super) struct ReaderRow {
    pub(super) agent: String,
    pub(super) address: String,
    pub(super) last: Moment,
    pub(super) counts: bool,
}

impl Keys {
    /// The one that comes after this one.
    fn next_of(&self, key: &Key) -> Option<&Key> {
        self.keys.iter().find(|other| other.kind == key.kind && other.life.state == KeyState::Next)
    }
}

impl Key {
    /// Whether it is of a kind that the settings name.
    fn is_wanted(&self) -> bool {
        self.signs || self.decrypts
    }

    /// Whether another product had it.
    fn is_imported(&self) -> bool {
        self.kind == SigningKeyKind::Imported
    }

    fn purpose(&self) -> &'static str {
        match (self.signs, self.decrypts) {
            (true, true) => "for signatures and encryption",
            (true, false) => "for signatures",
            (false, true) => "for encryption",
            (false, false) => "for nothing now",
        }
    }
}

impl KeysPart {
    pub(super) fn new(keys: Keys, now: Timestamp) -> Self {
        let intro = intro(&keys);
        let rows = keys.keys.iter().filter_map(|key| KeyRow::new(key, &keys, now)).collect();
        let made = keys.keys.iter().filter(|key| key.is_wanted() && !key.is_imported());
        let mut active = made.filter(|key| key.life.state == KeyState::Active);
        let can_prepare = active.any(|key| keys.next_of(key).is_none());
        let readers = keys.readers.into_iter().map(ReaderRow::from).collect();
        Self { address: keys.address, intro, rows, can_prepare, readers }
    }
}

/// What stands above everything while the certificate in use ends soon and nothing takes over from it by itself.
pub(super) fn note(keys: &Keys, now: Timestamp) -> Option<Note> {
    let by_itself = |key: &Key| keys.next_of(key).is_some_and(|next| next.takes_over_at.is_some());
    let counts = |key: &&Key| key.used && (key.life.state == KeyState::Active || key.is_imported());
    let ending = keys.keys.iter().filter(counts).filter(|key| !by_itself(key));
    let active = ending.min_by_key(|key| key.certificate.not_after)?;
    let certificate = rows(vec![active.certificate.clone()], now).pop()?;
    let next = keys.next_of(active);
    if certificate.tone == "is-good" {
        return None;
    }
    let text = if active.is_imported() {
        "It was imported. Give our metadata to your identity provider, so that it uses our own certificate; then remove this one."
    } else if next.is_some() {
        "The next one is ready, and your identity provider was not seen to read it. Give it our metadata or the certificate, then use it."
    } else {
        "Make the next one below, give it to your identity provider, then use it."
    };
    let which = if active.is_imported() { "The imported certificate" } else { "Our certificate" };
    let title = format!("{which} {}.", certificate.expiry);
    Some(Note { tone: certificate.tone, title, text: text.to_owned() })
}

fn intro(keys: &Keys) -> String {
    let mut intro = String::from(match keys.rotation {
        CertificateRotation::Automatic => {
            "Your identity provider verifies our requests with these, and encrypts for us with them. We make the next \
             one three months before the end, and use it a day after your identity provider was seen to read our metadata."
        }
        CertificateRotation::Manual => {
            "Your identity provider verifies our requests with these, and encrypts for us with them. They are replaced \
             by hand: make the next one, give it to your identity provider, then use it."
        }
    });
    if !keys.keys.iter().any(|key| key.used) {
        intro.push_str(
            " Under the current settings nothing is signed or encrypted, so it needs none of them.",
        );
    }
    intro
}

impl KeyRow {
    /// A row; `None` for a certificate that cannot be shown.
    fn new(key: &Key, keys: &Keys, now: Timestamp) -> Option<Self> {
        let certificate = rows(vec![key.certificate.clone()], now).pop()?;
        let (state, text) = if key.is_imported() {
            (Badge::new("is-accent", "Imported"), imported(key))
        } else if key.is_wanted() {
            match key.life.state {
                KeyState::Active => (Badge::new("is-good", "In use"), in_use(key, keys)),
                KeyState::Next => (Badge::new("is-accent", "Next"), next(key, keys.rotation)),
                KeyState::Former => (Badge::new("", "Former"), former(key)),
            }
        } else {
            let text = "Of a kind that the settings do not name now. It is kept for the case that they name it again.";
            (Badge::new("", "Kept"), text.to_owned())
        };
        let activate = match key.life.state {
            _ if key.is_imported() => None,
            KeyState::Next if key.is_wanted() => Some("Use now"),
            KeyState::Former if key.is_wanted() => Some("Go back to this one"),
            _ => None,
        };
        let removable = if key.is_imported() { !key.signs } else { key.life.state != KeyState::Active };
        let (id, purpose) = (key.id.clone(), key.purpose());
        Some(Self { id, purpose, state, certificate, text, activate, removable })
    }
}

fn in_use(key: &Key, keys: &Keys) -> String {
    let since = day(key.life.activated_at.unwrap_or(key.created_at));
    let then = match key.prepared_at {
        Some(prepared) => format!("The next one is made on {}.", day(prepared)),
        None if keys.next_of(key).is_some() => "The next one is ready.".to_owned(),
        None => "Nothing replaces it by itself.".to_owned(),
    };
    format!("In use since {since}. {then}")
}

fn next(key: &Key, rotation: CertificateRotation) -> String {
    let published = day(key.created_at);
    match (key.takes_over_at, rotation) {
        (Some(time), _) => {
            format!("Your identity provider was seen to read it. It takes over on {}.", Moment(time).full())
        }
        (None, _) if key.life.held => {
            "You went back from it. It stays in the metadata, and waits until you use it.".to_owned()
        }
        (None, CertificateRotation::Manual) => {
            format!("In the metadata since {published}. It waits until you use it.")
        }
        (None, CertificateRotation::Automatic) => format!(
            "In the metadata since {published}. Your identity provider was not seen to read it yet. If yours does not read \
             metadata, give it this certificate, then use it."
        ),
    }
}

fn former(key: &Key) -> String {
    let until = key.life.retired_at.map(day).unwrap_or_default();
    let removed = key.removed_at.map(day).unwrap_or_default();
    format!(
        "In use until {until}. It still decrypts, and stays in the metadata so that you can go back. It is removed on {removed}."
    )
}

fn imported(key: &Key) -> String {
    let since = day(key.created_at);
    let signs = if key.signs {
        " It signs, until the settings name a key of our own."
    } else {
        " Remove it once your identity provider encrypts for our own."
    };
    format!(
        "Here since {since}, from another product. It decrypts what your identity provider still encrypts for it; our metadata \
         offers our own for that.{signs}"
    )
}

fn day(time: Timestamp) -> String {
    Moment(time).day()
}

impl From<Reader> for ReaderRow {
    fn from(reader: Reader) -> Self {
        let agent = if reader.agent.is_empty() { "without a name".to_owned() } else { reader.agent };
        Self { agent, address: reader.address, last: Moment(reader.last_seen_at), counts: reader.counts }
    }
}
