//! Decrypting: from an encrypted element to the one element in it.
//!
//! The form is read in `form.rs`. The one thing to know: a key that cannot be decrypted is replaced by a random one, and
//! everything goes on as if it were right. What comes out is read as XML by [`Decrypted::read`], which has the same one
//! answer to every failure.
//!
//! The namespaces that are declared around the encrypted element hold in the plaintext too, because some identity
//! providers (Keycloak among them) count on that. They are declared on an element that is written around the plaintext;
//! nothing else of the outer document is visible in it.

use std::ops::Range;

use vestibule_xml::{Document, Element};
use zeroize::Zeroizing;

use super::algorithm::{Cipher, KeyTransport};
use super::form::Form;
use super::key::DecryptionKey;
use super::undecryptable::Undecryptable;
use crate::{Allowed, Certificate};

/// What came out of an encrypted element, not read yet. Whoever has the certificate can have encrypted it.
pub struct Decrypted {
    text: Zeroizing<Vec<u8>>,
    content: Range<usize>,
    cipher: Cipher,
    transport: KeyTransport,
    certificate: Option<Certificate>,
}

/// Decrypts an element that holds an EncryptedData, as `saml:EncryptedAssertion` does, with whichever key fits.
///
/// # Errors
/// [`Undecryptable`]; what depends on a key or on the plaintext is [`Undecryptable::Failed`], here or when it is read.
pub fn decrypt(
    element: Element<'_>,
    keys: &[DecryptionKey],
    allowed: Allowed,
) -> Result<Decrypted, Undecryptable> {
    let form = Form::read(element, allowed)?;
    let first = form.keys.first().ok_or(Undecryptable::Failed)?.transport;
    if keys.is_empty() {
        return Err(Undecryptable::NoKey);
    }
    // Drawn whether it is needed or not.
    let decoy = Zeroizing::new(super::encrypt::random::<32>().ok_or(Undecryptable::Failed)?);
    let found = unwrap(&form, keys);
    let key = found.as_ref().map_or(decoy.get(..form.cipher.key_length()), |found| Some(&found.secret));
    let plaintext = form.cipher.open(key.unwrap_or_default(), &form.content).map(Zeroizing::new);
    let plaintext = plaintext.ok_or(Undecryptable::Failed)?;
    let (transport, certificate) =
        found.map_or((first, None), |found| (found.transport, found.key.certificate().cloned()));
    Ok(Decrypted::around(element, &plaintext, form.cipher, transport, certificate))
}

/// The key of the content, and what it was found with.
struct Found<'k> {
    secret: Zeroizing<Vec<u8>>,
    transport: KeyTransport,
    key: &'k DecryptionKey,
}

fn unwrap<'k>(form: &Form, keys: &'k [DecryptionKey]) -> Option<Found<'k>> {
    let mut pairs = form.keys.iter().flat_map(|encrypted| keys.iter().map(move |key| (encrypted, key)));
    pairs.find_map(|(encrypted, key)| {
        let secret = key.unwrap(encrypted.transport, &encrypted.encrypted)?;
        let fits = secret.len() == form.cipher.key_length();
        fits.then_some(Found { secret, transport: encrypted.transport, key })
    })
}

impl Decrypted {
    /// Puts the plaintext where the encrypted element stood, as far as namespaces go.
    fn around(
        element: Element<'_>,
        plaintext: &[u8],
        cipher: Cipher,
        transport: KeyTransport,
        certificate: Option<Certificate>,
    ) -> Self {
        let mut text = Zeroizing::new(Vec::with_capacity(plaintext.len() + 1024));
        text.extend_from_slice(b"<decrypted");
        for (prefix, namespace) in element.namespaces_in_scope() {
            // The parser lets no namespace pass that would have to be escaped.
            let colon = if prefix.is_empty() { "" } else { ":" };
            text.extend_from_slice(format!(" xmlns{colon}{prefix}=\"{namespace}\"").as_bytes());
        }
        text.push(b'>');
        let start = text.len();
        text.extend_from_slice(plaintext);
        let content = start..text.len();
        text.extend_from_slice(b"</decrypted>");
        Self { text, content, cipher, transport, certificate }
    }

    /// How the content was encrypted.
    #[must_use]
    pub fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// How the key of the content was encrypted.
    #[must_use]
    pub fn transport(&self) -> KeyTransport {
        self.transport
    }

    /// The certificate of the key that decrypted; none if the key was given without one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Reads the plaintext: one element, and nothing but white space around it.
    ///
    /// # Errors
    /// [`Undecryptable::Failed`] for everything else.
    pub fn read(&self) -> Result<Plaintext<'_>, Undecryptable> {
        let document = Document::parse(&self.text).map_err(|_| Undecryptable::Failed)?;
        let spans: Vec<Range<usize>> = document.root().elements().take(2).map(Element::span).collect();
        let [span] = spans.as_slice() else { return Err(Undecryptable::Failed) };
        let around = [self.content.start..span.start, span.end..self.content.end];
        if !around.into_iter().all(|range| self.text.get(range).is_some_and(is_blank)) {
            return Err(Undecryptable::Failed);
        }
        Ok(Plaintext(document))
    }
}

/// The document that stands around a decrypted element.
pub struct Plaintext<'d>(Document<'d>);

impl Plaintext<'_> {
    /// The decrypted element.
    #[must_use]
    pub fn element(&self) -> Element<'_> {
        let root = self.0.root();
        root.elements().next().unwrap_or(root)
    }

    /// The document around it; its root is no part of the plaintext and has no meaning but to declare namespaces.
    #[must_use]
    pub fn document(&self) -> &Document<'_> {
        &self.0
    }
}

/// Whether there is nothing but what XML calls white space.
fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
