//! Private keys that decrypt.
//!
//! Keys that sign are in the neighbor `key.rs` of the crate. The one thing to know: a key has no `Debug` and no
//! `Display`, its bytes never leave, and it is known outside by its certificate.

use std::sync::Arc;

use aws_lc_rs::rsa::{OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::Zeroizing;

use super::algorithm::KeyTransport;
use crate::error::Error;
use crate::{Certificate, KeyKind, SigningKey};

/// An RSA key that decrypts the keys of encrypted elements. A clone shares it.
#[derive(Clone)]
pub struct DecryptionKey(Arc<Content>);

struct Content {
    key: OaepPrivateDecryptingKey,
    certificate: Option<Certificate>,
}

impl DecryptionKey {
    /// The decryption key that is the same RSA key as one that signs, with the certificate that it is known by.
    ///
    /// # Errors
    /// [`Error::NotRsa`] for a key on an elliptic curve, [`Error::Key`] if the library fails.
    pub fn new(key: &SigningKey, certificate: Option<Certificate>) -> Result<Self, Error> {
        if matches!(key.kind(), KeyKind::EcdsaP256 | KeyKind::EcdsaP384) {
            return Err(Error::NotRsa);
        }
        let key = PrivateDecryptingKey::from_pkcs8(&key.to_pkcs8()?).map_err(|_| Error::Key)?;
        let key = OaepPrivateDecryptingKey::new(key).map_err(|_| Error::Key)?;
        Ok(Self(Arc::new(Content { key, certificate })))
    }

    /// Reads the first private key of a PEM text, and the first certificate of it if there is one.
    ///
    /// # Errors
    /// As [`SigningKey::from_pem`], and [`Error::NotRsa`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        Self::new(&SigningKey::from_pem(text)?, Certificate::from_pem(text).ok())
    }

    /// The certificate that the key is known by.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.0.certificate.as_ref()
    }

    /// Decrypts the key of a content; `None` for a ciphertext that is not this key's.
    pub(super) fn unwrap(&self, transport: KeyTransport, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut output = Zeroizing::new(vec![0; self.0.key.min_output_size()]);
        let length = self.0.key.decrypt(transport.algorithm(), encrypted, &mut output, None).ok()?.len();
        output.truncate(length);
        Some(output)
    }
}
