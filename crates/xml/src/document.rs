//! A parsed document: the arena in which its nodes lie.
//!
//! What reads it is `element.rs`, what fills it is `parse.rs`. The one thing to know: nodes lie in document order and
//! each element knows where its subtree ends, so that every walk is a loop over a range. Strings are borrowed from the
//! input wherever the input says them as they are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::element::Element;
use crate::error::Error;
use crate::limits::Limits;
use crate::names::{NONE, Names};
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
    pub(crate) ids: BTreeMap<Cow<'i, str>, u32>,
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
        self.ids.iter().map(|(id, index)| (id.as_ref(), Element { document: self, index: *index }))
    }
}

#[derive(Debug)]
pub(crate) enum Node<'i> {
    Element(Tag<'i>),
    Text(Cow<'i, str>),
    Cdata(Cow<'i, str>),
    Comment,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Tag<'i> {
    pub(crate) name: Name<'i>,
    /// Its range of [`Document::attributes`], sorted by namespace and local name: the order of the canonical form.
    pub(crate) attributes: Part,
    /// Its range of [`Document::declarations`], sorted by prefix.
    pub(crate) declarations: Part,
    pub(crate) parent: Option<u32>,
    /// The index after the last node of its subtree.
    pub(crate) end: u32,
    /// Where it stands in the input.
    pub(crate) span: Part,
    /// Where its start tag ends in the input, if the canonical form writes that tag as the input does as long as no
    /// declaration is to be added; else 0.
    pub(crate) canonical_end: u32,
}

impl Tag<'_> {
    /// What stands in for an element that is not there: it has no name, no attributes and no children.
    pub(crate) const NONE: &'static Tag<'static> = &Tag {
        name: Name { local: "", prefix: NONE, namespace: NONE },
        attributes: Part { start: 0, end: 0 },
        declarations: Part { start: 0, end: 0 },
        parent: None,
        end: 0,
        span: Part { start: 0, end: 0 },
        canonical_end: 0,
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

#[derive(Debug)]
pub(crate) struct Attribute<'i> {
    pub(crate) name: Name<'i>,
    pub(crate) value: Cow<'i, str>,
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
