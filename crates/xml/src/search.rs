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
    let (words, tail) = text.as_bytes().as_chunks::<WORD>();
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

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn every_byte_is_found_at_every_place_and_nothing_else_is() {
        for wanted in 0..128 {
            for other in (0..128).filter(|other| *other != wanted) {
                let text: String = std::iter::repeat_n(char::from(other), 19).collect();
                assert_eq!(find(&text, [wanted, wanted]), None);
            }
            for place in 0..19 {
                let near = [wanted ^ 1, wanted.wrapping_sub(1) & 127][place % 2];
                let mut bytes = [near; 24];
                bytes[place] = wanted;
                bytes[place + 2] = wanted;
                let text = std::str::from_utf8(&bytes).unwrap();
                assert_eq!(find(text, [wanted]), Some(place), "{wanted} at {place}");
            }
        }
        assert_eq!(find("\u{E9}\u{FFFF}\u{10FFFF}&", [b'<', b'&']), Some(9));
    }
}
