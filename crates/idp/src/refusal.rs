//! Why the identity provider does not do what it was asked, for people.
//!
//! What lives here: every reason, with its title, its explanation, its cure and the values that were compared. What
//! does not: the checks (`request.rs`, `answer.rs`) and the page (`pages.rs`). A status that the service provider
//! is to learn about (a refused NameID format, for example) is no refusal but an answer, see `answer.rs`.
//! The one thing to know: a refusal is shown here and never sent anywhere, because a request that was not understood
//! names no address that could be believed.

use axum::http::StatusCode;

/// A reason to show a page instead of going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The sign-in address was opened without a message.
    NoRequest,
    /// The message could not be read.
    Unreadable {
        /// What stopped the reader.
        reason: String,
    },
    /// The issuer is not one of the service providers.
    UnknownService {
        /// The issuer of the request.
        asked: String,
        /// The entity IDs that are known.
        known: Vec<String>,
    },
    /// The request wants the answer at an address that the service provider's metadata does not list.
    ForeignAcs {
        /// The address in the request.
        asked: String,
        /// The addresses in the metadata.
        known: Vec<String>,
    },
    /// The request was made for another identity provider.
    WrongDestination {
        /// The destination in the request.
        asked: String,
        /// Where it arrived.
        ours: String,
    },
    /// The answer is wanted over a binding that cannot carry it.
    Binding {
        /// The binding in the request.
        asked: String,
    },
    /// The signature does not verify, or there is no certificate to verify it with.
    Signature {
        /// What stopped the verifier.
        reason: String,
    },
    /// The metadata promises signed requests, and this one is not.
    SignatureMissing,
    /// The sign-in page was sent with somebody who is not on it.
    UnknownPerson {
        /// What was sent.
        asked: String,
    },
    /// The sign-in page was sent with a bad response that is not on it.
    UnknownAttack {
        /// What was sent.
        asked: String,
    },
    /// The bad response cannot be made from this honest one.
    ImpossibleAttack {
        /// What stands in the way.
        reason: String,
    },
    /// The form was not a form.
    Form {
        /// What stopped the reader.
        reason: String,
    },
    /// More was sent than any request needs.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A logout message was not accepted.
    Logout {
        /// What stopped the verifier.
        reason: String,
    },
    /// The service provider takes no logout messages.
    NoLogout,
    /// The sign-in is not remembered, or ended already.
    NotSignedIn,
    /// There is nothing at this address.
    NoSuchPage,
    /// The address exists, and does not take this method.
    Method,
    /// Something failed in here.
    Internal {
        /// What failed.
        reason: String,
    },
}

impl Refusal {
    /// Whether newer metadata of the service provider could make the difference.
    #[must_use]
    pub fn may_be_outdated(&self) -> bool {
        matches!(
            self,
            Self::UnknownService { .. }
                | Self::ForeignAcs { .. }
                | Self::Signature { .. }
                | Self::SignatureMissing
                | Self::Logout { .. }
                | Self::NoLogout
        )
    }

