//! The parser: one pass over the input, into the arena of `document.rs`.
//!
//! Here live the order of things in a document and the rules of tags. What names, values and namespaces may look like
//! is in the modules below it, what is allowed before and after the root in `parse/prolog.rs`.
//!
//! The one thing to know: it is strict. XML that is well formed and uses nothing that is refused by name
//! ([`ErrorKind`] lists it) is read as the specification says; everything else is an error, and nothing is repaired.

mod cursor;
mod namespaces;
mod prolog;
mod value;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use crate::XML_NAMESPACE;
use crate::bindings::Bindings;
use crate::characters::{self, begins_common_name};
use crate::document::{Attribute, Declaration, Document, Name, Node, Part, Tag, Text};
use crate::error::{Error, ErrorKind, Fault};
use crate::ids::Ids;
use crate::limits::Limits;
use crate::names::{NONE, Names, XML, short};
use cursor::{Cursor, Qualified, Quoted};
use namespaces::Effect;

/// Reads a document.
pub(crate) fn parse<'i>(input: &'i [u8], limits: &Limits) -> Result<Document<'i>, Error> {
    let admitted = admit(input, limits).and_then(|()| decode(input));
    admitted.and_then(|text| read(text, limits)).map_err(|fault| fault.locate(input))
}

/// Reads a document whose encoding is known.
pub(crate) fn parse_text<'i>(input: &'i str, limits: &Limits) -> Result<Document<'i>, Error> {
    let admitted = admit(input.as_bytes(), limits);
    admitted.and_then(|()| read(input, limits)).map_err(|fault| fault.locate(input.as_bytes()))
}

/// Holds the input as a whole to its size and the mark of its encoding.
fn admit(input: &[u8], limits: &Limits) -> Result<(), Fault> {
    if input.len() > limits.bytes.min(u32::MAX as usize) {
        return Err(Fault { kind: ErrorKind::TooManyBytes, offset: limits.bytes });
    }
    if let [0xEF, 0xBB, 0xBF, ..] | [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] = input {
        return Err(Fault { kind: ErrorKind::ByteOrderMark, offset: 0 });
    }
    Ok(())
}

fn decode(input: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(input)
        .map_err(|error| Fault { kind: ErrorKind::NotUtf8, offset: error.valid_up_to() })
}

fn read<'i>(text: &'i str, limits: &Limits) -> Result<Document<'i>, Fault> {
    characters::check(text)?;
    let mut parser = Parser::new(text, limits);
    parser.document()?;
    Ok(parser.document)
}

struct Parser<'i, 'l> {
    cursor: Cursor<'i>,
    limits: &'l Limits,
    scope: Bindings,
    open: Vec<Open>,
    document: Document<'i>,
}

/// How a start tag is written.
struct Shape {
    /// It is the tag of an empty element, and its end as well.
    is_empty: bool,
    /// The canonical form writes it in the same way, if it has to add no declaration.
    is_canonical: bool,
}

/// An element whose end tag is still to come.
struct Open {
    index: u32,
    /// Where the name in its start tag stands.
    name: Range<usize>,
    /// What to restore the scope to.
    mark: usize,
}

impl<'i, 'l> Parser<'i, 'l> {
    fn new(text: &'i str, limits: &'l Limits) -> Self {
        // Typical messages have a node for every 50 bytes and an attribute for every 100, some a few more.
        let document = Document {
            text,
            nodes: Vec::with_capacity((text.len() / 40 + 8).min(limits.nodes)),
            attributes: Vec::with_capacity((text.len() / 100 + 8).min(limits.nodes)),
            declarations: Vec::with_capacity(8),
            prefixes: Names::new("xml"),
            namespaces: Names::new(XML_NAMESPACE),
            ids: Ids::default(),
            resolved: Vec::new(),
            elements: 0,
            depth: 0,
        };
        let mut scope = Bindings::new();
        scope.bind(XML, XML);
        Self { cursor: Cursor::new(text), limits, scope, open: Vec::with_capacity(16), document }
    }

    fn document(&mut self) -> Result<(), Fault> {
        prolog::before_root(&mut self.cursor)?;
        self.start_tag()?;
        while !self.open.is_empty() {
            self.text()?;
            self.markup()?;
        }
        prolog::after_root(&mut self.cursor)
    }

