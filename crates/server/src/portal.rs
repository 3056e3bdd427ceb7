//! Pages: what people see. One struct for each page, one template for each struct.
//!
//! A struct here holds what its page shows, already in words; templates (`templates/`) only place it, and escape every
//! value. Nothing here decides or reads: handlers (`routes` and its neighbors) ask `app` and fill the structs.

pub mod api;
pub mod arrivals;
pub mod assets;
pub mod attributes;
pub mod audit;
pub mod calls;
pub mod connection;
pub mod consolidation;
pub mod cure;
pub mod docs;
pub mod domains;
pub mod groups;
pub mod guides;
pub mod imports;
pub mod licenses;
pub mod log;
pub mod mapping;
pub mod moment;
pub mod navigation;
pub mod overview;
pub mod owner;
pub mod people;
pub mod profile;
pub mod response;
pub mod roles;
pub mod second_factor;
pub mod settings;
pub mod setup;
pub mod users;
pub mod visitors;

use askama::Template;
use guides::Help;
pub use navigation::Here;
use navigation::Section;
use vestibule_model::permission::{Permission, Permissions};

/// What stands around a page for a person who is signed in.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The account's name.
    pub account: String,
    /// Who is signed in: the address.
    pub person: String,
    /// What the person may do in the portal.
    pub may: Permissions,
    /// Which page this is.
    pub here: Here,
    /// When an account file was applied that says what stands on this page.
    pub file: Option<moment::Moment>,
}

impl Frame {
    /// Where the person can go from here.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        navigation::sections(|page| self.opens(page) && !self.may.is_empty())
    }

    /// Whether a page is one that the person may open.
    #[must_use]
    pub fn opens(&self, page: Here) -> bool {
        match page {
            Here::Overview => vestibule_app::overview::NEEDS.iter().all(|look| self.may.allow(*look)),
            _ => page.needs().is_none_or(|(look, _)| self.may.allow(look)),
        }
    }

    /// Where this page is explained: its own document, the guides for the connections, else the list of documents.
    #[must_use]
    pub fn help(&self) -> Help {
        let own = self.here.document().and_then(guides::document);
        match (own, self.here) {
            (Some(document), _) => {
                Help { title: document.name, href: format!("/admin/help/{}", document.id) }
            }
            (None, Here::Sso) => Help { title: "Guides", href: "/admin/guides".to_owned() },
            (None, _) => Help { title: "All documents", href: "/admin/help".to_owned() },
        }
    }

    /// Whether the person may change what this page shows.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.here.needs().is_some_and(|(_, change)| self.may.allow(change))
    }

    /// Whether the person may look at what this page shows, and no more: what would change it is not shown then.
    #[must_use]
    pub fn looks_only(&self) -> bool {
        self.here.needs().is_some() && !self.changes()
    }

    /// Whether the person may do this.
    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        self.may.allow(permission)
    }
}

/// One row of a list of facts: a name, its values, and why one wants to know.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// One sentence that is always shown.
    pub help: Option<&'static str>,
    /// More, for those who ask.
    pub tip: Option<&'static str>,
    /// The values.
    pub values: Vec<String>,
    /// What is shown in place of a value when there is none.
    pub none: &'static str,
    /// Whether the values are carried elsewhere, and so have a copy button.
    pub carried: bool,
    /// Whether the values are shown letter by letter.
    pub exact: bool,
}

impl Fact {
    /// A plain fact.
    #[must_use]
    pub fn new(name: &'static str, value: impl Into<Option<String>>) -> Self {
        Self { name, values: value.into().into_iter().collect(), none: "None", ..Self::default() }
    }

    /// A fact with any number of values.
    #[must_use]
    pub fn several(name: &'static str, values: Vec<String>) -> Self {
        Self { name, values, none: "None", ..Self::default() }
    }

    /// Adds the sentence that is always shown.
    #[must_use]
    pub fn help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }

    /// Adds what stands in the tooltip.
    #[must_use]
    pub fn tip(self, tip: &'static str) -> Self {
        Self { tip: Some(tip), ..self }
    }

    /// Shows the values letter by letter.
    #[must_use]
    pub fn exact(self) -> Self {
        Self { exact: true, ..self }
    }

    /// Gives the values copy buttons.
    #[must_use]
    pub fn carried(self) -> Self {
        Self { carried: true, ..self }
    }

    /// Says what is shown when there is no value.
    #[must_use]
    pub fn or(self, none: &'static str) -> Self {
        Self { none, ..self }
    }

    /// The id of its tooltip.
    #[must_use]
    pub fn tip_id(&self) -> String {
        let letters = self
            .name
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_ascii_lowercase() } else { '-' });
        format!("about-{}", letters.collect::<String>())
    }
}

/// A word that stands out.
#[derive(Debug, Clone)]
pub struct Badge {
    /// The class that colors it, as `is-good`; empty for none.
    pub tone: &'static str,
    /// The word.
    pub text: String,
}

impl Badge {
    /// A badge.
    #[must_use]
    pub fn new(tone: &'static str, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }
}

/// The page as HTML.
///
/// # Errors
/// Writing into memory does not fail; a template that fails has a bug, and the caller answers with its own error.
pub fn html(page: &impl Template) -> Result<String, askama::Error> {
    page.render()
}
