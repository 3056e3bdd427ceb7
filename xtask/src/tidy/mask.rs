//! Rust text with its comments and the insides of its literals made blank, so that braces and words which remain are code.
//! The text keeps its length in lines; nothing is parsed.

/// Makes comments blank, and each character inside a literal a dot.
pub fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut mask = Mask { text: &characters, at: 0, done: String::with_capacity(text.len()) };
    while mask.at < characters.len() {
        mask.step();
    }
    mask.done
}

struct Mask<'t> {
    text: &'t [char],
    at: usize,
    done: String,
}

impl Mask<'_> {
    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('r', '"' | '#') if self.starts_word() => self.raw_string(1),
            ('b' | 'c', 'r') if self.starts_word() && matches!(self.peek(2), '"' | '#') => self.raw_string(2),
            ('\'', _) => self.quote(),
            _ => self.keep(1),
        }
    }

    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    /// Whether no identifier reaches up to here: the `r` of `for"` is no prefix.
    fn starts_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.text.get(at)).copied().unwrap_or(' ');
        !before.is_alphanumeric() && before != '_'
    }

    fn keep(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(&character) = self.text.get(self.at) {
                self.done.push(character);
            }
            self.at += 1;
        }
    }

    fn hide(&mut self, with: char) {
        self.done.push(if self.peek(0) == '\n' { '\n' } else { with });
        self.at += 1;
    }

    fn inside(&self) -> bool {
        self.at < self.text.len()
    }

    fn line_comment(&mut self) {
        while self.inside() && self.peek(0) != '\n' {
            self.hide(' ');
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.inside() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.hide(' ');
                    continue;
                }
            }
            self.hide(' ');
            self.hide(' ');
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.keep(1);
        while self.inside() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                self.hide('.');
            }
            self.hide('.');
        }
        self.keep(1);
    }

    /// A raw string whose prefix has this many letters; `r#name` is an identifier and stays.
    fn raw_string(&mut self, letters: usize) {
        let hashes = (0..).take_while(|&ahead| self.peek(letters + ahead) == '#').count();
        if self.peek(letters + hashes) != '"' {
            return self.keep(letters + hashes);
        }
        self.keep(letters + hashes + 1);
        while self.inside() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            if closes {
                return self.keep(1 + hashes);
            }
            self.hide('.');
        }
    }

    /// A character literal, or the quote of a lifetime.
    fn quote(&mut self) {
        let escaped = self.peek(1) == '\\';
        if !escaped && self.peek(2) != '\'' {
            return self.keep(1);
        }
        self.keep(1);
        if escaped {
            self.hide('.');
        }
        self.hide('.');
        while self.inside() && self.peek(0) != '\'' {
            self.hide('.');
        }
        self.keep(1);
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn comments_become_blank_and_literals_dots() {
        assert_eq!(mask("a // {b}\nc"), "a       \nc");
        assert_eq!(mask("a /* { /* } */\n */ b"), "a             \n    b");
        assert_eq!(mask(r#"f("}\"{", x)"#), r#"f("....", x)"#);
        assert_eq!(mask(r##"f(r#"{"}"#)"##), r##"f(r#"..."#)"##);
    }

    #[test]
    fn lifetimes_and_characters_are_told_apart() {
        assert_eq!(mask("fn f<'a>(x: &'a str) { '{' }"), "fn f<'a>(x: &'a str) { '.' }");
        assert_eq!(mask(r"['\'', '\u{7d}', b'}']"), r"['..', '......', b'.']");
        assert_eq!(mask("r#fn"), "r#fn");
    }
}
