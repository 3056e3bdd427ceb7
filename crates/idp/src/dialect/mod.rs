//! Honest responses, written as the identity providers of others write them.
//!
//! What lives here: what a dialect is, and the way from the honest response to its text. What does not: who is
//! imitated and by which habits (`vendors.rs`), what each message looks like (`templates/dialect`), the forms of
//! their signatures (`signature.rs`).
//!
//! The one thing to know: a dialect says the same about the same person to the same service, in other words and in
//! another shape. What it is good for is to see a mapping work, and a verifier accept, before the vendor is asked.

use std::fmt;

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use vestibule_saml::write::{Assertion, Response, Signed, Signer};

use crate::people::Person;

mod signature;
mod vendors;

#[cfg(test)]
mod tests;

pub use vendors::ALL;

/// How one vendor's identity provider writes.
pub struct Dialect {
    /// What it is called on the command line, as `entra`.
    pub id: &'static str,
    /// The product.
    pub name: &'static str,
    /// Which parts it signs, unless its administrator asks for something else.
    pub signed: Signed,
    /// What it calls the attributes of a person.
    pub attributes: &'static [Named],
    /// What stands in the NameID.
    name_id: Subject,
    /// The form of its IDs, made from 32 hexadecimal digits.
    ids: fn(&str) -> String,
    /// How many digits of a second its times have.
    digits: usize,
    validity: Validity,
    /// How it says that a person signed in, unless the request asks for a way.
    context: &'static str,
    signature: signature::Form,
    render: fn(&Message<'_>) -> Result<String, askama::Error>,
}

/// An attribute under the name that a vendor gives it.
pub struct Named {
    /// Where its values are from.
    pub from: From,
    /// `Name`.
    pub name: &'static str,
    /// `FriendlyName`.
    pub friendly: Option<&'static str>,
    /// How several values are written.
    pub several: Several,
}

/// Where the values of an attribute are from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The person's attribute of this name, as in [`crate::people`].
    Person(&'static str),
    /// The identifier of the person that never changes.
    PersistentId,
    /// The vendor says the same about everybody.
    Everybody(&'static [&'static str]),
}

/// How several values of one attribute are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Several {
    /// As values of one attribute.
    Values,
    /// As attributes of the same name.
    Attributes,
    /// As one value, with semicolons between them.
    Joined,
}

/// What a NameID holds.
#[derive(Clone, Copy)]
enum Subject {
    Mail,
    /// What stands ahead of the `@` of the address.
    UserName,
    /// Another one each time.
    Transient,
}

/// From when until when, in seconds around the moment of writing.
struct Validity {
    before: i64,
    conditions: i64,
    confirmation: i64,
    session: i64,
}

/// What a template writes.
struct Message<'a> {
    response_id: String,
    assertion_id: String,
    issued: String,
    issuer: &'a str,
    acs: &'a str,
    request: Option<&'a str>,
    audience: &'a str,
    name_id: String,
    not_before: String,
    not_on_or_after: String,
    confirmed_until: String,
    signed_in: String,
    session: String,
    session_ends: String,
    context: &'a str,
    attributes: Vec<Said<'a>>,
}

/// An attribute that a template writes.
struct Said<'a> {
    name: &'a str,
    friendly: Option<&'a str>,
    /// The last word of `NameFormat`.
    format: &'static str,
    values: Vec<String>,
}