    /// The status of the page.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::UnknownService { .. } | Self::ForeignAcs { .. } => StatusCode::FORBIDDEN,
            Self::Signature { .. } | Self::SignatureMissing | Self::Logout { .. } => StatusCode::FORBIDDEN,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// What happened, in a few words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::NoRequest => "Nobody asked for a sign-in",
            Self::Unreadable { .. } => "The sign-in request could not be read",
            Self::UnknownService { .. } => "This service is not known here",
            Self::ForeignAcs { .. } => "The answer would go to an address that is not known",
            Self::WrongDestination { .. } => "The request is addressed to somebody else",
            Self::Binding { .. } => "The answer is wanted over a binding that is not spoken here",
            Self::Signature { .. } => "The signature of the request does not verify",
            Self::SignatureMissing => "The request is not signed",
            Self::UnknownPerson { .. } => "This person is not known here",
            Self::UnknownAttack { .. } => "This bad response is not known here",
            Self::ImpossibleAttack { .. } => "This bad response cannot be made",
            Self::Form { .. } => "The form could not be read",
            Self::TooLarge { .. } => "The message is too large",
            Self::Logout { .. } => "The logout message is not accepted",
            Self::NoLogout => "This service takes no logout messages",
            Self::NotSignedIn => "This sign-in has ended already",
            Self::NoSuchPage => "There is no such page",
            Self::Method => "This address is not used that way",
            Self::Internal { .. } => "The answer could not be made",
        }
    }

    /// What happened, in a sentence or two.
    #[must_use]
    pub fn explanation(&self) -> String {
        match self {
            Self::NoRequest => {
                "A service provider sends people here with a SAMLRequest. This visit brought none.".to_owned()
            }
            Self::Unreadable { reason } => format!("What arrived as SAMLRequest is no AuthnRequest: {reason}"),
            Self::UnknownService { .. } => {
                "The issuer of the request is not the entity ID of any service provider whose metadata was given to this identity provider.".to_owned()
            }
            Self::ForeignAcs { .. } => {
                "An answer is sent only to an assertion consumer service that the service provider’s own metadata lists, and the request names another.".to_owned()
            }
            Self::WrongDestination { .. } => {
                "The Destination of the request is not the address where it arrived.".to_owned()
            }
            Self::Binding { .. } => "Responses leave by HTTP-POST, as the browser profile wants it.".to_owned(),
            Self::Signature { reason } => reason.clone(),
            Self::SignatureMissing => {
                "The service provider’s metadata says that it signs its requests (AuthnRequestsSigned), and this one carries no signature.".to_owned()
            }
            Self::UnknownPerson { .. } | Self::UnknownAttack { .. } => {
                "The form named something that its page does not offer.".to_owned()
            }
            Self::ImpossibleAttack { reason } | Self::Form { reason } => reason.clone(),
            Self::TooLarge { limit } => format!("At most {limit} bytes are read."),
            Self::Logout { reason } => reason.clone(),
            Self::NoLogout => {
                "The service provider’s metadata has no SingleLogoutService that a browser can reach.".to_owned()
            }
            Self::NotSignedIn => "It is not among the sign-ins that are remembered here.".to_owned(),
            Self::NoSuchPage => "Nothing is served at this address.".to_owned(),
            Self::Method => "The address exists, and takes other kinds of request.".to_owned(),
            Self::Internal { reason } => reason.clone(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn cure(&self) -> &'static str {
        match self {
            Self::NoRequest => {
                "Begin at the service provider: open its sign-in page. Or let this identity provider begin, from its front page."
            }
            Self::Unreadable { .. } | Self::Form { .. } | Self::TooLarge { .. } => {
                "Begin again at the service provider. If it happens again, look at the message with a SAML tracer: HTTP-Redirect carries it deflated and in Base64, HTTP-POST in Base64 alone."
            }
            Self::UnknownService { .. } => {
                "Start the identity provider with the metadata of this service provider (--sp-metadata), or set the entity ID of the service provider to one that is known."
            }
            Self::ForeignAcs { .. } => {
                "Give this identity provider the current metadata of the service provider, or correct the address there."
            }
            Self::WrongDestination { .. } => {
                "Compare the sign-in address in the service provider’s configuration with the one in this identity provider’s metadata."
            }
            Self::Binding { .. } => "Ask for HTTP-POST, or leave ProtocolBinding out.",
            Self::Signature { .. } => {
                "Compare the service provider’s signing certificate with the one in the metadata that this identity provider was given; after a change of certificate, give it the new metadata."
            }
            Self::SignatureMissing => {
                "Switch on signed requests at the service provider, or give this identity provider metadata that does not promise them."
            }
            Self::UnknownPerson { .. } | Self::UnknownAttack { .. } | Self::ImpossibleAttack { .. } => {
                "Go back and choose again."
            }
            Self::Logout { .. } => {
                "Nobody was signed out. Compare what the message says with this identity provider’s metadata: logout messages must be signed, and addressed to /slo."
            }
            Self::NoLogout => "Sign out at the service provider itself.",
            Self::NotSignedIn => "Look at the list again.",
            Self::NoSuchPage | Self::Method => "Begin at the front page or at the service provider.",
            Self::Internal { .. } => "Look at the log of the identity provider.",
        }
    }

    /// The values that were compared, each with its name.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, Vec<String>)> {
        match self {
            Self::UnknownService { asked, known } => {
                vec![("Issuer", vec![asked.clone()]), ("Known", or_none(known))]
            }
            Self::ForeignAcs { asked, known } => {
                vec![("Asked for", vec![asked.clone()]), ("In the metadata", or_none(known))]
            }
            Self::WrongDestination { asked, ours } => {
                vec![("Destination", vec![asked.clone()]), ("Arrived at", vec![ours.clone()])]
            }
            Self::Binding { asked } => vec![("ProtocolBinding", vec![asked.clone()])],
            Self::UnknownPerson { asked } | Self::UnknownAttack { asked } => {
                vec![("Asked for", vec![asked.clone()])]
            }
            _ => Vec::new(),
        }
    }
}

fn or_none(values: &[String]) -> Vec<String> {
    if values.is_empty() { vec!["none".to_owned()] } else { values.to_vec() }
}
