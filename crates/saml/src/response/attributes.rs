//! The attributes of a verified assertion, and the pieces of text that it keeps.
//!
//! Which elements they are cut from is in `claims.rs`. The one thing to know: an assertion outlives the document that it
//! was read from, and may have hundreds of values; all of them lie in one string, one after the other.

use std::fmt;
use std::ops::Range;

/// Pieces of text in one piece of memory.
#[derive(Clone, Default)]
pub(super) struct Texts(String);

/// Where a text of [`Texts`] lies.
pub(super) type Place = Range<u32>;

impl Texts {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Keeps a text. No document is as long as the places that a `u32` can name.
    #[inline]
    pub(super) fn keep(&mut self, text: &str) -> Place {
        let start = self.0.len();
        self.0.push_str(text);
        short(start)..short(self.0.len())
    }

    #[inline]
    pub(super) fn at(&self, place: &Place) -> &str {
        self.0.get(place.start as usize..place.end as usize).unwrap_or_default()
    }
}

fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Attributes, kept.
#[derive(Clone, Default)]
pub(super) struct Attributes {
    pub(super) texts: Texts,
    pub(super) kept: Vec<Kept>,
    /// The values of all of them.
    pub(super) values: Vec<Place>,
}

#[derive(Clone)]
pub(super) struct Kept {
    pub(super) name: Place,
    pub(super) friendly_name: Option<Place>,
    pub(super) values: Range<usize>,
}

impl Attributes {
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = AssertedAttribute<'_>> {
        self.kept.iter().map(|kept| AssertedAttribute {
            name: self.texts.at(&kept.name),
            friendly_name: kept.friendly_name.as_ref().map(|name| self.texts.at(name)),
            texts: &self.texts,
            values: self.values.get(kept.values.clone()).unwrap_or_default(),
        })
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// An attribute of a [`VerifiedAssertion`](super::VerifiedAssertion) (SAML-Core, section 2.7.3.1).
#[derive(Clone, Copy)]
pub struct AssertedAttribute<'a> {
    /// The name, exactly as sent.
    pub name: &'a str,
    /// The name for people; some identity providers put the plain name here and a URN into `name`.
    pub friendly_name: Option<&'a str>,
    texts: &'a Texts,
    values: &'a [Place],
}

impl<'a> AssertedAttribute<'a> {
    /// The values that are text, without white space around them, in the order sent; there may be none.
    pub fn values(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.values.iter().map(|place| self.texts.at(place))
    }
}

impl fmt::Debug for AssertedAttribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertedAttribute")
            .field("name", &self.name)
            .field("friendly_name", &self.friendly_name)
            .field("values", &self.values().collect::<Vec<_>>())
            .finish()
    }
}
