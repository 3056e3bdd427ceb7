//! The plain words for checks, fields and values.

use crate::license::{License, Product};
use crate::mapping::CategoryName;
use crate::trace::spelled;
use crate::user::{Field, Role};

/// What a check is called.
pub(super) struct Known {
    pub(super) name: String,
    pub(super) term: Option<&'static str>,
}

/// The stable name of a check, what it asks in plain words, and the word of those who know the matter.
const CHECKS: &[(&str, &str, &str)] = &[
    ("size", "Small enough to be read", "size"),
    ("xml", "Well-formed, with nothing dangerous in it", "XML"),
    ("message", "A message of the kind that is expected here", "message"),
    ("status", "Reports that the person was signed in", "status"),
    ("assertion", "Says something about exactly one person", "assertion"),
    ("decryption", "Can be decrypted with our key", "encryption"),
    ("decrypted", "Is whole after it was decrypted", "encryption"),
    ("encryption algorithm", "Is encrypted in a way that is safe", "encryption"),
    ("signature form", "Is signed in the one form that is safe", "signature"),
    ("signature", "Was signed by your identity provider, and not changed since", "signature"),
    ("algorithm", "Is signed in a way that is strong enough", "algorithm"),
    ("content", "Can be read in the signed part alone", "content"),
    ("issuer", "Comes from your identity provider", "Issuer"),
    ("destination", "Was sent to this address", "Destination"),
    ("recipient", "Is for this address", "Recipient"),
    ("audience", "Is meant for this service", "Audience"),
    ("confirmation", "May be brought by whoever holds it", "bearer confirmation"),
    ("issue instant", "Was written just now", "IssueInstant"),
    ("not before", "Is valid already", "NotBefore"),
    ("not on or after", "Is still valid", "NotOnOrAfter"),
    ("session", "The session at the identity provider goes on", "SessionNotOnOrAfter"),
    ("in response to", "Answers a request of ours", "InResponseTo"),
    ("in_response_to", "Answers a sign-in that this browser began", "InResponseTo"),
    ("replay", "Was not used before", "replay"),
    ("name identifier", "Names the person", "NameID"),
    ("authn_context", "The person signed in there in the way that is asked for", "AuthnContext"),
    ("email_domains", "The connection speaks for this domain", "email_domains"),
    ("mapping.email", "The e-mail address that was sent", "email"),
    ("mapping.employee_id", "The Employee Unique ID that was sent", "employee_id"),
    ("admission.user", "A user of this account", "match"),
    ("admission.employee_id", "The Employee Unique ID of the user", "employee_id"),
    ("admission.email_change", "A new e-mail address", "email"),
    ("admission.status", "The user is active", "status"),
    ("admission.login_type", "The user may sign in by SSO", "SSO login type"),
    ("admission.provision", "Somebody unknown may be created", "Provision users"),
    ("admission.domain", "The domain belongs to the account", "associated domain"),
    ("admission.license", "A license type, and a seat for it", "license"),
    ("admission.sub_account", "Signs in to a sub-account", "sub_account"),
    ("mapping.rules", "Rules of the mapping", "mapping"),
    ("mapping.picture", "Picture", "picture"),
    ("mapping.auto.user_group", "User groups named by what was sent", "auto mapping"),
    ("mapping.auto.channel", "Channels named by what was sent", "auto mapping"),
    ("mapping.auto.im_group", "IM groups named by what was sent", "auto mapping"),
];

/// A check in plain words.
pub(super) fn check(check: &str) -> Known {
    if let Some((_, name, term)) = CHECKS.iter().find(|(known, ..)| *known == check) {
        return Known { name: (*name).to_owned(), term: Some(term) };
    }
    if let Some(product) = check.strip_prefix("admission.addon.").and_then(Product::from_word) {
        return Known { name: format!("A seat for {product}"), term: None };
    }
    let (_, rest) = check.split_once('.').unwrap_or(("", check));
    Known { name: title(rest), term: None }
}

/// The title of a category, of a field, or of nothing that is known.
fn title(word: &str) -> String {
    if let Some(category) = CategoryName::from_word(word) {
        return category.title().to_owned();
    }
    match Field::from_word(word) {
        Some(field) => field.title().to_owned(),
        None => capitalized(&spelled(&word.replace(['_', '.'], " "))),
    }
}

/// A field that a decision changes, as people read it.
#[must_use]
pub fn field(word: &str) -> String {
    match word {
        "email" => "E-mail address".to_owned(),
        "employee_id" => "Employee Unique ID".to_owned(),
        "login_types" => "Login types".to_owned(),
        "status" => "Status".to_owned(),
        "picture" => "Picture".to_owned(),
        "user" => "User".to_owned(),
        _ => title(word),
    }
}

/// A value that a decision changes, as people read it.
#[must_use]
pub fn value(field: &str, value: &str) -> String {
    match field {
        "license" => License::from_word(value).map(|license| license.to_string()),
        "role" => Role::from_word(value).map(|role| role.title().to_owned()),
        "status" => Some(capitalized(value)),
        "login_types" => {
            let words = value.split(", ").map(|word| match word {
                "work_email" => "work e-mail and password",
                "sso" => "SSO",
                other => other,
            });
            Some(words.collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
    .unwrap_or_else(|| spelled(value))
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
