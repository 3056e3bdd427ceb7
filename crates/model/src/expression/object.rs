//! What an evaluation is given: the object, and all else that is not in it; and the places where expressions stand.

use crate::mapping::Asserted;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt;

/// Somebody or something with attributes: who signs in, or an entry of a directory. Always whole, never what changed.
pub trait Object {
    /// The values of an attribute, in their order; none where the object does not have it.
    fn values(&self, attribute: &str) -> Vec<&str>;
}

impl Object for Asserted {
    fn values(&self, attribute: &str) -> Vec<&str> {
        Asserted::values(self, attribute)
    }
}

impl Object for BTreeMap<String, Vec<String>> {
    fn values(&self, attribute: &str) -> Vec<&str> {
        self.get(attribute).into_iter().flatten().map(String::as_str).collect()
    }
}

/// What an expression may ask for beside the object.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time that `Now` tells.
    pub now: Timestamp,
    /// What `Guid` and `RandomString` draw from: 32 random bytes for each evaluation. The same seed gives the same values.
    pub seed: [u8; 32],
    /// What `DefaultDomain` gives.
    pub default_domain: Option<&'a str>,
    /// Whether the target holds a value already, for `SelectUniqueValue`; `None` where there is no target.
    pub exists: Option<&'a dyn Fn(&str) -> bool>,
}

impl Context<'_> {
    /// A context without a default domain and without a target.
    #[must_use]
    pub fn new(now: Timestamp, seed: [u8; 32]) -> Self {
        Self { now, seed, default_domain: None, exists: None }
    }
}

/// Where an expression stands, which says what there is to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The mapping of a sign-in: there is no target.
    SignIn,
    /// A mapping between a source and a target.
    Synchronization,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignIn => "the mapping of a sign-in",
            Self::Synchronization => "the mapping of a synchronization",
        })
    }
}