    #[inline]
    fn text(&mut self) -> Result<(), Fault> {
        if self.cursor.peek() == Some(b'<') {
            return Ok(());
        }
        let text = match self.cursor.plain_text() {
            Some(plain) => Cow::Borrowed(plain),
            None => {
                let raw = self.cursor.until_markup();
                value::text(raw).map_err(|wrong| self.within(raw, wrong))?
            }
        };
        if text.is_empty() {
            return Ok(());
        }
        let text = self.document.keep(text);
        self.push(Node::Text(text)).map(drop)
    }

    fn markup(&mut self) -> Result<(), Fault> {
        match self.cursor.ahead() {
            [b'<', b'/', ..] => self.end_tag(),
            [b'<', b'!', ..] => self.comment_or_cdata(),
            [b'<', b'?', ..] => Err(prolog::refused(&self.cursor, ErrorKind::ProcessingInstruction)),
            [b'<', ..] => self.start_tag(),
            _ => Err(self.cursor.fault(ErrorKind::UnexpectedEnd)),
        }
    }

    fn comment_or_cdata(&mut self) -> Result<(), Fault> {
        let node = if self.cursor.eat("<!--") {
            prolog::comment(&mut self.cursor)?;
            Node::Comment
        } else if self.cursor.eat("<![CDATA[") {
            Node::Cdata(self.document.keep(value::cdata(self.cursor.until("]]>")?)))
        } else {
            return Err(prolog::refused(&self.cursor, ErrorKind::Markup));
        };
        self.push(node).map(drop)
    }

    fn start_tag(&mut self) -> Result<(), Fault> {
        let start = self.cursor.offset();
        if self.open.len() >= self.limits.depth {
            return Err(self.cursor.fault(ErrorKind::TooDeep));
        }
        self.cursor.eat("<");
        let written = self.cursor.name()?;
        let (attributes, declarations) = (self.document.attributes.len(), self.document.declarations.len());
        let mut shape = self.attributes(attributes, declarations)?;

        let mark = self.scope.mark();
        if self.document.declarations.len() > declarations {
            self.declare(declarations)?;
        }
        let name = self.element_name(written)?;
        if self.document.attributes.len() > attributes {
            shape.is_canonical &= self.settle(attributes)?;
        }
        let tag = Tag {
            name,
            attributes: part(attributes, self.document.attributes.len()),
            declarations: part(declarations, self.document.declarations.len()),
            parent: self.open.last().map_or(Tag::ROOT, |open| open.index),
            end: 0,
            span: part(start, start),
            canonical_end: if shape.is_canonical { short(self.cursor.offset()) } else { 0 },
            end_tag: 0,
        };
        let index = self.push(Node::Element(tag))?;
        if self.document.attributes.len() > attributes {
            self.note_id(index, attributes)?;
        }
        self.document.elements += 1;
        self.document.depth = self.document.depth.max(self.open.len() + 1);
        if shape.is_empty {
            self.close(index, mark, 0);
        } else {
            self.open.push(Open { index, name: written.start..written.end, mark });
        }
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), Fault> {
        let start = self.cursor.offset();
        self.cursor.eat("</");
        let Some(open) = self.open.pop() else { return Err(self.cursor.fault(ErrorKind::EndTag)) };
        if !self.cursor.eat_again(open.name.start, open.name.end) {
            return Err(Fault { offset: start, ..self.cursor.fault(ErrorKind::EndTag) });
        }
        let is_canonical = !self.cursor.skip_space();
        self.cursor.expect(">", ErrorKind::EndTag)?;
        self.close(open.index, open.mark, if is_canonical { start } else { 0 });
        Ok(())
    }

