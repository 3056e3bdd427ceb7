//! Every known attack has a section in `docs/attacks.md`, which says its code and names the tests that meet it; these exist,
//! and one of them is named after the attack (`x09_…`). That the codes are those of the test identity provider is held by a
//! test there.

use std::collections::BTreeSet;

use super::Room;
use crate::tree::File;

const PAGE: &str = "docs/attacks.md";

/// Attacks on what is not there yet, each with what is missing. The list only shrinks.
const NOT_YET: [(&str, &str); 1] = [("S12", "there are no webhooks")];

/// The ids that must have a section.
fn ids() -> Vec<String> {
    let signature = (1..=25).map(|number| format!("X{number:02}"));
    let encryption = (1..=5).map(|number| format!("E{number:02}"));
    let protocol = (1..=20).map(|number| format!("P{number:02}"));
    let interfaces = (1..=13).map(|number| format!("S{number:02}"));
    let tenants = (1..=19).map(|number| format!("T{number:02}"));
    let others = interfaces.chain(tenants).filter(|id| !NOT_YET.iter().any(|(known, _)| known == id));
    signature.chain(encryption).chain(protocol).chain(others).collect()
}

/// A section of the page, as far as it is compared.
struct Section<'t> {
    id: &'t str,
    has_code: bool,
    tests: Vec<&'t str>,
}

/// Every attack that the page leaves out, and every test of the page that does not exist.
pub fn wrong(files: &[File], rust: &[Room<'_>], case_folders: &[String]) -> Vec<String> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return vec![format!("{PAGE} is missing")];
    };
    let sections = sections(&page.text);
    let tests = tests(rust);
    let missing = ids().into_iter().filter(|id| !sections.iter().any(|section| section.id == id));
    let mut wrong: Vec<String> = missing.map(|id| format!("{PAGE} has no section {id}")).collect();
    let there = NOT_YET.iter().filter(|(id, _)| sections.iter().any(|section| section.id == *id));
    wrong.extend(there.map(|(id, why)| {
        format!(
            "{PAGE} has a section {id}, which is excepted because of \"{why}\": take it off the list in xtask"
        )
    }));
    for section in &sections {
        let exists = |name: &&&str| tests.contains(**name) || is_folder(name, case_folders);
        wrong.extend(
            section
                .tests
                .iter()
                .filter(|name| !exists(name))
                .map(|name| format!("{PAGE}: {} names the test {name}, which does not exist", section.id)),
        );
        if !section.has_code {
            wrong.push(format!("{PAGE}: {} says no code", section.id));
        }
        if !section.tests.iter().any(|name| is_named_after(name, section.id)) {
            wrong.push(format!("{PAGE}: {} lists no test that is named after it", section.id));
        }
    }
    wrong
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    for line in text.lines() {
        if let Some((id, _)) = line.strip_prefix("### ").and_then(|title| title.split_once(": ")) {
            sections.push(Section { id, has_code: false, tests: Vec::new() });
        }
        let Some(section) = sections.last_mut() else { continue };
        section.has_code |= line.starts_with("- code: ");
        if line.starts_with("- tests: ") {
            section.tests.extend(line.split('`').skip(1).step_by(2));
        }
    }
    sections
}

/// The names of functions that are tests, or stand in a file of tests, where a macro may make tests of them.
fn tests<'r>(rust: &'r [Room<'_>]) -> BTreeSet<&'r str> {
    let functions =
        rust.iter().flat_map(|room| room.source.functions.iter().map(move |function| (room, function)));
    functions
        .filter(|(room, function)| function.is_test || room.file.is_test())
        .map(|(_, function)| function.name.as_str())
        .collect()
}

/// Whether this is the beginning of a folder of cases that is there, as `reject/x01_`.
fn is_folder(name: &str, case_folders: &[String]) -> bool {
    name.contains('/') && case_folders.iter().any(|folder| folder.starts_with(name))
}

/// Whether the id is a part of the name; `p02_p03_of_another_tenant` is named after two attacks, and a range after all
/// that are in it.
fn is_named_after(name: &str, id: &str) -> bool {
    let id = id.to_lowercase();
    let parts: Vec<&str> = name.split(['_', '/']).collect();
    let in_range = |ends: &[&str]| match ends {
        [first, "to", last] => *first <= id.as_str() && id.as_str() <= *last,
        _ => false,
    };
    parts.contains(&id.as_str()) || parts.windows(3).any(in_range)
}

#[cfg(test)]
mod tests {
    use super::super::source::Source;
    use super::{File, Room, ids, wrong};

    const TESTS: &str = "//! T.\n#[test]\nfn x01_is_refused() {}\nfn x02_is_made_a_test_by_a_macro() {}\n";

    fn check(sections: &str) -> Vec<String> {
        let others = ids().into_iter().filter(|id| !sections.contains(&format!("### {id}:")));
        let others: String = others
            .map(|id| format!("### {id}: a\n- code: 1\n- tests: `accept/{}_`\n", id.to_lowercase()))
            .collect();
        let page = File { path: super::PAGE.into(), text: format!("{sections}{others}") };
        let file = File { path: "a/tests/b.rs".into(), text: TESTS.into() };
        let folders: Vec<String> =
            ids().iter().map(|id| format!("accept/{}_a_case", id.to_lowercase())).collect();
        wrong(&[page], &[Room { file: &file, source: Source::of(&file.text) }], &folders)
    }

    #[test]
    fn a_section_with_a_code_and_a_test_of_its_name_is_enough() {
        let good = "### X01: a\n- code: 1002\n- tests: `x01_is_refused`\n\
                    ### X02: b\n- code: 1002\n- tests: `x02_is_made_a_test_by_a_macro`, `accept/x02_`\n";
        assert_eq!(check(good), [""; 0]);
        assert_eq!(check(""), [""; 0]);
    }

    #[test]
    fn a_missing_section_a_missing_test_and_a_missing_code_are_named() {
        assert_eq!(wrong(&[], &[], &[]), ["docs/attacks.md is missing"]);
        let bad = "### X01: a\n- tests: `x01_no_such_test`, `accept/x01_z`\n### X02: b\n- code: 1\n- tests: `x01_is_refused`\n";
        assert_eq!(
            check(bad),
            [
                "docs/attacks.md: X01 names the test x01_no_such_test, which does not exist",
                "docs/attacks.md: X01 names the test accept/x01_z, which does not exist",
                "docs/attacks.md: X01 says no code",
                "docs/attacks.md: X02 lists no test that is named after it",
            ]
        );
        let page = File { path: super::PAGE.into(), text: String::new() };
        assert!(wrong(&[page], &[], &[]).contains(&"docs/attacks.md has no section P20".to_owned()));
    }

    #[test]
    fn a_range_names_all_that_are_in_it() {
        assert!(super::is_named_after("accept/x01_to_x13_p12_", "X07"));
        assert!(!super::is_named_after("accept/x01_to_x13_p12_", "X14"));
        assert!(super::is_named_after("p02_p03_of_another_tenant", "P03"));
    }
}
