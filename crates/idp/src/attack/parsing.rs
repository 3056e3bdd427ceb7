//! Messages that two readers would understand in two ways, or that would keep one busy.
//!
//! What lives here: x14, x15, x17, x22, x23. What does not: signatures that are wrong (`signatures.rs`).
//! The one thing to know: most of these are put into a genuine message where a reader does not look twice, and the
//! signature around them is good or would be, so the parser has to be the one that refuses.

use vestibule_saml::{binding, names};

use super::signatures::{composed, forgery};
use super::surgery::{Target, impostor, replaced};
use super::{Error, Forged, Genuine};

/// The SHA-256 of nothing.
const EMPTY_DIGEST: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

fn message(xml: impl Into<Vec<u8>>) -> Result<Forged, Error> {
    Ok(Forged::Message(xml.into()))
}

/// The honest response with something ahead of its root.
fn with_prolog(genuine: &Genuine, prolog: &str) -> Result<Forged, Error> {
    message(format!("{prolog}{}", genuine.honest()?))
}

/// The honest response with something between its issuer and its status, inside Extensions.
fn with_extension(genuine: &Genuine, extension: &str) -> Result<Forged, Error> {
    let extensions = format!("<samlp:Extensions>{extension}</samlp:Extensions>");
    message(Target::Response.pieces(&genuine.honest()?)?.with(1, extensions).join())
}

/// The text between the tags of the name identifier, written anew.
fn with_name(genuine: &Genuine, name: &str) -> Result<String, Error> {
    let xml = genuine.honest()?;
    let (before, rest) = xml.split_once("<saml:NameID").ok_or(Error::Surgery)?;
    let (attributes, rest) = rest.split_once('>').ok_or(Error::Surgery)?;
    let (_, after) = rest.split_once("</saml:NameID>").ok_or(Error::Surgery)?;
    Ok(format!("{before}<saml:NameID{attributes}>{name}</saml:NameID>{after}"))
}

pub(super) fn x14(genuine: &Genuine) -> Result<Forged, Error> {
    let xml = with_name(genuine, "&who;")?;
    message(format!("<!DOCTYPE Response [<!ENTITY who \"victim@impostor.example\">]>{xml}"))
}

pub(super) fn x14b(genuine: &Genuine) -> Result<Forged, Error> {
    let attribute = "<!ATTLIST samlp:Response xmlns:samlp CDATA \"urn:impostor.example\">";
    with_prolog(genuine, &format!("<!DOCTYPE samlp:Response [{attribute}]>"))
}

pub(super) fn x14c(genuine: &Genuine) -> Result<Forged, Error> {
    let polluted = "<samlp:Response xmlns:one=\"urn:impostor.example\" xmlns:two=\"urn:impostor.example\" \
                    one:Version=\"2.0\" two:Version=\"2.0\"";
    message(replaced(&genuine.honest()?, "<samlp:Response", polluted)?)
}

pub(super) fn x14d(genuine: &Genuine) -> Result<Forged, Error> {
    with_extension(genuine, "<nowhere:Thing/>")
}

pub(super) fn x14e(genuine: &Genuine) -> Result<Forged, Error> {
    with_extension(genuine, "<one:Thing xmlns:one=\"one/../two\"/>")
}

pub(super) fn x14f(genuine: &Genuine) -> Result<Forged, Error> {
    let based = "<samlp:Response xml:base=\"http://impostor.example/\"";
    message(replaced(&genuine.honest()?, "<samlp:Response", based)?)
}

pub(super) fn x14g(genuine: &Genuine) -> Result<Forged, Error> {
    message(genuine.honest()? + &forgery(genuine, &impostor()?)?)
}

/// The parts of the signature once in its namespace, where a strict reader looks, and once in another, where one looks
/// that goes by local names.
pub(super) fn x14h(genuine: &Genuine) -> Result<Forged, Error> {
    composed(genuine, |fake, real| {
        let foreign = fake.children.first().ok_or(Error::Surgery)?;
        let foreign = foreign.replace("<ds:", "<other:").replace("</ds:", "</other:");
        let foreign = replaced(
            &foreign,
            "<other:SignedInfo",
            "<other:SignedInfo xmlns:other=\"urn:impostor.example\"",
        )?;
        Ok(real.with(0, foreign))
    })
}

