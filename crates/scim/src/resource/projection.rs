//! Which attributes are answered: `attributes` and `excludedAttributes` (RFC 7644, section 3.9; RFC 7643, section 7).

use super::Said;
use crate::schema::{Attribute, Named, Place, ResourceType, Returned};

/// What an answer shows of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    rule: Rule,
    choices: Vec<Choice>,
    /// What is returned on request, and shown because the change that is answered says it.
    said: Vec<Choice>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Rule {
    /// What is returned by default.
    #[default]
    Default,
    /// What is always returned, and the choices.
    Only,
    /// What is returned by default, without the choices.
    Except,
}

/// An attribute that is named, as a whole or by some of its sub-attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    extension: Option<String>,
    attribute: String,
    /// Nothing if all of it is meant.
    subs: Option<Vec<String>>,
}

/// How much of an attribute is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown<'p> {
    Nothing,
    /// All that is returned by default.
    All,
    /// These sub-attributes, and those that are always returned.
    Only(&'p [String]),
    /// All that is returned by default and what a change says besides, without some.
    But {
        /// What is left out.
        without: &'p [String],
        /// What is shown besides.
        and: &'p [String],
    },
}

impl Projection {
    /// What is returned by default.
    pub fn all() -> Self {
        Self::default()
    }

    /// Reads both lists; where both are given, `attributes` is followed. A value filter in a name is passed over, and so is
    /// a name that no schema has: nothing of it could be shown.
    pub fn new(kind: &ResourceType, attributes: &[String], excluded: &[String]) -> Self {
        let (rule, names) = match (attributes.is_empty(), excluded.is_empty()) {
            (false, _) => (Rule::Only, attributes),
            (true, false) => (Rule::Except, excluded),
            (true, true) => return Self::default(),
        };
        let mut projection = Self { rule, ..Self::default() };
        for name in names {
            projection.choose(kind, name);
        }
        projection
    }

    /// The same for the answer to a change: what is returned on request is shown where the change says it (RFC 7643, section 7).
    /// Where the client lists what it wants, the list is followed.
    pub fn answering(mut self, said: &Said) -> Self {
        for path in said.paths() {
            let place = |choice: &&mut Choice| {
                choice.extension == path.extension && choice.attribute == path.attribute
            };
            let subs = path.sub.iter().cloned();
            match self.said.iter_mut().find(place) {
                Some(choice) => choice.subs.get_or_insert_default().extend(subs),
                None => self.said.push(Choice {
                    extension: path.extension.clone(),
                    attribute: path.attribute.clone(),
                    subs: Some(subs.collect()),
                }),
            }
        }
        self
    }

    /// Whether an attribute at the top is shown, so that what is dear to look up need not be: `members`, `groups`.
    pub fn shows(&self, kind: &ResourceType, attribute: &str) -> bool {
        let attribute = kind.attribute(attribute);
        attribute.is_some_and(|attribute| self.on(Place { extension: None, attribute }) != Shown::Nothing)
    }

    fn choose(&mut self, kind: &ResourceType, name: &str) {
        match kind.named(&without_filter(name)) {
            Named::Attribute { place, sub, .. } => self.add(place, sub),
            Named::Whole(extension) => {
                for place in kind.places().filter(|place| place.extension == extension) {
                    self.add(place, None);
                }
            }
            Named::Unknown => {}
        }
    }

    fn add(&mut self, place: Place<'_>, sub: Option<&Attribute>) {
        let there = self.choices.iter_mut().find(|choice| choice.is(place));
        match (there, sub) {
            (Some(choice), None) => choice.subs = None,
            (Some(Choice { subs: Some(subs), .. }), Some(sub)) => {
                if !subs.contains(&sub.name) {
                    subs.push(sub.name.clone());
                }
            }
            (Some(Choice { subs: None, .. }), Some(_)) => {}
            (None, sub) => self.choices.push(Choice {
                extension: place.extension.map(str::to_owned),
                attribute: place.attribute.name.clone(),
                subs: sub.map(|sub| vec![sub.name.clone()]),
            }),
        }
    }

    pub(super) fn on(&self, place: Place<'_>) -> Shown<'_> {
        match place.attribute.returned {
            Returned::Never => return Shown::Nothing,
            Returned::Always => return Shown::All,
            Returned::Default | Returned::Request => {}
        }
        let said = self.said.iter().find(|choice| choice.is(place)).and_then(|choice| choice.subs.as_deref());
        let is_shown = place.attribute.returned == Returned::Default || said.is_some();
        let and = said.unwrap_or_default();
        let chosen = self.choices.iter().find(|choice| choice.is(place)).map(|choice| choice.subs.as_deref());
        match (self.rule, chosen) {
            (Rule::Only, Some(Some(subs))) => Shown::Only(subs),
            (Rule::Only, Some(None)) => Shown::All,
            (Rule::Except, Some(Some(without))) if is_shown => Shown::But { without, and },
            (Rule::Default | Rule::Except, None) if is_shown && and.is_empty() => Shown::All,
            (Rule::Default | Rule::Except, None) if is_shown => Shown::But { without: &[], and },
            _ => Shown::Nothing,
        }
    }
}

impl Choice {
    fn is(&self, place: Place<'_>) -> bool {
        self.extension.as_deref() == place.extension && self.attribute == place.attribute.name
    }
}

impl Shown<'_> {
    /// Whether a sub-attribute is shown.
    pub(super) fn sub(self, sub: &Attribute) -> bool {
        let listed = |names: &[String]| names.contains(&sub.name);
        match (sub.returned, self) {
            (Returned::Never, _) | (_, Shown::Nothing) => false,
            (Returned::Always, _) => true,
            (Returned::Default, Shown::All) => true,
            (Returned::Default | Returned::Request, Shown::Only(names)) => listed(names),
            (Returned::Default, Shown::But { without, .. }) => !listed(without),
            (Returned::Request, Shown::But { without, and }) => listed(and) && !listed(without),
            (Returned::Request, Shown::All) => false,
        }
    }
}

/// `emails[type eq "work"].value` as `emails.value`.
fn without_filter(name: &str) -> String {
    match (name.find('['), name.rfind(']')) {
        (Some(open), Some(close)) if open < close => {
            let head = name.get(..open).unwrap_or_default();
            format!("{head}{}", name.get(close + 1..).unwrap_or_default())
        }
        _ => name.to_owned(),
    }
}
