//! Random secrets that people or browsers carry, and the hash of them that is kept.
//!
//! 256 bits of randomness need no slow hash: SHA-256 is what the store keeps. Ids are never secrets, secrets never ids.

use crate::context::Random;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A fresh secret of 256 bits, as text that fits into a URL and a cookie.
pub(crate) fn fresh(random: &Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the store keeps of a secret.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    sha256(secret.as_bytes())
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}
