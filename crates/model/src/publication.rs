//! How a version of a connection's settings comes into use: draft, tested, published (behaviour.md section 2).
//!
//! A version never changes, so a test that it passed holds for as long as it exists; an edit makes another version, which
//! has passed none. Only a [`Publishable`] can be published, and there are two ways to one: a passed test, or an
//! administrator who says that it goes without.

use crate::connection::Version;
use crate::id::UserId;
use crate::response_log::TrackingId;
use jiff::Timestamp;

/// A test sign-in that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// When.
    pub at: Timestamp,
    /// The administrator who made it.
    pub by: UserId,
    /// The row of the response log that tells of it.
    pub tracking_id: TrackingId,
}

/// What an administrator says when publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Nothing: only a version that passed a test is published.
    TestedOnly,
    /// That it is published although it passed none.
    Untested,
}

/// A version that may be published.
#[derive(Debug, PartialEq, Eq)]
pub struct Publishable(i64);

impl Publishable {
    /// The number of the version.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.0
    }
}

/// The version passed no test yet, and nobody said that it goes without.
#[derive(Debug, PartialEq, Eq)]
pub struct NeedsTest;

impl Version {
    /// Whether this version may be published.
    ///
    /// # Errors
    /// [`NeedsTest`] when it passed none and the consent does not cover that.
    pub fn publishable(&self, consent: Consent) -> Result<Publishable, NeedsTest> {
        match (&self.tested, consent) {
            (Some(_), _) | (None, Consent::Untested) => Ok(Publishable(self.number)),
            (None, Consent::TestedOnly) => Err(NeedsTest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{IdentityProvider, Settings};

    fn version(tested: Option<Tested>) -> Version {
        let provider = IdentityProvider {
            metadata_url: None,
            issuer: String::new(),
            sign_in_url: String::new(),
            sign_out_url: None,
            sign_out_response_url: None,
            sign_out_binding: None,
            certificates: Vec::new(),
        };
        Version { number: 4, settings: Settings::new(provider), created_at: Timestamp::UNIX_EPOCH, tested }
    }

    #[test]
    fn a_version_is_published_after_a_test_or_by_somebody_who_says_so() {
        let tested = Tested {
            at: Timestamp::UNIX_EPOCH,
            by: UserId::from_bytes([1; 16]),
            tracking_id: TrackingId::from_bytes([2; 16]),
        };
        assert_eq!(version(None).publishable(Consent::TestedOnly), Err(NeedsTest));
        assert_eq!(version(None).publishable(Consent::Untested), Ok(Publishable(4)));
        assert_eq!(version(Some(tested)).publishable(Consent::TestedOnly), Ok(Publishable(4)));
    }
}
