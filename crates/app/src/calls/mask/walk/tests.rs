//! The walk, held against what is hidden of a tree: however a body is written, its masked text is the same.

use super::super::{DEEPEST, HIDDEN, Hidden, Side, carries_a_secret, filter, is_secret};
use super::masked;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use vestibule_scim::Registry;

/// A body, whose members may have one name.
#[derive(Debug, Clone)]
enum Tree {
    /// What is no text, and is written like this.
    Plain(&'static str),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

fn hidden() -> Tree {
    Tree::Text(HIDDEN.to_owned())
}

/// What is kept of a tree.
fn kept(tree: &Tree, depth: usize, rules: (Side, Option<&Hidden>), under: &str) -> Tree {
    match tree {
        _ if depth > DEEPEST => hidden(),
        Tree::Plain(_) => tree.clone(),
        Tree::Text(text) if carries_a_secret(text) => hidden(),
        Tree::Text(_) => tree.clone(),
        Tree::List(values) => {
            Tree::List(values.iter().map(|value| kept(value, depth + 1, rules, under)).collect())
        }
        Tree::Object(members) => {
            let member =
                |(name, value): &(String, Tree)| (name.clone(), member(name, value, depth, rules, under));
            let mut shown: Vec<_> = members.iter().map(member).collect();
            if rules.0 == Side::Asked {
                hide_value(&mut shown, members, rules.1, under);
            }
            Tree::Object(shown)
        }
    }
}

fn member(name: &str, value: &Tree, depth: usize, rules: (Side, Option<&Hidden>), under: &str) -> Tree {
    let names = |text: &str| rules.1.is_some_and(|hidden| hidden.names(text));
    let lower = name.to_ascii_lowercase();
    match (lower.as_str(), value) {
        _ if is_hidden(name, rules.1, under) => hidden(),
        ("filter", Tree::Text(text)) if rules.0 == Side::Asked => Tree::Text(filter(text)),
        ("path", Tree::Text(text)) if rules.0 == Side::Asked && carries_a_secret(text) => hidden(),
        ("path", Tree::Text(text)) if rules.0 == Side::Asked && names(text) => Tree::Text(filter(text)),
        ("path", Tree::Text(text)) if rules.0 == Side::Asked => Tree::Text(text.clone()),
        ("filter" | "path", _) if rules.0 == Side::Asked => hidden(),
        _ => kept(value, depth + 1, rules, name),
    }
}

fn is_hidden(name: &str, hidden: Option<&Hidden>, under: &str) -> bool {
    let parts = hidden.and_then(|hidden| hidden.parts_of(under));
    let is_part = parts.is_some_and(|parts| parts.contains(&name.to_ascii_lowercase()));
    is_secret(name) || is_part || hidden.is_some_and(|hidden| hidden.names(name))
}

/// Of an operation that writes to a hidden path, or does not say what it writes to, the value is hidden; so is each value but the first.
fn hide_value(shown: &mut [(String, Tree)], members: &[(String, Tree)], rules: Option<&Hidden>, under: &str) {
    let said = |wanted: &'static str| {
        let is = move |name: &str| name.eq_ignore_ascii_case(wanted) && !is_hidden(name, rules, under);
        members.iter().enumerate().filter(move |(_, (name, _))| is(name))
    };
    let is_of_secret = |path: &Tree| match path {
        Tree::Text(text) => {
            is_secret(text) || rules.is_some_and(|rules| rules.names(text) || rules.parts_of(text).is_some())
        }
        _ => true,
    };
    let has = |wanted| said(wanted).next().is_some();
    let is_secret = said("path").any(|(_, (_, path))| is_of_secret(path));
    for (count, (at, _)) in said("value").enumerate() {
        let is_object = matches!(shown[at].1, Tree::Object(_));
        if count > 0 || is_secret || (!has("path") && has("op") && !is_object) {
            shown[at].1 = hidden();
        }
    }
}

/// Writes a tree. The dice say where white space is, and which letters are escapes; where they are all zero, nothing is but what
/// has to be.
struct Pen<D>(D);

impl<D: Iterator<Item = u8>> Pen<D> {
    fn throw(&mut self, sides: u8) -> usize {
        usize::from(self.0.next().unwrap_or_default() % sides)
    }

    fn write(&mut self, tree: &Tree) -> String {
        match tree {
            Tree::Plain(text) => (*text).to_owned(),
            Tree::Text(text) => self.text(text),
            Tree::List(values) => {
                let values: Vec<_> = values.iter().map(|value| self.write(value)).collect();
                format!("[{}]", self.joined(&values))
            }
            Tree::Object(members) => {
                let member = |(name, value): &(String, Tree)| {
                    format!("{}{}:{}", self.text(name), self.space(), self.write(value))
                };
                let members: Vec<_> = members.iter().map(member).collect();
                format!("{{{}}}", self.joined(&members))
            }
        }
    }

