//! The exclusive canonical form, without comments (Exclusive XML Canonicalization 1.0, Canonical XML 1.0).
//!
//! Which form a signature asks for is decided in `dsig`; the inclusive form is not offered. The one thing to know: the
//! parser has already put attributes in their canonical order and resolved every name, so one walk over the nodes
//! remains, in which only the declarations that are already written must be remembered. What the input writes as the
//! form does, which is most of it, is copied in runs as long as possible.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::bindings::Bindings;
use crate::document::{Node, Tag, Text};
use crate::element::Element;
use crate::names::{NONE, XML};
use crate::search::find;

/// The canonical form of an element without the subtree `omit`, as the enveloped-signature transform leaves it out.
///
/// `inclusive_prefixes` is the PrefixList of InclusiveNamespaces; `#default` in it stands for the default namespace.
/// The form is never empty unless the element itself is omitted, and it is a document of its own.
#[must_use]
pub fn exclusive(element: Element<'_>, omit: Option<Element<'_>>, inclusive_prefixes: &[&str]) -> Vec<u8> {
    exclusive_text(element, omit, inclusive_prefixes).into_bytes()
}

/// The same as a text, which can be read again without a look at its encoding.
#[must_use]
pub fn exclusive_text(
    element: Element<'_>,
    omit: Option<Element<'_>>,
    inclusive_prefixes: &[&str],
) -> String {
    let omitted = omit.filter(|omit| std::ptr::eq(omit.document, element.document)).map(|omit| omit.index);
    let mut form = Form::new(element, inclusive_prefixes);
    let end = element.tag().end;
    let mut index = element.index;
    while index < end {
        if index >= form.next_end {
            form.close(index);
        }
        let node = element.document.nodes.get(index as usize);
        index += 1;
        match node {
            Some(Node::Element(tag)) if omitted == Some(index - 1) => index = tag.end,
            Some(Node::Element(tag)) => form.open(Element { index: index - 1, ..element }, tag),
            Some(Node::Text(Text::Plain(text))) => form.plain(text),
            Some(Node::Text(text) | Node::Cdata(text)) => form.text(element.document.said(*text)),
            Some(Node::Comment) | None => {}
        }
    }
    form.close(end);
    form.flush();
    form.text
}

struct Form<'d> {
    text: String,
    apex: Element<'d>,
    inclusive: BTreeSet<u32>,
    /// What the declarations written so far bind at this place of the form.
    written: Bindings,
    /// The declarations that the element at hand must have, by prefix; kept to keep its memory.
    fresh: Vec<(&'d str, u32)>,
    opened: Vec<Opened<'d>>,
    /// The index behind the innermost element that is open.
    next_end: u32,
    /// What is still to be copied from the input, behind `text`.
    run: Range<usize>,
}

struct Opened<'d> {
    tag: &'d Tag<'d>,
    mark: usize,
}

impl<'d> Form<'d> {
    fn new(apex: Element<'d>, inclusive_prefixes: &[&str]) -> Self {
        let span = apex.span();
        Self {
            // Room for the declarations that move down to their first use.
            text: String::with_capacity(span.len() + span.len() / 8 + 256),
            apex,
            inclusive: in_scope(apex, inclusive_prefixes),
            written: Bindings::new(),
            fresh: Vec::with_capacity(4),
            opened: Vec::with_capacity(16),
            next_end: u32::MAX,
            run: 0..0,
        }
    }

    fn open(&mut self, element: Element<'d>, tag: &'d Tag<'d>) {
        let mark = self.written.mark();
        self.need(tag.name.prefix, tag.name.namespace);
        for attribute in element.raw_attributes() {
            if attribute.name.prefix != NONE {
                self.need(attribute.name.prefix, attribute.name.namespace);
            }
        }
        if !self.inclusive.is_empty() {
            self.need_inclusive(element);
        }
        if tag.canonical_end > 0 && self.fresh.is_empty() {
            self.copy(tag.span.start as usize..tag.canonical_end as usize);
        } else {
            self.start_tag(element, tag);
        }
        self.opened.push(Opened { tag, mark });
        self.next_end = tag.end;
    }

    fn start_tag(&mut self, element: Element<'d>, tag: &'d Tag<'d>) {
        self.flush();
        self.text.push('<');
        self.name(tag.name.prefix, tag.name.local);
        self.declarations();
        for attribute in element.raw_attributes() {
            self.text.push(' ');
            self.name(attribute.name.prefix, attribute.name.local);
            self.text.push_str("=\"");
            self.escaped(
                self.apex.document.said(attribute.value),
                [b'&', b'<', b'"', b'\t', b'\n', b'\r'],
                in_attribute,
            );
            self.text.push('"');
        }
        self.text.push('>');
    }

