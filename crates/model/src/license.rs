//! License types, add-ons and their seats (behaviour.md section 6). Taking a seat atomically is `store/licenses`.

mod add_on;

pub use add_on::{AddOn, Family};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A license type of the built-in catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum License {
    /// The free one: at most [`MOST_BASIC_SEATS`] an account.
    Basic,
    /// The paid one (once called *Pro*).
    #[serde(alias = "pro")]
    Licensed,
    /// For users of the customer's own machines (once called *Corp*).
    #[serde(alias = "corp")]
    OnPrem,
}

/// Basic seats that an account has unless its operator sets fewer; there are never more.
pub const MOST_BASIC_SEATS: i64 = 9_999;

impl License {
    /// The whole catalogue.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Licensed, Self::OnPrem];

    /// The word in files and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Licensed => "licensed",
            Self::OnPrem => "on-prem",
        }
    }

    /// Reads the word, old names included; case does not matter.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "basic" => Some(Self::Basic),
            "licensed" | "pro" => Some(Self::Licensed),
            "on-prem" | "corp" => Some(Self::OnPrem),
            _ => None,
        }
    }
}

impl fmt::Display for License {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic => "Basic",
            Self::Licensed => "Licensed",
            Self::OnPrem => "On-Prem",
        })
    }
}

/// What an account has seats of: a license type, or an add-on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// A license type; a user holds at most one.
    License(License),
    /// An add-on; a user may hold several.
    AddOn(AddOn),
}

impl Product {
    /// The word in files and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::License(license) => license.as_str(),
            Self::AddOn(add_on) => add_on.as_str(),
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        License::from_word(word).map(Self::License).or_else(|| AddOn::from_word(word).map(Self::AddOn))
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::License(license) => license.fmt(f),
            Self::AddOn(add_on) => add_on.fmt(f),
        }
    }
}

impl From<License> for Product {
    fn from(license: License) -> Self {
        Self::License(license)
    }
}

impl From<AddOn> for Product {
    fn from(add_on: AddOn) -> Self {
        Self::AddOn(add_on)
    }
}

/// Seats of one product in one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seats {
    /// How many the operator granted.
    pub total: i64,
    /// How many are taken.
    pub used: i64,
}

impl Seats {
    /// Whether one more user may take a seat.
    #[must_use]
    pub fn is_left(self) -> bool {
        self.used < self.total
    }
}

/// An account's seats, by product; one that is not listed has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory(pub BTreeMap<Product, Seats>);

impl Inventory {
    /// Whether a seat of this product is left.
    #[must_use]
    pub fn has_seat(&self, product: impl Into<Product>) -> bool {
        self.0.get(&product.into()).copied().unwrap_or_default().is_left()
    }
}
