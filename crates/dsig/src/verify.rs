//! Verifying: the only way to a [`Signed`].
//!
//! What lives here: the order of the checks, and the choice of the key. What does not: the form of SignedInfo
//! (`signed_info.rs`), the algorithms (`algorithm.rs`), and which elements may be signed (`saml`).
//! The one thing to know is the order. Canonicalize SignedInfo, verify it with the trusted keys, read SignedInfo again
//! from the bytes that verified, canonicalize the element that carries the signature, compare its digest. Nothing
//! that a signature does not cover has a say after the second step, and KeyInfo has none at any step.

use vestibule_xml::{Document, Element, c14n};

use crate::algorithm::{Algorithm, Allowed};
use crate::encoding;
use crate::invalid::{Invalid, Malformed, Refusal, Role};
use crate::signed_info::SignedInfo;
use crate::{Certificate, NAMESPACE};

/// No message needs to say more than this about its key.
const MAX_CLAIMED: usize = 8;

/// What a signature covers: the proof that it was verified, and the only bytes that may be read because of it.
#[derive(Clone)]
pub struct Signed {
    form: String,
    certificate: Certificate,
    algorithm: Algorithm,
}

impl Signed {
    /// The canonical form of the signed element without its signature: a document of its own.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.form.as_bytes()
    }

    /// The same bytes as the text that they are.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.form
    }

    /// The trusted certificate whose key verified the signature.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The algorithm of the signature.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// The signature that `parent` carries: its first direct `ds:Signature` child.
#[must_use]
pub fn signature_of(parent: Element<'_>) -> Option<Element<'_>> {
    parent.child(NAMESPACE, "Signature")
}

/// Verifies the enveloped signature of `parent` with one of the trusted certificates.
///
/// Whether `parent` is an element that may be signed, and whether its ID is unique, is known to the caller and to the
/// parser; here it is held to one signature as a direct child, and the signature to that element.
///
/// # Errors
/// [`Invalid`] says which rule was broken first.
pub fn verify(parent: Element<'_>, trusted: &[Certificate], allowed: Allowed) -> Result<Signed, Invalid> {
    let parts = Parts::of(parent)?;
    let id = parent.attribute("ID").filter(|id| is_name(id)).ok_or(Malformed::NoId)?;

    let claimed = SignedInfo::read(parts.signed_info, allowed)?;
    claimed.refers_to(id)?;
    let canonical = c14n::exclusive_text(parts.signed_info, None, &claimed.own_prefixes);
    let value =
        parts.value.text().and_then(|text| encoding::decode(&text)).ok_or(Malformed::SignatureValue)?;
    let certificate = verifying(trusted, claimed.algorithm, canonical.as_bytes(), &value)
        .ok_or_else(|| diagnose(parent, trusted, claimed.algorithm))?;

    let document = Document::parse_text(&canonical).map_err(|_| Malformed::Unstable)?;
    let signed = SignedInfo::read(document.root(), allowed)?;
    signed.refers_to(id)?;
    if signed != claimed {
        return Err(Malformed::Unstable.into());
    }

    let form = c14n::exclusive_text(parent, Some(parts.signature), &signed.prefixes);
    if signed.hash.digest(form.as_bytes()).as_ref() != signed.digest {
        return Err(Invalid::Digest);
    }
    Ok(Signed { form, certificate: certificate.clone(), algorithm: signed.algorithm })
}

/// Verifies a bare signature of bytes, as the HTTP-Redirect binding has it (SAML-Bindings, section 3.4.4.1), and
/// returns the certificate whose key verified it.
///
/// # Errors
/// [`Invalid::Algorithm`], [`Invalid::UnusableKey`] or [`Invalid::Signature`].
pub fn verify_bytes(
    trusted: &[Certificate],
    algorithm: Algorithm,
    bytes: &[u8],
    signature: &[u8],
    allowed: Allowed,
) -> Result<Certificate, Invalid> {
    if !allowed.permits(algorithm.hash()) {
        let uri = algorithm.uri().to_owned();
        return Err(Invalid::Algorithm { role: Role::Signature, uri, refusal: Refusal::NeedsOptIn });
    }
    match verifying(trusted, algorithm, bytes, signature) {
        Some(certificate) => Ok(certificate.clone()),
        None => Err(unusable(trusted, algorithm).unwrap_or(Invalid::Signature)),
    }
}

/// The first certificate that the message carries in KeyInfo. It is a claim by whoever wrote the message: good for
/// telling an administrator what changed, and for nothing else.
#[must_use]
pub fn claimed_certificate(parent: Element<'_>) -> Option<Certificate> {
    claimed_certificates(parent).next()
}

/// The parts of a signature that are read, each at its place.
struct Parts<'d> {
    signature: Element<'d>,
    signed_info: Element<'d>,
    value: Element<'d>,
}

