//! What a Rust file holds, as far as the rules ask: its code without comments and literals, its functions, its test modules.
//! Found by braces and words, without a parser: enough for text that rustfmt has formatted.

use super::mask::mask;

/// A function of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// The lines of its body that hold code.
    pub length: usize,
    /// Whether an attribute makes it a test.
    pub is_test: bool,
}

/// A file, read.
pub struct Source {
    code: String,
    /// Its functions, in order.
    pub functions: Vec<Function>,
    /// The lines of its inline test modules, from 1, first and last.
    pub tests: Vec<(usize, usize)>,
}

impl Source {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let code = mask(text);
        let functions = functions(&code);
        let tests = test_modules(&code);
        Self { code, functions, tests }
    }

    /// The code, line by line from 1, with whether the line is in an inline test module.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        self.code.lines().zip(1..).map(|(line, number)| {
            let test = self.tests.iter().any(|&(first, last)| (first..=last).contains(&number));
            (number, line, test)
        })
    }

    /// What stands between the line that declares a function and its body, and the body.
    pub fn parts_of(&self, function: &Function) -> (&str, &str) {
        let from: usize = self.code.split_inclusive('\n').take(function.line - 1).map(str::len).sum();
        let item = self.code.get(from..).unwrap_or_default();
        let signature = opening(item).and_then(|end| item.get(..end)).unwrap_or_default();
        (signature, body(&self.code, from))
    }

    /// The first line outside of tests on which the code says this word.
    pub fn line_that_says(&self, word: &str) -> Option<usize> {
        self.lines().find(|(_, line, test)| !test && says(line, word)).map(|(number, _, _)| number)
    }
}

/// Whether a line holds a word as a whole, not as a part of a longer one.
pub fn says(line: &str, word: &str) -> bool {
    let part_of_word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
    })
}

fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut offset = 0;
    let mut is_test = false;
    for (line, number) in code.split_inclusive('\n').zip(1..) {
        let trimmed = line.trim();
        if trimmed.starts_with("#[") {
            is_test |= trimmed.contains("test]") || trimmed.contains("test(");
        } else if let Some((at, name)) = declared(line) {
            let body = body(code, offset + at);
            let length = body.lines().filter(|line| !line.trim().is_empty()).count();
            found.push(Function { name, line: number, length, is_test });
            is_test = false;
        }
        offset += line.len();
    }
    found
}

/// The name of the function that a line declares, and where its `fn` stands.
fn declared(line: &str) -> Option<(usize, String)> {
    let at = line.find("fn ")?;
    let qualifiers = line
        .get(..at)?
        .split_whitespace()
        .all(|word| word.starts_with("pub") || matches!(word, "const" | "async" | "unsafe" | "extern"));
    let part_of_name = |next: &char| next.is_alphanumeric() || *next == '_';
    let name: String = line.get(at + 3..)?.chars().take_while(part_of_name).collect();
    (qualifiers && !name.is_empty()).then_some((at, name))
}

/// What stands between the braces of the item that begins here; nothing if it has no body.
fn body(code: &str, from: usize) -> &str {
    let rest = code.get(from..).unwrap_or_default();
    let Some(open) = opening(rest) else { return "" };
    let mut depth = 0usize;
    for (at, character) in rest.char_indices().skip_while(|&(at, _)| at < open) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return rest.get(open + 1..at).unwrap_or_default();
        }
    }
    ""
}

/// Where the body of an item opens; `[u8; 4]` among the arguments does not end it.
fn opening(item: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, character) in item.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The first and last line of every `#[cfg(test)] mod … { … }`.
fn test_modules(code: &str) -> Vec<(usize, usize)> {
    const MARK: &str = "#[cfg(test)]";
    let mut found = Vec::new();
    for (at, _) in code.match_indices(MARK) {
        let line = |offset: usize| code.get(..offset).unwrap_or_default().matches('\n').count() + 1;
        let after = code.get(at + MARK.len()..).unwrap_or_default();
        let item = code.len() - after.trim_start().len();
        let is_module = code.get(item..).unwrap_or_default().starts_with("mod ");
        let inside = body(code, item);
        if is_module && !inside.is_empty() {
            found.push((line(at), line(item) + inside.matches('\n').count()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Source;

    const TEXT: &str = "\
//! A file.

pub(crate) async fn one(text: &str) -> bool {
    // fn spoken_of() {}
    let brace = '{';

    text.contains(brace)
}

trait Two {
    fn without_body(&self);
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn x09_is_refused() {
        one(\"fn in_a_text() {\");
    }

    fn help() {}
}
";

    #[test]
    fn functions_are_found_with_their_length_in_lines_of_code() {
        let source = Source::of(TEXT);
        let found: Vec<_> =
            source.functions.iter().map(|f| (f.name.as_str(), f.line, f.length, f.is_test)).collect();
        let expected = [
            ("one", 3, 2, false),
            ("without_body", 11, 0, false),
            ("x09_is_refused", 17, 1, true),
            ("help", 21, 0, false),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_inline_test_module_is_found_with_its_lines() {
        let source = Source::of(TEXT);
        assert_eq!(source.tests, [(14, 22)]);
        assert_eq!(source.line_that_says("text"), Some(3));
        assert_eq!(source.line_that_says("one"), Some(3));
        assert_eq!(source.line_that_says("on"), None);
    }
}
