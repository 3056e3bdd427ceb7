//! The SSO connection, for administrators: our values to carry away, theirs to compare, and how sign-ins go.

mod facts;

use super::{Badge, Fact, Frame};
use crate::portal::moment::Moment;
use askama::Template;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::connection::Settings;

/// From how many days before its end a certificate is warned of.
const WARNED_DAYS: i64 = 30;

/// The connection, or how to make one.
#[derive(Debug, Template)]
#[template(path = "connection.html")]
pub struct ConnectionPage {
    frame: Frame,
    label: String,
    badges: Vec<Badge>,
    summary: String,
    notes: Vec<Note>,
    ours: Vec<Fact>,
    our_certificates: Vec<CertificateRow>,
    theirs: Option<Theirs>,
}

#[derive(Debug)]
struct Theirs {
    facts: Vec<Fact>,
    certificates: Vec<CertificateRow>,
    settings: Vec<Fact>,
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
    /// The account's label, for the commands shown.
    pub label: &'a str,
    /// The version in use, and when it was saved.
    pub published: Option<(i64, Timestamp)>,
    /// The version being edited.
    pub draft: Option<(i64, Timestamp)>,
    /// The settings shown: the published ones, else the draft.
    pub settings: Option<&'a Settings>,
    /// The identity provider's certificates.
    pub certificates: Vec<Certificate>,
    /// Our values.
    pub ours: Ours,
    /// The time.
    pub now: Timestamp,
}

/// A certificate, as pages show it.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Whom it names.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Its SHA-256 fingerprint.
    pub fingerprint: String,
    /// Its kind of key.
    pub key: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// The whole of it, if somebody may want to carry it away.
    pub pem: Option<String>,
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
    /// Where our metadata is.
    pub metadata_url: String,
    /// Where a sign-in starts, for a tile at the identity provider.
    pub start_url: String,
    /// The certificate of our signatures; there is none before there is a connection.
    pub certificate: Option<Certificate>,
}

#[derive(Debug)]
struct CertificateRow {
    subject: String,
    issuer: String,
    self_issued: bool,
    fingerprint: String,
    key: String,
    from: Moment,
    to: Moment,
    tone: &'static str,
    expiry: String,
    pem: Option<String>,
}

impl ConnectionPage {
    /// The page of this connection.
    #[must_use]
    pub fn new(frame: Frame, connection: Connection<'_>) -> Self {
        let now = connection.now;
        let certificates = rows(connection.certificates.clone(), now);
        let (badges, summary) = state(&connection);
        let notes = notes(&connection, &certificates);
        let theirs = connection.settings.map(|settings| Theirs {
            facts: facts::theirs(settings),
            certificates,
            settings: facts::behavior(settings),
        });
        let our_certificates = rows(connection.ours.certificate.clone().into_iter().collect(), now);
        let label = connection.label.to_owned();
        Self {
            frame,
            label,
            badges,
            summary,
            notes,
            ours: facts::ours(connection.ours),
            our_certificates,
            theirs,
        }
    }
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
        (None, None) => {
            let summary = "Single sign-on lets people come in with the identity provider that your company has already.";
            (vec![Badge::new("", "Not connected")], summary.to_owned())
        }
    }
}

fn notes(connection: &Connection<'_>, certificates: &[CertificateRow]) -> Vec<Note> {
    let mut notes = Vec::new();
    if let (Some(_), Some((number, _))) = (connection.published, connection.draft) {
        notes.push(Note {
            tone: "is-warn",
            title: format!("Version {number} is a draft."),
            text: "This page shows the published version. Apply the account file without “draft = true” to publish the draft.".to_owned(),
        });
    }
    if connection.published.is_none() && connection.draft.is_some() {
        notes.push(Note {
            tone: "is-warn",
            title: "This connection is a draft.".to_owned(),
            text: "Apply the account file without “draft = true” to publish it.".to_owned(),
        });
    }
    let ending = certificates.iter().filter(|certificate| certificate.tone != "is-good");
    notes.extend(ending.map(|certificate| Note {
        tone: certificate.tone,
        title: format!("{}: {}.", certificate.subject, certificate.expiry),
        text: "Get the next certificate from your identity provider and add it to the connection. It goes on verifying responses until you take it away.".to_owned(),
    }));
    if connection.settings.is_some_and(|settings| !settings.allow.is_empty()) {
        notes.push(Note {
            tone: "is-warn",
            title: "SHA-1 is accepted.".to_owned(),
            text: "Signatures with it can be forged with effort. Set your identity provider to SHA-256, then take “sha1” out of “allow”.".to_owned(),
        });
    }
    notes
}

fn rows(certificates: Vec<Certificate>, now: Timestamp) -> Vec<CertificateRow> {
    certificates.into_iter().map(|certificate| row(certificate, now)).collect()
}

fn row(certificate: Certificate, now: Timestamp) -> CertificateRow {
    let left = certificate.not_after.duration_since(now);
    let days = left.as_hours() / 24;
    let (tone, expiry) = if left <= SignedDuration::ZERO {
        ("is-bad", format!("expired on {}", Moment(certificate.not_after).day()))
    } else if days < WARNED_DAYS {
        (
            "is-warn",
            match days {
                0 => "expires today".to_owned(),
                1 => "expires in 1 day".to_owned(),
                days => format!("expires in {days} days"),
            },
        )
    } else {
        ("is-good", format!("valid until {}", Moment(certificate.not_after).day()))
    };
    CertificateRow {
        self_issued: certificate.subject == certificate.issuer,
        subject: certificate.subject,
        issuer: certificate.issuer,
        fingerprint: certificate.fingerprint,
        key: certificate.key,
        from: Moment(certificate.not_before),
        to: Moment(certificate.not_after),
        pem: certificate.pem,
        tone,
        expiry,
    }
}
