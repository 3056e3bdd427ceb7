//! Words that may not stand in the repository: marks of unfinished work, paths of somebody's machine, and in tests
//! whatever sleeps or switches a test off.

use super::Room;
use super::source::says;
use crate::tree::File;

/// In any file. Put together here, so that this file does not name them itself.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// First parts of paths that exist on one machine alone.
const MACHINES: [&str; 5] = ["root", "home", "Users", "work", "farm"];

/// In tests, where time is a parameter and a missing counterpart is a recorded skip.
const IN_TESTS: [&str; 3] = ["sleep", "sleep_until", "ignore"];

/// How a statement begins that belongs into the store.
const SQL: [&str; 5] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE "];

/// Every such word, with its place.
pub fn wrong(files: &[File], rust: &[Room<'_>]) -> Vec<String> {
    let mut wrong: Vec<String> = files.iter().flat_map(of_file).collect();
    wrong.extend(rust.iter().flat_map(of_tests));
    wrong.extend(rust.iter().flat_map(statements));
    wrong
}

fn of_file(file: &File) -> Vec<String> {
    let mut wrong = Vec::new();
    for (line, number) in file.text.lines().zip(1..) {
        if let Some(word) = UNFINISHED.iter().find(|word| says(line, word)) {
            wrong.push(format!("{}:{number} says {word}: finish it, or leave it out", file.path));
        }
        if let Some(path) = machine_path(line) {
            wrong.push(format!("{}:{number} names {path}, a path of one machine", file.path));
        }
    }
    wrong
}

/// A path of one machine on this line; `https://host/work/` and `crates/work/` are none, nor is an address such as
/// `/Users/{id}`: behind the first part stands somebody's name.
fn machine_path(line: &str) -> Option<String> {
    MACHINES.iter().map(|name| format!("/{name}/")).find(|path| {
        line.match_indices(path.as_str()).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back()).unwrap_or(' ');
            let behind = line.get(at + path.len()..).and_then(|text| text.chars().next());
            let names_somebody = behind.is_some_and(char::is_alphanumeric);
            names_somebody && !before.is_alphanumeric() && !matches!(before, '.' | '-' | '_' | '}' | '/')
        })
    })
}

fn of_tests(room: &Room<'_>) -> Vec<String> {
    let whole = room.file.is_test() || room.file.path.starts_with("crates/testkit/");
    let mut wrong = Vec::new();
    for (number, line, test) in room.source.lines() {
        let word = IN_TESTS.iter().find(|word| (whole || test) && says(line, word) && calls(line, word));
        wrong.extend(
            word.map(|word| format!("{}:{number} says {word}, which is not for tests", room.file.path)),
        );
    }
    wrong
}

/// Every statement that stands in a room other than the store; tests and tools may look behind it.
fn statements(room: &Room<'_>) -> Vec<String> {
    let path = &room.file.path;
    if room.file.is_test() || !path.starts_with("crates/") || path.starts_with("crates/store/") {
        return Vec::new();
    }
    let begins = |line: &str| SQL.iter().any(|verb| line.contains(&format!("\"{verb}")));
    let lines = room.source.lines().zip(room.file.text.lines());
    let found =
        lines.filter(|((_, _, test), line)| !test && begins(line) && !path.starts_with("crates/testkit/"));
    found
        .map(|((number, ..), _)| format!("{path}:{number} holds SQL, which belongs into crates/store"))
        .collect()
}

/// Whether the word is called or is an attribute; a name of one's own may contain it.
fn calls(line: &str, word: &str) -> bool {
    line.contains(&format!("{word}(")) || line.contains(&format!("#[{word}"))
}

#[cfg(test)]
mod tests {
    use super::{super::Room, super::source::Source, wrong};
    use crate::tree::File;

    fn check(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.into(), text: text.into() };
        let rooms = [Room { file: &file, source: Source::of(&file.text) }];
        wrong(std::slice::from_ref(&file), &rooms)
    }

    #[test]
    fn unfinished_work_and_machine_paths_are_named_with_their_line() {
        let mark = concat!("FIX", "ME");
        assert_eq!(
            check("a.rs", &format!("//! A.\n// {mark} later\n")),
            [format!("a.rs:2 says {mark}: finish it, or leave it out")]
        );
        let path = ["", "root", "x"].join("/");
        assert_eq!(check("a.md", &format!("see `{path}`\n")).len(), 1);
        assert!(check("a.md", "see https://host.example/work/a and crates/work/b\n").is_empty());
    }

    #[test]
    fn sql_is_for_the_store_alone() {
        let text = "//! A.\nconst A: &str = \"SELECT 1\";\n";
        assert_eq!(
            check("crates/app/src/a.rs", text),
            ["crates/app/src/a.rs:2 holds SQL, which belongs into crates/store"]
        );
        assert!(
            check("crates/store/src/a.rs", text).is_empty()
                && check("crates/app/src/tests.rs", text).is_empty()
        );
    }

    #[test]
    fn nothing_sleeps_in_tests() {
        assert_eq!(check("a/tests.rs", "fn f() { thread::sleep(x); }\n").len(), 1);
        assert_eq!(check("a/tests.rs", "#[ignore]\nfn f() {}\n").len(), 1);
        assert!(check("a/tests.rs", "fn nothing_may_sleep() {}\n").is_empty());
        assert!(check("a/b.rs", "fn f() { thread::sleep(x); }\n").is_empty());
    }
}
