//! Cutting tokens from the input.
//!
//! What the tokens mean is in `parse.rs`. The one thing to know: the cursor only moves forward, and each of its steps
//! takes time in proportion to what it moves over. It never stops inside a character: what it searches for is ASCII.

use crate::characters::{begins_common_name, continues_common_name, is_name, is_name_byte, is_space};
use crate::error::{ErrorKind, Fault};
use crate::search::{find, find_in_value, letters};

/// The input, and a place in it.
pub(crate) struct Cursor<'i> {
    text: &'i str,
    at: usize,
}

/// A name as it is written: where it stands, and its parts.
#[derive(Clone, Copy)]
pub(crate) struct Qualified<'i> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) prefix: &'i str,
    pub(crate) local: &'i str,
}

/// What stands between quotes.
#[derive(Clone, Copy)]
pub(crate) struct Quoted<'i> {
    pub(crate) content: &'i str,
    /// Whether every character of it stands for itself in an attribute: no reference, no `<`, no white space but spaces.
    pub(crate) is_plain: bool,
}

impl<'i> Cursor<'i> {
    pub(crate) fn new(text: &'i str) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'i str {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn ahead(&self) -> &'i [u8] {
        self.bytes(self.at)
    }

    /// The next byte.
    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Where a part that was cut from the input stands in it.
    #[inline]
    pub(crate) fn offset_of(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    pub(crate) fn fault(&self, kind: ErrorKind) -> Fault {
        let kind = if self.rest().is_empty() { ErrorKind::UnexpectedEnd } else { kind };
        Fault { kind, offset: self.at }
    }

    /// Steps over a byte that is known to be there, and to be ASCII.
    #[inline]
    pub(crate) fn step(&mut self) {
        self.at += 1;
    }

    #[inline]
    pub(crate) fn eat(&mut self, token: &str) -> bool {
        let ahead = self.bytes(self.at).starts_with(token.as_bytes());
        if ahead {
            self.at += token.len();
        }
        ahead
    }

    /// Steps over the same bytes again that stand at a place before.
    #[inline]
    pub(crate) fn eat_again(&mut self, start: usize, end: usize) -> bool {
        let length = end - start;
        let ahead = self.slice(start, end) == self.slice(self.at, self.at + length);
        if ahead {
            self.at += length;
        }
        ahead
    }

    #[inline]
    pub(crate) fn expect(&mut self, token: &str, kind: ErrorKind) -> Result<(), Fault> {
        if self.eat(token) { Ok(()) } else { Err(self.fault(kind)) }
    }

    /// Whether there was white space to skip.
    #[inline]
    pub(crate) fn skip_space(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
        self.at > start
    }

    /// What is before `token`, and steps over it.
    pub(crate) fn until(&mut self, token: &str) -> Result<&'i str, Fault> {
        match self.rest().split_once(token) {
            Some((before, _)) => {
                self.at += before.len() + token.len();
                Ok(before)
            }
            None => Err(Fault { kind: ErrorKind::UnexpectedEnd, offset: self.text.len() }),
        }
    }

    /// What is before the next tag, comment or the like.
    pub(crate) fn until_markup(&mut self) -> &'i str {
        let rest = self.rest();
        self.advance(find(rest, [b'<']).unwrap_or(rest.len()))
    }

    /// Character data up to the next tag, if all of it stands for itself.
    #[inline]
    pub(crate) fn plain_text(&mut self) -> Option<&'i str> {
        let length = find(self.rest(), [b'<', b'&', b'\r', b']'])?;
        if self.byte(self.at + length) == Some(b'<') { Some(self.advance(length)) } else { None }
    }

    /// A quoted string.
    #[inline(always)]
    pub(crate) fn quoted(&mut self, kind: ErrorKind) -> Result<Quoted<'i>, Fault> {
        let Some(quote @ (b'"' | b'\'')) = self.peek() else { return Err(self.fault(kind)) };
        self.at += 1;
        let plain = find_in_value(self.bytes(self.at), quote).unwrap_or_default();
        if self.byte(self.at + plain) == Some(quote) {
            let content = self.advance(plain);
            self.at += 1;
            return Ok(Quoted { content, is_plain: true });
        }
        let Some(length) = find(self.rest(), [quote]) else {
            return Err(Fault { kind: ErrorKind::UnexpectedEnd, offset: self.text.len() });
        };
        let content = self.advance(length);
        self.at += 1;
        Ok(Quoted { content, is_plain: false })
    }

    /// A name with or without a prefix (Namespaces in XML 1.0, production `QName`).
    #[inline(always)]
    pub(crate) fn name(&mut self) -> Result<Qualified<'i>, Fault> {
        let start = self.at;
        let mut local = start;
        let mut end = self.common_name(start);
        if end > start && self.byte(end) == Some(b':') {
            local = end + 1;
            end = self.common_name(local);
        }
        if end == local || self.byte(end).is_some_and(is_name_byte) {
            return self.uncommon_name();
        }
        self.at = end;
        let prefix = if local == start { "" } else { self.slice(start, local - 1) };
        Ok(Qualified { start, end, prefix, local: self.slice(local, end) })
    }

    /// Where the part of a name ends that begins here, if it has no other characters than ASCII, as nearly all have; it
    /// may go on with others. If it has not, here.
    #[inline]
    fn common_name(&self, start: usize) -> usize {
        // Most have nothing but letters.
        let mut end = start + letters(self.text.as_bytes(), start);
        if end == start && !self.byte(start).is_some_and(begins_common_name) {
            return start;
        }
        while self.byte(end).is_some_and(continues_common_name) {
            end += 1;
        }
        end
    }

    /// Any name, or what is wrong with it.
    #[cold]
    fn uncommon_name(&mut self) -> Result<Qualified<'i>, Fault> {
        let fault = Fault { kind: ErrorKind::Name, offset: self.at };
        let length = self.rest().bytes().take_while(|byte| is_name_byte(*byte)).count();
        if length == 0 {
            return Err(self.fault(ErrorKind::Name));
        }
        let start = self.at;
        let whole = self.advance(length);
        let (prefix, local) = match whole.split_once(':') {
            None => ("", whole),
            Some((prefix, local)) if prefix.is_empty() || local.is_empty() || local.contains(':') => {
                return Err(Fault { kind: ErrorKind::QualifiedName, ..fault });
            }
            Some(parts) => parts,
        };
        let named = is_name(local) && (prefix.is_empty() || is_name(prefix));
        if named { Ok(Qualified { start, end: self.at, prefix, local }) } else { Err(fault) }
    }

    #[inline]
    fn bytes(&self, from: usize) -> &'i [u8] {
        self.text.as_bytes().get(from..).unwrap_or_default()
    }

    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    #[inline]
    fn slice(&self, start: usize, end: usize) -> &'i str {
        self.text.get(start..end).unwrap_or_default()
    }

    #[inline]
    fn advance(&mut self, length: usize) -> &'i str {
        let start = self.at;
        self.at += length;
        self.slice(start, self.at)
    }
}
