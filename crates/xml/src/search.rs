//! Finding the few bytes that matter among the many that do not.
//!
//! Which bytes matter is known where they are looked for. The one thing to know: eight bytes are looked at at once, as
//! one number, and in long texts 64; that is most of the speed of this crate.

const WORD: usize = 8;
const ONES: u64 = u64::from_ne_bytes([0x01; WORD]);
const TOPS: u64 = u64::from_ne_bytes([0x80; WORD]);

/// Where long texts begin: before that, blocks do not pay.
const SHORT: usize = 4 * WORD;
const BLOCK: usize = 64;

/// Where the first byte is that is one of `wanted`.
#[inline]
pub(crate) fn find<const N: usize>(text: &str, wanted: [u8; N]) -> Option<usize> {
    let bytes = text.as_bytes();
    let (first, rest) = bytes.split_at_checked(SHORT).unwrap_or((bytes, &[]));
    if let Some(place) = find_in_words(first, wanted) {
        return Some(place);
    }
    if rest.is_empty() { None } else { find_in_blocks(rest, wanted).map(|place| SHORT + place) }
}

/// The same for long texts: blocks without such a byte are skipped.
fn find_in_blocks<const N: usize>(bytes: &[u8], wanted: [u8; N]) -> Option<usize> {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let skipped = BLOCK * blocks.iter().take_while(|block| !has_one_of(block, wanted)).count();
    find_in_words(bytes.get(skipped..)?, wanted).map(|place| skipped + place)
}

/// Without an early exit the compiler looks at many bytes at once.
#[inline]
fn has_one_of<const N: usize>(block: &[u8; BLOCK], wanted: [u8; N]) -> bool {
    let found = block.map(|byte| wanted.iter().fold(0, |found, one| found | u8::from(byte == *one)));
    found.iter().fold(0, |found, one| found | one) != 0
}

#[inline]
fn find_in_words<const N: usize>(bytes: &[u8], wanted: [u8; N]) -> Option<usize> {
    let (words, tail) = bytes.as_chunks::<WORD>();
    for (number, word) in words.iter().enumerate() {
        let found = marks(u64::from_le_bytes(*word), wanted);
        if found != 0 {
            return Some(number * WORD + first(found));
        }
    }
    let in_tail = tail.iter().position(|byte| wanted.contains(byte))?;
    Some(words.len() * WORD + in_tail)
}

/// Where the first byte is that ends a quoted value, or that does not stand for itself in one: the quote, `&`, `<`, and
/// white space other than the space, which the only control characters are that a document has.
#[inline]
pub(crate) fn find_in_value(text: &[u8], quote: u8) -> Option<usize> {
    let wanted = [quote, b'&', b'<'];
    // A quote of either kind and the ampersand differ in one bit: without it they are found as one.
    let both = quote & b'&';
    let other_bit = ONES * u64::from(quote ^ b'&');
    let (words, tail) = text.as_chunks::<WORD>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = marks(word & !other_bit, [both]) | marks(word, [b'<']) | controls(word);
        if found != 0 {
            return Some(number * WORD + first(found));
        }
    }
    let in_tail = tail.iter().position(|byte| wanted.contains(byte) || *byte < b' ')?;
    Some(words.len() * WORD + in_tail)
}

/// Sets the top bit of each byte that is wanted. A borrow may set one above a byte that was found as well, so only the
/// lowest is sure; nothing is set if nothing was found.
#[inline]
fn marks<const N: usize>(word: u64, wanted: [u8; N]) -> u64 {
    let found = wanted.iter().fold(0, |found, byte| {
        // The bytes that are equal are zero, and only a zero, or a byte above one, borrows from its top bit.
        let differing = word ^ (ONES * u64::from(*byte));
        found | (differing.wrapping_sub(ONES) & !differing)
    });
    found & TOPS
}

/// Sets the top bit of each byte below the space, as sure as [`marks`].
#[inline]
fn controls(word: u64) -> u64 {
    word.wrapping_sub(ONES * u64::from(b' ')) & !word & TOPS
}

/// The place of the lowest byte whose top bit is set.
#[inline]
fn first(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// How many ASCII letters there are from a place on, as far as whole words tell: there may be more.
#[inline]
pub(crate) fn letters(bytes: &[u8], from: usize) -> usize {
    let mut length = 0;
    while let Some(word) = bytes.get(from + length..).and_then(<[u8]>::first_chunk) {
        let others = !letters_of(u64::from_le_bytes(*word)) & TOPS;
        if others != 0 {
            return length + first(others);
        }
        length += WORD;
    }
    length
}

/// Sets the top bit of each byte that is an ASCII letter.
#[inline]
fn letters_of(word: u64) -> u64 {
    const A: u64 = ONES * (0x80 - b'a' as u64);
    const BEHIND_Z: u64 = ONES * (0x80 - b'z' as u64 - 1);
    // In lower case and without their top bits no byte is above 0x7F, so no sum carries into the next.
    let low = (word | (ONES * 0x20)) & !TOPS;
    (low + A) & !(low + BEHIND_Z) & !word & TOPS
}

#[cfg(test)]
mod tests {
    use super::{find, find_in_value, letters};

    #[test]
    fn letters_are_counted_up_to_the_first_byte_that_is_none() {
        for other in '\0'..='\u{180}' {
            for place in 0..19 {
                let before = "azAZmMqQ".chars().cycle().take(place);
                let text: String = before.chain([other]).chain("xyzxyz;;;;;;;;".chars()).collect();
                let expected = if other.is_ascii_alphabetic() { place + 7 } else { place };
                assert_eq!(letters(text.as_bytes(), 0), expected, "{text:?}");
                assert_eq!(letters(text.as_bytes(), place), expected - place, "{text:?}");
            }
        }
        assert_eq!((letters(b"", 0), letters(b"abc", 9), letters(b"abcdefghi", 1)), (0, 0, 8));
    }

    #[test]
    fn every_byte_is_found_at_every_place_and_nothing_else_is() {
        for wanted in 0..128 {
            for other in (0..128).filter(|other| *other != wanted) {
                let text: String = std::iter::repeat_n(char::from(other), 19).collect();
                assert_eq!(find(&text, [wanted, wanted]), None);
            }
            for place in (0..43).chain(90..110).chain(155..178) {
                let near = [wanted ^ 1, wanted.wrapping_sub(1) & 127][place % 2];
                let mut bytes = [near; 180];
                bytes[place] = wanted;
                bytes[place + 2] = wanted;
                let text = std::str::from_utf8(&bytes).unwrap();
                assert_eq!(find(text, [wanted]), Some(place), "{wanted} at {place}");
            }
        }
        assert_eq!(find("\u{E9}\u{FFFF}\u{10FFFF}&", [b'<', b'&']), Some(9));
    }

    #[test]
    fn a_value_ends_where_a_byte_of_it_does_not_stand_for_itself() {
        for quote in [b'"', b'\''] {
            for other in '\0'..='\u{180}' {
                for place in 0..19 {
                    let before = "a\u{7F}\u{E9} %!;=".chars().cycle().take(place);
                    let text: String = before.chain([other]).chain("&\t<".chars()).collect();
                    let ends = |byte: u8| byte == quote || byte == b'&' || byte == b'<' || byte < b' ';
                    let expected = text.bytes().position(ends);
                    assert_eq!(find_in_value(text.as_bytes(), quote), expected, "{text:?}");
                }
            }
        }
        assert_eq!(find_in_value("nothing here \u{E9}\u{10FFFF}".as_bytes(), b'"'), None);
    }
}
