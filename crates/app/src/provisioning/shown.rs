//! A record as a document: what the directory wrote, and in place of whatever has changed by other ways since, what is so now.

use super::{Content, Resource, date_time, entity_tag};
use crate::ScimCtx;
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock};
use vestibule_model::group::{GroupKind, Membership};
use vestibule_model::id::UserId;
use vestibule_model::mapping;
use vestibule_model::user::{Field, Status, User};
use vestibule_scim::schema::{ENTERPRISE_USER, VESTIBULE_USER};
use vestibule_scim::{Document, Meta, Registry, ResourceType};
use vestibule_store::scim_users::{Entry, Shown};

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::built_in);

/// Every schema and resource type of the deployment: the built-in ones, and what it brings.
#[must_use]
pub fn registry(ctx: &ScimCtx) -> &Registry {
    &ctx.api().app.inner.deployment.schemas
}

/// The resource type of groups.
pub(super) fn groups_kind() -> Option<&'static ResourceType> {
    REGISTRY.resource_type("Group").map(Arc::as_ref)
}

/// The resource type of users.
pub(super) fn users() -> Option<&'static ResourceType> {
    REGISTRY.resource_type("User").map(Arc::as_ref)
}

/// Fields of the profile that are attributes of the base schema.
pub(super) const CORE: [(Field, &str); 4] = [
    (Field::DisplayName, "displayName"),
    (Field::JobTitle, "title"),
    (Field::Language, "preferredLanguage"),
    (Field::TimeZone, "timezone"),
];
/// Those that are parts of the name.
pub(super) const NAME: [(Field, &str); 2] =
    [(Field::FirstName, "givenName"), (Field::LastName, "familyName")];
/// Those of the enterprise extension.
pub(super) const ENTERPRISE: [(Field, &str); 4] = [
    (Field::Department, "department"),
    (Field::Division, "division"),
    (Field::CostCenter, "costCenter"),
    (Field::Company, "organization"),
];
/// Phone numbers, by their type.
pub(super) const PHONES: [(Field, &str); 4] =
    [(Field::Phone1, "work"), (Field::Phone2, "mobile"), (Field::Phone3, "other"), (Field::Fax, "fax")];

/// The resource of a user: the document as it is kept, if it tells everything, else brought up to date.
pub(super) fn resource(base: &str, entry: &Entry, memberships: &[Membership]) -> Resource {
    let user = &entry.user;
    let times = (user.version, date_time(user.created_at), date_time(user.updated_at));
    let meta = meta(base, "Users", &user.id.to_string(), times);
    let added = added(base, memberships);
    let content = match &entry.document {
        Some(text) if entry.document_version == Some(user.version) => Content::Kept(text.clone(), added),
        _ => {
            let mut document = Document::stored(attributes(entry));
            document.attributes.extend(added);
            Content::Document(document)
        }
    };
    Resource { content, meta }
}

/// The resource of somebody about whom the document tells everything; nothing when it does not.
pub(super) fn kept(base: &str, user: Shown, memberships: &[Membership]) -> Option<Resource> {
    let times = (user.version, date_time(user.created_at), date_time(user.updated_at));
    let meta = meta(base, "Users", &user.id.to_string(), times);
    Some(Resource { content: Content::Kept(user.document?, added(base, memberships)), meta })
}

/// What the service adds to a document.
fn added(base: &str, memberships: &[Membership]) -> Map<String, Value> {
    let groups = groups(base, memberships);
    let groups = (!groups.is_empty()).then(|| ("groups".to_owned(), Value::Array(groups)));
    groups.into_iter().collect()
}

/// What the service says about a resource.
pub(super) fn meta(
    base: &str,
    endpoint: &str,
    id: &str,
    (version, created, last_modified): (i64, String, String),
) -> Meta {
    Meta {
        id: id.to_owned(),
        external_id: None,
        version: entity_tag(version),
        created,
        last_modified,
        location: format!("{base}/{endpoint}/{id}"),
    }
}

/// What clients may say of a user, as it is now.
pub(super) fn attributes(entry: &Entry) -> Map<String, Value> {
    let written = entry.document.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let mut attributes: Map<String, Value> = written.unwrap_or_default();
    if entry.document_version != Some(entry.user.version) {
        bring_up_to_date(&mut attributes, entry);
    }
    attributes
}

/// Writes into the attributes of a document what is so now.
pub(super) fn bring_up_to_date(attributes: &mut Map<String, Value>, entry: &Entry) {
    let user = &entry.user;
    attributes.insert("userName".to_owned(), json!(entry.user_name()));
    // Whoever took the attribute away is not told it again, as long as it would say what is taken for granted.
    if user.status == Status::Inactive || entry.document.is_none() || attributes.contains_key("active") {
        attributes.insert("active".to_owned(), json!(user.status != Status::Inactive));
    }
    if let Some(external_id) = &entry.external_id {
        attributes.insert("externalId".to_owned(), json!(external_id));
    }
    addresses(attributes, user);
    for (field, attribute) in &CORE {
        fill(attributes, attribute, user, field);
    }
    within(attributes, "name", |name| NAME.iter().for_each(|(field, part)| fill(name, part, user, field)));
    within(attributes, ENTERPRISE_USER, |extension| {
        ENTERPRISE.iter().for_each(|(field, attribute)| fill(extension, attribute, user, field));
    });
    phones(attributes, user);
    within(attributes, VESTIBULE_USER, |extension| ours(extension, user));
}