    /// Closes the elements that end before the node at `index`.
    fn close(&mut self, index: u32) {
        while let Some(opened) = self.opened.pop_if(|opened| opened.tag.end <= index) {
            self.end_tag(opened.tag);
            self.written.restore(opened.mark);
        }
        self.next_end = self.opened.last().map_or(u32::MAX, |opened| opened.tag.end);
    }

    fn end_tag(&mut self, tag: &Tag<'_>) {
        if tag.end_tag > 0 {
            return self.copy(tag.end_tag as usize..tag.span.end as usize);
        }
        self.flush();
        self.text.push_str("</");
        self.name(tag.name.prefix, tag.name.local);
        self.text.push('>');
    }

    /// Text that the input writes without references and line ends of its own.
    fn plain(&mut self, text: &'d str) {
        match find(text, [b'>']) {
            None => {
                let start = self.apex.document.place_of(text);
                self.copy(start..start + text.len());
            }
            Some(_) => self.text(text),
        }
    }

    /// Takes a part of the input as it is.
    fn copy(&mut self, part: Range<usize>) {
        if self.run.end == part.start {
            self.run.end = part.end;
        } else {
            self.flush();
            self.run = part;
        }
    }

    /// Copies what is to be copied, before something else is written.
    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        self.text.push_str(self.apex.document.text.get(run).unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        self.flush();
        self.escaped(text, [b'&', b'<', b'>', b'\r'], in_text);
    }

    /// Declares a prefix that is used here, unless what is written around here already says the same. Nothing written
    /// and no namespace are the same: `xmlns=""` is written only where it takes something back.
    fn need(&mut self, prefix: u32, namespace: u32) {
        if prefix != XML && self.written.of(prefix) != namespace {
            self.written.bind(prefix, namespace);
            self.fresh.push((self.apex.document.prefixes.name(prefix), namespace));
        }
    }

    /// Declares the prefixes of the PrefixList whether they are used or not: at the apex all that are in scope, inside
    /// it those that an element declares anew.
    fn need_inclusive(&mut self, element: Element<'d>) {
        if element == self.apex {
            let inclusive = std::mem::take(&mut self.inclusive);
            for prefix in &inclusive {
                let namespace = element.bound_to(element.document.prefixes.name(*prefix));
                self.need(*prefix, namespace);
            }
            self.inclusive = inclusive;
            return;
        }
        for declared in element.declarations() {
            if self.inclusive.contains(&declared.prefix) {
                self.need(declared.prefix, declared.namespace);
            }
        }
    }

    fn declarations(&mut self) {
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable();
        for (prefix, namespace) in fresh.drain(..) {
            self.text.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.text.push_str(prefix);
            self.text.push_str("=\"");
            // The parser lets no namespace pass that would have to be escaped.
            let namespace = self.apex.document.namespaces.name(namespace);
            self.text.push_str(namespace);
            self.text.push('"');
        }
        self.fresh = fresh;
    }

    fn name(&mut self, prefix: u32, local: &str) {
        if prefix != NONE {
            let prefix = self.apex.document.prefixes.name(prefix);
            self.text.push_str(prefix);
            self.text.push(':');
        }
        self.text.push_str(local);
    }

    fn escaped<const N: usize>(
        &mut self,
        text: &str,
        special: [u8; N],
        replacement: impl Fn(u8) -> Option<&'static str>,
    ) {
        let mut rest = text;
        while let Some(place) = find(rest, special) {
            let (plain, found) = rest.split_at_checked(place).unwrap_or((rest, ""));
            self.text.push_str(plain);
            let replaced = found.bytes().next().and_then(&replacement);
            self.text.push_str(replaced.unwrap_or_default());
            rest = found.get(1..).unwrap_or_default();
        }
        self.text.push_str(rest);
    }
}

/// The prefixes of the list that are bound somewhere at or inside the apex.
fn in_scope(apex: Element<'_>, prefixes: &[&str]) -> BTreeSet<u32> {
    let listed: BTreeSet<&str> =
        prefixes.iter().map(|prefix| if *prefix == "#default" { "" } else { prefix }).collect();
    if listed.is_empty() {
        return BTreeSet::new();
    }
    let around = std::iter::successors(apex.parent(), |element| element.parent());
    around
        .chain(apex.descendants())
        .flat_map(Element::declarations)
        .map(|declared| declared.prefix)
        .filter(|prefix| listed.contains(apex.document.prefixes.name(*prefix)))
        .collect()
}

/// What a character of text becomes, if it is not written as it is (Canonical XML 1.0, section 2.3).
pub(crate) fn in_text(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    }
}

/// The same for the value of an attribute.
pub(crate) fn in_attribute(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    }
}
