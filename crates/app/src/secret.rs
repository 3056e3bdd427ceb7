//! Random secrets that people or browsers carry, and the hash of them that is kept.
//!
//! 256 bits of randomness need no slow hash: SHA-256 is what the store keeps. Ids are never secrets, secrets never ids.

use crate::context::Random;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// A fresh secret of 256 bits, as text that fits into a URL and a cookie.
pub(crate) fn fresh(random: &Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether we could have made this secret: a cookie that somebody else planted is not taken over.
pub(crate) fn looks_fresh(secret: &str) -> bool {
    secret.len() == 43 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A hash as text that fits into a URL.
pub(crate) fn spelled(hash: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(hash)
}

/// The hash that [`spelled`] wrote.
pub(crate) fn read(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// What the store keeps of a secret.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    sha256(secret.as_bytes())
}

/// Whether this is the secret of which the store keeps the hash; the comparison takes the same time wherever they differ.
pub(crate) fn is(secret: &str, kept: &[u8; 32]) -> bool {
    verify_slices_are_equal(&hash(secret), kept).is_ok()
}

/// Whether two marks are the same; the comparison takes the same time wherever they differ.
pub(crate) fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

/// What the store keeps of a message that is burnt: when it ends, and 192 bits of its hash. Both are of the message alone,
/// so the same message has the same key whenever and wherever it comes; and keys that come one after the other lie beside
/// each other, so that remembering one touches a page that is written anyway.
pub(crate) fn ordered(ends: Timestamp, message: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let (time, hash) = key.split_at_mut(8);
    time.copy_from_slice(&ends.as_microsecond().max(0).to_be_bytes());
    hash.iter_mut().zip(sha256(message)).for_each(|(to, from)| *to = from);
    key
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}
