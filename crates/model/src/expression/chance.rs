//! Chance that comes from outside: a stream of bytes out of a seed, by ChaCha20 (RFC 8439), so that whoever does not know the
//! seed can tell nothing from one value about the next, and whoever gives the same seed sees the same values.

/// The stream.
pub(super) struct Chance {
    key: [u32; 8],
    block: u32,
    bytes: std::vec::IntoIter<u8>,
}

const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

impl Chance {
    /// The stream that begins with this seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { key: words(&seed), block: 0, bytes: Vec::new().into_iter() }
    }

    /// So many bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// One of `count` numbers from 0, each as likely; 0 for a count of 0 or 1. A count is at most 256.
    pub fn below(&mut self, count: usize) -> usize {
        if count < 2 {
            return 0;
        }
        let fair = 256 - 256 % count.min(256);
        loop {
            let byte = usize::from(self.byte());
            if byte < fair {
                return byte % count;
            }
        }
    }

    fn byte(&mut self) -> u8 {
        if let Some(byte) = self.bytes.next() {
            return byte;
        }
        let block = block(&self.key, self.block, [0; 3]);
        self.block = self.block.wrapping_add(1);
        self.bytes = block.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>().into_iter();
        self.bytes.next().unwrap_or_default()
    }
}

fn words<const N: usize>(bytes: &[u8]) -> [u32; N] {
    let (words, _) = bytes.as_chunks::<4>();
    std::array::from_fn(|place| words.get(place).map_or(0, |word| u32::from_le_bytes(*word)))
}

/// One block (RFC 8439, section 2.3).
fn block(key: &[u32; 8], counter: u32, nonce: [u32; 3]) -> [u32; 16] {
    let head = CONSTANTS.iter().chain(key).copied();
    let mut start = [0; 16];
    for (word, value) in start.iter_mut().zip(head.chain([counter]).chain(nonce)) {
        *word = value;
    }
    let mut state = start;
    for _ in 0..10 {
        let [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3] = &mut state;
        quarter(a0, b0, c0, d0);
        quarter(a1, b1, c1, d1);
        quarter(a2, b2, c2, d2);
        quarter(a3, b3, c3, d3);
        quarter(a0, b1, c2, d3);
        quarter(a1, b2, c3, d0);
        quarter(a2, b3, c0, d1);
        quarter(a3, b0, c1, d2);
    }
    for (word, value) in state.iter_mut().zip(start) {
        *word = word.wrapping_add(value);
    }
    state
}

fn quarter(a: &mut u32, b: &mut u32, c: &mut u32, d: &mut u32) {
    *a = a.wrapping_add(*b);
    *d = (*d ^ *a).rotate_left(16);
    *c = c.wrapping_add(*d);
    *b = (*b ^ *c).rotate_left(12);
    *a = a.wrapping_add(*b);
    *d = (*d ^ *a).rotate_left(8);
    *c = c.wrapping_add(*d);
    *b = (*b ^ *c).rotate_left(7);
}

#[cfg(test)]
mod tests {
    use super::{Chance, block, words};

    #[test]
    fn a_block_is_the_one_of_rfc_8439_section_2_3_2() {
        let key: [u8; 32] = std::array::from_fn(|place| place as u8);
        let nonce = words(&[0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0]);
        let block = block(&words(&key), 1, nonce);
        assert_eq!(block[..4], [0xe4e7_f110, 0x1559_3bd1, 0x1fdd_0f50, 0xc471_20a3]);
        assert_eq!(block[15], 0x4e3c_50a2);
    }

    #[test]
    fn every_number_below_comes_and_no_other() {
        let mut chance = Chance::new([7; 32]);
        let mut seen = [false; 10];
        (0..1_000).for_each(|_| seen[chance.below(10)] = true);
        assert_eq!(seen, [true; 10]);
        assert_eq!(chance.below(1), 0);
    }
}
