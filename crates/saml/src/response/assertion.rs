//! What a caller gets when every check passed.
//!
//! How the content is read is in `claims.rs`, and when it is believed in `verify.rs`. The one thing to know: the fields
//! are private and the one place that fills them is the end of [`verify()`](super::verify()), so holding a value of
//! this type is the proof.

use jiff::Timestamp;
use vestibule_dsig::Certificate;

use super::attributes::{AssertedAttribute, Attributes, Place};
use crate::NameId;

/// An assertion that was verified for this service, now, and every part of it read from signed bytes.
#[derive(Clone, Debug)]
pub struct VerifiedAssertion {
    pub(super) assertion_id: Place,
    pub(super) response_id: Option<Place>,
    pub(super) issuer: Place,
    pub(super) name_id: Option<NameId>,
    /// Its attributes, and the texts of everything that has a place.
    pub(super) attributes: Attributes,
    pub(super) in_response_to: Option<Place>,
    pub(super) authn_instant: Option<Timestamp>,
    pub(super) authn_context: Option<Place>,
    pub(super) session_index: Option<Place>,
    pub(super) session_not_on_or_after: Option<Timestamp>,
    pub(super) replay_until: Timestamp,
    pub(super) one_time_use: bool,
    pub(super) certificate: Certificate,
}

impl VerifiedAssertion {
    /// The ID of the assertion, by which a replay is known.
    #[must_use]
    pub fn assertion_id(&self) -> &str {
        self.attributes.texts.at(&self.assertion_id)
    }

    /// The ID of the response, if the response is signed; else anyone could have written it.
    #[must_use]
    pub fn response_id(&self) -> Option<&str> {
        self.text(&self.response_id)
    }

    /// The entity ID of the identity provider: the configured one, which it was compared to.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.attributes.texts.at(&self.issuer)
    }

    /// The name identifier; some identity providers send none, and attributes alone say who it is.
    #[must_use]
    pub fn name_id(&self) -> Option<&NameId> {
        self.name_id.as_ref()
    }

    /// The attributes in the order sent. Values of attributes with one name stand together: some identity providers
    /// send one attribute per value.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = AssertedAttribute<'_>> {
        self.attributes.iter()
    }

    /// The request that is answered, as far as a signature covers the statement; `None` if it is unsolicited.
    #[must_use]
    pub fn in_response_to(&self) -> Option<&str> {
        self.text(&self.in_response_to)
    }

    /// When the identity provider saw the person sign in.
    #[must_use]
    pub fn authn_instant(&self) -> Option<Timestamp> {
        self.authn_instant
    }

    /// How the person signed in there, as an authentication context class.
    #[must_use]
    pub fn authn_context(&self) -> Option<&str> {
        self.text(&self.authn_context)
    }

    /// The identity provider's name for its session, by which a logout request names it.
    #[must_use]
    pub fn session_index(&self) -> Option<&str> {
        self.text(&self.session_index)
    }

    /// When a session that rests on this assertion must end.
    #[must_use]
    pub fn session_not_on_or_after(&self) -> Option<Timestamp> {
        self.session_not_on_or_after
    }

    /// Until when the assertion's ID must be remembered: no clock and no tolerance accepts the assertion after that.
    #[must_use]
    pub fn replay_until(&self) -> Timestamp {
        self.replay_until
    }

    /// Whether the identity provider asks that the assertion is not kept for later use (SAML-Core, section 2.5.1.5).
    /// It never is: every assertion is used once.
    #[must_use]
    pub fn one_time_use(&self) -> bool {
        self.one_time_use
    }

    /// The certificate of the connection that verified the signature that covers the assertion.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn text(&self, place: &Option<Place>) -> Option<&str> {
        place.as_ref().map(|place| self.attributes.texts.at(place))
    }
}
