//! Prefixes and namespaces as numbers: a document has few of them, and says each many times.
//!
//! What a prefix is bound to at a place is kept in `bindings.rs`. The one thing to know: two strings have one number if
//! and only if they are the same bytes, so numbers are compared instead. The first few are found by looking at them all,
//! the rest in an ordered map, so that no number of them makes a look-up slow.

use std::collections::BTreeMap;

/// The number of the empty string in every table: the default namespace's prefix, and no namespace at all.
pub(crate) const NONE: u32 = 0;
/// The number of the prefix `xml` among the prefixes, and of its namespace among the namespaces.
pub(crate) const XML: u32 = 1;

/// No more than this are looked at one by one.
const FEW: usize = 8;

/// Strings and their numbers, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Names<'i> {
    few: [&'i str; FEW],
    /// How many there are.
    count: usize,
    /// Those beyond the first few.
    more: Vec<&'i str>,
    /// The numbers of these.
    numbers: BTreeMap<&'i str, u32>,
    /// The number that was asked for last, which is mostly asked for again.
    recent: u32,
}

impl<'i> Names<'i> {
    /// The empty string is [`NONE`], and `xml` is [`XML`].
    pub(crate) fn new(xml: &'i str) -> Self {
        let few = ["", xml, "", "", "", "", "", ""];
        Self { few, count: 2, more: Vec::new(), numbers: BTreeMap::new(), recent: NONE }
    }

    /// The number of a string, which it gets if it has none.
    #[inline]
    pub(crate) fn number(&mut self, name: &'i str) -> u32 {
        if name.is_empty() {
            return NONE;
        }
        if self.name(self.recent) != name {
            self.recent = self.number_of_some(name);
        }
        self.recent
    }

    fn number_of_some(&mut self, name: &'i str) -> u32 {
        // The places behind the last are empty, and this string is not.
        if let Some(place) = self.few.iter().position(|known| *known == name) {
            return short(place);
        }
        let next = short(self.count);
        if let Some(place) = self.few.get_mut(self.count) {
            *place = name;
        } else {
            let number = *self.numbers.entry(name).or_insert(next);
            if number != next {
                return number;
            }
            self.more.push(name);
        }
        self.count += 1;
        next
    }

    /// The string that has this number.
    #[inline]
    pub(crate) fn name(&self, number: u32) -> &'i str {
        let place = number as usize;
        self.few.get(place).copied().unwrap_or_else(|| self.later(place))
    }

    #[cold]
    fn later(&self, place: usize) -> &'i str {
        self.more.get(place - FEW).copied().unwrap_or_default()
    }
}

/// The input is no longer than [`u32::MAX`], and nothing counted here is more than its bytes.
#[inline]
pub(crate) fn short(number: usize) -> u32 {
    debug_assert!(u32::try_from(number).is_ok(), "{number}");
    number as u32
}

#[cfg(test)]
mod tests {
    use super::{NONE, Names, XML};

    #[test]
    fn a_string_keeps_the_number_that_it_got() {
        let strings: Vec<String> = (0..40).map(|number| format!("urn:{number}")).collect();
        let mut names = Names::new("xml");
        let numbers: Vec<u32> = strings.iter().map(|string| names.number(string)).collect();
        assert_eq!(numbers, (2..42).collect::<Vec<u32>>());
        for (number, string) in numbers.iter().zip(&strings) {
            assert_eq!((names.number(string), names.name(*number)), (*number, string.as_str()));
        }
        assert_eq!((names.number(""), names.number("xml")), (NONE, XML));
        assert_eq!(names.name(42), "");
    }
}
