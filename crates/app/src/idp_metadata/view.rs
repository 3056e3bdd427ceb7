//! What administrators see of the metadata: on the page of the connection, and in mails.

use crate::error::Error;
use crate::sso::CertificateView;
use jiff::Timestamp;
use vestibule_model::connection::NewCertificates;
use vestibule_model::idp_metadata::{Change, Difference, PendingState};
use vestibule_saml::Certificate;
pub use vestibule_store::idp_metadata::Failure;

/// The metadata that a connection follows.
#[derive(Debug, Clone)]
pub struct Status {
    /// Where it is.
    pub url: String,
    /// What happens with what it says.
    pub policy: NewCertificates,
    /// When it was last had; `None` when it never was.
    pub fetched_at: Option<Timestamp>,
    /// When it is looked at next.
    pub next_at: Option<Timestamp>,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
    /// Why it cannot be had, and since when.
    pub failure: Option<Failure>,
    /// What it says otherwise than the published settings.
    pub waiting: Option<Waiting>,
    /// Certificates that it does not list any more, each with when it is given up.
    pub kept: Vec<(CertificateView, Timestamp)>,
}

/// A difference that an administrator accepts or dismisses.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Since when; it names this very difference.
    pub since: Timestamp,
    /// Whether it was dismissed.
    pub state: PendingState,
    /// What would change.
    pub difference: DifferenceView,
}

/// A difference in words.
#[derive(Debug, Clone)]
pub struct DifferenceView {
    /// Certificates that are new.
    pub added: Vec<CertificateView>,
    /// Certificates that would go.
    pub removed: Vec<CertificateView>,
    /// Values that would change.
    pub values: Vec<ValueChange>,
}

/// A value that would change.
#[derive(Debug, Clone)]
pub struct ValueChange {
    /// What it is called on the page.
    pub name: &'static str,
    /// What is published.
    pub before: Option<String>,
    /// What the metadata says.
    pub after: Option<String>,
    /// What follows from it.
    pub meaning: &'static str,
}

impl DifferenceView {
    pub(super) fn of(difference: &Difference) -> Result<Self, Error> {
        let value = |name, change: &Option<Change>, meaning| {
            let change = change.clone()?;
            Some(ValueChange { name, before: change.before, after: change.after, meaning })
        };
        let values = [
            value("Issuer", &difference.issuer, "Responses with the old issuer would be refused (1005)."),
            value(
                "Sign-in URL",
                &difference.sign_in_url,
                "People would be sent to the new address to sign in.",
            ),
            value("Sign-out URL", &difference.sign_out_url, "Logout messages would go to the new address."),
            value(
                "Sign-out URL for answers",
                &difference.sign_out_response_url,
                "Answers to logout requests would go to the new address.",
            ),
            value(
                "Sign-out binding",
                &difference.sign_out_binding,
                "Logout messages would travel the other way.",
            ),
        ];
        Ok(Self {
            added: difference.added.iter().map(|pem| certificate(pem)).collect::<Result<_, _>>()?,
            removed: difference.removed.iter().map(|pem| certificate(pem)).collect::<Result<_, _>>()?,
            values: values.into_iter().flatten().collect(),
        })
    }
}

pub(super) fn certificate(pem: &str) -> Result<CertificateView, Error> {
    Ok(CertificateView::from(&Certificate::from_pem(pem).map_err(Error::internal)?))
}

/// A difference as lines of a mail.
pub(super) fn lines(difference: &Difference) -> Result<Vec<String>, Error> {
    let DifferenceView { added, removed, values } = DifferenceView::of(difference)?;
    let named = |word: &str, view: &CertificateView| {
        let (subject, print, end) = (&view.subject, &view.fingerprint_sha256, view.not_after);
        format!("{word} certificate: {subject}, until {}\n  SHA-256 {print}", end.strftime("%-d %B %Y"))
    };
    let none = || "none".to_owned();
    let certificates = added.iter().map(|view| named("New", view));
    let certificates = certificates.chain(removed.iter().map(|view| named("No longer listed", view)));
    let values = values.into_iter().map(|change| {
        let (before, after) = (change.before.unwrap_or_else(none), change.after.unwrap_or_else(none));
        format!("{}: {before}\n  becomes {after}", change.name)
    });
    Ok(certificates.chain(values).collect())
}
