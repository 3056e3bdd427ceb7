//! Packing for the HTTP-Redirect binding: DEFLATE (RFC 1951), made for messages of some hundred bytes.
//!
//! Unpacking is in `redirect.rs`, and is the library's. The one thing to know: a library that packs well clears some 300 KB
//! first, which costs fifty times as much as packing a request does; so this is one block with the codes that the
//! specification fixes, and each repetition is the last one that began alike.

/// The shortest repetition that is worth its distance.
const SHORTEST: usize = 4;
/// The longest that a length can say.
const LONGEST: usize = 258;
/// The farthest that a distance can say.
const FARTHEST: usize = 32 * 1024;
/// How many beginnings are remembered.
const BEGINNINGS: usize = 1 << BEGINNING_BITS;
const BEGINNING_BITS: u32 = 11;

/// Packs a message.
pub(super) fn deflate(plain: &[u8]) -> Vec<u8> {
    let mut packed = Packed { bytes: Vec::with_capacity(plain.len() / 2 + 16), waiting: 0, count: 0 };
    // The last block, with fixed codes (section 3.2.3).
    packed.put(0b011, 3);
    let mut seen = Seen { plain, places: [None; BEGINNINGS] };
    let mut place = 0;
    while let Some(byte) = plain.get(place) {
        if let Some((length, distance)) = seen.before(place) {
            packed.length(length);
            packed.distance(distance);
            for inside in place + 1..place + length {
                seen.remember(inside);
            }
            place += length;
        } else {
            packed.symbol(u32::from(*byte));
            place += 1;
        }
    }
    packed.symbol(256);
    packed.finish()
}

/// Where what was packed already began.
struct Seen<'p> {
    plain: &'p [u8],
    places: [Option<u32>; BEGINNINGS],
}

impl Seen<'_> {
    /// What begins here stood there before: for how long, and how far back. It is remembered for those who come after.
    fn before(&mut self, place: usize) -> Option<(usize, usize)> {
        let then = usize::try_from(self.remember(place)?).ok()?;
        let distance = place.checked_sub(then).filter(|distance| *distance <= FARTHEST)?;
        let (there, here) = (self.plain.get(then..)?, self.plain.get(place..)?);
        let length = there.iter().zip(here).take(LONGEST).take_while(|(there, here)| there == here).count();
        (length >= SHORTEST).then_some((length, distance))
    }

    /// Remembers the beginning here, and tells where one like it was before.
    fn remember(&mut self, place: usize) -> Option<u32> {
        let beginning = self.plain.get(place..)?.first_chunk::<SHORTEST>()?;
        let mixed = u32::from_le_bytes(*beginning).wrapping_mul(0x9e37_79b1) >> (32 - BEGINNING_BITS);
        let slot = self.places.get_mut(usize::try_from(mixed).ok()?)?;
        slot.replace(u32::try_from(place).ok()?)
    }
}

/// Bits on their way into bytes, the lowest first.
struct Packed {
    bytes: Vec<u8>,
    waiting: u64,
    count: u32,
}

impl Packed {
    /// At most 32 bits, as they are.
    fn put(&mut self, bits: u32, count: u32) {
        self.waiting |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= 32 {
            let [a, b, c, d, ..] = self.waiting.to_le_bytes();
            self.bytes.extend_from_slice(&[a, b, c, d]);
            self.waiting >>= 32;
            self.count -= 32;
        }
    }

    /// A code, whose highest bit comes first (section 3.1.1).
    fn code(&mut self, code: u32, count: u32) {
        self.put(code.reverse_bits() >> (32 - count), count);
    }

    /// A byte, the end (256), or a class of lengths (section 3.2.6).
    fn symbol(&mut self, symbol: u32) {
        match symbol {
            ..144 => self.code(0x30 + symbol, 8),
            144..256 => self.code(0x190 + symbol - 144, 9),
            256..280 => self.code(symbol - 256, 7),
            280.. => self.code(0xc0 + symbol - 280, 8),
        }
    }

    /// The length of a repetition (section 3.2.5): classes of 1, then four each of 2, 4, 8, …; the longest has its own.
    fn length(&mut self, length: usize) {
        let over = u32::try_from(length.clamp(3, LONGEST) - 3).unwrap_or_default();
        match over {
            0..8 => self.symbol(257 + over),
            255.. => self.symbol(285),
            8..255 => {
                let more = over.ilog2() - 2;
                self.symbol(257 + 4 * more + (over >> more));
                self.put(over & ((1 << more) - 1), more);
            }
        }
    }

    /// How far back it began (section 3.2.5): classes of 1, then two each of 2, 4, 8, …
    fn distance(&mut self, distance: usize) {
        let over = u32::try_from(distance.clamp(1, FARTHEST) - 1).unwrap_or_default();
        let more = over.checked_ilog2().unwrap_or_default().saturating_sub(1);
        self.code(2 * more + (over >> more), 5);
        self.put(over & ((1 << more) - 1), more);
    }

    fn finish(mut self) -> Vec<u8> {
        let left = self.count.div_ceil(8);
        let rest = self.waiting.to_le_bytes();
        self.bytes.extend(rest.iter().take(usize::try_from(left).unwrap_or_default()));
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{FARTHEST, LONGEST, deflate};
    use crate::binding::inflate;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn comes_back(plain: &[u8]) -> usize {
        let packed = deflate(plain);
        assert_eq!(inflate(&packed, plain.len()).as_deref(), Ok(plain));
        packed.len()
    }

    #[test]
    fn every_length_and_every_distance_comes_back() {
        assert_eq!(comes_back(b""), 2);
        for length in 1..=2 * LONGEST + 3 {
            comes_back(&vec![b'a'; length]);
            comes_back(&[&vec![0xff; length][..], b"bcde", &vec![0xff; length]].concat());
        }
        let noise = |length: u32| (0..length).flat_map(|n| n.wrapping_mul(0x9e37_79b1).to_be_bytes());
        for distance in (0..=17).flat_map(|bits| [(1 << bits) - 1, 1 << bits, (1 << bits) + 1]) {
            let between: Vec<u8> = noise(distance / 4).collect();
            comes_back(&[b"again and again", &between[..], b"again and again"].concat());
        }
        let far: Vec<u8> = noise(u32::try_from(FARTHEST).unwrap()).collect();
        assert!(comes_back(&[&far[..], &far[..]].concat()) > 2 * far.len());
    }

    #[test]
    fn what_repeats_itself_is_packed() {
        let xml = include_str!("../../tests/metadata/sp.xml");
        assert!(comes_back(xml.as_bytes()) < xml.len() * 6 / 10);
    }

    proptest! {
        #[test]
        fn whatever_is_packed_comes_back(plain in vec(prop_oneof![Just(b'a'), Just(b'b'), any::<u8>()], 0..600)) {
            comes_back(&plain);
        }
    }
}
