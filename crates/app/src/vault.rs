//! What is kept encrypted: private keys, logged responses and logged calls (AES-256-GCM under the deployment key).
//!
//! Each purpose has a key of its own, derived with HKDF, and each value is bound to its account and its row: a value
//! that is moved to another row does not open. What is large is packed (`vault/packing`) before it is sealed.

mod packing;

use crate::context::Random;
use crate::error::Error;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use aws_lc_rs::{hkdf, hmac};
use packing::Packing;
use vestibule_model::id::{AccountId, LogId};
use vestibule_model::response_log::TrackingId;
use zeroize::Zeroizing;

/// The secret of a deployment; everything else that is encrypted hangs on it. It has no `Debug` and no `Display`.
pub struct DeploymentKey(Zeroizing<[u8; 32]>);

impl DeploymentKey {
    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// The derived keys.
pub(crate) struct Vault {
    /// Makes tracking IDs of the ids of log rows, and the way back. One block of AES is a permutation: two rows never get
    /// the same tracking ID, and nobody without the key can tell the next one.
    tracking: (EncryptingKey, DecryptingKey),
    private_keys: LessSafeKey,
    responses: LessSafeKey,
    calls: LessSafeKey,
    second_factors: LessSafeKey,
    /// Marks what only we can have said, and hides what is looked up.
    marks: hmac::Key,
    packing: Packing,
}

/// What a value is, and where it belongs.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) purpose: Purpose,
    pub(crate) account: AccountId,
    pub(crate) row: [u8; 16],
}

/// What a value is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// The private half of a service provider's key pair.
    PrivateKey,
    /// The detail of a response log row.
    Response,
    /// The details of a block of the API call log.
    Calls,
    /// The secret of a person's second factor.
    SecondFactor,
}

