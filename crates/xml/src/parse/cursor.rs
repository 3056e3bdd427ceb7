//! Cutting tokens from the input.
//!
//! What the tokens mean is in `parse.rs`. The one thing to know: the cursor only moves forward, and each of its steps
//! takes time in proportion to what it moves over.

use crate::characters::{is_name, is_name_byte, is_space};
use crate::error::{ErrorKind, Fault};
use crate::search::find;

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
        !self.take_while(is_space).is_empty()
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
    pub(crate) fn name(&mut self) -> Result<Qualified<'i>, Fault> {
        let fault = Fault { kind: ErrorKind::Name, offset: self.offset() };
        let (mut length, mut colons, mut colon) = (0, 0_usize, 0);
        for byte in self.rest.bytes().take_while(|byte| is_name_byte(*byte)) {
            if byte == b':' {
                (colons, colon) = (colons + 1, length);
            }
            length += 1;
        }
        if length == 0 {
            return Err(self.fault(ErrorKind::Name));
        }
        let whole = self.advance(length);
        let (prefix, local) = match (colons, whole.split_at_checked(colon)) {
            (1, Some((prefix, local))) => (prefix, local.get(1..).unwrap_or_default()),
            _ => ("", whole),
        };
        if colons > 1 || (colons == 1 && (prefix.is_empty() || local.is_empty())) {
            return Err(Fault { kind: ErrorKind::QualifiedName, ..fault });
        }
        let named = is_name(local) && (colons == 0 || is_name(prefix));
        if named { Ok(Qualified { whole, prefix, local }) } else { Err(fault) }
    }

    #[inline]
    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'i str {
        let end = self.rest.bytes().position(|byte| !wanted(byte));
        self.advance(end.unwrap_or(self.rest.len()))
    }

    fn advance(&mut self, length: usize) -> &'i str {
        // The length never falls inside a character: what was searched for is ASCII.
        let (before, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        before
    }
}
