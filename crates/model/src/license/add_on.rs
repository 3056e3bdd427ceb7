//! The catalogue of add-ons: what a license can be extended by.

use super::License;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an add-on is a size or a kind of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Webinars.
    Webinar,
    /// Large meetings.
    LargeMeeting,
    /// Whiteboards.
    Whiteboard,
    /// Captions.
    Captions,
    /// Phone calling plans: a person holds at most one.
    Phone,
}

struct Entry {
    word: &'static str,
    title: &'static str,
    family: Family,
}

const fn entry(word: &'static str, title: &'static str, family: Family) -> Entry {
    Entry { word, title, family }
}

const CATALOGUE: &[Entry] = &[
    entry("webinar-500", "Webinar 500", Family::Webinar),
    entry("webinar-1000", "Webinar 1000", Family::Webinar),
    entry("webinar-3000", "Webinar 3000", Family::Webinar),
    entry("webinar-5000", "Webinar 5000", Family::Webinar),
    entry("webinar-10000", "Webinar 10000", Family::Webinar),
    entry("large-meeting-500", "Large meeting 500", Family::LargeMeeting),
    entry("large-meeting-1000", "Large meeting 1000", Family::LargeMeeting),
    entry("whiteboard", "Whiteboard", Family::Whiteboard),
    entry("whiteboard-plus", "Whiteboard Plus", Family::Whiteboard),
    entry("translated-captions", "Translated captions", Family::Captions),
    entry("phone-metered", "Phone, metered", Family::Phone),
    entry("phone-national", "Phone, national unlimited", Family::Phone),
    entry("phone-global", "Phone, global select", Family::Phone),
];

/// An add-on of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddOn(usize);

impl AddOn {
    /// The whole catalogue, in its order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CATALOGUE.len()).map(Self)
    }

    /// Reads the word; case does not matter.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        CATALOGUE.iter().position(|entry| entry.word.eq_ignore_ascii_case(word)).map(Self)
    }

    /// The word in files and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.entry().map_or("", |entry| entry.word)
    }

    /// The name people read on a page.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.entry().map_or("", |entry| entry.title)
    }

    /// What it is a size or a kind of.
    #[must_use]
    pub fn family(self) -> Family {
        self.entry().map_or(Family::Captions, |entry| entry.family)
    }

    /// Whether holders of this license type may have it.
    #[must_use]
    pub fn goes_with(self, license: License) -> bool {
        match self.family() {
            Family::Whiteboard | Family::Phone => true,
            Family::Webinar | Family::LargeMeeting | Family::Captions => license != License::Basic,
        }
    }

    fn entry(self) -> Option<&'static Entry> {
        CATALOGUE.get(self.0)
    }
}

impl fmt::Display for AddOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl TryFrom<String> for AddOn {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Self::from_word(&word).ok_or_else(|| format!("no add-on: {word}"))
    }
}

impl From<AddOn> for String {
    fn from(add_on: AddOn) -> Self {
        add_on.as_str().to_owned()
    }
}
