//! Cutting tokens from the input.
//!
//! What the tokens mean is in `parse.rs`. The one thing to know: the cursor only moves forward, and each of its steps
//! takes time in proportion to what it moves over.

use crate::characters::{is_name, is_name_byte, is_space};
use crate::error::{ErrorKind, Fault};
use crate::search::{find, letters};

/// What is left of the input.
pub(crate) struct Cursor<'i> {
    text: &'i str,
    rest: &'i str,
}

/// A name as it is written, in whole and in its parts.
#[derive(Clone, Copy)]
pub(crate) struct Qualified<'i> {
    pub(crate) whole: &'i str,
    pub(crate) prefix: &'i str,
    pub(crate) local: &'i str,
}

impl<'i> Cursor<'i> {
    pub(crate) fn new(text: &'i str) -> Self {
        Self { text, rest: text }
    }

    pub(crate) fn rest(&self) -> &'i str {
        self.rest
    }

    pub(crate) fn offset(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// Where a part that was cut from the input stands in it.
    pub(crate) fn offset_of(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    pub(crate) fn fault(&self, kind: ErrorKind) -> Fault {
        let kind = if self.rest.is_empty() { ErrorKind::UnexpectedEnd } else { kind };
        Fault { kind, offset: self.offset() }
    }

    #[inline]
    pub(crate) fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    #[inline]
    pub(crate) fn expect(&mut self, token: &str, kind: ErrorKind) -> Result<(), Fault> {
        if self.eat(token) { Ok(()) } else { Err(self.fault(kind)) }
    }

    /// Whether there was white space to skip.
    #[inline]
    pub(crate) fn skip_space(&mut self) -> bool {
        let length = self.rest.bytes().take_while(|byte| is_space(*byte)).count();
        self.advance(length);
        length > 0
    }

    /// What is before `token`, and steps over it.
    pub(crate) fn until(&mut self, token: &str) -> Result<&'i str, Fault> {
        match self.rest.split_once(token) {
            Some((before, rest)) => {
                self.rest = rest;
                Ok(before)
            }
            None => Err(Fault { kind: ErrorKind::UnexpectedEnd, offset: self.text.len() }),
        }
    }

    /// What is before the next tag, comment or the like.
    pub(crate) fn until_markup(&mut self) -> &'i str {
        self.advance(find(self.rest, [b'<']).unwrap_or(self.rest.len()))
    }

    /// Character data up to the next tag, if all of it stands for itself.
    #[inline]
    pub(crate) fn plain_text(&mut self) -> Option<&'i str> {
        let length = find(self.rest, [b'<', b'&', b'\r', b']'])?;
        if self.rest.as_bytes().get(length) == Some(&b'<') { Some(self.advance(length)) } else { None }
    }

    /// A quoted string: its content.
    pub(crate) fn quoted(&mut self, kind: ErrorKind) -> Result<&'i str, Fault> {
        let quote = self.rest.bytes().next().filter(|byte| matches!(byte, b'"' | b'\''));
        let quote = quote.ok_or_else(|| self.fault(kind))?;
        self.advance(1);
        let Some(length) = find(self.rest, [quote]) else {
            return Err(Fault { kind: ErrorKind::UnexpectedEnd, offset: self.text.len() });
        };
        let content = self.advance(length);
        self.advance(1);
        Ok(content)
    }

    /// A name with or without a prefix (Namespaces in XML 1.0, production `QName`).
    #[inline]
    pub(crate) fn name(&mut self) -> Result<Qualified<'i>, Fault> {
        let first = common_name(self.rest);
        let (first, second) = match self.rest.as_bytes().get(first) {
            Some(b':') => (first, common_name(self.rest.get(first + 1..).unwrap_or_default())),
            _ => (0, first),
        };
        let length = if first == 0 { second } else { first + 1 + second };
        let ends = !self.rest.as_bytes().get(length).is_some_and(|byte| is_name_byte(*byte));
        if second == 0 || !ends {
            return self.uncommon_name();
        }
        let whole = self.advance(length);
        let (prefix, local) = whole.split_at_checked(length - second).unwrap_or_default();
        Ok(Qualified { whole, prefix: prefix.get(..first).unwrap_or_default(), local })
    }

    /// Any name, or what is wrong with it.
    fn uncommon_name(&mut self) -> Result<Qualified<'i>, Fault> {
        let fault = Fault { kind: ErrorKind::Name, offset: self.offset() };
        let length = self.rest.bytes().take_while(|byte| is_name_byte(*byte)).count();
        if length == 0 {
            return Err(self.fault(ErrorKind::Name));
        }
        let whole = self.advance(length);
        let (prefix, local) = match whole.split_once(':') {
            None => ("", whole),
            Some((prefix, local)) if prefix.is_empty() || local.is_empty() || local.contains(':') => {
                return Err(Fault { kind: ErrorKind::QualifiedName, ..fault });
            }
            Some(parts) => parts,
        };
        let named = is_name(local) && (prefix.is_empty() || is_name(prefix));
        if named { Ok(Qualified { whole, prefix, local }) } else { Err(fault) }
    }

    #[inline]
    fn advance(&mut self, length: usize) -> &'i str {
        // The length never falls inside a character: what was searched for is ASCII.
        let (before, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        before
    }
}

/// How long the part of a name is that the text begins with, if it has no other characters than ASCII and begins with
/// a letter, as nearly all have; it may go on with others.
#[inline]
fn common_name(text: &str) -> usize {
    let letters = letters(text);
    if letters == 0 {
        return 0;
    }
    let more = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    letters + text.as_bytes().get(letters..).unwrap_or_default().iter().take_while(|byte| more(byte)).count()
}
