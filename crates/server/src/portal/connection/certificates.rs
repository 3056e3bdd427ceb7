//! Certificates of a connection, with how long each is valid yet.

use crate::portal::moment::Moment;
use jiff::{SignedDuration, Timestamp};

/// From how many days before its end a certificate is warned of.
const WARNED_DAYS: i64 = 30;

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

#[derive(Debug)]
pub(super) struct CertificateRow {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) self_issued: bool,
    pub(super) fingerprint: String,
    pub(super) key: String,
    pub(super) from: Moment,
    pub(super) to: Moment,
    pub(super) tone: &'static str,
    pub(super) expiry: String,
    pub(super) pem: Option<String>,
}

/// Certificates as rows, with how long each is valid yet.
pub(super) fn rows(certificates: Vec<Certificate>, now: Timestamp) -> Vec<CertificateRow> {
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
