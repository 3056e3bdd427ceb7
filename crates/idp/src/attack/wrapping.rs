//! Signature wrapping: a genuine signature, and something else that is read.
//!
//! What lives here: x01 to x13. What does not: signatures that are wrong in themselves (`signatures.rs`).
//! The one thing to know: the forger holds one genuine response, and wants another to be read. Every construction keeps
//! the signed element, byte for byte, somewhere in the message. Where the Response was signed it is kept whole; else
//! the Assertion is. A variant in the other order puts it on the other side of the forgery, for readers that take the
//! first, or the last, of what they find.

use vestibule_saml::names;
use vestibule_saml::write::Status;

use super::surgery::{Pieces, Target};
use super::{Error, Forged, Genuine};

/// What a forger works with.
struct Kit {
    target: Target,
    /// The signed element with its signature.
    signed: String,
    /// The signed element without its signature.
    bare: String,
    /// The signature.
    signature: Pieces,
    /// The forged element of the same kind, unsigned.
    forged: Pieces,
    /// The honest Response, unsigned and without its assertion; of no use if the Response is what is forged.
    envelope: Pieces,
}

impl Kit {
    fn new(genuine: &Genuine) -> Result<Self, Error> {
        let target = genuine.target();
        let captured = genuine.captured()?;
        let unsigned = genuine.response.write();
        let envelope = Pieces::of(&unsigned, names::PROTOCOL, "Response")?.without("<saml:Assertion");
        let signed = target.pieces(&captured)?;
        Ok(Self {
            target,
            signed: signed.join(),
            bare: signed.without("<ds:Signature").join(),
            signature: Pieces::of(&captured, names::SIGNATURE, "Signature")?,
            forged: target.pieces(&genuine.forged().write())?,
            envelope,
        })
    }

    /// The message: the forged element in its place, and others beside it.
    fn message(self, forged: Pieces, before: &str, after: &str) -> Result<Forged, Error> {
        let xml = match self.target {
            Target::Response => forged.with(2, before).with(usize::MAX, after).join(),
            Target::Assertion => self.envelope.with(2, [before, &forged.join(), after].concat()).join(),
        };
        Ok(Forged::Message(xml.into_bytes()))
    }

    /// Issuer is the first child of both kinds of element, and the signature follows it.
    fn forged_with(&self, signature: &Pieces) -> Pieces {
        self.forged.clone().with(1, signature.join())
    }
}

/// Where the genuine element goes: ahead of the forgery, or behind it.
#[derive(Clone, Copy)]
enum Order {
    Ahead,
    Behind,
}

fn in_signature(genuine: &Genuine, place: usize) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let forged = kit.forged_with(&kit.signature.clone().with(place, kit.bare.clone()));
    kit.message(forged, "", "")
}

pub(super) fn x01(genuine: &Genuine) -> Result<Forged, Error> {
    in_signature(genuine, usize::MAX)
}

pub(super) fn x01b(genuine: &Genuine) -> Result<Forged, Error> {
    in_signature(genuine, 0)
}

fn detached(genuine: &Genuine, order: Order) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let pair = match order {
        Order::Ahead => [kit.bare.clone(), kit.signature.join()],
        Order::Behind => [kit.signature.join(), kit.bare.clone()],
    };
    let forged = kit.forged.clone().with(1, pair.concat());
    kit.message(forged, "", "")
}

pub(super) fn x02(genuine: &Genuine) -> Result<Forged, Error> {
    detached(genuine, Order::Ahead)
}

pub(super) fn x02b(genuine: &Genuine) -> Result<Forged, Error> {
    detached(genuine, Order::Behind)
}

fn beside(genuine: &Genuine, order: Order) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let (forged, signed) = (kit.forged.clone(), kit.signed.clone());
    match order {
        Order::Ahead => kit.message(forged, &signed, ""),
        Order::Behind => kit.message(forged, "", &signed),
    }
}

pub(super) fn x03(genuine: &Genuine) -> Result<Forged, Error> {
    beside(genuine, Order::Behind)
}

pub(super) fn x03b(genuine: &Genuine) -> Result<Forged, Error> {
    beside(genuine, Order::Ahead)
}

fn inside(genuine: &Genuine, place: usize) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let assertion = Target::Assertion.pieces(&genuine.forged().write())?.with(place, kit.signed.clone());
    let forged = match kit.target {
        Target::Assertion => assertion,
        Target::Response => kit.forged.clone().without("<saml:Assertion").with(usize::MAX, assertion.join()),
    };
    kit.message(forged, "", "")
}

pub(super) fn x04(genuine: &Genuine) -> Result<Forged, Error> {
    inside(genuine, usize::MAX)
}

pub(super) fn x04b(genuine: &Genuine) -> Result<Forged, Error> {
    inside(genuine, 0)
}