impl Vault {
    pub(crate) fn new(key: &DeploymentKey) -> Result<Self, Error> {
        let derive = |info: &'static [u8]| -> Result<LessSafeKey, aws_lc_rs::error::Unspecified> {
            let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vestibule vault 1");
            let secret = salt.extract(key.0.as_slice());
            let bound: UnboundKey = secret.expand(&[info], &AES_256_GCM)?.into();
            Ok(LessSafeKey::new(bound))
        };
        let unusable = |_| Error::internal("the deployment key could not be used");
        let fill = |info: &'static [u8]| -> Result<Zeroizing<[u8; 32]>, aws_lc_rs::error::Unspecified> {
            let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vestibule vault 1");
            let secret = salt.extract(key.0.as_slice());
            let mut bytes = Zeroizing::new([0; 32]);
            secret.expand(&[info], hkdf::HKDF_SHA256)?.fill(bytes.as_mut_slice())?;
            Ok(bytes)
        };
        let tracking = || {
            let bytes = fill(b"tracking id")?;
            let encrypting = EncryptingKey::ecb(UnboundCipherKey::new(&AES_256, bytes.as_slice())?)?;
            Ok((encrypting, DecryptingKey::ecb(UnboundCipherKey::new(&AES_256, bytes.as_slice())?)?))
        };
        Ok(Self {
            tracking: tracking().map_err(unusable)?,
            private_keys: derive(b"private key").map_err(unusable)?,
            responses: derive(b"response").map_err(unusable)?,
            calls: derive(b"calls").map_err(unusable)?,
            second_factors: derive(b"second factor").map_err(unusable)?,
            marks: hmac::Key::new(hmac::HMAC_SHA256, fill(b"marks").map_err(unusable)?.as_slice()),
            packing: Packing::new()?,
        })
    }

    /// A mark of these words that nobody makes without the key; other words, or the same ones cut elsewhere, have another one.
    pub(crate) fn mark(&self, words: &[&str]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.marks);
        for word in words {
            context.update(&u64::try_from(word.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(word.as_bytes());
        }
        let mut mark = [0; 32];
        mark.copy_from_slice(context.sign().as_ref());
        mark
    }

    /// The tracking ID of a row of the response log.
    pub(crate) fn tracking_id(&self, row: LogId) -> Result<TrackingId, Error> {
        let mut block = row.to_bytes();
        let done = self.tracking.0.less_safe_encrypt(&mut block, EncryptionContext::None);
        done.map_err(|_| Error::internal("a tracking ID could not be made"))?;
        Ok(TrackingId::from_bytes(block))
    }

    /// The row that a tracking ID names, if it names one.
    pub(crate) fn row(&self, tracking_id: TrackingId) -> Result<LogId, Error> {
        let mut block = tracking_id.to_bytes();
        let done = self.tracking.1.decrypt(&mut block, DecryptionContext::None).map(drop);
        done.map_err(|_| Error::internal("a tracking ID could not be read"))?;
        Ok(LogId::from_bytes(block))
    }

    /// Encrypts a value for its place.
    pub(crate) fn seal(&self, place: Place, random: &Random, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut value = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        value.resize(NONCE_LEN, 0);
        value.extend_from_slice(plain);
        self.seal_in_place(place, random, value)
    }

    /// Encrypts a value that stands behind room for the nonce.
    fn seal_in_place(&self, place: Place, random: &Random, mut value: Vec<u8>) -> Result<Vec<u8>, Error> {
        let failed = || Error::internal("a value could not be encrypted");
        let (room, body) = value.split_first_chunk_mut::<NONCE_LEN>().ok_or_else(failed)?;
        random.fill(room);
        let nonce = Nonce::assume_unique_for_key(*room);
        let key = self.key(place.purpose);
        let tag =
            key.seal_in_place_separate_tag(nonce, Aad::from(bound(place)), body).map_err(|_| failed())?;
        value.extend_from_slice(tag.as_ref());
        Ok(value)
    }

    /// Decrypts a value found at its place.
    pub(crate) fn open(&self, place: Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let unreadable = || {
            Error::internal(
                "an encrypted value does not open: it was changed, or the deployment key is another one",
            )
        };
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(unreadable)?;
        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self
            .key(place.purpose)
            .open_in_place(nonce, Aad::from(bound(place)), &mut body)
            .map_err(|_| unreadable())?
            .len();
        body.truncate(length);
        Ok(body)
    }

    /// Packs and encrypts a large value for its place.
    pub(crate) fn seal_packed(&self, place: Place, random: &Random, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.seal_in_place(place, random, self.packing.pack(place.purpose, NONCE_LEN, plain)?)
    }

    /// Decrypts and unpacks a large value found at its place.
    pub(crate) fn open_packed(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.packing.unpack(&self.open(place, sealed)?)
    }

    fn key(&self, purpose: Purpose) -> &LessSafeKey {
        match purpose {
            Purpose::PrivateKey => &self.private_keys,
            Purpose::Response => &self.responses,
            Purpose::Calls => &self.calls,
            Purpose::SecondFactor => &self.second_factors,
        }
    }
}

fn bound(place: Place) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (account, row) = bytes.split_at_mut(16);
    account.copy_from_slice(&place.account.to_bytes());
    row.copy_from_slice(&place.row);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(row: u8) -> Place {
        Place { purpose: Purpose::Response, account: AccountId::from_bytes([1; 16]), row: [row; 16] }
    }

    #[test]
    fn a_mark_is_of_its_words_as_they_are_cut_and_of_the_key() {
        let vault = |byte| Vault::new(&DeploymentKey::from_bytes([byte; 32])).unwrap();
        let mark = vault(9).mark(&["a", "bc"]);
        assert_eq!(mark, vault(9).mark(&["a", "bc"]));
        for other in [vault(9).mark(&["ab", "c"]), vault(9).mark(&["abc"]), vault(8).mark(&["a", "bc"])] {
            assert_ne!(mark, other);
        }
    }

    #[test]
    fn a_value_opens_at_its_place_and_nowhere_else() {
        let vault = Vault::new(&DeploymentKey::from_bytes([9; 32])).unwrap();
        let sealed = vault.seal(place(1), &Random::system(), b"secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(vault.open(place(1), &sealed).unwrap().as_slice(), b"secret");
        assert!(vault.open(place(2), &sealed).is_err());
        assert!(vault.open(Place { purpose: Purpose::PrivateKey, ..place(1) }, &sealed).is_err());
        assert!(Vault::new(&DeploymentKey::from_bytes([8; 32])).unwrap().open(place(1), &sealed).is_err());
        assert!(vault.open(place(1), &sealed[..5]).is_err());
    }
}
