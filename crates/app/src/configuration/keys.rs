//! Every key of an account file, so that an unknown one is an error that names the nearest known one.
//!
//! Keys that the format has and this version cannot honor yet are refused by name as well: a file never promises what
//! is not kept.

use super::file::Source;
use super::place::spelled;
use crate::error::{Error, Kind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use vestibule_model::group::SettingName;
use vestibule_model::license::{AddOn, Family};
use vestibule_model::mapping::CategoryName;
use vestibule_model::user::Field;

/// The keys of a table.
struct Table {
    path: &'static str,
    keys: &'static [&'static str],
    /// Keys that the model lists.
    more: More,
    /// Keys of the format that this version cannot honor at all.
    later: &'static [&'static str],
}

/// Keys that the model lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum More {
    None,
    /// Any name: a domain, a role.
    Any,
    /// Everything that there are seats of besides license types.
    AddOns,
    /// Add-ons with rules of their own.
    RuledAddOns,
    /// The fields of a profile.
    Fields,
    /// The categories of rules.
    Categories,
    /// The settings of people.
    Settings,
}

impl More {
    fn words(self) -> Vec<String> {
        match self {
            Self::None | Self::Any => Vec::new(),
            Self::AddOns => AddOn::all().map(|add_on| add_on.as_str().to_owned()).collect(),
            Self::RuledAddOns => ruled().map(|add_on| add_on.as_str().to_owned()).collect(),
            Self::Fields => Field::all().map(|field| field.as_str().to_owned()).collect(),
            Self::Categories => {
                let names = CategoryName::plain().chain(ruled().map(CategoryName::AddOn));
                names.map(|name| name.to_string()).collect()
            }
            Self::Settings => SettingName::ALL.map(|name| name.as_str().to_owned()).to_vec(),
        }
    }
}

/// Phone calling plans have one category for them all.
fn ruled() -> impl Iterator<Item = AddOn> {
    AddOn::all().filter(|add_on| add_on.family() != Family::Phone)
}

macro_rules! connection_keys {
    ($($own:literal),*) => {
        &[
            $($own,)*
            "enabled",
            "idp_metadata_url",
            "idp_metadata_file",
            "issuer",
            "sign_in_url",
            "sign_out_url",
            "sign_out_response_url",
            "sign_out_binding",
            "certificates",
            "sp_entity_id",
            "binding",
            "signature_hash",
            "sign_requests",
            "sign_logout",
            "encrypted_assertions",
            "force_authn",
            "authn_contexts",
            "name_id_format",
            "unsolicited",
            "provision",
            "automatic_logout",
            "save_response_logs",
            "clock_skew",
            "allow",
            "signing_key",
            "certificate_rotation",
            "new_idp_certificates",
            "metadata_certificates",
            "accepted_acs",
            "accepted_entity_ids",
            "accepted_certificates",
            "imported_keys",
            "draft",
        ]
    };
}

const SSO: &[&str] = connection_keys![];
const CONNECTION: &[&str] = connection_keys!["name", "vanity_url", "email_domains"];

