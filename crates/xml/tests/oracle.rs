//! The exclusive canonical form against that of libxml2: 150 documents of `c14n/generate.py`, with its answers.

use std::path::Path;

use vestibule_xml::{Document, Element, c14n};

#[test]
fn every_canonical_form_is_that_of_the_oracle() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c14n");
    let list = std::fs::read_to_string(folder.join("cases.tsv")).unwrap();
    let mut wrong = Vec::new();
    for line in list.lines() {
        let [number, apex, omit, prefixes] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let input = std::fs::read(folder.join(format!("cases/{number}.xml"))).unwrap();
        let expected = std::fs::read_to_string(folder.join(format!("cases/{number}.c14n"))).unwrap();
        let document = Document::parse(&input).unwrap_or_else(|error| panic!("case {number}: {error}"));
        let elements: Vec<Element<'_>> = document.root().descendants().collect();
        let apex = elements[apex.parse::<usize>().unwrap()];
        let omit = omit.parse::<usize>().ok().map(|omit| elements[omit]);
        let prefixes: Vec<&str> = prefixes.split_whitespace().collect();
        let found = String::from_utf8(c14n::exclusive(apex, omit, &prefixes)).unwrap();
        if found != expected {
            wrong.push(format!("case {number}\n expected {expected:?}\n found    {found:?}"));
        }
    }
    assert_eq!(list.lines().count(), 150);
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}
