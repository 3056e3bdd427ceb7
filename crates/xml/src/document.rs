//! A parsed document: the arena in which its nodes lie.
//!
//! What reads it is `element.rs`, what fills it is `parse.rs`. The one thing to know: nodes lie in document order and
//! each element knows where its subtree ends, so that every walk is a loop over a range. Strings are borrowed from the
//! input wherever the input says them as they are.

use std::borrow::Cow;

use crate::element::Element;
use crate::error::Error;
use crate::ids::Ids;
use crate::limits::Limits;
use crate::names::{NONE, Names, short};
use crate::parse;

/// A document that was accepted; it borrows from the bytes it was read from.
#[derive(Debug)]
pub struct Document<'i> {
    /// The input.
    pub(crate) text: &'i str,
    /// The first is the root.
    pub(crate) nodes: Vec<Node<'i>>,
    pub(crate) attributes: Vec<Attribute<'i>>,
    pub(crate) declarations: Vec<Declaration>,
    /// The prefixes of its names, declared or used.
    pub(crate) prefixes: Names<'i>,
    pub(crate) namespaces: Names<'i>,
    pub(crate) ids: Ids<'i>,
    /// The texts and values that the input writes in another way than they are read.
    pub(crate) resolved: Vec<String>,
    pub(crate) elements: usize,
    pub(crate) depth: usize,
}

impl<'i> Document<'i> {
    /// Reads a message, within [`Limits::MESSAGE`].
    ///
    /// # Errors
    /// [`Error`] names the first rule that the document breaks.
    pub fn parse(input: &'i [u8]) -> Result<Self, Error> {
        Self::parse_with(input, &Limits::MESSAGE)
    }

    /// Reads a message whose encoding is known, within [`Limits::MESSAGE`]; every other rule is the same.
    ///
    /// # Errors
    /// [`Error`] names the first rule that the document breaks.
    pub fn parse_text(input: &'i str) -> Result<Self, Error> {
        parse::parse_text(input, &Limits::MESSAGE)
    }

    /// Reads a document within other limits.
    ///
    /// # Errors
    /// [`Error`] names the first rule that the document breaks.
    pub fn parse_with(input: &'i [u8], limits: &Limits) -> Result<Self, Error> {
        parse::parse(input, limits)
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element { document: self, index: 0 }
    }

    /// What a text says.
    #[inline]
    pub(crate) fn said(&self, text: Text<'i>) -> &str {
        match text {
            Text::Plain(text) => text,
            Text::Resolved(place) => {
                self.resolved.get(place as usize).map(String::as_str).unwrap_or_default()
            }
        }
    }

    /// Keeps a text.
    #[inline]
    pub(crate) fn keep(&mut self, text: Cow<'i, str>) -> Text<'i> {
        match text {
            Cow::Borrowed(text) => Text::Plain(text),
            Cow::Owned(text) => {
                self.resolved.push(text);
                Text::Resolved(short(self.resolved.len() - 1))
            }
        }
    }

    /// A text that was read from this document as the part of the input that it is, if it is one: that outlives the
    /// document. A value with references in it is none.
    #[must_use]
    #[inline]
    pub fn original(&self, text: &str) -> Option<&'i str> {
        let place = (text.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        self.text.get(place..place.checked_add(text.len())?)
    }

    /// Where a part of the input stands in it.
    pub(crate) fn place_of(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// How many elements there are, and how many stand inside one another at most, the root included.
    #[must_use]
    pub fn dimensions(&self) -> (usize, usize) {
        (self.elements, self.depth)
    }

    /// Every attribute that looks like an ID (`ID`, `Id`, `id`, in any namespace), by its value without white space
    /// around it, and the element that has it. The values differ: a document with a duplicate is refused.
    pub fn ids(&self) -> impl Iterator<Item = (&str, Element<'_>)> {
        self.ids.iter().map(|(id, index)| (id, Element { document: self, index }))
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Node<'i> {
    Element(Tag<'i>),
    Text(Text<'i>),
    Cdata(Text<'i>),
    Comment,
}

/// A text, or the value of an attribute. There is nothing to free in it, so that a document goes at once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Text<'i> {
    /// The input says it as it is.
    Plain(&'i str),
    /// It was put together; its place in [`Document::resolved`].
    Resolved(u32),
}

/// An element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag<'i> {
    pub(crate) name: Name<'i>,
    /// Its range of [`Document::attributes`], sorted by namespace and local name: the order of the canonical form.
    pub(crate) attributes: Part,
    /// Its range of [`Document::declarations`], sorted by prefix.
    pub(crate) declarations: Part,
    /// The index of the element around it, or [`Tag::ROOT`].
    pub(crate) parent: u32,
    /// The index after the last node of its subtree.
    pub(crate) end: u32,
    /// Where it stands in the input.
    pub(crate) span: Part,
    /// Where its start tag ends in the input, if the canonical form writes that tag as the input does as long as no
    /// declaration is to be added; else 0.
    pub(crate) canonical_end: u32,
    /// Where its end tag begins in the input, if the canonical form writes that tag as the input does; else 0.
    pub(crate) end_tag: u32,
}

impl Tag<'_> {
    /// No index: no document has so many nodes.
    pub(crate) const ROOT: u32 = u32::MAX;

    /// What stands in for an element that is not there: it has no name, no attributes and no children.
    pub(crate) const NONE: &'static Tag<'static> = &Tag {
        name: Name { local: "", prefix: NONE, namespace: NONE },
        attributes: Part { start: 0, end: 0 },
        declarations: Part { start: 0, end: 0 },
        parent: Self::ROOT,
        end: 0,
        span: Part { start: 0, end: 0 },
        canonical_end: 0,
        end_tag: 0,
    };
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'i> {
    pub(crate) local: &'i str,
    /// Its number in [`Document::prefixes`].
    pub(crate) prefix: u32,
    /// Its number in [`Document::namespaces`].
    pub(crate) namespace: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'i> {
    pub(crate) name: Name<'i>,
    pub(crate) value: Text<'i>,
}

/// A namespace declaration; the prefix of the default namespace is empty, and so is the namespace of `xmlns=""`. Both
/// are numbers in the tables of the [`Document`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declaration {
    pub(crate) prefix: u32,
    pub(crate) namespace: u32,
    /// Where its value stands in the input.
    pub(crate) place: u32,
}

/// A range in half the room: no input is longer than [`u32::MAX`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Part {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}