const fn table(path: &'static str, keys: &'static [&'static str]) -> Table {
    Table { path, keys, more: More::None, later: &[] }
}

const fn listed(path: &'static str, keys: &'static [&'static str], more: More) -> Table {
    Table { path, keys, more, later: &[] }
}

const RULE: &[&str] = &["attribute", "operator", "value", "result", "otherwise"];

const TABLES: &[Table] = &[
    table(
        "",
        &[
            "account",
            "sso",
            "connection",
            "licenses",
            "domains",
            "mapping",
            "roles",
            "settings",
            "groups",
            "passwords",
            "provisioning",
        ],
    ),
    table("sso", SSO),
    table("connection", CONNECTION),
    listed("licenses", &["basic", "licensed", "on-prem", "pro", "corp", "fallback"], More::AddOns),
    listed("domains", &[], More::Any),
    table("domains.*", &["managed", "consolidate", "enforce_sso", "exempt"]),
    listed("roles", &[], More::Any),
    table("roles.*", &["permissions"]),
    Table {
        path: "mapping",
        keys: &[
            "basic",
            "sub_account",
            "license",
            "addon",
            "user_group",
            "role",
            "channel",
            "im_group",
            "phone_plan",
            "phone_site",
            "no_match",
            "exempt",
            "auto",
        ],
        more: More::None,
        later: &[],
    },
    listed("mapping.basic", &["default_license", "email", "employee_id", "picture", "custom"], More::Fields),
    listed("mapping.basic.custom", &[], More::Any),
    table("mapping.sub_account", RULE),
    table("mapping.license", RULE),
    listed("mapping.addon", &[], More::RuledAddOns),
    table("mapping.user_group", RULE),
    table("mapping.role", RULE),
    table("mapping.channel", RULE),
    table("mapping.im_group", RULE),
    table("mapping.phone_plan", RULE),
    table("mapping.phone_site", RULE),
    listed("mapping.no_match", &[], More::Categories),
    listed("mapping.exempt", &[], More::Categories),
    table("mapping.auto", &["user_group", "channel", "im_group"]),
    listed("settings", &[], More::Settings),
    listed("groups", &[], More::Any),
    listed("groups.*", &["locked"], More::Settings),
    table("passwords", &["second_factor"]),
    table("provisioning", &["patch_answer"]),
];

/// The keys of a target of `[mapping.basic]` that is written as a table.
const FIELD: Table = table("mapping.basic.*", &["attribute", "expression", "update"]);
/// The keys of a rule about an add-on.
const ADD_ON_RULE: Table = table("mapping.addon.*", RULE);
/// The keys of whom a category leaves alone.
const EXEMPT: Table = table("mapping.exempt.*", &["users", "groups"]);

/// The table of keys that stands at this place.
fn table_at(pattern: &str) -> Option<&'static Table> {
    let known = TABLES.iter().find(|known| known.path == pattern);
    known.or_else(|| match pattern.rsplit_once('.')?.0 {
        "mapping.basic" | "mapping.basic.custom" => Some(&FIELD),
        "mapping.addon" => Some(&ADD_ON_RULE),
        _ if pattern.starts_with("mapping.exempt.") => Some(&EXEMPT),
        _ => None,
    })
}

/// Refuses the first key that is unknown, or that this version cannot honor.
pub(super) fn check(source: &Source, table: &Spanned<DeTable<'_>>) -> Result<(), Error> {
    check_table(source, table.get_ref(), ("", ""), &mut |_, _| {})
}

/// Checks a table and those in it; whatever is known is told.
fn check_table(
    source: &Source,
    table: &DeTable<'_>,
    (pattern, shown): (&str, &str),
    told: &mut dyn FnMut(&'static Table, &str),
) -> Result<(), Error> {
    let Some(known) = table_at(pattern) else { return Ok(()) };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let any = known.more == More::Any;
        let path = join(shown, &if any { format!("\"{name}\"") } else { spelled(name) });
        if !any && !known.keys.contains(&name) && !known.more.words().iter().any(|word| word == name) {
            let place = source.place(key.span().start);
            return Err(refused(known, &place, &path, name));
        }
        told(known, name);
        let pattern = join(pattern, if any { "*" } else { name });
        match value.get_ref() {
            DeValue::Table(inner) => check_table(source, inner, (&pattern, &path), told)?,
            DeValue::Array(entries) => {
                for entry in entries {
                    let DeValue::Table(inner) = entry.get_ref() else { break };
                    check_table(source, inner, (&pattern, &path), told)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn refused(known: &Table, place: &str, path: &str, name: &str) -> Error {
    if known.later.contains(&name) {
        return Error::new(
            Kind::Invalid,
            format!("{place}: this version of Vestibule cannot honor the key `{path}` yet."),
        )
        .hint("Take it out of the file: what a file says is either done or refused.");
    }
    let mut all: Vec<String> = known.keys.iter().map(|key| (*key).to_owned()).collect();
    all.extend(known.more.words());
    let near = |key: &str| strsim::jaro_winkler(name, key);
    let later = known.later.iter().map(|key| (*key).to_owned());
    let nearest = all.iter().cloned().chain(later).max_by(|a, b| near(a).total_cmp(&near(b)));
    let error = Error::new(Kind::Invalid, format!("{place}: unknown key `{path}`."));
    match nearest.filter(|key| near(key) > 0.7) {
        Some(key) => error.hint(format!("Did you mean `{}`?", spelled(&key))),
        None if all.is_empty() => error.hint("There are no keys here."),
        None => error.hint(format!("The keys here are: {}.", all.join(", "))),
    }
}

#[cfg(test)]
mod tests;
