//! Parties with keys, and a signer that signs whatever form it is asked to.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vestibule_dsig::{
    Algorithm, Allowed, Certificate, Invalid, KeyKind, Signed, SigningKey, sign_bytes, signature_of, verify,
};
use vestibule_xml::{Document, c14n};

/// Someone with a key and the certificate for it.
pub struct Party {
    pub key: SigningKey,
    pub certificate: Certificate,
}

impl Party {
    pub fn new(kind: KeyKind, name: &str) -> Self {
        let key = SigningKey::generate(kind).unwrap();
        let day = |text: &str| text.parse().unwrap();
        let certificate =
            key.self_signed(name, day("2024-01-01T00:00:00Z"), day("2034-01-01T00:00:00Z")).unwrap();
        Self { key, certificate }
    }
}

/// The identity provider that is trusted.
pub static TRUSTED: LazyLock<Party> = LazyLock::new(|| Party::new(KeyKind::Rsa2048, "trusted"));
/// Someone else.
pub static STRANGER: LazyLock<Party> = LazyLock::new(|| Party::new(KeyKind::Rsa2048, "stranger"));

pub const SHA1: Allowed = Allowed { sha1: true, cbc: false };

/// A message without a signature; the mark says where one goes.
pub const MESSAGE: &str = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
     xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_response\" Version=\"2.0\">\
     <saml:Issuer>https://idp.example/</saml:Issuer>SIGNATURE\
     <saml:Assertion ID=\"_assertion\" Version=\"2.0\"><saml:Issuer>https://idp.example/</saml:Issuer>\
     <saml:Subject><saml:NameID>zoë@acme.example</saml:NameID></saml:Subject>\
     <saml:AttributeStatement><saml:Attribute Name=\"groups\"><saml:AttributeValue>staff &amp; others\
     </saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>";

/// The signature that the table changes.
const SIGNATURE: &str = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
     <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
     <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
     <ds:Reference URI=\"#_response\"><ds:Transforms>\
     <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
     <ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>\
     <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
     <ds:DigestValue>DIGEST</ds:DigestValue></ds:Reference></ds:SignedInfo>\
     <ds:SignatureValue>VALUE</ds:SignatureValue>\
     <ds:KeyInfo><ds:X509Data><ds:X509Certificate>CERTIFICATE</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
     </ds:Signature>";

/// Replaces the one place where `from` stands.
pub fn edit(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} must stand in the text once");
    text.replacen(from, to, 1)
}

/// The message with a signature that is edited first and signed, genuinely, afterwards.
pub fn signed_after(edits: &[(&str, &str)]) -> String {
    signed_by(&TRUSTED, Algorithm::RsaSha256, edits)
}

/// The same, by anyone and any algorithm.
pub fn signed_by(party: &Party, algorithm: Algorithm, edits: &[(&str, &str)]) -> String {
    let bare = MESSAGE.replace("SIGNATURE", "");
    let document = Document::parse(bare.as_bytes()).unwrap();
    let digest = digest::digest(&digest::SHA256, &c14n::exclusive(document.root(), None, &[]));
    let mut message = MESSAGE
        .replace("SIGNATURE", SIGNATURE)
        .replace("DIGEST", &STANDARD.encode(digest))
        .replace("CERTIFICATE", &party.certificate.to_base64());
    for (from, to) in edits {
        message = edit(&message, from, to);
    }
    let document = Document::parse(message.as_bytes()).unwrap();
    let signature = signature_of(document.root()).unwrap();
    let signed_info = signature.child(vestibule_dsig::NAMESPACE, "SignedInfo").unwrap();
    let canonical = c14n::exclusive(signed_info, None, &[]);
    let value = STANDARD.encode(sign_bytes(&party.key, algorithm, &canonical).unwrap());
    message.replace("VALUE", &value)
}

/// Verifies the root of a message with the trusted certificate.
pub fn check(message: &str) -> Result<Signed, Invalid> {
    check_with(message, std::slice::from_ref(&TRUSTED.certificate), Allowed::default())
}

/// Verifies the root of a message.
pub fn check_with(message: &str, trusted: &[Certificate], allowed: Allowed) -> Result<Signed, Invalid> {
    let document = Document::parse(message.as_bytes()).unwrap();
    verify(document.root(), trusted, allowed)
}
