//! The cases of `crates/saml/tests` are what their program writes: nobody edited a message by hand, and no attack is
//! without its case.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::fs;

use case::tests_folder;

#[path = "../examples/cases/build/mod.rs"]
mod build;
#[expect(dead_code, reason = "the program that writes the cases uses the rest of it")]
#[path = "../../saml/tests/case/mod.rs"]
mod case;

#[test]
fn the_files_of_every_case_are_what_would_be_written() {
    let mut differing = Vec::new();
    let cases = build::all();
    for built in &cases {
        let folder = tests_folder().join(built.kind()).join(&built.name);
        for (name, content) in built.files() {
            let committed = fs::read(folder.join(name)).unwrap_or_default();
            let same = if built.once { !committed.is_empty() } else { committed == content };
            if !same {
                differing.push(format!("{}/{name}", folder.display()));
            }
        }
    }
    assert!(differing.is_empty(), "run the example `cases` and look at the difference: {differing:#?}");
    let mut names: Vec<&str> = cases.iter().map(|built| built.name.as_str()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two cases have one name");
}
