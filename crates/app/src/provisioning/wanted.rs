//! What a document wants of a person, and by which address the person is to be known.

use super::Failure;
use super::shown::{CORE, ENTERPRISE, NAME, PHONES};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::email::Email;
use vestibule_model::license::{AddOn, License};
use vestibule_model::mapping;
use vestibule_model::provision::{AddOns, Wanted};
use vestibule_model::user::{CustomName, Field, Logins, MOST_CUSTOM_FIELDS};
use vestibule_scim::schema::{ENTERPRISE_USER, VESTIBULE_USER};
use vestibule_scim::{Document, Error};

/// The address that a document gives somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// Its `userName` is one.
    Named(Email),
    /// One of its e-mails is one.
    Listed(Email),
    /// It has none.
    None,
}

/// The address: the `userName`, if it is one; else the primary e-mail, the one for work, or the first.
pub(super) fn address(document: &Document) -> Address {
    if let Some(email) = document.text("userName").and_then(|name| Email::parse(name).ok()) {
        return Address::Named(email);
    }
    let emails = document.get("emails").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is = |email: &Value, name: &str, wanted: Value| email.get(name) == Some(&wanted);
    let primary = emails.iter().filter(|email| is(email, "primary", Value::Bool(true)));
    let work = emails.iter().filter(|email| is(email, "type", "work".into()));
    let found = primary.chain(work).chain(emails).find_map(value_of);
    found.map_or(Address::None, Address::Listed)
}

fn value_of(email: &Value) -> Option<Email> {
    Email::parse(email.get("value")?.as_str()?).ok()
}

/// Every address that the document lists, in the form by which they are compared.
pub(super) fn addresses(document: &Document) -> Vec<String> {
    let emails = document.get("emails").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let values = emails.iter().filter_map(|email| email.get("value")?.as_str());
    let all: BTreeSet<String> = values.map(|text| text.trim().to_lowercase()).collect();
    all.into_iter().collect()
}

/// What is wanted, besides the address: what the document says, and that what it said before and says no more is gone.
///
/// # Errors
/// `invalidValue` for a license type, an add-on or a custom attribute that cannot be.
pub(super) fn wanted(before: &Map<String, Value>, document: &Document) -> Result<Wanted, Failure> {
    let after = &document.attributes;
    let mut profile = BTreeMap::new();
    let mut note = |field: &Field, before: Option<&Value>, after: Option<&Value>| {
        let text = after.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        match text.map(|text| mapping::fit(field, &mapping::bounded(text))) {
            Some(Ok(fitted)) => drop(profile.insert(field.clone(), Some(fitted.value))),
            // A value that does not fit stays in the document alone.
            Some(Err(_)) => {}
            None if before.is_some() => drop(profile.insert(field.clone(), None)),
            None => {}
        }
    };
    for (field, name) in &CORE {
        note(field, before.get(*name), after.get(*name));
    }
    for (table, parent) in [(&NAME[..], "name"), (&ENTERPRISE[..], ENTERPRISE_USER)] {
        for (field, name) in table {
            note(field, part(before, parent, name), part(after, parent, name));
        }
    }
    for (field, kind) in &PHONES {
        note(field, phone(before, kind), phone(after, kind));
    }
    customs(before, after, &mut profile)?;
    let text = |map, name| part(map, VESTIBULE_USER, name).and_then(Value::as_str).map(str::to_owned);
    let employee_id = match (text(before, "employeeId"), text(after, "employeeId")) {
        (_, Some(id)) if !mapping::is_employee_id(&id) => {
            return Err(Error::invalid_value(
                "employeeId: one has 1 to 256 characters, all of which can be seen",
            )
            .into());
        }
        (_, Some(id)) => Some(Some(id)),
        (Some(_), None) => Some(None),
        (None, None) => None,
    };
    Ok(Wanted {
        email: None,
        active: document.flag("active"),
        gains: Logins::SSO,
        license: match license(document)? {
            Some(license) => Some(Some(license)),
            // It was said before, and is said no more.
            None => text(before, "license").map(|_| None),
        },
        add_ons: add_ons(before, after),
        phone_site: match (text(before, "phoneSite"), text(after, "phoneSite")) {
            (_, Some(site)) => Some(Some(mapping::bounded(&site).into_owned())),
            (Some(_), None) => Some(None),
            (None, None) => None,
        },
        employee_id,
        profile,
    })
}

fn part<'a>(map: &'a Map<String, Value>, parent: &str, name: &str) -> Option<&'a Value> {
    map.get(parent)?.get(name)
}

fn phone<'a>(map: &'a Map<String, Value>, kind: &str) -> Option<&'a Value> {
    let phones = map.get("phoneNumbers")?.as_array()?;
    phones.iter().find(|phone| phone.get("type").and_then(Value::as_str) == Some(kind))?.get("value")
}

/// The license type: by our extension, by `userType`, or by a role that has its name.
fn license(document: &Document) -> Result<Option<License>, Error> {
    if let Some(word) = document.get_in(VESTIBULE_USER, "license").and_then(Value::as_str) {
        let license = License::from_word(word);
        let unknown =
            || Error::invalid_value("license: there are the license types basic, licensed and on-prem");
        return license.map(Some).ok_or_else(unknown);
    }
    let by_type = document.text("userType").and_then(License::from_word);
    let roles = document.get("roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let by_role = || roles.iter().find_map(|role| License::from_word(role.get("value")?.as_str()?));
    Ok(by_type.or_else(by_role))
}

/// The add-ons that the entitlements name by now, and those that they name no more; other entitlements are the client's own.
fn add_ons(before: &Map<String, Value>, after: &Map<String, Value>) -> AddOns {
    let named = |map: &Map<String, Value>| -> BTreeSet<AddOn> {
        let listed = map.get("entitlements").and_then(Value::as_array);
        let words = listed.into_iter().flatten().filter_map(|entitlement| entitlement.get("value")?.as_str());
        words.filter_map(AddOn::from_word).collect()
    };
    let (before, after) = (named(before), named(after));
    let difference = |a: &BTreeSet<AddOn>, b: &BTreeSet<AddOn>| a.difference(b).copied().collect();
    AddOns { grant: difference(&after, &before), take_away: difference(&before, &after) }
}

fn customs(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    profile: &mut BTreeMap<Field, Option<String>>,
) -> Result<(), Error> {
    let read = |map: &Map<String, Value>| -> Result<BTreeMap<CustomName, String>, Error> {
        let listed = part(map, VESTIBULE_USER, "custom").and_then(Value::as_array);
        let entries = listed.into_iter().flatten().filter_map(|entry| {
            Some((entry.get("name")?.as_str()?, entry.get("value").and_then(Value::as_str)?))
        });
        let bad = || Error::invalid_value("custom: a name has 1 to 64 characters that can be seen");
        entries
            .map(|(name, value)| Ok((CustomName::parse(name).ok_or_else(bad)?, value.to_owned())))
            .collect()
    };
    let (before, after) = (read(before)?, read(after)?);
    if after.len() > MOST_CUSTOM_FIELDS {
        let message = format!("custom: an account has at most {MOST_CUSTOM_FIELDS} custom attributes");
        return Err(Error::invalid_value(message));
    }
    for name in before.keys().filter(|name| !after.contains_key(name)) {
        profile.insert(Field::Custom(name.clone()), None);
    }
    for (name, value) in after {
        profile.insert(Field::Custom(name), Some(mapping::bounded(&value).into_owned()));
    }
    Ok(())
}
