//! One SSO connection, for administrators: its versions, our values to carry away, theirs to compare, and how sign-ins go.
//!
//! The page is made of parts, one below the other: a field of [`ConnectionPage`], a file beside this one that fills it, and
//! a template in `templates/connection/` that shows it.

mod certificates;
mod change;
mod confirm;
mod facts;
mod form;
mod keys;
mod list;
mod metadata;

pub use certificates::Certificate;
pub use change::{Change, Draft, Version};
pub use confirm::ConfirmPage;
pub use form::{Filled, FormPage};
pub use keys::{Key, Keys, Reader};
pub use list::{ConnectionsPage, Listed};
pub use metadata::{Difference, Metadata, ValueChange};

use super::{Badge, Fact, Frame};
use crate::portal::moment::Moment;
use askama::Template;
use certificates::{CertificateRow, rows};
use change::VersionRow;
use jiff::Timestamp;
use keys::KeysPart;
use metadata::MetadataPart;
use vestibule_model::connection::{Settings, WeakAlgorithm};

/// A connection.
#[derive(Debug, Template)]
#[template(path = "connection.html")]
pub struct ConnectionPage {
    frame: Frame,
    title: String,
    /// There are others besides.
    several: bool,
    badges: Vec<Badge>,
    summary: String,
    notes: Vec<Note>,
    ours: Vec<Fact>,
    keys: Option<KeysPart>,
    theirs: Vec<Fact>,
    their_certificates: Vec<CertificateRow>,
    metadata: Option<MetadataPart>,
    behavior: Vec<Fact>,
    change: Change,
    versions: Vec<VersionRow>,
}

#[derive(Debug)]
struct Note {
    tone: &'static str,
    title: String,
    text: String,
}

/// What the page is made of.
#[derive(Debug, Clone)]
pub struct Connection<'a> {
    /// What the account file calls it; empty for the one of `[sso]`.
    pub name: &'a str,
    /// Whether the account has others besides.
    pub several: bool,
    /// The version in use, and when it was saved.
    pub published: Option<(i64, Timestamp)>,
    /// The version being edited.
    pub draft: Option<(i64, Timestamp)>,
    /// The settings shown: the published ones, else the draft.
    pub settings: &'a Settings,
    /// The identity provider's certificates.
    pub certificates: Vec<Certificate>,
    /// Our values.
    pub ours: Ours,
    /// Our key pairs.
    pub keys: Option<Keys>,
    /// The metadata that it follows.
    pub metadata: Option<Metadata>,
    /// What can be done with it.
    pub change: Change,
    /// Every version of it, newest first.
    pub versions: Vec<Version>,
    /// The time.
    pub now: Timestamp,
}

/// What the identity provider needs to know of us.
#[derive(Debug, Clone)]
pub struct Ours {
    /// The entity ID that our requests carry.
    pub entity_id: String,
    /// The other spelling, which is accepted as audience too.
    pub other_entity_id: String,
    /// Where responses go.
    pub acs_url: String,
    /// Where logout messages go.
    pub logout_url: String,
    /// Where our metadata is.
    pub metadata_url: String,
    /// Where a sign-in starts, for a tile at the identity provider.
    pub start_url: String,
}

impl ConnectionPage {
    /// The page of this connection.
    #[must_use]
    pub fn new(frame: Frame, connection: Connection<'_>) -> Self {
        let now = connection.now;
        let their_certificates = rows(connection.certificates.clone(), now);
        let (badges, summary) = state(&connection);
        let mut notes = notes(&connection, &their_certificates);
        notes.extend(connection.keys.as_ref().and_then(|keys| keys::note(keys, now)));
        let followed = connection.metadata.as_ref();
        notes.extend(followed.map(|followed| metadata::notes(followed, now)).unwrap_or_default());
        Self {
            frame,
            title: title(connection.name),
            several: connection.several,
            badges,
            summary,
            notes,
            keys: connection.keys.map(|keys| KeysPart::new(keys, now)),
            ours: facts::ours(connection.ours),
            theirs: facts::theirs(connection.settings),
            their_certificates,
            metadata: connection.metadata.map(|followed| MetadataPart::new(followed, now)),
            behavior: facts::behavior(connection.settings),
            change: connection.change,
            versions: change::rows(connection.versions),
        }
    }
}

/// What pages call a connection.
pub(crate) fn title(name: &str) -> String {
    if name.is_empty() { "SSO connection".to_owned() } else { name.to_owned() }
}

fn state(connection: &Connection<'_>) -> (Vec<Badge>, String) {
    match (connection.published, connection.draft) {
        (Some((number, saved)), draft) => {
            let mut badges =
                vec![Badge::new("is-good", "Published"), Badge::new("", format!("Version {number}"))];
            badges.extend(draft.map(|(number, _)| Badge::new("is-warn", format!("Draft: version {number}"))));
            (badges, format!("People sign in with this version. It was saved on {}.", Moment(saved).full()))
        }
        (None, Some((number, saved))) => {
            let badges = vec![Badge::new("is-warn", "Draft"), Badge::new("", format!("Version {number}"))];
            (
                badges,
                format!("Saved on {}, and not in use: nobody signs in with it yet.", Moment(saved).full()),
            )
        }
        (None, None) => (Vec::new(), "It is not in use.".to_owned()),
    }
}

fn notes(connection: &Connection<'_>, certificates: &[CertificateRow]) -> Vec<Note> {
    let mut notes = Vec::new();
    let ending = certificates.iter().filter(|certificate| certificate.tone != "is-good");
    notes.extend(ending.map(|certificate| Note {
        tone: certificate.tone,
        title: format!("{}: {}.", certificate.subject, certificate.expiry),
        text: "Get the next certificate from your identity provider and add it to the connection. It goes on verifying responses until you take it away.".to_owned(),
    }));
    if connection.settings.allow.contains(&WeakAlgorithm::Sha1) {
        notes.push(Note {
            tone: "is-warn",
            title: "SHA-1 is accepted.".to_owned(),
            text: "Signatures with it can be forged with effort. Set your identity provider to SHA-256, then take “sha1” out of “allow”.".to_owned(),
        });
    }
    if connection.settings.allow.contains(&WeakAlgorithm::Cbc) {
        notes.push(Note {
            tone: "is-warn",
            title: "AES-CBC is accepted.".to_owned(),
            text: "It hides assertions and does not protect them from change, so let the identity provider sign the whole response. Better, set it to AES-GCM and take “cbc” out of “allow”.".to_owned(),
        });
    }
    notes
}
