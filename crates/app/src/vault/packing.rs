//! Making small what is large, before it is sealed (zstd).
//!
//! The rows of the response log say much the same of every sign-in: the trace has the same words, and the messages of
//! identity providers the same frame. So they are packed beside a text that has all of that (`rows-1.txt`): what stands
//! there is pointed at. The first byte of a row names the text. A text never changes, or the rows that were packed beside
//! it would not open; a better one gets the next number, and this one stays for as long as rows are kept.

use super::Purpose;
use crate::error::Error;
use std::sync::{Mutex, PoisonError};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::DecoderDictionary;

/// What rows of the response log say: messages of several makes without their values, and two traces.
static ROWS: &[u8] = include_bytes!("rows-1.txt");
/// What a row begins with that was packed beside it. What was packed alone begins with the mark of zstd, 0x28.
const BESIDE_ROWS: u8 = 1;

/// Rows are short-lived, and packing them is a good part of a sign-in's cost. Beside the text they come out smaller than alone at
/// any level.
const ROW_LEVEL: i32 = -3;
/// Fast, for everything else.
const LEVEL: i32 = 1;
/// Largest value that is unpacked, in bytes.
const LARGEST_UNPACKED: usize = 4 * 1024 * 1024;

/// Packs and unpacks.
pub(super) struct Packing {
    /// Both are kept, because making one costs more than using it.
    rows: Mutex<Compressor<'static>>,
    others: Mutex<Compressor<'static>>,
    text: DecoderDictionary<'static>,
}

impl Packing {
    pub(super) fn new() -> Result<Self, Error> {
        let rows = Compressor::with_dictionary(ROW_LEVEL, ROWS).map_err(Error::internal)?;
        let others = Compressor::new(LEVEL).map_err(Error::internal)?;
        let text = DecoderDictionary::copy(ROWS);
        Ok(Self { rows: Mutex::new(rows), others: Mutex::new(others), text })
    }

    /// The packed value, after this many bytes that are left free.
    pub(super) fn pack(&self, purpose: Purpose, free: usize, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let (compressor, mark) = match purpose {
            Purpose::Response => (&self.rows, Some(BESIDE_ROWS)),
            Purpose::PrivateKey | Purpose::Calls | Purpose::SecondFactor => (&self.others, None),
        };
        let mut packed = vec![0; free];
        packed.extend(mark);
        let begin = packed.len();
        packed.resize(begin + zstd::zstd_safe::compress_bound(plain.len()), 0);
        let (_, room) = packed.split_at_mut(begin);
        let mut compressor = compressor.lock().unwrap_or_else(PoisonError::into_inner);
        let length = compressor.compress_to_buffer(plain, room).map_err(Error::internal)?;
        packed.truncate(begin + length);
        Ok(packed)
    }

    /// The value that was packed.
    pub(super) fn unpack(&self, packed: &[u8]) -> Result<Vec<u8>, Error> {
        let (decompressor, frame) = match packed.split_first() {
            Some((&BESIDE_ROWS, frame)) => (Decompressor::with_prepared_dictionary(&self.text), frame),
            _ => (Decompressor::new(), packed),
        };
        let plain = decompressor.and_then(|mut it| it.decompress(frame, LARGEST_UNPACKED));
        plain.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::digest::{SHA256, digest};

    #[test]
    fn what_is_packed_comes_back_and_so_do_rows_that_were_packed_alone() {
        let packing = Packing::new().unwrap();
        let row = [ROWS, "é".repeat(9_000).as_bytes()].concat();
        for plain in [&b""[..], b"{}", &row] {
            for purpose in [Purpose::Response, Purpose::Calls] {
                let packed = packing.pack(purpose, 12, plain).unwrap();
                assert_eq!(packing.unpack(&packed[12..]).unwrap(), plain);
            }
            let alone = Compressor::new(1).unwrap().compress(plain).unwrap();
            assert_eq!(packing.unpack(&alone).unwrap(), plain);
        }
        assert!(packing.pack(Purpose::Response, 0, ROWS).unwrap().len() < 100);
        for neither in [&b"neither"[..], b"\x01neither", &[BESIDE_ROWS, 0x28, 0xb5, 0x2f, 0xfd]] {
            assert!(packing.unpack(neither).is_err());
        }
    }

    #[test]
    fn the_text_that_rows_were_packed_beside_has_not_changed() {
        let is: String = digest(&SHA256, ROWS).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(is, "3b4666c3e118ec544c093628ea846058e7934d98f201e98d935ae3cccc8469f2");
    }
}
