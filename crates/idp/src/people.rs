//! Who can be chosen on the sign-in page.
//!
//! What lives here: [`Person`], their attributes, and the four sample people. What does not: what a response says
//! about them (`answer.rs`) and how a page shows them (`pages.rs`).
//! The one thing to know: a person is made of attributes alone. Name, mail and groups on the page are read from the
//! attributes that go into the assertion, so the page cannot promise what the response does not say.

/// One attribute of a person, with its values in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name under which the assertion carries it.
    pub name: String,
    /// The values; several for a multi-valued attribute.
    pub values: Vec<String>,
}

/// Somebody who may be chosen on the sign-in page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What forms and tests call this person, for example `employee`.
    pub id: String,
    /// The part this person plays, in a word or two.
    pub role: String,
    /// What makes this person worth choosing, in a sentence.
    pub about: String,
    /// An opaque identifier that never changes, from which persistent NameIDs are made.
    pub persistent_id: String,
    /// The attributes of the assertion, in order.
    pub attributes: Vec<Attribute>,
}

impl Person {
    /// The first value of an attribute, or nothing.
    #[must_use]
    pub fn first(&self, name: &str) -> &str {
        self.values(name).first().map_or("", String::as_str)
    }

    /// All values of an attribute.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.attributes.iter().find(|attribute| attribute.name == name).map_or(&[], |found| &found.values)
    }

    /// The e-mail address, which is also the NameID unless the request asks for another kind.
    #[must_use]
    pub fn mail(&self) -> &str {
        self.first("mail")
    }

    /// The name to show.
    #[must_use]
    pub fn display_name(&self) -> &str {
        match self.first("displayName") {
            "" => self.mail(),
            name => name,
        }
    }

    /// The name for a button: the given name where there is one.
    #[must_use]
    pub fn short_name(&self) -> &str {
        match self.first("givenName") {
            "" => self.display_name(),
            name => name,
        }
    }
}

/// The sample people of an organization with this e-mail domain: an employee, a marketer, an administrator, and
/// somebody whose address lies outside the domain. Telephone numbers are from the ranges that are kept for fiction.
#[must_use]
pub fn sample(domain: &str) -> Vec<Person> {
    vec![employee(domain), marketer(domain), admin(domain), unknown()]
}

fn employee(domain: &str) -> Person {
    Person {
        id: "employee".to_owned(),
        role: "Employee".to_owned(),
        about: "An ordinary colleague. A first sign-in creates the user.".to_owned(),
        persistent_id: "7c41d9e2a05f4b1886d3".to_owned(),
        attributes: attributes(&[
            ("mail", &[&format!("zoe.lindstrom@{domain}")]),
            ("givenName", &["Zoë"]),
            ("sn", &["Lindström"]),
            ("displayName", &["Zoë Lindström"]),
            ("employeeNumber", &["10417"]),
            ("title", &["Software Engineer"]),
            ("department", &["Engineering"]),
            ("groups", &["staff", "engineering"]),
            ("preferredLanguage", &["sv"]),
            ("telephoneNumber", &["+46846500417"]),
        ]),
    }
}

fn marketer(domain: &str) -> Person {
    Person {
        id: "marketer".to_owned(),
        role: "Marketer".to_owned(),
        about: "A member of marketing who also hosts webinars, for rules that look at groups.".to_owned(),
        persistent_id: "1fb86a3c97e2455db0a4".to_owned(),
        attributes: attributes(&[
            ("mail", &[&format!("renee.okafor@{domain}")]),
            ("givenName", &["Renée"]),
            ("sn", &["Okafor"]),
            ("displayName", &["Renée Okafor"]),
            ("employeeNumber", &["10288"]),
            ("title", &["Campaign Manager"]),
            ("department", &["Marketing & Events"]),
            ("groups", &["staff", "marketing", "hosts"]),
            ("preferredLanguage", &["fr"]),
            ("telephoneNumber", &["+33199001288"]),
        ]),
    }
}

fn admin(domain: &str) -> Person {
    Person {
        id: "admin".to_owned(),
        role: "Administrator".to_owned(),
        about: "The owner of the account, who may open its administration pages.".to_owned(),
        persistent_id: "e93a5d0b6c7148f2951e".to_owned(),
        attributes: attributes(&[
            ("mail", &[&format!("ada.whitfield@{domain}")]),
            ("givenName", &["Ada"]),
            ("sn", &["Whitfield"]),
            ("displayName", &["Ada Whitfield"]),
            ("employeeNumber", &["10001"]),
            ("title", &["Head of Operations"]),
            ("department", &["Information Technology"]),
            ("groups", &["staff", "it", "admins"]),
            ("preferredLanguage", &["en"]),
            ("telephoneNumber", &["+12025550101"]),
        ]),
    }
}

fn unknown() -> Person {
    Person {
        id: "unknown".to_owned(),
        role: "Unknown".to_owned(),
        about: "An outsider: the address is not of the organization’s domain.".to_owned(),
        persistent_id: "58d27fe14b9c4063a7b2".to_owned(),
        attributes: attributes(&[
            ("mail", &["juergen.gross@elsewhere.example"]),
            ("givenName", &["Jürgen"]),
            ("sn", &["Groß"]),
            ("displayName", &["Jürgen Groß"]),
            ("employeeNumber", &["X-2042"]),
            ("title", &["Consultant"]),
            ("department", &["External"]),
            ("groups", &["guests"]),
            ("preferredLanguage", &["de"]),
            ("telephoneNumber", &["+493023125042"]),
        ]),
    }
}

fn attributes(pairs: &[(&str, &[&str])]) -> Vec<Attribute> {
    let owned = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    pairs.iter().map(|&(name, values)| Attribute { name: name.to_owned(), values: owned(values) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_people_are_in_the_domain_but_for_the_unknown() {
        let people = sample("acme.example");
        let inside = |person: &Person| person.mail().ends_with("@acme.example");
        let ids: Vec<_> = people.iter().map(|person| (person.id.as_str(), inside(person))).collect();
        assert_eq!(ids, [("employee", true), ("marketer", true), ("admin", true), ("unknown", false)]);
    }

    #[test]
    fn every_sample_person_has_every_attribute_and_an_identity_of_their_own() {
        let people = sample("acme.example");
        for person in &people {
            for name in [
                "mail",
                "givenName",
                "sn",
                "displayName",
                "employeeNumber",
                "title",
                "department",
                "groups",
                "preferredLanguage",
                "telephoneNumber",
            ] {
                assert!(!person.first(name).is_empty(), "{} has no {name}", person.id);
            }
        }
        for name in ["mail", "employeeNumber", "telephoneNumber"] {
            let mut values: Vec<_> = people.iter().map(|person| person.first(name)).collect();
            values.sort_unstable();
            values.dedup();
            assert_eq!(values.len(), people.len(), "{name} is shared");
        }
    }

    #[test]
    fn a_person_without_names_is_shown_by_mail() {
        let person = Person {
            id: "x".to_owned(),
            role: String::new(),
            about: String::new(),
            persistent_id: String::new(),
            attributes: attributes(&[("mail", &["x@acme.example"])]),
        };
        assert_eq!((person.display_name(), person.short_name()), ("x@acme.example", "x@acme.example"));
    }
}