/// Why a response could not be written.
#[derive(Debug)]
pub enum Error {
    /// The honest response carries no assertion, or leaves out what every vendor says.
    Incomplete,
    /// The template could not be filled.
    Template(askama::Error),
    /// It could not be signed.
    Signature(vestibule_dsig::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete => f.write_str("the response carries no assertion for a service"),
            Self::Template(error) => write!(f, "the response could not be written: {error}"),
            Self::Signature(error) => write!(f, "the response could not be signed: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// The dialect with this id, in any case.
#[must_use]
pub fn find(id: &str) -> Option<&'static Dialect> {
    ALL.iter().find(|dialect| dialect.id.eq_ignore_ascii_case(id))
}

impl Dialect {
    /// The honest response about a person in this dialect, signed where the vendor signs.
    ///
    /// # Errors
    /// [`Error`] if the response carries no assertion with an audience, or if it cannot be signed.
    pub fn write(&self, honest: &Response, person: &Person, signer: &Signer) -> Result<String, Error> {
        let message = self.message(honest, person)?;
        let text = one_line(&(self.render)(&message).map_err(Error::Template)?);
        let mut signed = text;
        if self.signed != Signed::Response {
            signed = self.signature.sign(&signed, "assertion", &message.assertion_id, signer)?;
        }
        if self.signed != Signed::Assertion {
            signed = self.signature.sign(&signed, "response", &message.response_id, signer)?;
        }
        Ok(signed)
    }

    fn message<'a>(&'a self, honest: &'a Response, person: &'a Person) -> Result<Message<'a>, Error> {
        let assertion = honest.assertion.as_ref().ok_or(Error::Incomplete)?;
        let now = honest.issue_instant;
        let at = |seconds: i64| self.time(now, seconds);
        Ok(Message {
            response_id: (self.ids)(&hexadecimal(&honest.id)),
            assertion_id: (self.ids)(&hexadecimal(&assertion.id)),
            issued: at(0),
            issuer: &honest.issuer,
            acs: &assertion.recipient,
            request: honest.in_response_to.as_deref(),
            audience: assertion.audiences.first().ok_or(Error::Incomplete)?,
            name_id: self.name_id(assertion, person),
            not_before: at(-self.validity.before),
            not_on_or_after: at(self.validity.conditions),
            confirmed_until: at(self.validity.confirmation),
            signed_in: self.time(assertion.authn_instant, 0),
            session: (self.ids)(&hexadecimal(assertion.session_index.as_deref().unwrap_or_default())),
            session_ends: at(self.validity.session),
            context: self.context(assertion),
            attributes: self.attributes.iter().flat_map(|named| named.said(person)).collect(),
        })
    }

    fn time(&self, now: Timestamp, seconds: i64) -> String {
        let time = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
        format!("{time:.*}", self.digits)
    }

    /// A way of signing in that was asked for is affirmed: nobody signs in here at all.
    fn context<'a>(&'a self, assertion: &'a Assertion) -> &'a str {
        let usual = assertion.authn_context == vestibule_saml::names::PASSWORD_PROTECTED_TRANSPORT;
        if usual { self.context } else { &assertion.authn_context }
    }

    fn name_id(&self, assertion: &Assertion, person: &Person) -> String {
        match self.name_id {
            Subject::Mail => person.mail().to_owned(),
            Subject::UserName => person.mail().split('@').next().unwrap_or_default().to_owned(),
            Subject::Transient => {
                format!("AAdzZWNyZXQx{}", hexadecimal(assertion.session_index.as_deref().unwrap_or_default()))
            }
        }
    }
}

impl Named {
    fn said<'a>(&'a self, person: &'a Person) -> Vec<Said<'a>> {
        let said = |values| Said {
            name: self.name,
            friendly: self.friendly,
            format: if self.name.contains(':') { "uri" } else { "basic" },
            values,
        };
        let values: Vec<String> = match self.from {
            From::Person(name) => person.values(name).to_vec(),
            From::PersistentId => vec![person.persistent_id.clone()],
            From::Everybody(values) => values.iter().map(|&value| value.to_owned()).collect(),
        };
        match self.several {
            _ if values.is_empty() => Vec::new(),
            Several::Values => vec![said(values)],
            Several::Attributes => values.into_iter().map(|value| said(vec![value])).collect(),
            Several::Joined => vec![said(vec![values.join(";")])],
        }
    }
}

/// An ID without what is not hexadecimal, filled up to 32 digits.
fn hexadecimal(id: &str) -> String {
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).collect();
    format!("{digits:0>32}").to_ascii_lowercase()
}

/// A template as the vendor sends it: what is indented for people stands in one line. A line that begins with no tag
/// continues the one above.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for part in text.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if !part.starts_with('<') && !part.starts_with('>') {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

/// The templates, one for each vendor.
macro_rules! templates {
    ($($function:ident = $path:literal),+ $(,)?) => {
        $(fn $function(message: &Message<'_>) -> Result<String, askama::Error> {
            #[derive(Template)]
            #[template(path = $path)]
            struct Page<'p, 'm> {
                m: &'p Message<'m>,
            }
            Page { m: message }.render()
        })+
    };
}

templates! {
    entra = "dialect/entra.xml",
    okta = "dialect/okta.xml",
    google = "dialect/google.xml",
    adfs = "dialect/adfs.xml",
    keycloak = "dialect/keycloak.xml",
    onelogin = "dialect/onelogin.xml",
    ping = "dialect/ping.xml",
    shibboleth = "dialect/shibboleth.xml",
}
