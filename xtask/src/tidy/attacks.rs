//! Every known attack is a test: each id below is named by a test function (`x09_…`) or by a folder of test cases.
//! What each id means is told in `docs/attacks.md`.

use std::collections::BTreeSet;

use super::Room;

/// The ids, as they begin a name.
fn ids() -> Vec<String> {
    let signature = (1..=10).chain(12..=23).map(|number| format!("x{number:02}"));
    let protocol = (1..=9).chain([12, 14]).chain(16..=18).map(|number| format!("p{number:02}"));
    signature.chain(protocol).collect()
}

/// Every id that no test names.
pub fn wrong(rust: &[Room<'_>], case_folders: &[String]) -> Vec<String> {
    let functions = rust.iter().flat_map(|room| &room.source.functions).filter(|function| function.is_test);
    let names =
        functions.map(|function| function.name.as_str()).chain(case_folders.iter().map(String::as_str));
    let named: BTreeSet<String> = names.flat_map(parts).collect();
    let missing = ids().into_iter().filter(|id| !named.contains(id));
    missing.map(|id| format!("no test is named after the attack {}", id.to_uppercase())).collect()
}

/// The parts of a name: `p02_p03_foreign-tenant` has four.
fn parts(name: &str) -> impl Iterator<Item = String> {
    name.split(['_', '-']).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::{super::Room, super::source::Source, wrong};
    use crate::tree::File;

    #[test]
    fn an_attack_is_met_by_a_test_function_or_a_folder_of_cases() {
        let text = "#[test]\nfn p02_p03_of_another_tenant_is_refused() {}\nfn p04_no_test() {}\n".into();
        let file = File { path: "a.rs".into(), text };
        let rooms = [Room { file: &file, source: Source::of(&file.text) }];
        let missing = wrong(&rooms, &["x09-in-extensions".into(), "X10_error_response".into()]);
        let missing = missing.join("\n");
        for id in ["P02", "P03", "X09", "X10"] {
            assert!(!missing.contains(id), "{missing}");
        }
        assert!(missing.contains("P04") && missing.contains("X23") && !missing.contains("X11"));
    }
}
