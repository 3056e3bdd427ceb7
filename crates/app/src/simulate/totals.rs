//! What would change for how many, the gravest first.

use super::Fate;
use super::compare::Difference;
use serde::Serialize;
use std::collections::BTreeMap;
use vestibule_model::license::License;
use vestibule_model::mapping::CategoryName;
use vestibule_model::user::{Field, Role};

/// How something would change for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Not let in any more, or for another reason than now.
    Refused,
    /// Let in, unlike now.
    LetIn,
    /// In another account of the family than now.
    SignInTo,
    /// A license type or an add-on is taken.
    Lose,
    /// A license type or an add-on is given.
    Gain,
    /// Another role.
    Become,
    /// A group is left.
    Leave,
    /// A group is joined.
    Join,
    /// Another value of a field.
    Change,
}

/// For how many people something would change in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// How.
    pub effect: Effect,
    /// What: a code, a license type, a role, a group, a field; empty where there is nothing more to say.
    pub of: String,
    /// How many.
    pub people: u64,
}

impl Total {
    /// The total in words: `3 would lose Licensed`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { effect, of, people } = self;
        match effect {
            Effect::Refused if of.is_empty() => format!("{people} would be refused"),
            Effect::Refused => format!("{people} would be refused ({of})"),
            Effect::LetIn => format!("{people} would be let in"),
            Effect::SignInTo => format!("{people} would sign in to {of}"),
            Effect::Lose => format!("{people} would lose {of}"),
            Effect::Gain => format!("{people} would gain {of}"),
            Effect::Become => format!("{people} would become {of}"),
            Effect::Leave => format!("{people} would leave {of}"),
            Effect::Join => format!("{people} would join {of}"),
            Effect::Change => format!("{people} would have another {of}"),
        }
    }
}

/// Most different totals; groups that make themselves may be many.
const MOST_TOTALS: usize = 10_000;

#[derive(Default)]
pub(super) struct Totals(BTreeMap<(Effect, String), u64>);

impl Totals {
    /// Counts one person.
    pub(super) fn count(&mut self, before: &Fate, after: &Fate, changes: &[Difference]) {
        let code = after.code.map(|code| code.to_string()).unwrap_or_default();
        match (before.admitted, after.admitted) {
            (_, false) => return self.add(Effect::Refused, code),
            (false, true) => self.add(Effect::LetIn, String::new()),
            (true, true) => {}
        }
        for Difference { change, lists: (taken, given) } in changes {
            // Whoever comes in anew has all fields anew.
            let is_new = !before.admitted;
            match Kind::of(&change.field) {
                Kind::License => {
                    taken.iter().for_each(|word| self.add(Effect::Lose, license(word)));
                    given.iter().for_each(|word| self.add(Effect::Gain, license(word)));
                }
                Kind::AddOn(title) => {
                    let effect = if given.is_empty() { Effect::Lose } else { Effect::Gain };
                    self.add(effect, title.to_owned());
                }
                Kind::Groups => {
                    taken.iter().for_each(|name| self.add(Effect::Leave, name.clone()));
                    given.iter().for_each(|name| self.add(Effect::Join, name.clone()));
                    if taken.is_empty() && given.is_empty() {
                        self.add(Effect::Change, "primary group".to_owned());
                    }
                }
                Kind::SubAccount => {
                    let to = given.first().map_or("this account", String::as_str);
                    self.add(Effect::SignInTo, to.to_owned());
                }
                Kind::Role if !is_new => given.iter().for_each(|word| self.add(Effect::Become, role(word))),
                Kind::Field(title) if !is_new => self.add(Effect::Change, title),
                Kind::Role | Kind::Field(_) => {}
            }
        }
    }

    fn add(&mut self, effect: Effect, of: String) {
        let key = (effect, of);
        if self.0.contains_key(&key) || self.0.len() < MOST_TOTALS {
            *self.0.entry(key).or_default() += 1;
        }
    }

    /// All of them, the gravest first, of the same kind the most first.
    pub(super) fn sorted(self) -> Vec<Total> {
        let totals = self.0.into_iter().map(|((effect, of), people)| Total { effect, of, people });
        let mut totals: Vec<Total> = totals.collect();
        totals.sort_by_key(|total| (total.effect, std::cmp::Reverse(total.people)));
        totals
    }
}

fn license(word: &str) -> String {
    License::from_word(word).map_or_else(|| word.to_owned(), |license| license.to_string())
}

fn role(word: &str) -> String {
    Role::from_word(word).map_or_else(|| word.to_owned(), |role| role.title().to_owned())
}

/// What a field is about.
enum Kind {
    License,
    /// With its title.
    AddOn(&'static str),
    Groups,
    SubAccount,
    Role,
    Field(String),
}

impl Kind {
    fn of(field: &str) -> Self {
        match CategoryName::from_word(field) {
            Some(CategoryName::License) => Self::License,
            Some(CategoryName::AddOn(add_on)) => Self::AddOn(add_on.title()),
            Some(CategoryName::Groups(_)) => Self::Groups,
            Some(CategoryName::SubAccount) => Self::SubAccount,
            Some(CategoryName::Role) => Self::Role,
            Some(other) => Self::Field(other.title().to_lowercase()),
            None => {
                let title = Field::from_word(field).map(|field| field.title().to_lowercase());
                Self::Field(title.unwrap_or_else(|| field.replace('_', " ")))
            }
        }
    }
}
