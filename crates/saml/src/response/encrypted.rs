//! An encrypted assertion: from the ciphertext to bytes that a signature covers.
//!
//! How an element is decrypted is in `dsig`; how a signature is verified, in `covered.rs`. The one thing to know is the
//! order. A signature of the Response covers the ciphertext and is verified first, and then the ciphertext is taken
//! from what it covers. The plaintext counts if that signature covered it, or if it is signed itself; if both are
//! there, both must verify. Whoever has our certificate can encrypt, so a plaintext that decrypts proves nothing.
//!
//! A ciphertext without authentication (AES-CBC) that no signature covers could be changed on the way, bit by bit, to
//! learn what is in it. So everything that can go wrong with it before its own signature verified is one refusal to
//! the outside; the trace, which only an administrator sees, says more.

use std::collections::BTreeSet;

use vestibule_dsig::encryption::{Decrypted, DecryptionKey, Undecryptable, decrypt};
use vestibule_dsig::{Allowed, Signed, signature_of};
use vestibule_xml::{Document, Element, c14n};

use super::Expected;
use super::covered::{Covered, Step, signature, sole_assertion};
use super::rejection::{Encrypted, NotCovered, Part, Rejection, describe};
use super::trace::Trace;
use super::verify::reparse;
use crate::NameId;

const ELEMENT: &str = "EncryptedAssertion";

pub(super) fn is_encrypted(assertion: Element<'_>) -> bool {
    assertion.local_name() == ELEMENT
}

/// Verifies every signature of a Response whose one assertion is encrypted, and decrypts that.
pub(super) fn verify(
    received: &Document<'_>,
    assertion: Element<'_>,
    expected: &Expected<'_>,
    trace: &mut Trace,
) -> Result<Covered, Rejection> {
    let root = received.root();
    if signature_of(root).is_none() {
        let decrypted = open(assertion, expected, trace)?;
        let covered = inner(received, &decrypted, None, expected, trace);
        // See above: nothing outside may depend on what was decrypted.
        let oracle = !decrypted.cipher().is_authenticated();
        return if oracle { covered.map_err(|_| undecryptable(Undecryptable::Failed)) } else { covered };
    }
    let response = signature(Part::Response, root, expected, trace)?;
    let document = reparse(&response)?;
    let assertion = sole_assertion(document.root(), Some(document.root()))?;
    let decrypted = open(assertion, expected, trace)?;
    inner(received, &decrypted, Some(response), expected, trace)
}

/// Decrypts, and records how.
fn open(element: Element<'_>, expected: &Expected<'_>, trace: &mut Trace) -> Result<Decrypted, Rejection> {
    let decrypted = decrypt(element, expected.decryption_keys, expected.allowed);
    let in_the_clear = match &decrypted {
        Ok(_) | Err(Undecryptable::Failed) => Ok(()),
        Err(cause) => Err(undecryptable(cause.clone())),
    };
    let found = match (&decrypted, &in_the_clear) {
        (Ok(decrypted), _) => format!("{}, {}", decrypted.cipher(), decrypted.transport()),
        (_, Ok(())) => "yes".to_owned(),
        (Err(cause), Err(_)) => cause.to_string(),
    };
    trace.check("encryption algorithm", algorithms(expected), found, in_the_clear)?;
    let decrypted = decrypted.and_then(|decrypted| decrypted.read().map(drop).map(|()| decrypted));
    let found = decrypted.as_ref().map_or_else(ToString::to_string, |decrypted| {
        format!("decrypted by the key of {}", holder(decrypted.certificate()))
    });
    trace.check("decryption", keys(expected), found, decrypted.map_err(undecryptable))
}

