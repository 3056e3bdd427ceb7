//! Signing out, here and at the identity provider: single logout (SAML-Profiles, section 4.4).
//!
//! `begin` is the way out: the session here ends first, at once, whatever the identity provider does; then the browser
//! carries a logout request there. `request` is what happens when the identity provider asks, `response` when it answers.
//! A message of its is believed as a response is: by `saml::logout` alone, against the settings of the connection.
//! Where an answer goes is in those settings and never in a message.

mod begin;
mod receive;
mod request;
mod response;

pub use begin::{Begun, begin};
pub use receive::{Arrived, Received, Told, receive};

use crate::error::Error;
use crate::live::LiveConnection;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use vestibule_model::connection::Binding;
use vestibule_saml::logout::{Parcel, Sent};
use vestibule_saml::write::Signer;
use vestibule_saml::{NameId, binding};

/// How long a logout request of ours is of use to the identity provider.
const REQUEST_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// The longest NameID that sessions are found by, in bytes. SAML's own kinds have at most 256 characters (SAML-Core,
/// section 8.3.7), and an index has no room for any length.
const LONGEST_NAME_ID: usize = 1_024;

/// How a message travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Go {
    /// By a redirect to this URL.
    Redirect(String),
    /// By a form.
    Post {
        /// The identity provider.
        url: String,
        /// The name of the field.
        field: &'static str,
        /// Its value.
        value: String,
        /// The value of `RelayState`, if there is one.
        relay_state: Option<String>,
    },
}

impl From<Sent> for Go {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Redirect(url) => Self::Redirect(url),
            Sent::Post { url, field, value, relay_state } => Self::Post { url, field, value, relay_state },
        }
    }
}

/// What a session keeps of the NameID that began it.
#[derive(Debug, Default)]
pub(crate) struct KeptName {
    /// The identifier; `None` if it is too long to be found by.
    pub(crate) name_id: Option<String>,
    /// Its qualifiers, if there are any.
    pub(crate) qualifiers: Option<String>,
}

/// The format and the qualifiers of a NameID, as a session keeps them.
#[derive(Serialize, Deserialize)]
struct Qualifiers {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name_qualifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sp_name_qualifier: Option<String>,
}

impl KeptName {
    /// What is kept of this NameID.
    pub(crate) fn of(name_id: &NameId) -> Self {
        if name_id.value.len() > LONGEST_NAME_ID {
            return Self::default();
        }
        let NameId { value, format, name_qualifier, sp_name_qualifier } = name_id.clone();
        let any = format.is_some() || name_qualifier.is_some() || sp_name_qualifier.is_some();
        let qualifiers = Qualifiers { format, name_qualifier, sp_name_qualifier };
        let qualifiers = any.then(|| serde_json::to_string(&qualifiers).ok()).flatten();
        Self { name_id: Some(value), qualifiers }
    }

    /// The NameID, as it was asserted.
    fn name_id(self) -> Option<NameId> {
        let qualifiers = self.qualifiers.and_then(|text| serde_json::from_str::<Qualifiers>(&text).ok());
        let (format, name_qualifier, sp_name_qualifier) = qualifiers.map_or((None, None, None), |known| {
            (known.format, known.name_qualifier, known.sp_name_qualifier)
        });
        Some(NameId { value: self.name_id?, format, name_qualifier, sp_name_qualifier })
    }
}

/// Packs a message in the way that the connection and the identity provider agree on.
fn pack(connection: &LiveConnection, parcel: Parcel) -> Result<Go, Error> {
    let settings = &connection.settings;
    let signer = settings.sign_logout.then(|| Signer {
        key: connection.signing.key.clone(),
        certificate: connection.signing.certificate.clone(),
        algorithm: connection.algorithm(),
    });
    parcel.pack(signer.as_ref()).map(Go::from).map_err(Error::internal)
}

fn binding_of(connection: &LiveConnection) -> binding::Binding {
    let settings = &connection.settings;
    match settings.identity_provider.sign_out_binding.unwrap_or(settings.binding) {
        Binding::Redirect => binding::Binding::Redirect,
        Binding::Post => binding::Binding::Post,
    }
}