fn signature_moved(genuine: &Genuine, order: Order) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let (forged, bare) = (kit.forged_with(&kit.signature), kit.bare.clone());
    match order {
        Order::Ahead => kit.message(forged, &bare, ""),
        Order::Behind => kit.message(forged, "", &bare),
    }
}

pub(super) fn x05(genuine: &Genuine) -> Result<Forged, Error> {
    signature_moved(genuine, Order::Behind)
}

pub(super) fn x05b(genuine: &Genuine) -> Result<Forged, Error> {
    signature_moved(genuine, Order::Ahead)
}

pub(super) fn x06(genuine: &Genuine) -> Result<Forged, Error> {
    in_signature(genuine, 2)
}

pub(super) fn x06b(genuine: &Genuine) -> Result<Forged, Error> {
    in_signature(genuine, 1)
}

fn extensions(content: &str) -> String {
    format!("<samlp:Extensions xmlns:samlp=\"{}\">{content}</samlp:Extensions>", names::PROTOCOL)
}

/// The forgery in Extensions, with the ID of the genuine element, which stays where it belongs.
fn in_extensions(genuine: &Genuine, order: Order) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let id = genuine.assertion_id()?;
    let forgery = Target::Assertion.pieces(&genuine.forged().write())?;
    let hidden = extensions(&forgery.renamed(&format!("ID=\"{id}f\""), &format!("ID=\"{id}\"")).join());
    let xml = match (kit.target, order) {
        (Target::Assertion, Order::Ahead) => kit.envelope.with(2, hidden).with(usize::MAX, kit.signed).join(),
        (Target::Assertion, Order::Behind) => {
            kit.envelope.with(2, kit.signed).with(usize::MAX, hidden).join()
        }
        (Target::Response, Order::Ahead) => Target::Response.pieces(&kit.signed)?.with(2, hidden).join(),
        (Target::Response, Order::Behind) => {
            Target::Response.pieces(&kit.signed)?.with(usize::MAX, hidden).join()
        }
    };
    Ok(Forged::Message(xml.into_bytes()))
}

pub(super) fn x07(genuine: &Genuine) -> Result<Forged, Error> {
    in_extensions(genuine, Order::Ahead)
}

pub(super) fn x07b(genuine: &Genuine) -> Result<Forged, Error> {
    in_extensions(genuine, Order::Behind)
}

fn in_object(genuine: &Genuine, place: usize) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let object = format!("<ds:Object>{}</ds:Object>", kit.bare);
    let forged = kit.forged_with(&kit.signature.clone().with(place, object));
    kit.message(forged, "", "")
}

pub(super) fn x08(genuine: &Genuine) -> Result<Forged, Error> {
    in_object(genuine, usize::MAX)
}

pub(super) fn x08b(genuine: &Genuine) -> Result<Forged, Error> {
    in_object(genuine, 0)
}

/// The genuine element in Extensions, and the forgery where it is looked for.
fn hidden(genuine: &Genuine, same_id: bool) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let id = match kit.target {
        Target::Assertion => genuine.assertion_id()?,
        Target::Response => &genuine.response.id,
    };
    let mut forged = kit.forged.clone();
    if same_id {
        forged = forged.renamed(&format!("ID=\"{id}f\""), &format!("ID=\"{id}\""));
    }
    let hidden = extensions(&kit.signed);
    kit.message(forged, &hidden, "")
}

pub(super) fn x09(genuine: &Genuine) -> Result<Forged, Error> {
    hidden(genuine, true)
}

pub(super) fn x09b(genuine: &Genuine) -> Result<Forged, Error> {
    hidden(genuine, false)
}

/// A genuine, signed report of a failure, and the forgery inside a second signature, which the enveloped-signature
/// transform of a careless verifier removes together with the first.
fn failure_with(genuine: &Genuine, claim_success: bool) -> Result<Forged, Error> {
    let mut failure = genuine.response.clone();
    failure.assertion = None;
    failure.status = Status {
        code: names::status::RESPONDER.to_owned(),
        sub_code: Some(names::status::AUTHN_FAILED.to_owned()),
        message: Some("The person did not sign in.".to_owned()),
    };
    let forgery = Target::Assertion.pieces(&genuine.forged().write())?.join();
    let signed = genuine.signer.sign(&failure.write(), &failure.id)?;
    let namespace = names::SIGNATURE;
    let second =
        format!("<ds:Signature xmlns:ds=\"{namespace}\"><ds:Object>{forgery}</ds:Object></ds:Signature>");
    let mut xml = Target::Response.pieces(&signed)?.with(2, second).join();
    if claim_success {
        xml = xml.replacen(names::status::RESPONDER, names::SUCCESS, 1);
    }
    Ok(Forged::Message(xml.into_bytes()))
}

pub(super) fn x10(genuine: &Genuine) -> Result<Forged, Error> {
    failure_with(genuine, false)
}

