//! Understanding a document: the one entity in it that a connection is for, as its settings need it.

use jiff::{SignedDuration, Timestamp};
use std::fmt;
use url::Url;
use vestibule_model::connection::{Binding, IdentityProvider};
use vestibule_saml::metadata::{self, idp};
use vestibule_saml::{Certificate, binding};

/// The largest document that is read, in bytes.
pub(crate) const LARGEST: usize = 5 * 1024 * 1024;

/// What a document says.
pub(crate) struct Said {
    /// Of the identity provider; where it was published is not among it.
    pub(crate) provider: IdentityProvider,
    /// Until when.
    pub(crate) valid_until: Option<Timestamp>,
    /// For how long it may be kept.
    pub(crate) cache_duration: Option<SignedDuration>,
}

/// Why a document cannot be used.
pub(crate) enum Problem {
    Metadata(metadata::Error),
    Binding(Binding),
    Url(String),
}

impl Problem {
    /// What to do about it, beyond what the sentence says.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        matches!(self, Self::Binding(_)).then_some("Choose the other binding.")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metadata(error) => error.fmt(f),
            Self::Binding(binding) => {
                write!(f, "the identity provider offers no sign-in by binding = \"{}\"", binding.as_str())
            }
            Self::Url(url) => write!(f, "\"{url}\" is not an http or https URL"),
        }
    }
}

/// Reads a document. Where certificates are pinned, one of them must have signed it, and nothing else is read.
pub(crate) fn read(
    document: &[u8],
    wanted: Option<&str>,
    binding: Binding,
    pinned: &[Certificate],
    now: Timestamp,
) -> Result<Said, Problem> {
    let read = match pinned {
        [] => idp::read(document, wanted, now),
        pinned => idp::read_signed(document, wanted, now, pinned),
    };
    let provider = read.map_err(Problem::Metadata)?;
    let usual = binding_of(binding);
    let endpoint = provider.sso.iter().find(|endpoint| endpoint.binding == usual);
    let sign_in_url = &endpoint.ok_or(Problem::Binding(binding))?.url;
    let usable =
        |url: &String| if usable_url(url) { Ok(url.clone()) } else { Err(Problem::Url(url.clone())) };
    // Single logout goes the way of the connection if it is offered, else the other way.
    let slo = provider.slo.iter().find(|endpoint| endpoint.binding == usual).or(provider.slo.first());
    let address = |url: Option<&String>| url.map(usable).transpose();
    Ok(Said {
        valid_until: provider.valid_until,
        cache_duration: provider.cache_duration,
        provider: IdentityProvider {
            metadata_url: None,
            sign_in_url: usable(sign_in_url)?,
            sign_out_url: address(slo.map(|endpoint| &endpoint.url))?,
            sign_out_response_url: address(slo.and_then(|endpoint| endpoint.response_url.as_ref()))?,
            sign_out_binding: slo.filter(|endpoint| endpoint.binding != usual).map(|_| other(binding)),
            certificates: provider.signing_certificates.iter().map(Certificate::to_pem).collect(),
            issuer: provider.entity_id,
        },
    })
}

/// Whether browsers can be sent there: it is http or https and nothing else (never `javascript:`).
pub(crate) fn usable_url(text: &str) -> bool {
    let known = |url: Url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    text.len() <= 2_048 && Url::parse(text).is_ok_and(known)
}

fn other(binding: Binding) -> Binding {
    match binding {
        Binding::Redirect => Binding::Post,
        Binding::Post => Binding::Redirect,
    }
}

/// The protocol's name for a binding.
fn binding_of(binding: Binding) -> binding::Binding {
    match binding {
        Binding::Redirect => binding::Binding::Redirect,
        Binding::Post => binding::Binding::Post,
    }
}