/// Canonicalization that fails makes nothing, and the digest of nothing is well known.
pub(super) fn x15(genuine: &Genuine) -> Result<Forged, Error> {
    let Forged::Message(xml) = composed(genuine, |fake, real| {
        let info = fake.children.first().ok_or(Error::Surgery)?;
        let (before, rest) = info.split_once("<ds:DigestValue>").ok_or(Error::Surgery)?;
        let (_, after) = rest.split_once("</ds:DigestValue>").ok_or(Error::Surgery)?;
        let void = format!("{before}<ds:DigestValue>{EMPTY_DIGEST}</ds:DigestValue>{after}");
        Ok(real.without("<ds:SignedInfo").with(0, void))
    })?
    else {
        return Err(Error::Surgery);
    };
    let xml = String::from_utf8(xml).map_err(|_| Error::Surgery)?;
    let open = match genuine.target() {
        Target::Response => "<samlp:Response",
        Target::Assertion => "<saml:Assertion",
    };
    message(replaced(&xml, open, &format!("{open} xmlns:void=\"1\""))?)
}

pub(super) fn x17(genuine: &Genuine) -> Result<Forged, Error> {
    message(with_name(genuine, "victim@example.com<?cut here?>.impostor.example")?)
}

/// A comment inside the signature value, whose text could be read whole or in halves.
pub(super) fn x17b(genuine: &Genuine) -> Result<Forged, Error> {
    message(replaced(&genuine.captured()?, "<ds:SignatureValue>", "<ds:SignatureValue><!--cut here-->")?)
}

pub(super) fn x22(genuine: &Genuine) -> Result<Forged, Error> {
    let mut entities = String::from("<!ENTITY l0 \"ha\">");
    for level in 1..=9 {
        let below = format!("&l{};", level - 1).repeat(10);
        entities.push_str(&format!("<!ENTITY l{level} \"{below}\">"));
    }
    let xml = with_name(genuine, "&l9;")?;
    message(format!("<!DOCTYPE Response [{entities}]>{xml}"))
}

pub(super) fn x22b(genuine: &Genuine) -> Result<Forged, Error> {
    with_extension(genuine, &("<d>".repeat(10_000) + &"</d>".repeat(10_000)))
}

pub(super) fn x22c(genuine: &Genuine) -> Result<Forged, Error> {
    with_extension(genuine, &format!("<a b=\"{}\"/>", "x".repeat(300 * 1024)))
}

pub(super) fn x22d(genuine: &Genuine) -> Result<Forged, Error> {
    let attributes: String = (0..1_000).map(|number| format!(" a{number}=\"\"")).collect();
    with_extension(genuine, &format!("<a{attributes}/>"))
}

pub(super) fn x22e(genuine: &Genuine) -> Result<Forged, Error> {
    with_extension(genuine, &"<a/>".repeat(30_000))
}

pub(super) fn x22f(genuine: &Genuine) -> Result<Forged, Error> {
    let xml = with_name(genuine, "&file;")?;
    message(format!("<!DOCTYPE Response [<!ENTITY file SYSTEM \"file:///etc/hostname\">]>{xml}"))
}

pub(super) fn x23(genuine: &Genuine) -> Result<Forged, Error> {
    let xml = genuine.honest()?;
    message(std::iter::once(0xfeff).chain(xml.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
}

pub(super) fn x23b(genuine: &Genuine) -> Result<Forged, Error> {
    with_prolog(genuine, "\u{feff}")
}

pub(super) fn x23c(genuine: &Genuine) -> Result<Forged, Error> {
    let Forged::Message(xml) = with_extension(genuine, "<a>\u{7f}</a>")? else { return Err(Error::Surgery) };
    message(xml.into_iter().map(|byte| if byte == 0x7f { 0xe9 } else { byte }).collect::<Vec<u8>>())
}

pub(super) fn x23d(genuine: &Genuine) -> Result<Forged, Error> {
    // The question marks and tildes make sure that the two alphabets differ.
    let Forged::Message(xml) = with_extension(genuine, "<a>~~~???~~~???</a>")? else {
        return Err(Error::Surgery);
    };
    Ok(Forged::Field(binding::post_value(&xml).replace('+', "-").replace('/', "_"), xml))
}

pub(super) fn x23e(genuine: &Genuine) -> Result<Forged, Error> {
    with_prolog(genuine, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>")
}

/// Namespaces are what makes an assertion one; this is of the version before.
pub(super) fn x14i(genuine: &Genuine) -> Result<Forged, Error> {
    let old = "urn:oasis:names:tc:SAML:1.0:protocol";
    message(genuine.honest()?.replace(names::PROTOCOL, old))
}
