//! Every key of an account file, so that an unknown one is an error that names the nearest known one.
//!
//! Keys that the format has and this version cannot honor yet are refused by name as well: a file never promises what
//! is not kept.

use super::file::Source;
use crate::error::{Error, Kind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of a table. `*` stands for any name (a domain).
struct Table {
    path: &'static str,
    keys: &'static [&'static str],
    /// Keys of the format that this version cannot honor at all.
    later: &'static [&'static str],
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

const TABLES: &[Table] = &[
    Table { path: "", keys: &["account", "sso", "connection", "licenses", "domains", "mapping"], later: &[] },
    Table { path: "sso", keys: SSO, later: &[] },
    Table { path: "connection", keys: CONNECTION, later: &[] },
    Table {
        path: "licenses",
        keys: &["basic", "licensed", "on-prem", "pro", "corp", "fallback"],
        later: &["webinar-500"],
    },
    Table { path: "domains", keys: &["*"], later: &[] },
    Table { path: "domains.*", keys: &["managed", "consolidate", "enforce_sso", "exempt"], later: &[] },
    Table {
        path: "mapping",
        keys: &["basic"],
        later: &[
            "license",
            "addon",
            "user_group",
            "role",
            "channel",
            "im_group",
            "phone_plan",
            "phone_site",
            "sub_account",
            "no_match",
            "exempt",
            "auto",
        ],
    },
    Table {
        path: "mapping.basic",
        keys: &[
            "default_license",
            "email",
            "first_name",
            "last_name",
            "display_name",
            "department",
            "job_title",
            "company",
            "division",
            "cost_center",
            "location",
            "language",
            "pronouns",
        ],
        later: &[
            "employee_id",
            "phone_1",
            "phone_2",
            "phone_3",
            "fax",
            "manager",
            "time_zone",
            "personal_link",
            "picture",
            "custom",
        ],
    },
];

/// The keys of a field of `[mapping.basic]` that is written as a table.
const FIELD: Table =
    Table { path: "mapping.basic.*", keys: &["attribute", "update"], later: &["expression"] };

/// The table of keys that stands at this place.
fn table_at(pattern: &str) -> Option<&'static Table> {
    let field = pattern.strip_prefix("mapping.basic.").is_some_and(|field| !field.contains('.'));
    if field { Some(&FIELD) } else { TABLES.iter().find(|known| known.path == pattern) }
}

/// Refuses the first key that is unknown, or that this version cannot honor.
pub(super) fn check(source: &Source, table: &Spanned<DeTable<'_>>) -> Result<(), Error> {
    check_table(source, table.get_ref(), "", "")
}

fn check_table(source: &Source, table: &DeTable<'_>, pattern: &str, shown: &str) -> Result<(), Error> {
    let Some(known) = table_at(pattern) else { return Ok(()) };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let any = known.keys.contains(&"*");
        let path = join(shown, &if any { format!("\"{name}\"") } else { name.to_owned() });
        if !any && !known.keys.contains(&name) {
            let place = source.place(key.span().start);
            return Err(refused(known, &place, &path, name));
        }
        let pattern = join(pattern, if any { "*" } else { name });
        match value.get_ref() {
            DeValue::Table(inner) => check_table(source, inner, &pattern, &path)?,
            DeValue::Array(entries) => {
                for entry in entries {
                    let DeValue::Table(inner) = entry.get_ref() else { break };
                    check_table(source, inner, &pattern, &path)?;
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
    let all = known.keys.iter().chain(known.later).copied();
    let nearest = all.max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
    let error = Error::new(Kind::Invalid, format!("{place}: unknown key `{path}`."));
    match nearest.filter(|near| strsim::jaro_winkler(name, near) > 0.7) {
        Some(near) => error.hint(format!("Did you mean `{near}`?")),
        None => error.hint(format!("The keys here are: {}.", known.keys.join(", "))),
    }
}