impl<'d> Parts<'d> {
    fn of(parent: Element<'d>) -> Result<Self, Invalid> {
        let mut signatures = parent.children(NAMESPACE, "Signature");
        let signature = signatures.next().ok_or(Invalid::NotSigned)?;
        if signatures.next().is_some() {
            return Err(Malformed::SeveralSignatures.into());
        }
        let mut parts = signature.elements();
        let mut next = |name| parts.next().filter(|part| part.is(NAMESPACE, name));
        let [Some(signed_info), Some(value)] = [next("SignedInfo"), next("SignatureValue")] else {
            return Err(Malformed::Signature.into());
        };
        let key_info = parts.next();
        if key_info.is_some_and(|part| !part.is(NAMESPACE, "KeyInfo")) || parts.next().is_some() {
            return Err(Malformed::Signature.into());
        }
        if !signature.is_plain() {
            return Err(Malformed::NotPlain.into());
        }
        Ok(Self { signature, signed_info, value })
    }
}

fn verifying<'t>(
    trusted: &'t [Certificate],
    algorithm: Algorithm,
    bytes: &[u8],
    signature: &[u8],
) -> Option<&'t Certificate> {
    trusted.iter().find(|certificate| certificate.key().verifies(algorithm, bytes, signature))
}

/// Why no trusted key verified, as far as the message lets one tell.
fn diagnose(parent: Element<'_>, trusted: &[Certificate], algorithm: Algorithm) -> Invalid {
    let mut unknown = None;
    for claimed in claimed_certificates(parent) {
        if trusted.iter().any(|known| known.key().is_same(claimed.key())) {
            return unusable(trusted, algorithm).unwrap_or(Invalid::Signature);
        }
        unknown.get_or_insert(claimed);
    }
    match unknown {
        Some(claimed) => Invalid::UnknownKey { claimed },
        None => unusable(trusted, algorithm).unwrap_or(Invalid::Signature),
    }
}

fn unusable(trusted: &[Certificate], algorithm: Algorithm) -> Option<Invalid> {
    if trusted.iter().any(|certificate| certificate.key().fits(algorithm)) {
        return None;
    }
    let keys: Vec<String> = trusted.iter().map(Certificate::key_description).collect();
    Some(Invalid::UnusableKey { algorithm, trusted: keys.join(", ") })
}

fn claimed_certificates(parent: Element<'_>) -> impl Iterator<Item = Certificate> {
    signature_of(parent)
        .and_then(|signature| signature.child(NAMESPACE, "KeyInfo"))
        .into_iter()
        .flat_map(|key_info| key_info.children(NAMESPACE, "X509Data"))
        .flat_map(|data| data.children(NAMESPACE, "X509Certificate"))
        .take(MAX_CLAIMED)
        .filter_map(|certificate| Certificate::from_base64(&certificate.text()?).ok())
}

/// Whether an ID is a name without a colon, as the type `xs:ID` wants it. What a URI could write in two ways (a
/// percent sign, a parenthesis of an XPointer) is thereby no ID.
pub(crate) fn is_name(id: &str) -> bool {
    let letter = |c: char| c.is_alphabetic() || c == '_';
    let later = |c: char| letter(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{b7}');
    id.starts_with(letter) && id.chars().all(later)
}
