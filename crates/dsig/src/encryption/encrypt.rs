//! Encrypting: what an identity provider writes, for the test identity provider and for tests.
//!
//! The one thing to know: it can write every algorithm that is read, so it makes weak messages too if it is told to.

use aws_lc_rs::rsa::{OaepPublicEncryptingKey, PublicEncryptingKey};
use zeroize::Zeroizing;

use super::algorithm::{Cipher, KeyTransport};
use super::{NAMESPACE, NAMESPACE_11};
use crate::error::Error;
use crate::{Certificate, encoding};

/// How to encrypt an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// The cipher of the content.
    pub cipher: Cipher,
    /// The encryption of its key.
    pub transport: KeyTransport,
    /// Where the key is put.
    pub placement: KeyPlacement,
}

/// Where the EncryptedKey stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlacement {
    /// In the KeyInfo of the EncryptedData, as nearly everyone writes it.
    Inside,
    /// Beside the EncryptedData, which points to it, as Okta writes it.
    Beside,
}

/// Encrypts the text of an element for the holder of a certificate. What comes out is an EncryptedData, and behind it
/// the EncryptedKey if that is to stand beside.
///
/// # Errors
/// [`Error::CannotEncrypt`] if the key of the certificate is not RSA with 2048 bits at least, [`Error::Encrypt`] if the
/// library fails.
pub fn encrypt(plaintext: &str, recipient: &Certificate, how: Encryption) -> Result<String, Error> {
    let public = PublicEncryptingKey::from_der(recipient.key().spki())
        .and_then(|key| Ok(OaepPublicEncryptingKey::new(key)?))
        .map_err(|_| Error::CannotEncrypt { key: recipient.key_description() })?;
    let secret = Zeroizing::new(random::<32>().ok_or(Error::Encrypt)?);
    let secret = secret.get(..how.cipher.key_length()).ok_or(Error::Encrypt)?;
    let mut output = vec![0; public.ciphertext_size()];
    let wrapped =
        public.encrypt(how.transport.algorithm(), secret, &mut output, None).map_err(|_| Error::Encrypt)?;
    let content = how.cipher.seal(secret, plaintext.as_bytes()).ok_or(Error::Encrypt)?;
    let id = random::<16>().ok_or(Error::Encrypt)?;
    let id = id.iter().fold(String::from("_"), |id, byte| format!("{id}{byte:02x}"));
    Ok(write(how, &id, &encoding::encode(wrapped), &encoding::encode(&content)))
}

fn write(how: Encryption, id: &str, wrapped: &str, content: &str) -> String {
    let (inside, beside) = match how.placement {
        KeyPlacement::Inside => (encrypted_key(how, "", "", wrapped), String::new()),
        KeyPlacement::Beside => {
            let attributes = format!(" xmlns:xenc=\"{NAMESPACE}\" Id=\"{id}\"");
            let reference =
                format!("<xenc:ReferenceList><xenc:DataReference URI=\"#{id}d\"/></xenc:ReferenceList>");
            let retrieval = format!("<ds:RetrievalMethod Type=\"{NAMESPACE}EncryptedKey\" URI=\"#{id}\"/>");
            (retrieval, encrypted_key(how, &attributes, &reference, wrapped))
        }
    };
    format!(
        "<xenc:EncryptedData xmlns:xenc=\"{NAMESPACE}\" Id=\"{id}d\" Type=\"{NAMESPACE}Element\">\
         <xenc:EncryptionMethod Algorithm=\"{}\"/><ds:KeyInfo xmlns:ds=\"{}\">{inside}</ds:KeyInfo>\
         <xenc:CipherData><xenc:CipherValue>{content}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>{beside}",
        how.cipher.uri(),
        crate::NAMESPACE,
    )
}

fn encrypted_key(how: Encryption, attributes: &str, reference: &str, wrapped: &str) -> String {
    let transport = how.transport;
    let mask = match transport {
        KeyTransport::OaepSha1 => String::new(),
        _ => format!("<xenc11:MGF xmlns:xenc11=\"{NAMESPACE_11}\" Algorithm=\"{}\"/>", transport.mask_uri()),
    };
    format!(
        "<xenc:EncryptedKey{attributes}><xenc:EncryptionMethod Algorithm=\"{}\">\
         <ds:DigestMethod xmlns:ds=\"{}\" Algorithm=\"{}\"/>{mask}</xenc:EncryptionMethod>\
         <xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData>{reference}</xenc:EncryptedKey>",
        transport.uri(),
        crate::NAMESPACE,
        transport.hash().uri(),
    )
}

#[expect(clippy::disallowed_methods, reason = "keys and nonces of messages are drawn here")]
pub(super) fn random<const LENGTH: usize>() -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    aws_lc_rs::rand::fill(&mut bytes).ok().map(|()| bytes)
}