    fn space(&mut self) -> &'static str {
        ["", "", " ", "\r\n\t"][self.throw(4)]
    }

    fn joined(&mut self, items: &[String]) -> String {
        let items: Vec<_> =
            items.iter().map(|item| format!("{}{item}{}", self.space(), self.space())).collect();
        items.join(",")
    }

    fn text(&mut self, text: &str) -> String {
        let letters = text.chars().map(|c| match self.throw(8) {
            7 => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            _ => {
                let written = json!(c).to_string();
                written[1..written.len() - 1].to_owned()
            }
        });
        format!("\"{}\"", letters.collect::<String>())
    }
}

/// The texts and names of which bodies are made: what the rules look for, written in some ways, and anything else.
fn text() -> impl Strategy<Value = String> {
    let known: &[&str] = &[
        "password",
        "Pass-Word",
        "x_token",
        "filter",
        "Filter",
        "path",
        "Path",
        "op",
        "value",
        "Value",
        "pin",
        "contacts",
        "code",
        "contacts.code",
        "contacts[code eq \"x\"]",
        "vst_1",
        "Bearer x",
        "bearer",
        "userName eq \"a\"",
        "active",
    ];
    prop_oneof![3 => proptest::sample::select(known).prop_map(str::to_owned), 1 => any::<String>()]
}

fn tree() -> impl Strategy<Value = Tree> {
    let plain = proptest::sample::select(["null", "true", "false", "0", "-17", "2.5"].as_slice());
    let leaf = prop_oneof![plain.prop_map(Tree::Plain), text().prop_map(Tree::Text)];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let members = vec((text(), inner.clone()), 0..6).prop_map(Tree::Object);
        prop_oneof![1 => vec(inner, 0..5).prop_map(Tree::List), 3 => members]
    })
}

/// A tree so deep that some of it is hidden for that alone, or hardly not.
fn deep() -> impl Strategy<Value = Tree> {
    (tree(), vec(text(), DEEPEST - 4..DEEPEST + 4)).prop_map(|(tree, names)| {
        let wrap = |tree, name: String| match name.len() % 2 {
            0 => Tree::List(vec![tree]),
            _ => Tree::Object(vec![(name, tree)]),
        };
        names.into_iter().fold(tree, wrap)
    })
}

/// Of which texts are made that are nearly JSON, and now and then are.
const PIECES: &[&str] = &[
    "{", "}", "[", "]", ":", ",", "\"", "\"\"", "\"a\"", "\\", "\\u0041", "\\ud800", "1", "-", "0", ".5",
    "e9", "true", "null", " ", "\n", "\u{1}", "\u{a0}",
];

/// A type whose `pin` nobody reads, nor the `code` of its `contacts`.
fn rooms() -> Hidden {
    let attribute =
        |name: &str, returned: &str| json!({ "name": name, "type": "string", "returned": returned });
    let mut contacts = attribute("contacts", "default");
    contacts["type"] = json!("complex");
    contacts["subAttributes"] = json!([attribute("value", "default"), attribute("code", "never")]);
    let (id, schema) = ("Room", "urn:example:Room");
    let types = json!([{ "id": id, "name": id, "endpoint": "/Rooms", "schema": schema }]);
    let schemas = json!([{ "id": schema, "name": id, "attributes": [attribute("pin", "never"), contacts] }]);
    Hidden::of(&Registry::with(&types, &schemas).unwrap())
}

proptest! {
    #[test]
    fn s09_however_a_body_is_written_the_same_of_it_is_hidden(
        tree in prop_oneof![4 => tree(), 1 => deep()],
        dice in vec(any::<u8>(), 1..99),
        asked: bool,
        of_rooms: bool,
    ) {
        let rooms = rooms();
        let rules = (if asked { Side::Asked } else { Side::Answered }, of_rooms.then_some(&rooms));
        let written = Pen(dice.into_iter().cycle()).write(&tree);
        let expected = Pen(std::iter::empty()).write(&kept(&tree, 0, rules, ""));
        prop_assert_eq!(masked(&written, rules.0, rules.1), Some(expected), "{}", written);
    }

    #[test]
    fn what_is_no_json_is_not_kept_and_what_is_json_is(pieces in vec(proptest::sample::select(PIECES), 0..12)) {
        let text = pieces.concat();
        let is_json = serde_json::from_str::<Value>(&text).is_ok();
        prop_assert_eq!(masked(&text, Side::Asked, None).is_some(), is_json, "{}", text);
    }
}