/// Changes the complex attribute, or the extension, of this name.
fn within(attributes: &mut Map<String, Value>, name: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let mut inside = match attributes.remove(name) {
        Some(Value::Object(inside)) => inside,
        _ => Map::new(),
    };
    change(&mut inside);
    if !inside.is_empty() {
        attributes.insert(name.to_owned(), Value::Object(inside));
    }
}

/// Writes a field of the profile, unless what is written there already says the same.
fn fill(target: &mut Map<String, Value>, attribute: &str, user: &User, field: &Field) {
    let Some(value) = user.profile.value(field) else { return };
    let says_the_same = target.get(attribute).and_then(Value::as_str).is_some_and(|written| {
        written == value
            || mapping::fit(field, &mapping::bounded(written)).is_ok_and(|fitted| fitted.value == value)
    });
    if !says_the_same {
        target.insert(attribute.to_owned(), json!(value));
    }
}

/// The address by which the person signs in is among the addresses, unless it is a stand-in.
fn addresses(attributes: &mut Map<String, Value>, user: &User) {
    if user.email.is_placeholder() {
        return;
    }
    let emails = attributes.entry("emails").or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(emails) = emails else { return };
    let is_ours = |email: &Value| {
        let text = email.get("value").and_then(Value::as_str);
        text.is_some_and(|text| text.trim().to_lowercase() == user.email.folded())
    };
    if emails.iter().any(is_ours) {
        return;
    }
    let primary = |email: &&mut Value| email.get("primary") == Some(&Value::Bool(true));
    match emails.iter_mut().find(primary).and_then(Value::as_object_mut) {
        Some(email) => drop(email.insert("value".to_owned(), json!(user.email.as_str()))),
        None => emails.push(json!({ "value": user.email.as_str(), "type": "work", "primary": true })),
    }
}

fn phones(attributes: &mut Map<String, Value>, user: &User) {
    for (field, kind) in &PHONES {
        let Some(value) = user.profile.value(field) else { continue };
        let phones = attributes.entry("phoneNumbers").or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(phones) = phones else { continue };
        let of_kind = |phone: &&mut Value| phone.get("type").and_then(Value::as_str) == Some(*kind);
        match phones.iter_mut().find(of_kind).and_then(Value::as_object_mut) {
            Some(phone) => fill(phone, "value", user, field),
            None => phones.push(json!({ "value": value, "type": kind })),
        }
    }
}

/// What this service knows beyond the standard.
fn ours(extension: &mut Map<String, Value>, user: &User) {
    let mut put = |name: &str, value: Option<Value>| match value {
        Some(value) => drop(extension.insert(name.to_owned(), value)),
        None => drop(extension.remove(name)),
    };
    let list = |words: Vec<&str>| (!words.is_empty()).then(|| json!(words));
    put("loginTypes", list(user.logins.words()));
    put("license", user.license.map(|license| json!(license.as_str())));
    put("addOns", list(user.holdings.add_ons.iter().map(|add_on| add_on.as_str()).collect()));
    put("employeeId", user.employee_id.as_ref().map(|id| json!(id)));
    put("phoneSite", user.holdings.phone_site.as_ref().map(|site| json!(site)));
    let custom: Vec<Value> =
        custom(user).map(|(name, value)| json!({ "name": name, "value": value })).collect();
    put("custom", (!custom.is_empty()).then_some(Value::Array(custom)));
}

fn custom(user: &User) -> impl Iterator<Item = (&str, &str)> {
    user.profile.0.iter().filter_map(|(field, entry)| match field {
        Field::Custom(name) => Some((name.as_str(), entry.value.as_str())),
        _ => None,
    })
}

/// The user groups, each once.
fn groups(base: &str, memberships: &[Membership]) -> Vec<Value> {
    let mut seen = Vec::new();
    let mut groups = Vec::new();
    for Membership { group, .. } in memberships.iter().filter(|held| held.group.kind == GroupKind::UserGroup)
    {
        if !seen.contains(&group.id) {
            seen.push(group.id);
            groups.push(json!({
                "value": group.id.to_string(),
                "display": group.name.as_str(),
                "$ref": format!("{base}/Groups/{}", group.id),
                "type": "direct",
            }));
        }
    }
    groups
}

/// The id in a client's words; whatever is none of ours is nobody's.
pub(super) fn user_id(text: &str) -> Option<UserId> {
    text.parse().ok()
}