fn algorithms(expected: &Expected<'_>) -> &'static str {
    if expected.allowed.cbc { "AES-GCM or AES-CBC, and RSA-OAEP" } else { "AES-GCM, and RSA-OAEP" }
}

fn keys(expected: &Expected<'_>) -> String {
    let holders: Vec<String> = expected.decryption_keys.iter().map(|key| holder(key.certificate())).collect();
    format!("one element, decrypted by the key of {}", holders.join(" or "))
}

fn holder(certificate: Option<&vestibule_dsig::Certificate>) -> String {
    certificate.map_or_else(|| "no known certificate".to_owned(), describe)
}

fn undecryptable(cause: Undecryptable) -> Rejection {
    Rejection::Encrypted(Encrypted::Undecryptable { element: ELEMENT, cause })
}

/// Holds the plaintext to one Assertion, and verifies its own signature; `response` is the signature around it.
fn inner(
    received: &Document<'_>,
    decrypted: &Decrypted,
    response: Option<Signed>,
    expected: &Expected<'_>,
    trace: &mut Trace,
) -> Result<Covered, Rejection> {
    let plaintext = decrypted.read().map_err(undecryptable)?;
    let alone = alone(received, plaintext.document());
    let found = alone.as_ref().map_or_else(ToString::to_string, |_| "one saml:Assertion".to_owned());
    let assertion = trace.check("decrypted", "one saml:Assertion, every ID once", found, alone)?;

    let is_signed = signature_of(assertion).is_some();
    let (found, outcome) = match (response.is_some(), is_signed) {
        (true, true) => ("the Response around the ciphertext and the Assertion in it are", Ok(())),
        (true, false) => ("the Response around the ciphertext is", Ok(())),
        (false, true) => ("the Assertion in the ciphertext is", Ok(())),
        (false, false) => ("neither is", Err(Rejection::NotCovered(NotCovered::Unsigned))),
    };
    trace.check(Step::SIGNED, Step::SIGNED_EXPECTED, (found, " signed"), outcome)?;
    let signed = is_signed.then(|| signature(Part::Assertion, assertion, expected, trace)).transpose()?;
    let certificate = signed.as_ref().or(response.as_ref()).map(|signed| signed.certificate().clone());
    let Some(certificate) = certificate else { return Err(Rejection::NotCovered(NotCovered::Unsigned)) };
    // Without a signature of its own it is read from these bytes, which the signature around them covers.
    let opened = signed.is_none().then(|| c14n::exclusive_text(assertion, None, &[]));
    Ok(Covered { response, assertion: signed, opened, certificate })
}

/// The one Assertion of a plaintext, if nothing in it can be taken for something of the document around it.
fn alone<'d>(received: &Document<'_>, plaintext: &'d Document<'_>) -> Result<Element<'d>, Rejection> {
    let root = plaintext.root();
    let assertion = root.elements().next().unwrap_or(root);
    if !assertion.is(crate::names::ASSERTION, "Assertion") {
        return Err(Rejection::Encrypted(Encrypted::SomethingElse { element: ELEMENT }));
    }
    sole_assertion(root, Some(root))?;
    let outside: BTreeSet<&str> = received.ids().map(|(id, _)| id).collect();
    if plaintext.ids().any(|(id, _)| outside.contains(id)) {
        return Err(Rejection::NotCovered(NotCovered::IdInsideAndOutside));
    }
    Ok(assertion)
}

/// The one assertion may be encrypted, or must be, or must not be.
pub(super) fn admitted(assertion: Element<'_>, expected: &Expected<'_>) -> Result<(), Rejection> {
    match (is_encrypted(assertion), expected.decryption_keys.is_empty(), expected.encryption_required) {
        (true, true, _) => Err(Rejection::Encrypted(Encrypted::NoKey { element: ELEMENT })),
        (false, _, true) => Err(Rejection::Encrypted(Encrypted::Required)),
        _ => Ok(()),
    }
}

/// What [`admitted`] wants, for the trace.
pub(super) fn wanted(expected: &Expected<'_>) -> &'static str {
    match (expected.decryption_keys.is_empty(), expected.encryption_required) {
        (_, true) => "1, encrypted, a child of samlp:Response",
        (true, false) => "1, not encrypted, a child of samlp:Response",
        (false, false) => "1, encrypted or not, a child of samlp:Response",
    }
}

/// A name identifier that was encrypted, and how.
pub(crate) struct SealedNameId {
    pub(crate) name_id: NameId,
    pub(crate) how: String,
}

/// Decrypts the name identifier in an EncryptedID of a signed assertion or a signed logout request (SAML-Core, section
/// 2.2.4). To be called with an element of a document that a signature covers, and with no other.
pub(crate) fn name_id(
    element: Element<'_>,
    keys: &[DecryptionKey],
    allowed: Allowed,
) -> Result<SealedNameId, Encrypted> {
    const ELEMENT: &str = "EncryptedID";
    if keys.is_empty() {
        return Err(Encrypted::NoKey { element: ELEMENT });
    }
    let undecryptable = |cause| Encrypted::Undecryptable { element: ELEMENT, cause };
    let decrypted = decrypt(element, keys, allowed).map_err(undecryptable)?;
    let plaintext = decrypted.read().map_err(undecryptable)?;
    let found = plaintext.element();
    let name_id = Some(found).filter(|found| found.is(crate::names::ASSERTION, "NameID"));
    let how = format!(
        "{}, {}, decrypted by the key of {}",
        decrypted.cipher(),
        decrypted.transport(),
        holder(decrypted.certificate())
    );
    name_id
        .and_then(crate::read::name_id)
        .map(|name_id| SealedNameId { name_id, how })
        .ok_or(Encrypted::SomethingElse { element: ELEMENT })
}
