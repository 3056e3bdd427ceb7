//! Our own key pairs: made, opened, replaced (behaviour.md section 2, "SP certificate rotation").
//!
//! What lives here: making a pair ([`make`]), those of another product ([`imported`]), the opened pairs of a connection
//! ([`ring`]), who reads the metadata that
//! names them ([`readers`]), what is done about them in time ([`job`]) and by administrators ([`deeds`]). The rules of
//! when one takes over from another are in `model::rotation`.
//!
//! The one thing to know: a change of a pair is one transaction that begins with the account's version. That row makes
//! everybody wait who changes the same account, so two nodes never decide from the same state; and every node reads the
//! pairs anew at its next request.

mod deeds;
mod imported;
mod job;
mod make;
mod readers;
mod ring;

pub use deeds::{KeyView, KeysView, activate, overview, prepare, remove};
pub use readers::{Visit, metadata_was_read};

pub(crate) use imported::{Imported, MOST_IMPORTED, imported, keep};
pub(crate) use job::{look_after, schedule};
pub(crate) use make::Wanted;
pub(crate) use ring::{OwnKey, Ring};

use crate::error::Error;
use vestibule_model::connection::{Settings, SigningKeyKind};
use vestibule_model::rotation::Pair;
use vestibule_saml::Certificate;
use vestibule_store::sp_keys::SpKey;

/// The kinds of key pair that are made for a connection under these settings.
pub(crate) fn wanted_kinds(settings: &Settings) -> Vec<SigningKeyKind> {
    let (signing, decryption) = (settings.signing_key, decryption_kind(settings));
    if signing == decryption || signing == SigningKeyKind::Imported {
        vec![decryption]
    } else {
        vec![signing, decryption]
    }
}

/// The kind of key pair that the metadata offers to encrypt for: the one that signs; RSA beside a curve, for which nothing
/// can be encrypted, and beside an imported one, which the identity provider should come away from.
pub(crate) fn decryption_kind(settings: &Settings) -> SigningKeyKind {
    match settings.signing_key {
        SigningKeyKind::EcdsaP256 | SigningKeyKind::Imported => SigningKeyKind::Rsa2048,
        rsa @ (SigningKeyKind::Rsa2048 | SigningKeyKind::Rsa3072) => rsa,
    }
}

/// Whether the identity provider has any use for a certificate of this kind under these settings.
pub(crate) fn is_used(settings: &Settings, kind: SigningKeyKind) -> bool {
    let signs = settings.sign_requests || settings.sign_logout;
    kind == SigningKeyKind::Imported
        || (kind == settings.signing_key && signs)
        || (kind == decryption_kind(settings) && settings.encrypted_assertions)
}

/// The key pairs of one kind, as the rules look at them.
fn pairs(keys: &[SpKey], kind: SigningKeyKind) -> Result<Vec<Pair>, Error> {
    let of_kind = keys.iter().filter(|key| key.kind == kind);
    of_kind
        .map(|key| {
            let certificate = Certificate::from_der(&key.certificate).map_err(Error::internal)?;
            Ok(Pair { id: key.id, life: key.life, not_after: certificate.not_after() })
        })
        .collect()
}
