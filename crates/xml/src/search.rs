//! Finding the few bytes that matter among the many that do not.
//!
//! Which bytes matter is known where they are looked for. The one thing to know: eight bytes are looked at at once, as
//! one number; that is most of the speed of this crate.

const WORD: usize = 8;
const ONES: u64 = u64::from_ne_bytes([0x01; WORD]);
const TOPS: u64 = u64::from_ne_bytes([0x80; WORD]);

/// Where the first byte is that is one of `wanted`.
#[inline]
pub(crate) fn find<const N: usize>(text: &str, wanted: [u8; N]) -> Option<usize> {
    let bytes = text.as_bytes();
    let (words, tail) = bytes.as_chunks::<WORD>();
    for (number, word) in words.iter().enumerate() {
        let found = marks(u64::from_le_bytes(*word), wanted);
        if found != 0 {
            return Some(number * WORD + found.trailing_zeros() as usize / 8);
        }
    }
    let in_tail = tail.iter().position(|byte| wanted.contains(byte))?;
    Some(words.len() * WORD + in_tail)
}

/// Sets the top bit of each byte that is wanted. A borrow may set one above a byte that was found as well, so only the
/// lowest is sure; nothing is set if nothing was found.
#[inline]
fn marks<const N: usize>(word: u64, wanted: [u8; N]) -> u64 {
    wanted.iter().fold(0, |found, byte| {
        // The bytes that are equal are zero, and only a zero, or a byte above one, borrows from its top bit.
        let differing = word ^ (ONES * u64::from(*byte));
        found | (differing.wrapping_sub(ONES) & !differing & TOPS)
    })
}

/// How many ASCII letters the text begins with.
#[inline]
pub(crate) fn letters(text: &str) -> usize {
    let (words, tail) = text.as_bytes().as_chunks::<WORD>();
    let mut length = 0;
    for word in words {
        let others = !letters_of(u64::from_le_bytes(*word)) & TOPS;
        if others != 0 {
            return length + others.trailing_zeros() as usize / 8;
        }
        length += WORD;
    }
    length + tail.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
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
    use super::{find, letters};

    #[test]
    fn letters_are_counted_up_to_the_first_byte_that_is_none() {
        for other in '\0'..='\u{180}' {
            for place in 0..19 {
                let text: String =
                    ("azAZmMqQ".chars().cycle().take(place)).chain([other]).chain("xyz".chars()).collect();
                let expected = if other.is_ascii_alphabetic() { text.len() } else { place };
                assert_eq!(letters(&text), expected, "{text:?}");
            }
        }
        assert_eq!(letters(""), 0);
    }

    #[test]
    fn every_byte_is_found_at_every_place_and_nothing_else_is() {
        for wanted in 0..128 {
            for other in (0..128).filter(|other| *other != wanted) {
                let text: String = std::iter::repeat_n(char::from(other), 19).collect();
                assert_eq!(find(&text, [wanted, wanted]), None);
            }
            for place in 0..43 {
                let near = [wanted ^ 1, wanted.wrapping_sub(1) & 127][place % 2];
                let mut bytes = [near; 48];
                bytes[place] = wanted;
                bytes[place + 2] = wanted;
                let text = std::str::from_utf8(&bytes).unwrap();
                assert_eq!(find(text, [wanted]), Some(place), "{wanted} at {place}");
            }
        }
        assert_eq!(find("\u{E9}\u{FFFF}\u{10FFFF}&", [b'<', b'&']), Some(9));
    }
}