pub(super) fn x10b(genuine: &Genuine) -> Result<Forged, Error> {
    failure_with(genuine, true)
}

/// The genuine element inside a message of another kind.
fn in_message(genuine: &Genuine, root: &str) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let protocol = names::PROTOCOL;
    let open = kit.envelope.open.replacen("<samlp:Response", &format!("<samlp:{root}"), 1);
    let open = open.replacen("ID=\"", "ID=\"w", 1);
    let body = kit.envelope.children.concat();
    let extensions =
        format!("<samlp:Extensions xmlns:samlp=\"{protocol}\">{}</samlp:Extensions>", kit.signed);
    Ok(Forged::Message(format!("{open}{body}{extensions}</samlp:{root}>").into_bytes()))
}

pub(super) fn x11(genuine: &Genuine) -> Result<Forged, Error> {
    in_message(genuine, "LogoutResponse")
}

pub(super) fn x11b(genuine: &Genuine) -> Result<Forged, Error> {
    in_message(genuine, "AuthnRequest")
}

pub(super) fn x11c(genuine: &Genuine) -> Result<Forged, Error> {
    in_message(genuine, "LogoutRequest")
}

/// A forged assertion without any signature beside a genuine response that is otherwise untouched.
fn added(genuine: &Genuine, order: Order) -> Result<Forged, Error> {
    let forgery = Target::Assertion.pieces(&genuine.forged().write())?.join();
    let response = Target::Response.pieces(&genuine.honest()?)?;
    let place = match order {
        Order::Ahead => response.children.len() - 1,
        Order::Behind => response.children.len(),
    };
    Ok(Forged::Message(response.with(place, forgery).join().into_bytes()))
}

pub(super) fn x12(genuine: &Genuine) -> Result<Forged, Error> {
    added(genuine, Order::Ahead)
}

pub(super) fn x12b(genuine: &Genuine) -> Result<Forged, Error> {
    added(genuine, Order::Behind)
}

/// Nothing that could be decrypted, but it counts as an assertion.
fn encrypted_beside(genuine: &Genuine, order: Order) -> Result<Forged, Error> {
    let encrypted = format!(
        "<saml:EncryptedAssertion xmlns:saml=\"{}\"><xenc:EncryptedData \
         xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue>\
         </xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>",
        names::ASSERTION
    );
    let response = Target::Response.pieces(&genuine.honest()?)?;
    let place = match order {
        Order::Ahead => response.children.len() - 1,
        Order::Behind => response.children.len(),
    };
    Ok(Forged::Message(response.with(place, encrypted).join().into_bytes()))
}

pub(super) fn x12c(genuine: &Genuine) -> Result<Forged, Error> {
    encrypted_beside(genuine, Order::Ahead)
}

pub(super) fn x12d(genuine: &Genuine) -> Result<Forged, Error> {
    encrypted_beside(genuine, Order::Behind)
}

/// The forgery carries the genuine signature, which refers to the genuine element somewhere else.
fn refers_elsewhere(
    genuine: &Genuine,
    hide: impl FnOnce(&Kit, Pieces) -> Result<Pieces, Error>,
) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let forged = kit.forged_with(&kit.signature);
    let forged = hide(&kit, forged)?;
    kit.message(forged, "", "")
}

pub(super) fn x13(genuine: &Genuine) -> Result<Forged, Error> {
    refers_elsewhere(genuine, |kit, forged| {
        let advice = format!("<saml:Advice xmlns:saml=\"{}\">{}</saml:Advice>", names::ASSERTION, kit.bare);
        Ok(forged.with(usize::MAX, advice))
    })
}

pub(super) fn x13b(genuine: &Genuine) -> Result<Forged, Error> {
    let kit = Kit::new(genuine)?;
    let forged = kit.forged_with(&kit.signature);
    let detail = format!("<samlp:StatusDetail>{}</samlp:StatusDetail></samlp:Status>", kit.bare);
    let Forged::Message(message) = kit.message(forged, "", "")? else { return Err(Error::Surgery) };
    let xml = String::from_utf8(message).map_err(|_| Error::Surgery)?;
    Ok(Forged::Message(super::surgery::replaced(&xml, "</samlp:Status>", &detail)?.into_bytes()))
}

pub(super) fn x13c(genuine: &Genuine) -> Result<Forged, Error> {
    refers_elsewhere(genuine, |kit, forged| {
        let confirmation = format!("{}</saml:SubjectConfirmationData>", kit.bare);
        let xml = forged.join();
        let data = xml.split_once("<saml:SubjectConfirmationData").ok_or(Error::Surgery)?.1;
        let empty = data.split_once("/>").ok_or(Error::Surgery)?.0;
        let whole = format!("{empty}/>");
        let xml = super::surgery::replaced(&xml, &whole, &format!("{empty}>{confirmation}"))?;
        kit.target.pieces(&xml)
    })
}