    /// The attributes and declarations of a start tag, to its end.
    #[inline]
    fn attributes(&mut self, attributes: usize, declarations: usize) -> Result<Shape, Fault> {
        let mut is_canonical = true;
        loop {
            // Nearly always the tag ends here, or goes on with one space and a name.
            match self.cursor.ahead() {
                [b'>', ..] => {
                    self.cursor.step();
                    return Ok(Shape { is_empty: false, is_canonical });
                }
                [b' ', next, ..] if begins_common_name(*next) => self.cursor.step(),
                _ => {
                    is_canonical = false;
                    if let Some(is_empty) = self.before_attribute()? {
                        return Ok(Shape { is_empty, is_canonical });
                    }
                }
            }
            let name = self.cursor.name()?;
            match self.cursor.ahead() {
                [b'=', b'"', ..] => self.cursor.step(),
                _ => {
                    is_canonical = false;
                    self.cursor.skip_space();
                    self.cursor.expect("=", ErrorKind::AttributeValue)?;
                    self.cursor.skip_space();
                }
            }
            let quoted = self.cursor.quoted(ErrorKind::AttributeValue)?;
            is_canonical &= quoted.is_plain;
            match name {
                Qualified { prefix: "xmlns", local: prefix, .. } => {
                    is_canonical = false;
                    self.declaration(declarations, prefix, quoted.content)?
                }
                Qualified { prefix: "", local: "xmlns", .. } => {
                    is_canonical = false;
                    self.declaration(declarations, "", quoted.content)?
                }
                name => self.attribute(attributes, name, quoted)?,
            }
        }
    }

    /// What may stand between attributes: white space, or the end of the tag, which may be that of an empty element.
    fn before_attribute(&mut self) -> Result<Option<bool>, Fault> {
        let spaced = self.cursor.skip_space();
        if self.cursor.eat(">") {
            return Ok(Some(false));
        }
        if self.cursor.eat("/>") {
            return Ok(Some(true));
        }
        if !spaced || self.cursor.peek() == Some(b'/') {
            return Err(self.cursor.fault(ErrorKind::Tag));
        }
        Ok(None)
    }

    #[inline]
    fn attribute(&mut self, first: usize, name: Qualified<'i>, quoted: Quoted<'i>) -> Result<(), Fault> {
        if self.document.attributes.len() - first >= self.limits.attributes {
            return Err(Fault { kind: ErrorKind::TooManyAttributes, offset: name.start });
        }
        let raw = quoted.content;
        let value = match quoted.is_plain {
            true => Text::Plain(raw),
            false => {
                let value = value::attribute(raw).map_err(|wrong| self.within(raw, wrong))?;
                self.document.keep(value)
            }
        };
        // Its prefix may be declared further on in the tag.
        let prefix = self.document.prefixes.number(name.prefix);
        let name = Name { local: name.local, prefix, namespace: NONE };
        self.document.attributes.push(Attribute { name, value });
        Ok(())
    }

    fn declaration(&mut self, first: usize, prefix: &'i str, namespace: &'i str) -> Result<(), Fault> {
        if self.document.declarations.len() - first >= self.limits.namespaces {
            return Err(self.at(namespace, ErrorKind::TooManyNamespaces));
        }
        match namespaces::check(prefix, namespace).map_err(|kind| self.at(namespace, kind))? {
            Effect::Binds => {
                let place = short(self.cursor.offset_of(namespace));
                let document = &mut self.document;
                let prefix = document.prefixes.number(prefix);
                let namespace = document.namespaces.number(namespace);
                document.declarations.push(Declaration { prefix, namespace, place });
            }
            Effect::Nothing => {}
        }
        Ok(())
    }

    /// Brings the declarations of a tag into scope.
    fn declare(&mut self, first: usize) -> Result<(), Fault> {
        let Document { declarations, prefixes, .. } = &mut self.document;
        let declarations = declarations.get_mut(first..).unwrap_or_default();
        declarations.sort_unstable_by_key(|declared| prefixes.name(declared.prefix));
        let mut before = None;
        for declared in declarations {
            if before == Some(declared.prefix) {
                let offset = declared.place as usize;
                return Err(Fault { kind: ErrorKind::DuplicateAttribute, offset });
            }
            before = Some(declared.prefix);
            self.scope.bind(declared.prefix, declared.namespace);
        }
        Ok(())
    }

