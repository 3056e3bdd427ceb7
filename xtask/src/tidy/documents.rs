//! Documents are tied to code: every path and every test that ARCHITECTURE.md names exists, and every crate is named there;
//! every guide is in the list of guides, and in the portal.

use super::Room;
use crate::tree::File;
use crate::{layers, shell};

const DOCUMENT: &str = "ARCHITECTURE.md";

/// Where the guides are, and the two files that must name each.
const GUIDES: &str = "docs/guides/";
const GUIDE_LISTS: [&str; 2] = ["docs/guides/README.md", "crates/server/src/portal/guides.rs"];

/// Every name in the document that stands for nothing, and every crate that it does not name.
pub fn wrong(files: &[File], rust: &[Room<'_>]) -> Vec<String> {
    let Some(document) = files.iter().find(|file| file.path == DOCUMENT) else {
        return vec![format!("{DOCUMENT} is missing")];
    };
    let mut wrong = Vec::new();
    for (span, line) in spans(&document.text) {
        if is_path(span) && !exists(span) {
            wrong.push(format!("{DOCUMENT}:{line} names {span}, which does not exist"));
        }
        if is_test_name(span) && !tests(rust).any(|test| test == span) {
            wrong.push(format!("{DOCUMENT}:{line} names the test {span}, which does not exist"));
        }
    }
    let named = |room: &str| {
        spans(&document.text).any(|(span, _)| span.trim_end_matches('/') == format!("crates/{room}"))
    };
    wrong.extend(
        layers::rooms()
            .filter(|room| !named(room))
            .map(|room| format!("{DOCUMENT} does not name crates/{room}")),
    );
    wrong.extend(unlisted_guides(files));
    wrong
}

/// Every guide that one of the lists does not name.
fn unlisted_guides(files: &[File]) -> Vec<String> {
    let guides = files.iter().filter_map(|file| file.path.strip_prefix(GUIDES)?.strip_suffix(".md"));
    let named = |list: &str, guide: &str| {
        let text = files.iter().find(|file| file.path == list).map(|file| file.text.as_str());
        text.is_some_and(|text| {
            text.contains(&format!("({guide}.md)")) || text.contains(&format!("\"{guide}\""))
        })
    };
    guides
        .filter(|guide| *guide != "README")
        .flat_map(|guide| GUIDE_LISTS.map(|list| (list, guide)))
        .filter(|(list, guide)| !named(list, guide))
        .map(|(list, guide)| format!("{list} does not name the guide {guide}"))
        .collect()
}

/// What stands in `backquotes`, with its line; fenced blocks are left out.
fn spans(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut fenced = false;
    let lines = text.lines().zip(1..).filter(move |(line, _)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    lines.flat_map(|(line, number)| line.split('`').skip(1).step_by(2).map(move |span| (span, number)))
}

/// Whether this names a file or folder of the repository: addresses begin with a slash, commands have spaces.
fn is_path(span: &str) -> bool {
    let known = span.contains('/') || span.ends_with(".md") || span.ends_with(".toml");
    known && !span.starts_with('/') && !span.contains([' ', '<', '{', '*', ':', '…', '|'])
}

/// Whether it exists, as written or as short for a module: `server/sso/acs` is in `crates/server/src/sso`.
fn exists(span: &str) -> bool {
    let root = shell::root();
    if root.join(span).exists() {
        return true;
    }
    let Some((room, module)) = span.split_once('/') else { return false };
    let module = root.join("crates").join(room).join("src").join(module);
    module.exists() || module.with_extension("rs").exists()
}

/// Whether this reads like a test: a sentence in small letters.
fn is_test_name(span: &str) -> bool {
    let small = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    span.matches('_').count() >= 4 && span.chars().all(small)
}

fn tests<'r>(rust: &'r [Room<'_>]) -> impl Iterator<Item = &'r str> {
    rust.iter()
        .flat_map(|room| &room.source.functions)
        .filter(|function| function.is_test)
        .map(|test| test.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::{exists, is_path, is_test_name, spans, unlisted_guides};
    use crate::tree::File;

    #[test]
    fn paths_are_told_from_addresses_commands_and_modules() {
        assert!(is_path("crates/xml") && is_path("README.md"));
        assert!(
            !is_path("/saml/SSO")
                && !is_path("cargo xtask a/b")
                && !is_path("saml::response")
                && !is_path("xml")
        );
        assert!(is_test_name("a_sign_in_walks_through_the_house") && !is_test_name("request_id"));
    }

    #[test]
    fn a_module_may_be_named_by_its_room() {
        assert!(exists("xtask/src/main.rs") && exists("testkit/browser/session") && !exists("testkit/no"));
    }

    #[test]
    fn fenced_blocks_are_left_out() {
        let found: Vec<_> = spans("a `b/c`\n```\n`d/e`\n```\n`f` and `g`\n").collect();
        assert_eq!(found, [("b/c", 1), ("f", 5), ("g", 5)]);
    }

    #[test]
    fn a_guide_that_is_in_one_list_alone_is_named() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let files = [
            file("docs/guides/README.md", "[A](a.md) [B](b.md)"),
            file("docs/guides/a.md", ""),
            file("docs/guides/b.md", ""),
            file("crates/server/src/portal/guides.rs", "\"a\", \"A\""),
        ];
        assert_eq!(unlisted_guides(&files), ["crates/server/src/portal/guides.rs does not name the guide b"]);
    }
}
