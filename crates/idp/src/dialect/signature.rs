//! Signatures in the forms of others: other prefixes, lines, prefix lists and KeyInfo than `dsig` writes.
//!
//! What a signature must be to be accepted is in `dsig`. The one thing to know: the text is put into its place empty,
//! and filled: first the digest of the element around it, then the value over SignedInfo as it stands there.

use aws_lc_rs::digest::{SHA256, digest};
use vestibule_dsig::{Certificate, Hash, signature_of};
use vestibule_saml::binding::post_value;
use vestibule_saml::names;
use vestibule_saml::write::Signer;
use vestibule_xml::{Document, Element, c14n};

use super::Error;

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// How long a line of Base64 is.
const WIDTH: usize = 76;

/// How a vendor writes signatures.
pub(super) struct Form {
    /// The prefix with its colon; nothing for the default namespace.
    pub(super) prefix: &'static str,
    /// The prefix whose declaration the canonical form keeps, used or not.
    pub(super) keeps: Option<&'static str>,
    /// What stands between the elements.
    pub(super) between: &'static str,
    /// The end of a line of the signature value, if it has lines.
    pub(super) line_end: Option<&'static str>,
    pub(super) key_info: KeyInfo,
}

/// What a vendor says about its key.
pub(super) enum KeyInfo {
    /// The certificate.
    Certificate,
    /// The certificate in lines.
    Lines,
    /// The certificate in lines, and its subject.
    Subject,
    /// A name of the key ahead of the certificate.
    Name,
    /// The certificate, in a KeyInfo whose namespace is the default one while its content has a prefix.
    OwnNamespace,
}

impl Form {
    /// Signs the element with this ID, in which `<signature of="…"/>` marks the place.
    pub(super) fn sign(&self, xml: &str, of: &str, id: &str, signer: &Signer) -> Result<String, Error> {
        let empty = self.empty(id, signer);
        let xml = xml.replace(&format!("<signature of=\"{of}\"/>"), &empty);
        let kept: Vec<&str> = self.keeps.into_iter().collect();
        let hash = in_signature(&xml, id, |parent, signature| {
            digest(&SHA256, &c14n::exclusive(parent, Some(signature), &kept))
        })?;
        let xml = filled(&xml, id, "DigestValue", &post_value(hash))?;
        let info = in_signature(&xml, id, |_, signature| {
            let info = signature.child(names::SIGNATURE, "SignedInfo");
            info.map(|info| c14n::exclusive(info, None, &[])).unwrap_or_default()
        })?;
        let value =
            vestibule_dsig::sign_bytes(&signer.key, signer.algorithm, &info).map_err(Error::Signature)?;
        filled(&xml, id, "SignatureValue", &self.lines(&post_value(value), self.line_end))
    }

    /// The signature without its digest and its value.
    fn empty(&self, id: &str, signer: &Signer) -> String {
        let Self { prefix: p, between: n, .. } = self;
        let namespace = names::SIGNATURE;
        let declared =
            if p.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{}", p.trim_end_matches(':')) };
        let keeps = self.keeps.map_or_else(String::new, |prefix| {
            format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"{prefix}\"/>")
        });
        let exclusive = if keeps.is_empty() {
            format!("<{p}Transform Algorithm=\"{EXCLUSIVE}\"/>")
        } else {
            format!("<{p}Transform Algorithm=\"{EXCLUSIVE}\">{keeps}</{p}Transform>")
        };
        let parts = [
            format!("<{p}Signature {declared}=\"{namespace}\">"),
            format!("<{p}SignedInfo>"),
            format!("<{p}CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>"),
            format!("<{p}SignatureMethod Algorithm=\"{}\"/>", signer.algorithm.uri()),
            format!("<{p}Reference URI=\"#{id}\">"),
            format!("<{p}Transforms>"),
            format!("<{p}Transform Algorithm=\"{ENVELOPED}\"/>"),
            exclusive,
            format!("</{p}Transforms>"),
            format!("<{p}DigestMethod Algorithm=\"{}\"/>", Hash::Sha256.uri()),
            format!("<{p}DigestValue></{p}DigestValue>"),
            format!("</{p}Reference>"),
            format!("</{p}SignedInfo>"),
            format!("<{p}SignatureValue></{p}SignatureValue>"),
            self.key_info(&signer.certificate),
        ];
        format!("{}</{p}Signature>", parts.join(n))
    }

    fn key_info(&self, certificate: &Certificate) -> String {
        let p = self.prefix;
        let base64 = match self.key_info {
            KeyInfo::Lines | KeyInfo::Subject => self.lines(&certificate.to_base64(), Some("\n")),
            _ => certificate.to_base64(),
        };
        let (namespace, subject) = (names::SIGNATURE, escaped(certificate.subject()));
        let certificate = format!("<{p}X509Certificate>{base64}</{p}X509Certificate>");
        match self.key_info {
            KeyInfo::Certificate | KeyInfo::Lines => {
                format!("<{p}KeyInfo><{p}X509Data>{certificate}</{p}X509Data></{p}KeyInfo>")
            }
            KeyInfo::Subject => format!(
                "<{p}KeyInfo><{p}X509Data><{p}X509SubjectName>{subject}</{p}X509SubjectName>{certificate}\
                 </{p}X509Data></{p}KeyInfo>"
            ),
            KeyInfo::Name => format!(
                "<{p}KeyInfo><{p}KeyName>{subject}</{p}KeyName><{p}X509Data>{certificate}</{p}X509Data></{p}KeyInfo>"
            ),
            KeyInfo::OwnNamespace => {
                format!("<KeyInfo xmlns=\"{namespace}\"><{p}X509Data>{certificate}</{p}X509Data></KeyInfo>")
            }
        }
    }

    /// Base64 as it is, or in lines each of which ends like this.
    fn lines(&self, base64: &str, end: Option<&str>) -> String {
        let Some(end) = end else { return base64.to_owned() };
        let mut text = if self.between.is_empty() { String::new() } else { "\n".to_owned() };
        for (place, letter) in base64.chars().enumerate() {
            if place > 0 && place % WIDTH == 0 {
                text.push_str(end);
            }
            text.push(letter);
        }
        if self.between.is_empty() { text } else { text + "\n" }
    }
}

/// Looks at an element and its signature.
fn in_signature<T>(
    xml: &str,
    id: &str,
    look: impl FnOnce(Element<'_>, Element<'_>) -> T,
) -> Result<T, Error> {
    let document = Document::parse(xml.as_bytes())
        .map_err(|error| Error::Signature(vestibule_dsig::Error::Xml(error)))?;
    let parent = document.root().descendants().find(|element| element.attribute("ID") == Some(id));
    let found = parent.and_then(|parent| Some((parent, signature_of(parent)?)));
    let (parent, signature) = found.ok_or(Error::Signature(vestibule_dsig::Error::NoSuchId))?;
    Ok(look(parent, signature))
}

/// Puts a text into an empty element of a signature.
fn filled(xml: &str, id: &str, name: &str, text: &str) -> Result<String, Error> {
    let place = in_signature(xml, id, |_, signature| {
        let element = signature.descendants().find(|element| element.is(names::SIGNATURE, name));
        let span = element.map(|element| element.span())?;
        Some(span.start + xml.get(span)?.find("</")?)
    })?;
    let parts = place.and_then(|place| xml.split_at_checked(place));
    let (before, after) = parts.ok_or(Error::Signature(vestibule_dsig::Error::Empty))?;
    Ok([before, text, after].concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