    fn element_name(&mut self, written: Qualified<'i>) -> Result<Name<'i>, Fault> {
        let prefix = self.document.prefixes.number(written.prefix);
        let namespace = self.scope.of(prefix);
        // Only the default namespace can be bound to nothing.
        if namespace == NONE && prefix != NONE {
            return Err(Fault { kind: ErrorKind::UndeclaredPrefix, offset: written.start });
        }
        Ok(Name { local: written.local, prefix, namespace })
    }

    /// Puts the attributes of a tag into their namespaces and in order, and finds the one that is there twice; whether
    /// they were in order.
    fn settle(&mut self, first: usize) -> Result<bool, Fault> {
        let (scope, cursor) = (&self.scope, &self.cursor);
        let Document { attributes, namespaces, .. } = &mut self.document;
        let fault = |kind, name: &Name<'_>| Err(Fault { kind, offset: cursor.offset_of(name.local) });
        let attributes = attributes.get_mut(first..).unwrap_or_default();
        for Attribute { name, .. } in attributes.iter_mut().filter(|attribute| attribute.name.prefix != NONE)
        {
            name.namespace = scope.of(name.prefix);
            if name.namespace == NONE {
                return fault(ErrorKind::UndeclaredPrefix, name);
            }
            if name.prefix == XML && name.local == "base" {
                return fault(ErrorKind::Base, name);
            }
        }
        // One look finds the tags that need no sorting: those with one attribute, and all of a canonical form.
        let order = |one: &Attribute<'_>, other: &Attribute<'_>| order(namespaces, &one.name, &other.name);
        if attributes.is_sorted_by(|one, other| order(one, other).is_lt()) {
            return Ok(true);
        }
        attributes.sort_unstable_by(order);
        for pair in attributes.windows(2) {
            if let [one, other] = pair
                && order(one, other).is_eq()
            {
                let later = if one.name.local.as_ptr() > other.name.local.as_ptr() { one } else { other };
                return fault(ErrorKind::DuplicateAttribute, &later.name);
            }
        }
        Ok(false)
    }

    /// Holds the ID of an element to be its only one, and the only one of its value.
    fn note_id(&mut self, index: u32, first: usize) -> Result<(), Fault> {
        let attributes = self.document.attributes.get(first..).unwrap_or_default();
        let mut ids = attributes.iter().filter(|attribute| attribute.name.local.eq_ignore_ascii_case("id"));
        let Some(&Attribute { name, value }) = ids.next() else { return Ok(()) };
        if let Some(second) = ids.next() {
            return Err(self.at(second.name.local, ErrorKind::SeveralIds));
        }
        if self.document.ids.len() >= self.limits.ids {
            return Err(self.at(name.local, ErrorKind::TooManyIds));
        }
        let id = match value {
            Text::Plain(value) => Cow::Borrowed(trimmed(value)),
            Text::Resolved(_) => Cow::Owned(trimmed(self.document.said(value)).to_owned()),
        };
        if self.document.ids.add(id, index) {
            return Ok(());
        }
        Err(Fault { kind: ErrorKind::DuplicateId, offset: self.cursor.offset_of(name.local) })
    }

    fn close(&mut self, index: u32, mark: usize, end_tag: usize) {
        self.scope.restore(mark);
        let next = short(self.document.nodes.len());
        let behind = short(self.cursor.offset());
        if let Some(Node::Element(tag)) = self.document.nodes.get_mut(index as usize) {
            tag.end = next;
            tag.span.end = behind;
            tag.end_tag = short(end_tag);
        }
    }

    #[inline]
    fn push(&mut self, node: Node<'i>) -> Result<u32, Fault> {
        let index = self.document.nodes.len();
        if index >= self.limits.nodes {
            return Err(Fault { kind: ErrorKind::TooManyNodes, offset: self.cursor.offset() });
        }
        self.document.nodes.push(node);
        Ok(short(index))
    }

    fn at(&self, part: &str, kind: ErrorKind) -> Fault {
        Fault { kind, offset: self.cursor.offset_of(part) }
    }

    fn within(&self, part: &str, (kind, place): value::Wrong) -> Fault {
        Fault { kind, offset: self.cursor.offset_of(part) + place }
    }
}

/// The order of the canonical form: by namespace, then by local name. Most names differ in their first byte already.
fn order(namespaces: &Names<'_>, one: &Name<'_>, other: &Name<'_>) -> Ordering {
    if one.namespace != other.namespace {
        return namespaces.name(one.namespace).cmp(namespaces.name(other.namespace));
    }
    let (first, second) = (one.local.as_bytes().first(), other.local.as_bytes().first());
    first.cmp(&second).then_with(|| one.local.cmp(other.local))
}

/// The value of an ID as one that knows its type would see it, without white space around it.
fn trimmed(value: &str) -> &str {
    value.trim_matches([' ', '\t', '\n', '\r'])
}

fn part(start: usize, end: usize) -> Part {
    Part { start: short(start), end: short(end) }
}
