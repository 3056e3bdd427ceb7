//! Response mapping: from what an identity provider asserted to what is known of a person (behaviour.md section 4).
//!
//! `identity` finds out who is meant, `basic` fills the profile (`value`, `phone`, `time_zone` and `picture` say what fits),
//! `rules` and `advanced` decide what is granted; `input` reads an attribute or evaluates an expression.
//! Values are taken as they were asserted, trimmed and bounded.

mod advanced;
mod auto;
mod basic;
mod category;
mod check;
mod identity;
mod input;
mod lookup;
mod naming;
mod phone;
mod picture;
mod rules;
mod time_zone;
mod value;

pub use advanced::{Granted, Person, Way, grant, grant_in_sub_account, route};
pub use basic::{Mapped, apply, conceal, is_first_time_only};
pub use category::{Category, CategoryName, Exempt, Grant, NoMatch, Rule};
pub use check::Problem;
pub use identity::{Identity, identity, is_employee_id};
pub use input::{Input, Source};
pub use naming::{Naming, Part};
pub use picture::Picture;
pub use rules::{BadPattern, Condition, Operator, Pattern};
pub use value::{Fitted, LONGEST_VALUE, bounded, fit};

use crate::group::GroupKind;
use crate::license::License;
use crate::user::Field;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an identity provider asserted about a person, as far as mapping is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asserted {
    /// The NameID.
    pub name_id: Option<String>,
    /// The attributes, in the order in which they came.
    pub attributes: Vec<Attribute>,
}

/// One asserted attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name, exactly as sent.
    pub name: String,
    /// Its friendly name.
    pub friendly_name: Option<String>,
    /// Its values.
    pub values: Vec<String>,
}

/// The attribute name that means the NameID.
pub const NAME_ID: &str = "<NameID>";

/// An account's response mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// The license type of users that a sign-in creates; `None` refuses them (1030).
    pub default_license: Option<License>,
    /// Where the e-mail address comes from; the NameID if nothing is mapped.
    pub email: Option<Input>,
    /// Where the Employee Unique ID comes from, by which people are matched before their address.
    pub employee_id: Option<Input>,
    /// Where the profile picture comes from: an https address, or the picture in Base64.
    pub picture: Option<Input>,
    /// Where each field of the profile comes from.
    pub fields: BTreeMap<Field, Source>,
    /// The rules of each category that has any.
    pub categories: BTreeMap<CategoryName, Category>,
    /// The attribute whose values name groups that are made as they are needed.
    pub auto: BTreeMap<GroupKind, String>,
}

impl Mapping {
    /// Whether somebody may be sent to a sub-account.
    #[must_use]
    pub fn routes(&self) -> bool {
        self.categories.contains_key(&CategoryName::SubAccount)
    }

    /// Whether a decision depends on the groups of the person.
    #[must_use]
    pub fn looks_at_groups(&self) -> bool {
        let concerned = |(name, category): (&CategoryName, &Category)| {
            matches!(name, CategoryName::Groups(_)) || !category.exempt.groups.is_empty()
        };
        !self.auto.is_empty() || self.categories.iter().any(concerned)
    }

    /// Whether a decision about somebody who has a license may take or free seats.
    #[must_use]
    pub fn looks_at_seats(&self) -> bool {
        use CategoryName as Name;
        self.categories.keys().any(|name| matches!(name, Name::License | Name::AddOn(_) | Name::PhonePlan))
    }
}

impl Asserted {
    /// The values of the attribute with this name, or else with this friendly name.
    #[must_use]
    pub fn values(&self, attribute: &str) -> Vec<&str> {
        if attribute == NAME_ID {
            return self.name_id.as_deref().into_iter().collect();
        }
        let by_name = self.attributes.iter().filter(|a| a.name == attribute);
        let found: Vec<&str> = by_name.flat_map(|a| a.values.iter().map(String::as_str)).collect();
        if !found.is_empty() {
            return found;
        }
        let by_friendly_name =
            self.attributes.iter().filter(|a| a.friendly_name.as_deref() == Some(attribute));
        by_friendly_name.flat_map(|a| a.values.iter().map(String::as_str)).collect()
    }

    fn names(&self) -> String {
        let mut names: Vec<&str> = self.attributes.iter().map(|a| a.name.as_str()).take(20).collect();
        if self.name_id.is_some() {
            names.insert(0, NAME_ID);
        }
        if names.is_empty() { "nothing was sent".to_owned() } else { format!("sent: {}", names.join(", ")) }
    }
}

#[cfg(test)]
mod tests;
