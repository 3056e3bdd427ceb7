//! The pages: what each shows, filled into its template.
//!
//! What lives here: the views that templates read, and the one place that turns them into HTML. What does not: headers
//! and addresses (`door.rs`), and what the sentences of a refusal are (`refusal.rs`).
//! The one thing to know: everything a template prints is escaped, also what comes from the service provider's
//! metadata and from the request; no template marks anything as safe.

use askama::Template;

use crate::attack::Attack;
use crate::people::{Attribute, Person};
use crate::refusal::Refusal;
use crate::service::Service;

/// What every page shows around its content.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The identity provider's own entity ID.
    pub entity_id: &'a str,
}

/// A service provider as the pages name it.
pub struct ServiceView<'a> {
    pub name: &'a str,
    pub entity_id: &'a str,
    pub home: &'a str,
    pub start: String,
}

impl<'a> From<&'a Service> for ServiceView<'a> {
    fn from(service: &'a Service) -> Self {
        Self {
            name: &service.name,
            entity_id: &service.entity_id,
            home: &service.home,
            start: format!("/start?sp={}", encode(&service.entity_id)),
        }
    }
}

/// A person as the pages show them.
pub struct PersonView<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub short_name: &'a str,
    pub initials: String,
    pub role: &'a str,
    pub about: &'a str,
    pub mail: &'a str,
    pub work: String,
    pub groups: &'a [String],
    pub attributes: &'a [Attribute],
}

impl<'a> From<&'a Person> for PersonView<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            id: &person.id,
            name: person.display_name(),
            short_name: person.short_name(),
            initials: initials(person.display_name()),
            role: &person.role,
            about: &person.about,
            mail: person.mail(),
            work: work(person),
            groups: person.values("groups"),
            attributes: &person.attributes,
        }
    }
}

/// Attacks under one heading.
pub struct AttackSection {
    pub title: &'static str,
    pub attacks: Vec<AttackView>,
    /// Whether the chosen one is among them.
    pub open: bool,
}

/// One choice in the list of bad responses.
pub struct AttackView {
    pub id: &'static str,
    pub title: &'static str,
    pub code: u16,
    pub chosen: bool,
}

/// The page that asks who it is.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignIn<'a> {
    pub frame: Frame<'a>,
    pub service: ServiceView<'a>,
    pub hidden: Vec<(&'static str, String)>,
    pub people: Vec<PersonView<'a>>,
    pub attacks: Vec<AttackSection>,
    pub attack_chosen: bool,
    pub facts: Vec<(&'static str, String)>,
}

/// The page whose form carries a message to the service provider.
#[derive(Template)]
#[template(path = "send.html")]
pub struct Send<'a> {
    pub frame: Frame<'a>,
    pub service: ServiceView<'a>,
    pub url: &'a str,
    pub field: &'static str,
    pub value: &'a str,
    pub relay_state: Option<&'a str>,
    pub summary: &'a str,
    pub look: bool,
    /// The response, broken into lines.
    pub xml: String,
}

/// The page that offers to sign people out.
#[derive(Template)]
#[template(path = "logout.html")]
pub struct Logout<'a> {
    pub frame: Frame<'a>,
    pub people: Vec<SignedInView<'a>>,
}

/// A sign-in that is remembered.
pub struct SignedInView<'a> {
    pub id: &'a str,
    pub person: &'a str,
    pub service: String,
}

/// The page after a service provider said that it signed somebody out.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    pub frame: Frame<'a>,
    pub service: ServiceView<'a>,
    pub partial: bool,
}

/// The page for everything that does not go on.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct Problem<'a> {
    pub frame: Frame<'a>,
    pub problem: ProblemView,
    pub service: Option<ServiceView<'a>>,
}

/// A refusal as its page shows it.
pub struct ProblemView {
    pub title: &'static str,
    pub explanation: String,
    pub cure: &'static str,
    pub facts: Vec<(&'static str, Vec<String>)>,
}

impl From<&Refusal> for ProblemView {
    fn from(refusal: &Refusal) -> Self {
        Self {
            title: refusal.title(),
            explanation: refusal.explanation(),
            cure: refusal.cure(),
            facts: refusal.facts(),
        }
    }
}

/// The front page.
#[derive(Template)]
#[template(path = "home.html")]
pub struct Home<'a> {
    pub frame: Frame<'a>,
    pub services: Vec<ServiceView<'a>>,
    pub facts: Vec<(&'static str, String)>,
    pub certificate: String,
    pub people: Vec<PersonView<'a>>,
}

/// The attacks under the headings of their kinds, with the chosen one marked. What everybody understands comes first.
pub fn attack_sections(attacks: &'static [Attack], chosen: Option<&Attack>) -> Vec<AttackSection> {
    let view = |attack: &'static Attack| AttackView {
        id: attack.id,
        title: attack.title,
        code: attack.code,
        chosen: chosen.is_some_and(|chosen| chosen.id == attack.id),
    };
    let section = |kind: Kind| {
        let attacks: Vec<_> = attacks.iter().filter(|attack| Kind::of(attack.id) == kind).map(view).collect();
        AttackSection { title: kind.title(), open: attacks.iter().any(|attack| attack.chosen), attacks }
    };
    let kinds = [Kind::Statement, Kind::Wrapping, Kind::Signature, Kind::Encryption, Kind::Encoding];
    kinds.into_iter().map(section).filter(|section| !section.attacks.is_empty()).collect()
}

/// What an attack breaks, for the headings of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Statement,
    Wrapping,
    Signature,
    Encryption,
    Encoding,
}

impl Kind {
    /// Known by the number in the id; letters behind it are variants.
    fn of(id: &str) -> Self {
        let digits = id.trim_matches(|c: char| c.is_ascii_alphabetic());
        match (id.starts_with('x'), digits.parse().unwrap_or(0_u8)) {
            (true, 1..=13) => Self::Wrapping,
            (true, 16 | 18..=21) => Self::Signature,
            (true, _) => Self::Encoding,
            (false, _) if id.starts_with('e') => Self::Encryption,
            (false, _) => Self::Statement,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Statement => "What the response says",
            Self::Wrapping => "What the signature covers",
            Self::Signature => "How it is signed, and by whom",
            Self::Encryption => "What is encrypted, and how",
            Self::Encoding => "XML, Base64 and UTF-8",
        }
    }
}

/// A value escaped for a query.
fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

fn work(person: &Person) -> String {
    let parts = [person.first("title"), person.first("department")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Zoë Lindström"), "ZL");
        assert_eq!(initials("ada b. whitfield"), "AW");
        assert_eq!(initials("Šárka"), "Š");
        assert_eq!(initials(" "), "");
    }
}
