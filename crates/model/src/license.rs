//! License types and seats (behaviour.md section 6). Taking a seat atomically is `store/licenses`.

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

/// Seats of one license type in one account.
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

/// An account's seats, by license type; a type that is not listed has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory(pub BTreeMap<License, Seats>);

impl Inventory {
    /// Whether a seat of this type is left.
    #[must_use]
    pub fn has_seat(&self, license: License) -> bool {
        self.0.get(&license).copied().unwrap_or_default().is_left()
    }
}
