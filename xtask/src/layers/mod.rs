//! `cargo xtask layers`: the table of rooms against what the crates really depend on, and against ARCHITECTURE.md.
//! What only tests use (dev-dependencies) is exempt; the tools `xtask`, `bench` and `tests` stand outside the house.

mod table;

use std::fs;

use serde_json::Value;

use crate::tidy::source::Source;
use crate::tree::File;
use crate::{Outcome, shell, tree};
use table::{ROOMS, Room};

const BEGIN: &str = "<!-- layers: the table of `xtask/src/layers/table.rs` -->\n";
const END: &str = "<!-- layers end -->";

/// Says every edge and every word that the table does not allow.
pub fn run() -> Outcome {
    let text = shell::read(&mut shell::cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut wrong = edges(&metadata);
    wrong.extend(words(&tree::files()?));
    let document = fs::read_to_string(shell::root().join("ARCHITECTURE.md")).unwrap_or_default();
    wrong.extend(printed(&document));
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    println!("layers: {} rooms depend on nothing but what their row allows", ROOMS.len());
    Ok(())
}

/// The names of the rooms, for those who compare documents with the house.
pub fn rooms() -> impl Iterator<Item = &'static str> {
    ROOMS.iter().map(|room| room.name)
}

/// Every dependency of a crate that its row does not allow.
fn edges(metadata: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in list(metadata, "packages") {
        let manifest = text(package, "manifest_path");
        let Some(folder) = manifest.strip_suffix("/Cargo.toml").filter(|path| path.contains("/crates/"))
        else {
            continue;
        };
        let name = folder.rsplit('/').next().unwrap_or_default();
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            wrong.push(format!("crates/{name} has no row in xtask/src/layers/table.rs"));
            continue;
        };
        let used = list(package, "dependencies").filter(|edge| text(edge, "kind") != "dev");
        wrong.extend(used.filter_map(|edge| refuse(room, edge)));
    }
    wrong
}

/// Why this room may not have this dependency.
fn refuse(room: &Room, edge: &Value) -> Option<String> {
    let name = text(edge, "name");
    let inside = text(edge, "path");
    let (used, allowed) = if inside.is_empty() {
        (name, !room.never_links.contains(&name))
    } else {
        let used = inside.rsplit('/').next().unwrap_or_default();
        (used, room.may_use.contains(&used))
    };
    (!allowed).then(|| format!("crates/{} may not depend on {used}", room.name))
}

/// Every word in a room's code that its row does not allow.
fn words(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for room in ROOMS.iter().filter(|room| !room.never_says.is_empty()) {
        let folder = format!("crates/{}/src/", room.name);
        for file in
            files.iter().filter(|file| file.is_rust() && !file.is_test() && file.path.starts_with(&folder))
        {
            let source = Source::of(&file.text);
            let found = room.never_says.iter().filter_map(|word| Some((word, source.line_that_says(word)?)));
            wrong.extend(found.map(|(word, line)| {
                format!("{}:{line} says {word}, which is not for {}", file.path, room.name)
            }));
        }
    }
    wrong
}

/// Whether ARCHITECTURE.md prints the table as it is here.
fn printed(document: &str) -> Option<String> {
    let shown = document.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(shown, _)| shown);
    let table = table::markdown();
    (shown != Some(table.as_str()))
        .then(|| format!("ARCHITECTURE.md must print the layers as follows:\n{BEGIN}{table}{END}"))
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{edges, printed, table, words};
    use crate::tree::File;

    fn package(room: &str, dependencies: &serde_json::Value) -> serde_json::Value {
        json!({ "packages": [{ "manifest_path": format!("/house/crates/{room}/Cargo.toml"), "dependencies": dependencies }] })
    }

    #[test]
    fn an_edge_that_the_table_does_not_allow_is_named() {
        let upward = json!([{ "name": "vestibule-app", "kind": null, "path": "/house/crates/app" }]);
        assert_eq!(edges(&package("store", &upward)), ["crates/store may not depend on app"]);
        let outward = json!([{ "name": "tokio", "kind": null }]);
        assert_eq!(edges(&package("saml", &outward)), ["crates/saml may not depend on tokio"]);
        assert_eq!(
            edges(&package("garage", &json!([]))),
            ["crates/garage has no row in xtask/src/layers/table.rs"]
        );
    }

    #[test]
    fn what_only_tests_use_is_exempt() {
        let tests = json!([{ "name": "vestibule-testkit", "kind": "dev", "path": "/house/crates/testkit" }]);
        assert!(edges(&package("store", &tests)).is_empty());
    }

    #[test]
    fn a_word_that_breaks_a_promise_is_named_with_its_line() {
        let text = "//! Pure.\n\n// async is only spoken of here\npub async fn no() {}\n";
        let file = File { path: "crates/xml/src/no.rs".into(), text: text.into() };
        assert_eq!(words(&[file]), ["crates/xml/src/no.rs:4 says async, which is not for xml"]);
    }

    #[test]
    fn a_document_with_another_table_is_told_the_right_one() {
        let right = format!("# A\n{}{}{}\n", super::BEGIN, table::markdown(), super::END);
        assert_eq!(printed(&right), None);
        assert!(
            printed(&right.replace("`xml`, `dsig`", "`xml`")).unwrap().contains("| `saml` | `xml`, `dsig` |")
        );
    }
}
