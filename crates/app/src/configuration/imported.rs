//! `imported_keys` of an account file: key pairs of another product, each a file with the private key and its certificate.
//!
//! How they are kept is in `keys::imported`. The one thing to know: a private key goes in and never comes out. An
//! exported file names a pair by the fingerprint of its certificate, and such a name means the pair that is kept already.

use super::file::{Section, Sso};
use super::state::{State, section};
use crate::error::{Error, Kind};
use crate::keys::{Imported, MOST_IMPORTED};
use vestibule_model::connection::SigningKeyKind;
use vestibule_saml::{Certificate, KeyKind, SigningKey};
use zeroize::Zeroizing;

const KEY: &str = "imported_keys";

/// What a section wants, where a connection has `kept`. A draft takes none away that the version in use may need.
pub(super) fn read(section: Section<'_>, sso: &Sso, kept: &[Imported]) -> Result<Vec<Imported>, Error> {
    let draft = sso.draft.unwrap_or(false);
    let mut wanted = if draft { kept.to_vec() } else { Vec::new() };
    for entry in sso.imported_keys.as_deref().unwrap_or_default() {
        let found = match fingerprint(entry) {
            Some(fingerprint) => named(section, &fingerprint, kept)?,
            None => pair(section, entry)?,
        };
        if !wanted.contains(&found) {
            wanted.push(found);
        }
    }
    if wanted.len() > MOST_IMPORTED {
        return Err(section
            .wrong(KEY, format!("a connection has at most {MOST_IMPORTED} imported keys"))
            .hint("Leave out those that your identity provider does not encrypt for any more."));
    }
    Ok(wanted)
}

/// How an exported file names a key pair.
pub(super) fn name(imported: &Imported) -> String {
    format!("SHA-256 {}", imported.certificate.fingerprint_sha256())
}

/// The fingerprint in an entry that is one.
fn fingerprint(entry: &str) -> Option<String> {
    let digits = entry.trim().strip_prefix("SHA-256 ")?.trim().to_uppercase();
    let shaped = digits.len() == 95 && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
    shaped.then_some(digits)
}

fn named(section: Section<'_>, fingerprint: &str, kept: &[Imported]) -> Result<Imported, Error> {
    let found = kept.iter().find(|kept| kept.certificate.fingerprint_sha256() == fingerprint);
    found.cloned().ok_or_else(|| {
        section
            .wrong(KEY, format!("this connection has no imported key with the certificate SHA-256 {fingerprint}"))
            .hint(
                "A fingerprint stands for a key that was imported before, because keys are not exported. Name the PEM \
                 file that holds the private key and its certificate.",
            )
    })
}

/// The key pair in a file.
fn pair(section: Section<'_>, entry: &str) -> Result<Imported, Error> {
    let wrong = |problem: String| {
        section.wrong(KEY, problem).hint(
            "Give a PEM file with an RSA private key of 2048, 3072 or 4096 bits that no password protects, and its \
             certificate.",
        )
    };
    if entry.contains("-----BEGIN") {
        return Err(wrong("a private key does not belong into this file".to_owned()));
    }
    let text = Zeroizing::new(section.read_file(KEY, entry)?);
    let text = str::from_utf8(&text).map_err(|_| wrong(format!("{entry}: this is not PEM")))?;
    let key = SigningKey::from_pem(text).map_err(|error| wrong(format!("{entry}: {error}")))?;
    if matches!(key.kind(), KeyKind::EcdsaP256 | KeyKind::EcdsaP384) {
        return Err(wrong(format!("{entry}: nothing can be encrypted for a key {}", key.kind())));
    }
    let certificate = Certificate::from_pem(text).map_err(|error| wrong(format!("{entry}: {error}")))?;
    if !key.belongs_to(&certificate) {
        let shown = certificate.subject();
        return Err(wrong(format!("{entry}: its first certificate, {shown}, is that of another key")));
    }
    Ok(Imported { certificate, key: Some(key) })
}

/// Refuses to sign with an imported key where there is none.
pub(super) fn check(file: &str, wanted: &State) -> Result<(), Error> {
    for (name, connection) in &wanted.connections {
        let signs = connection.settings.signing_key == SigningKeyKind::Imported;
        if signs && wanted.imported(name).is_empty() {
            let key = format!("{}.signing_key", section(name));
            let message = format!("{file}: `{key}`: this connection has no imported key to sign with.");
            return Err(Error::new(Kind::Invalid, message)
                .about("signing_key")
                .hint("Name the file of the key in `imported_keys` of the account file, or choose another kind of key."));
        }
    }
    Ok(())
}
