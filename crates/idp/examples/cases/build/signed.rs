//! Accepted: what may be signed, how, and by which key.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY as SHA1, SHA256, digest};
use vestibule_dsig::sign_bytes;
use vestibule_saml::write::{Signed, Signer};
use vestibule_saml::{Algorithm, binding};
use vestibule_xml::{Document, Element, c14n};

use super::{Built, honest, replaced, sign, sign_by, signer};

pub fn all() -> Vec<Built> {
    let xml = honest().write();
    let part = |name: &str, title: &str, signed| Built::new(name, title, sign(&xml, signed));
    vec![
        part("x01_to_x13_p12_assertion_alone_is_signed", "The Assertion alone is signed.", Signed::Assertion),
        part("x01_to_x13_p12_response_alone_is_signed", "The Response alone is signed.", Signed::Response),
        part("x01_to_x13_p12_both_are_signed", "Response and Assertion are signed.", Signed::Both),
        without_key_info(),
        Built::new(
            "x20_next_certificate_of_a_rollover",
            "The connection has two certificates, and the second one verifies.",
            sign_by(&signer("idp-next"), &xml, Signed::Assertion),
        )
        .with(|case| case.certificates = Some(vec!["idp".to_owned(), "idp-next".to_owned()])),
        Built::new(
            "x20_parts_signed_by_two_keys_of_the_connection",
            "Around a rollover the Assertion is signed by one key and the Response by the next.",
            signer("idp-next").sign(&sign(&xml, Signed::Assertion), "_r218").unwrap(),
        )
        .with(|case| case.certificates = Some(vec!["idp".to_owned(), "idp-next".to_owned()])),
        signed_with("x21_signed_with_sha384", "idp", Algorithm::RsaSha384),
        signed_with("x21_signed_with_sha512", "idp", Algorithm::RsaSha512),
        signed_with("x21_signed_with_pss", "idp", Algorithm::RsaPssSha256).once(),
        signed_with("x21_signed_with_ecdsa", "idp-ec", Algorithm::EcdsaSha256).once(),
        sha1_digest(),
        prefix_list(),
        value_with("x23_signature_value_is_wrapped", "The signature value is wrapped.", "\n"),
        value_with(
            "x23_signature_value_is_wrapped_with_returns",
            "The signature value is wrapped with character references, as Keycloak does it.",
            "&#13;\n",
        ),
        Built::new("x23_form_field_is_wrapped", "The form field is wrapped.", "").field(wrapped(
            &binding::post_value(sign(&xml, Signed::Assertion)),
            76,
            "\r\n",
        )),
    ]
}

fn without_key_info() -> Built {
    let signer = signer("idp");
    let xml = vestibule_dsig::sign(&honest().write(), "_r218", &signer.key, None, signer.algorithm).unwrap();
    Built::new("x16_x20_without_key_info", "The signature does not say which key made it.", xml)
}

fn signed_with(name: &str, key: &str, algorithm: Algorithm) -> Built {
    let signer = Signer { algorithm, ..signer(key) };
    let xml = sign_by(&signer, &honest().write(), Signed::Assertion);
    Built::new(name, &format!("The Assertion is signed with {algorithm}."), xml)
        .with(|case| case.certificates = Some(vec![key.to_owned()]))
}

/// SHA-1 makes the digest; the signature itself is one of today.
fn sha1_digest() -> Built {
    let xml = honest().write();
    let signed = sign(&xml, Signed::Assertion);
    let from = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">";
    let to = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\">";
    let content = canonical(&xml, |element| element.attribute("ID") == Some("_a7f3"), &[]);
    let signed = with_text(&replaced(&signed, from, to), "ds:DigestValue", &value(digest(&SHA1, &content)));
    Built::new(
        "x21_sha1_digest_by_opt_in",
        "The digest is SHA-1, which the connection allows.",
        signed_again(&signed),
    )
    .with(|case| case.allow = vec!["sha1".to_owned()])
}

fn wrapped(text: &str, width: usize, end: &str) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
    lines.join(end)
}

fn value_with(name: &str, title: &str, end: &str) -> Built {
    let xml = sign(&honest().write(), Signed::Assertion);
    let (_, rest) = xml.split_once("<ds:SignatureValue>").unwrap();
    let (value, _) = rest.split_once("</ds:SignatureValue>").unwrap();
    Built::new(name, title, replaced(&xml, value, &format!("{end}{}{end}", wrapped(value, 64, end))))
}

/// A signature that keeps a prefix which only a value uses: made here step by step, for the writer makes none.
fn prefix_list() -> Built {
    let typed = "<saml:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">";
    let xml = replaced(&honest().write(), "<saml:AttributeValue>", typed);
    let xml =
        replaced(&xml, "<samlp:Response ", "<samlp:Response xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ");
    let signed = sign(&xml, Signed::Assertion);
    let exclusive = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    let list =
        "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/>";
    let signed = replaced(&signed, exclusive, &format!("{exclusive}{list}"));
    let content = canonical(&xml, |element| element.attribute("ID") == Some("_a7f3"), &["xs"]);
    let signed = with_text(&signed, "ds:DigestValue", &value(digest(&SHA256, &content)));
    let title = "The canonical form keeps a prefix that only values use, as Shibboleth and ADFS ask for it.";
    Built::new("x18_x19_x24_prefix_list", title, signed_again(&signed))
}

/// Makes the signature value again, over whatever SignedInfo says now.
fn signed_again(xml: &str) -> String {
    let info = canonical(xml, |element| element.local_name() == "SignedInfo", &[]);
    let signer = signer("idp");
    with_text(xml, "ds:SignatureValue", &value(sign_bytes(&signer.key, signer.algorithm, &info).unwrap()))
}

fn value(bytes: impl AsRef<[u8]>) -> String {
    binding::post_value(bytes)
}

fn canonical(xml: &str, wanted: impl Fn(&Element<'_>) -> bool, prefixes: &[&str]) -> Vec<u8> {
    let document = Document::parse(xml.as_bytes()).unwrap();
    let element = document.root().descendants().find(wanted).unwrap();
    c14n::exclusive(element, None, prefixes)
}

fn with_text(xml: &str, name: &str, text: &str) -> String {
    let (before, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    let (_, after) = rest.split_once(&format!("</{name}>")).unwrap();
    format!("{before}<{name}>{text}</{name}>{after}")
}
