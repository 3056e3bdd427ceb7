//! What of an account needs somebody: certificates that end, metadata that cannot be had, domains that are not proved,
//! drafts that wait, seats that are all taken.

use super::{DomainLine, Read};
use crate::error::Error;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::connection::{Connection, SigningKeyKind, Version};
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::State;
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::PendingState;
use vestibule_model::license::Product;
use vestibule_model::rotation::KeyState;
use vestibule_saml::Certificate;
use vestibule_store::{self as store, Tx};

/// How long before its end a certificate is warned of.
pub const WARNED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Something that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The identity provider's certificate ends, and there is no other one.
    TheirCertificate {
        /// The connection.
        connection: ConnectionId,
        /// Whom it names.
        subject: String,
        /// When it ends.
        ends_at: Timestamp,
    },
    /// Our certificate ends, and the next one has not taken over.
    OurCertificate {
        /// The connection.
        connection: ConnectionId,
        /// When it ends.
        ends_at: Timestamp,
    },
    /// The identity provider's metadata cannot be had.
    MetadataFails {
        /// The connection.
        connection: ConnectionId,
        /// Since when.
        since: Timestamp,
        /// Why.
        message: String,
    },
    /// The metadata says something else than what is published, and an administrator is asked.
    MetadataDiffers {
        /// The connection.
        connection: ConnectionId,
        /// Since when.
        since: Timestamp,
    },
    /// A domain was lost.
    DomainSuspended(Domain),
    /// The proof of a domain is missing, and the domain will be lost.
    ProofMissing {
        /// The domain.
        domain: Domain,
        /// When.
        suspends_at: Timestamp,
    },
    /// A draft waits for its publication.
    Draft {
        /// The connection.
        connection: ConnectionId,
        /// The version.
        number: i64,
        /// Whether it passed a test.
        tested: bool,
    },
    /// No seat is left.
    NoSeat(Product),
}

impl Notice {
    /// Whether people are kept out because of it, or soon will be.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::TheirCertificate { .. }
            | Self::DomainSuspended(_)
            | Self::ProofMissing { .. }
            | Self::NoSeat(_) => true,
            Self::OurCertificate { .. }
            | Self::MetadataFails { .. }
            | Self::MetadataDiffers { .. }
            | Self::Draft { .. } => false,
        }
    }
}

/// When our signing certificates end, by connection.
pub(super) struct Keys(Vec<(ConnectionId, Timestamp)>);

impl Keys {
    pub(super) async fn read(
        tx: &Tx<'_>,
        connections: impl Iterator<Item = &Connection>,
    ) -> Result<Self, Error> {
        let mut ends = Vec::new();
        for connection in connections {
            let Some(published) = &connection.published else { continue };
            let kind: SigningKeyKind = published.settings.signing_key;
            let keys = store::sp_keys::list(tx, connection.id).await?;
            let active = keys.iter().find(|key| key.kind == kind && key.life.state == KeyState::Active);
            if let Some(key) = active {
                let certificate = Certificate::from_der(&key.certificate).map_err(Error::internal)?;
                ends.push((connection.id, certificate.not_after()));
            }
        }
        Ok(Self(ends))
    }
}

/// What needs somebody, the urgent first.
pub(super) fn of(read: &Read, domains: &[DomainLine], now: Timestamp) -> Vec<Notice> {
    let soon = |ends_at: Timestamp| ends_at.duration_since(now) <= WARNED;
    let mut notices: Vec<Notice> = read.connections.iter().filter_map(|one| theirs(one, soon)).collect();
    let ours = read.keys.0.iter().filter(|(_, ends_at)| soon(*ends_at));
    notices.extend(
        ours.map(|(connection, ends_at)| Notice::OurCertificate {
            connection: *connection,
            ends_at: *ends_at,
        }),
    );
    notices.extend(read.connections.iter().filter_map(draft));
    notices.extend(metadata(read));
    notices.extend(proofs(read, domains));
    let full = read.seats.0.iter().filter(|(_, seats)| seats.total > 0 && !seats.is_left());
    notices.extend(full.map(|(product, _)| Notice::NoSeat(*product)));
    notices.sort_by_key(|notice| !notice.is_urgent());
    notices
}

/// The certificate of the identity provider that ends last, if that is soon: until then another one verifies.
fn theirs(connection: &Connection, soon: impl Fn(Timestamp) -> bool) -> Option<Notice> {
    let provider = &connection.published.as_ref()?.settings.identity_provider;
    let read = provider.certificates.iter().filter_map(|pem| Certificate::from_pem(pem).ok());
    let last = read.max_by_key(Certificate::not_after).filter(|last| soon(last.not_after()))?;
    let (subject, ends_at) = (last.subject().to_owned(), last.not_after());
    Some(Notice::TheirCertificate { connection: connection.id, subject, ends_at })
}

fn draft(connection: &Connection) -> Option<Notice> {
    let Version { number, tested, .. } = connection.draft.as_ref()?;
    // A first draft is among the steps.
    connection.published.as_ref()?;
    Some(Notice::Draft { connection: connection.id, number: *number, tested: tested.is_some() })
}

fn metadata(read: &Read) -> impl Iterator<Item = Notice> {
    let follows = |record: &&store::idp_metadata::Record| {
        let published = read.connections.iter().find(|one| one.id == record.connection);
        let published = published.and_then(|one| one.published.as_ref());
        published.is_some_and(|version| {
            version.settings.identity_provider.metadata_url.as_ref() == Some(&record.url)
        })
    };
    read.metadata.iter().filter(follows).filter_map(|record| {
        let connection = record.connection;
        if let Some(failure) = &record.failure {
            let (since, message) = (failure.since, failure.message.clone());
            return Some(Notice::MetadataFails { connection, since, message });
        }
        let pending = record.copy.as_ref()?.pending.as_ref()?;
        let waits = pending.state == PendingState::Waits;
        waits.then_some(Notice::MetadataDiffers { connection, since: pending.since })
    })
}

fn proofs(read: &Read, domains: &[DomainLine]) -> Vec<Notice> {
    let lost = domains.iter().filter(|line| line.state == State::Suspended);
    let mut notices: Vec<Notice> = lost.map(|line| Notice::DomainSuspended(line.domain.clone())).collect();
    let verified =
        |domain: &Domain| domains.iter().any(|line| line.domain == *domain && line.state == State::Verified);
    let missing = read.claims.iter().filter(|claim| verified(&claim.domain));
    notices.extend(missing.filter_map(|claim| {
        let (domain, suspends_at) = (claim.domain.clone(), claim.suspends_at()?);
        Some(Notice::ProofMissing { domain, suspends_at })
    }));
    notices
}
