//! The identity provider's metadata on a connection's page: when it was read, what fails, and what waits for a decision.

use super::Note;
use super::certificates::{Certificate, CertificateRow, rows};
use crate::portal::moment::Moment;
use crate::portal::{Badge, Fact};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::connection::NewCertificates;

/// For how long metadata may be out of reach before the page says so above everything: servers are down for a night.
const UNREAD_BEFORE_NOTE: SignedDuration = SignedDuration::from_hours(24);

/// The metadata that a connection follows, as the page is given it.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// Where the forms go: the page of the connection.
    pub address: String,
    /// Where it is.
    pub url: String,
    /// What happens with what it says.
    pub policy: NewCertificates,
    /// When it was read the last time.
    pub fetched_at: Option<Timestamp>,
    /// When it is looked at next.
    pub next_at: Option<Timestamp>,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
    /// Since when it cannot be read, and why with what to do.
    pub failure: Option<(Timestamp, String)>,
    /// What it says otherwise than the published settings.
    pub difference: Option<Difference>,
    /// Certificates that it does not list any more, each with when it is given up.
    pub kept: Vec<(Certificate, Timestamp)>,
}

/// What metadata says otherwise than the published settings.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Since when, for forms: it names this very difference.
    pub since: Timestamp,
    /// Whether an administrator does not want it.
    pub dismissed: bool,
    /// Certificates that are new.
    pub added: Vec<Certificate>,
    /// Certificates that would go.
    pub removed: Vec<Certificate>,
    /// Values that would change.
    pub values: Vec<ValueChange>,
}

/// A value that would change.
#[derive(Debug, Clone)]
pub struct ValueChange {
    /// What it is called.
    pub name: &'static str,
    /// What is published.
    pub before: Option<String>,
    /// What the metadata says.
    pub after: Option<String>,
    /// What follows from it.
    pub meaning: &'static str,
}

/// The part of the page.
#[derive(Debug)]
pub(super) struct MetadataPart {
    pub(super) address: String,
    pub(super) intro: &'static str,
    pub(super) facts: Vec<Fact>,
    pub(super) failure: Option<String>,
    pub(super) difference: Option<DifferencePart>,
    pub(super) kept: Vec<Marked>,
}

#[derive(Debug)]
pub(super) struct DifferencePart {
    /// Its name in forms.
    pub(super) since: String,
    pub(super) dismissed: bool,
    pub(super) intro: String,
    pub(super) certificates: Vec<Marked>,
    pub(super) values: Vec<ValueChange>,
}

/// A certificate with what becomes of it.
#[derive(Debug)]
pub(super) struct Marked {
    pub(super) mark: Badge,
    pub(super) certificate: CertificateRow,
    pub(super) text: String,
}

impl MetadataPart {
    pub(super) fn new(metadata: Metadata, now: Timestamp) -> Self {
        let full = |time: Option<Timestamp>| time.map(|time| Moment(time).full());
        let facts = vec![
            Fact::new("Address", metadata.url).exact(),
            Fact::new("Read", full(metadata.fetched_at)).or("Not yet"),
            Fact::new("Looked at next", full(metadata.next_at)).or("Soon"),
            Fact::new("Valid until", full(metadata.valid_until)).or("It names no end"),
        ];
        let failure = metadata.failure.map(|(since, message)| {
            format!(
                "Since {}: {message} People go on signing in with what it said last.",
                Moment(since).full()
            )
        });
        let kept = metadata.kept.into_iter().filter_map(|(certificate, until)| {
            let text = format!("It goes on verifying until {}, and is then given up.", Moment(until).full());
            Marked::new(Badge::new("is-warn", "Not listed any more"), certificate, text, now)
        });
        Self {
            address: metadata.address,
            intro: intro(metadata.policy),
            facts,
            failure,
            difference: metadata.difference.map(|difference| DifferencePart::new(difference, now)),
            kept: kept.collect(),
        }
    }
}

impl DifferencePart {
    fn new(difference: Difference, now: Timestamp) -> Self {
        let since = Moment(difference.since).full();
        let intro = if difference.dismissed {
            format!(
                "This was dismissed. It is what the metadata says since {since}; you can still accept it."
            )
        } else {
            format!("The metadata says this since {since}. Nothing was changed: people sign in as before.")
        };
        let added = difference.added.into_iter().filter_map(|certificate| {
            let text = "Responses that are signed with it would be trusted.".to_owned();
            Marked::new(Badge::new("is-accent", "New"), certificate, text, now)
        });
        let removed = difference.removed.into_iter().filter_map(|certificate| {
            let text = "Responses that are signed with it would be refused.".to_owned();
            Marked::new(Badge::new("is-warn", "Not listed any more"), certificate, text, now)
        });
        Self {
            since: difference.since.to_string(),
            dismissed: difference.dismissed,
            intro,
            certificates: added.chain(removed).collect(),
            values: difference.values,
        }
    }
}

impl Marked {
    fn new(mark: Badge, certificate: Certificate, text: String, now: Timestamp) -> Option<Self> {
        let certificate = rows(vec![certificate], now).pop()?;
        Some(Self { mark, certificate, text })
    }
}

/// What stands above everything: a decision that waits, and metadata that cannot be read for long.
pub(super) fn notes(metadata: &Metadata, now: Timestamp) -> Vec<Note> {
    let waits = metadata.difference.as_ref().filter(|difference| !difference.dismissed).map(|_| Note {
        tone: "is-warn",
        title: "Your identity provider changed its metadata.".to_owned(),
        text: "Look at it under “Its metadata”, and accept or dismiss it. If a new certificate is about to be used, sign-ins fail from then on unless it was accepted before.".to_owned(),
    });
    let unread =
        metadata.failure.as_ref().filter(|(since, _)| now.duration_since(*since) > UNREAD_BEFORE_NOTE);
    let unread = unread.map(|(since, message)| Note {
        tone: "is-warn",
        title: format!("Your identity provider’s metadata could not be read since {}.", Moment(*since).day()),
        text: format!("{message} People go on signing in, but a new certificate would not be noticed."),
    });
    waits.into_iter().chain(unread).collect()
}

fn intro(policy: NewCertificates) -> &'static str {
    match policy {
        NewCertificates::Review => {
            "It is looked at again on a schedule. What it says differently waits here until you accept it."
        }
        NewCertificates::SameOriginHttps => {
            "It is looked at again on a schedule. New certificates are taken over by themselves if it comes over https \
             from the origin of the sign-in URL; anything else waits here until you accept it."
        }
        NewCertificates::SignedMetadata => {
            "It is looked at again on a schedule. What it says is taken over by itself if one of the pinned certificates \
             signed it; other metadata is refused."
        }
    }
}
