//! How long things may be. Lines are those of the file; for a function they are those that hold code, as clippy counts.

use super::Room;

/// A file without its tests.
const FILE: usize = 500;
/// The tests inside a file; longer ones move to a file `tests.rs`.
const INLINE_TESTS: usize = 100;

/// Every file that is too long, or does not open by saying what it is.
pub fn wrong(rust: &[Room<'_>]) -> Vec<String> {
    rust.iter().flat_map(of_file).collect()
}

fn of_file(room: &Room<'_>) -> Vec<String> {
    let path = &room.file.path;
    let mut wrong = Vec::new();
    if !room.file.text.starts_with("//!") {
        wrong.push(format!("{path} does not open with //! and what lives here"));
    }
    if length(room) > FILE {
        wrong.push(format!("{path} has {} lines without its tests; the limit is {FILE}", length(room)));
    }
    let tests = inline_tests(room);
    if tests > INLINE_TESTS {
        wrong.push(format!(
            "{path} has {tests} lines of tests inside; from {INLINE_TESTS} on they go to a file tests.rs"
        ));
    }
    wrong
}

/// The longest file and the longest function, in a sentence each.
pub fn longest(rust: &[Room<'_>]) -> String {
    let mut sentences = Vec::new();
    if let Some(room) = rust.iter().max_by_key(|room| length(room)) {
        sentences.push(format!("longest file: {}, {} lines without its tests", room.file.path, length(room)));
    }
    let functions =
        rust.iter().flat_map(|room| room.source.functions.iter().map(move |function| (room, function)));
    if let Some((room, function)) = functions.max_by_key(|(_, function)| function.length) {
        let (name, line) = (&function.name, function.line);
        sentences.push(format!(
            "longest function: {name} in {}:{line}, {} lines",
            room.file.path, function.length
        ));
    }
    sentences.join("\n")
}

/// The lines of a file that count: none of a file of tests, none of the tests inside.
fn length(room: &Room<'_>) -> usize {
    if room.file.is_test() { 0 } else { room.file.text.lines().count() - inline_tests(room) }
}

fn inline_tests(room: &Room<'_>) -> usize {
    if room.file.is_test() {
        return 0;
    }
    room.source.tests.iter().map(|(first, last)| last - first + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::{super::Room, wrong};
    use crate::tidy::source::Source;
    use crate::tree::File;

    fn check(path: &str, text: String) -> Vec<String> {
        let file = File { path: path.into(), text };
        wrong(&[Room { file: &file, source: Source::of(&file.text) }])
    }

    #[test]
    fn a_long_file_is_named_and_a_long_file_of_tests_is_not() {
        let long = format!("//! Long.\n{}", "const A: u8 = 1;\n".repeat(500));
        assert_eq!(
            check("a/b.rs", long.clone()),
            ["a/b.rs has 501 lines without its tests; the limit is 500"]
        );
        assert!(check("a/tests.rs", long).is_empty());
    }

    #[test]
    fn long_inline_tests_and_a_missing_first_line_are_named() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "    const A: u8 = 1;\n".repeat(98));
        assert!(
            check(
                "a.rs",
                format!(
                    "//! A.\n{}",
                    tests.replacen("A: u8", "B: u8", 1).replacen("    const B: u8 = 1;\n", "", 1)
                )
            )
            .is_empty()
        );
        assert_eq!(check("a.rs", format!("//! A.\n{tests}")).len(), 1);
        assert_eq!(check("a.rs", "fn a() {}\n".into()), ["a.rs does not open with //! and what lives here"]);
    }
}
