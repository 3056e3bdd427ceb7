//! The file that a case applies, exports and applies again has every key that there is: a new key is missing there by itself.

use super::{ADD_ON_RULE, CONNECTION, EXEMPT, FIELD, More, RULE, SSO, Source, TABLES, Table, check_table};
use std::collections::BTreeSet;
use std::path::PathBuf;
use toml::de::DeTable;

const EVERY_KEY: &str = include_str!("../../../tests/app/files/every_key.toml");

/// Keys that cannot stand in that file beside the others; each is applied and exported by the case that is named.
const ELSEWHERE: [(&str, &str); 6] = [
    ("sso.idp_metadata_file", "what_came_from_a_metadata_file_is_exported_whole"),
    ("sso.idp_metadata_url", "metadata_by_its_address_is_exported_as_the_address_and_compared_anew"),
    ("sso.metadata_certificates", "p11_signed_metadata_is_taken_over_whole_and_unsigned_is_refused"),
    ("domains.*.enforce_sso", "an_account_file_enforces_when_everything_is_ready"),
    // Other words for the same seats.
    ("licenses.pro", "what_is_exported_applies_to_nothing"),
    ("licenses.corp", "what_is_exported_applies_to_nothing"),
];

/// The place of a key, the same for all tables that are read alike: connections, and rules.
fn place(table: &Table, key: &str) -> String {
    let of_every_connection = table.path == "connection" && SSO.contains(&key);
    let path = match table.path {
        "connection" if of_every_connection => "sso",
        path if table.keys == RULE => path.split_once('.').map_or(path, |(first, _)| first),
        path => path,
    };
    let is_any = table.more == More::Any && !table.keys.contains(&key);
    format!("{path}.{}", if is_any { "*" } else { key })
}

fn all() -> BTreeSet<String> {
    let tables = TABLES.iter().chain([&FIELD, &ADD_ON_RULE, &EXEMPT]);
    let keys = tables.flat_map(|table| {
        let own = table.keys.iter().map(|key| place(table, key));
        let any = (table.more == More::Any).then(|| place(table, "any name"));
        let more = table.more.words().into_iter().map(|key| place(table, &key));
        own.chain(any).chain(more).collect::<Vec<_>>()
    });
    keys.collect()
}

#[test]
fn the_file_that_is_exported_and_applied_again_uses_every_key_of_the_format() {
    let source = Source {
        name: "every_key.toml".to_owned(),
        text: EVERY_KEY.to_owned(),
        folder: PathBuf::from("/nowhere"),
    };
    let mut used: BTreeSet<String> = ELSEWHERE.into_iter().map(|(key, _)| key.to_owned()).collect();
    let table = DeTable::parse(EVERY_KEY).unwrap();
    let told = &mut |table: &'static Table, key: &str| {
        used.insert(place(table, key));
    };
    check_table(&source, table.get_ref(), ("", ""), told).unwrap();
    let all = all();
    assert!(all.contains("passwords.second_factor") && all.contains("mapping.basic.*.expression"));
    assert!(
        CONNECTION
            .iter()
            .all(|key| all.contains(&format!("sso.{key}")) || all.contains(&format!("connection.{key}")))
    );
    let missing: Vec<&String> = all.difference(&used).collect();
    assert!(missing.is_empty(), "every_key.toml does not use {missing:?}");
    let unknown: Vec<&String> = used.difference(&all).collect();
    assert!(unknown.is_empty(), "no such keys: {unknown:?}");
}
