//! AES in its two modes, and the padding of XML Encryption.
//!
//! Which names lead here is in `algorithm.rs`. The one thing to know: a padding that cannot be is no error here. It
//! becomes a byte that no XML document has, so the failure appears where every other failure of such a plaintext does.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

use super::algorithm::Cipher;

const BLOCK: usize = 16;
const TAG: usize = 16;

impl Cipher {
    /// Whether a ciphertext can have this length: a nonce and a tag, or a whole number of blocks behind the first one.
    pub(super) fn makes(self, length: usize) -> bool {
        if self.is_authenticated() {
            length >= NONCE_LEN + TAG
        } else {
            length >= 2 * BLOCK && length.is_multiple_of(BLOCK)
        }
    }

    /// Decrypts; `None` if the tag is wrong. Without a tag there is always some plaintext.
    pub(super) fn open(self, key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Aes256Gcm => open_gcm(&aead::AES_256_GCM, key, ciphertext),
            Self::Aes192Gcm => open_gcm(&aead::AES_192_GCM, key, ciphertext),
            Self::Aes128Gcm => open_gcm(&aead::AES_128_GCM, key, ciphertext),
            Self::Aes256Cbc => open_cbc(&cipher::AES_256, key, ciphertext),
            Self::Aes128Cbc => open_cbc(&cipher::AES_128, key, ciphertext),
        }
    }

    /// Encrypts: nonce, ciphertext and tag, or the first block and the ciphertext (XML Encryption 1.1, section 5.2).
    pub(super) fn seal(self, key: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Aes256Gcm => seal_gcm(&aead::AES_256_GCM, key, plaintext),
            Self::Aes192Gcm => seal_gcm(&aead::AES_192_GCM, key, plaintext),
            Self::Aes128Gcm => seal_gcm(&aead::AES_128_GCM, key, plaintext),
            Self::Aes256Cbc => seal_cbc(&cipher::AES_256, key, plaintext),
            Self::Aes128Cbc => seal_cbc(&cipher::AES_128, key, plaintext),
        }
    }
}

fn open_gcm(algorithm: &'static aead::Algorithm, key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let (nonce, sealed) = ciphertext.split_at_checked(NONCE_LEN)?;
    let mut bytes = sealed.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = key.open_in_place(nonce, Aad::empty(), &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

fn open_cbc(algorithm: &'static cipher::Algorithm, key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let key = DecryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let (first, blocks) = ciphertext.split_at_checked(BLOCK)?;
    let mut bytes = blocks.to_vec();
    let first = FixedLength::<BLOCK>::try_from(first).ok()?;
    key.decrypt(&mut bytes, DecryptionContext::Iv128(first)).ok()?;
    unpad(&mut bytes);
    Some(bytes)
}

/// Removes the padding. Only its last byte means something, and says how long it is (XML Encryption 1.1, section 5.2).
fn unpad(bytes: &mut Vec<u8>) {
    let length = bytes.last().map_or(0, |last| usize::from(*last));
    if (1..=BLOCK).contains(&length) && length <= bytes.len() {
        bytes.truncate(bytes.len() - length);
    } else if let Some(last) = bytes.last_mut() {
        *last = 0;
    }
}

fn seal_gcm(algorithm: &'static aead::Algorithm, key: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let nonce = super::encrypt::random::<NONCE_LEN>()?;
    let mut sealed = plaintext.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

fn seal_cbc(algorithm: &'static cipher::Algorithm, key: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
    let key = EncryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let length = BLOCK - plaintext.len() % BLOCK;
    let mut bytes = plaintext.to_vec();
    bytes.resize(plaintext.len() + length, u8::try_from(length).ok()?);
    let context = key.encrypt(&mut bytes).ok()?;
    let DecryptionContext::Iv128(first) = context else { return None };
    Some([first.as_ref().as_slice(), &bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::unpad;

    #[test]
    fn e03_only_the_last_byte_of_a_padding_counts_and_one_that_cannot_be_becomes_no_xml() {
        let unpadded = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            unpad(&mut bytes);
            bytes
        };
        assert_eq!(unpadded(b"text\x07\x00\x02"), b"text\x07");
        assert_eq!(unpadded(b"text\x01"), b"text");
        assert_eq!(unpadded(&[16; 16]), b"");
        for cannot_be in [b"text\x00".as_slice(), b"text\x11", b"text\xff", b"text\x06", b"text "] {
            assert_eq!(unpadded(cannot_be), b"text\0", "{cannot_be:?}");
        }
        assert_eq!(unpadded(b""), b"");
    }
}
