//! Why metadata could not be used.
//!
//! The one thing to know: every variant is a sentence for whoever has to get better metadata, so it names what is there
//! beside what is missing.

use std::fmt;

use jiff::Timestamp;

use crate::read;

/// Why metadata could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is not XML that is accepted.
    Xml(vestibule_xml::Error),
    /// It is another kind of document.
    NotMetadata {
        /// The name of the root element.
        found: String,
    },
    /// There are several entities, and none was asked for.
    SeveralEntities {
        /// Their entity IDs; of the first hundred, if there are more.
        entity_ids: Vec<String>,
    },
    /// The entity that was asked for is not there.
    NoSuchEntity {
        /// The entity ID asked for.
        wanted: String,
        /// The entity IDs that are there; of the first hundred, if there are more.
        entity_ids: Vec<String>,
    },
    /// The entity that was asked for is described more than once, so that nobody can say which description counts.
    DescribedTwice {
        /// The entity ID asked for.
        wanted: String,
    },
    /// It is not signed by a certificate that was pinned for it.
    Signature(vestibule_dsig::Invalid),
    /// There is no entity with that role.
    NoRole {
        /// What was looked for.
        wanted: &'static str,
        /// The roles that are there.
        found: Vec<String>,
    },
    /// It has expired.
    Expired {
        /// The end of its validity.
        valid_until: Timestamp,
        /// The time here.
        now: Timestamp,
    },
    /// An attribute that should hold a time does not.
    Time(read::NotATime),
    /// Something that must be there is not.
    Missing(&'static str),
    /// No address can be reached by a browser.
    NoUsableEndpoint {
        /// The service.
        service: &'static str,
        /// The bindings that are offered.
        offered: Vec<String>,
    },
    /// An address is not one of the web.
    Location {
        /// The service.
        service: &'static str,
        /// The address.
        found: String,
    },
    /// There is no certificate to verify signatures with.
    NoCertificate,
    /// A certificate cannot be read.
    Certificate(vestibule_dsig::Error),
    /// No key can verify signatures here.
    WeakKeys {
        /// The keys that are there.
        found: Vec<String>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(error) => write!(f, "The metadata cannot be read. {error}"),
            Self::NotMetadata { found } => {
                write!(f, "The document is not SAML metadata (an EntityDescriptor) but {found}.")
            }
            Self::SeveralEntities { entity_ids } => {
                write!(
                    f,
                    "The metadata describes several entities; say which one: {}.",
                    entity_ids.join(", ")
                )
            }
            Self::NoSuchEntity { wanted, entity_ids } => {
                write!(f, "The metadata does not describe {wanted}, but {}.", entity_ids.join(", "))
            }
            Self::DescribedTwice { wanted } => {
                write!(f, "The metadata describes {wanted} more than once, and nobody can say which one counts.")
            }
            Self::Signature(vestibule_dsig::Invalid::NotSigned) => f.write_str(
                "The metadata is not signed, and only metadata that a pinned certificate signed is read here.",
            ),
            Self::Signature(invalid) => {
                write!(f, "The signature of the metadata is not accepted: {invalid}.")
            }
            Self::NoRole { wanted, found } if found.is_empty() => write!(f, "The entity has no {wanted}."),
            Self::NoRole { wanted, found } => {
                write!(f, "The entity has no {wanted} for SAML 2.0, but {}.", found.join(", "))
            }
            Self::Expired { valid_until, now } => {
                write!(f, "The metadata was valid until {valid_until}, and it is {now}; get a newer copy.")
            }
            Self::Time(time) => write!(f, "{} is \"{}\", which is not a time.", time.attribute, time.found),
            Self::Missing(what) => write!(f, "The metadata has no {what}."),
            Self::NoUsableEndpoint { service, offered } if offered.is_empty() => {
                write!(f, "The metadata has no {service}.")
            }
            Self::NoUsableEndpoint { service, offered } => write!(
                f,
                "The metadata has no {service} for HTTP-Redirect or HTTP-POST; it offers {}.",
                offered.join(", ")
            ),
            Self::Location { service, found } => {
                write!(f, "The address of a {service} is \"{found}\", which is not http or https.")
            }
            Self::NoCertificate => {
                f.write_str("The metadata has no certificate for signing, so no response could be verified.")
            }
            Self::Certificate(error) => write!(f, "A certificate in the metadata cannot be read: {error}."),
            Self::WeakKeys { found } => write!(
                f,
                "No key in the metadata can verify signatures here: {} (accepted are RSA from 2048 bits, ECDSA P-256 \
                 and P-384).",
                found.join(", ")
            ),
        }
    }
}

impl std::error::Error for Error {}
