//! Responses that are signed as they should be, and say the wrong thing.
//!
//! What lives here: p01 to p08, p12, p16, p18. What does not: signatures (`signatures.rs`, `wrapping.rs`).
//! The one thing to know: the genuine key signs every one of them but p12. They are what an identity provider sends by
//! mistake, or what somebody who holds a response for one service sends to another.

use jiff::{Timestamp, ToSpan as _};
use vestibule_saml::names;
use vestibule_saml::write::{Assertion, Response, Signed, Status};

use super::surgery::replaced;
use super::{Error, Forged, Genuine};

const ELSEWHERE: &str = "https://impostor.example";

fn message(xml: String) -> Result<Forged, Error> {
    Ok(Forged::Message(xml.into_bytes()))
}

/// The honest response with something changed before it is signed.
fn changed(genuine: &Genuine, change: impl FnOnce(&mut Response, &mut Assertion)) -> Result<Forged, Error> {
    let mut response = genuine.response.clone();
    let mut assertion = response.assertion.take().ok_or(Error::NoAssertion)?;
    change(&mut response, &mut assertion);
    response.assertion = Some(assertion);
    message(genuine.sign(&response.write())?)
}

/// The honest response with its text changed before it is signed.
fn edited(genuine: &Genuine, edit: impl FnOnce(&str) -> Result<String, Error>) -> Result<Forged, Error> {
    message(genuine.sign(&edit(&genuine.response.write())?)?)
}

/// Without the first such attribute behind a place in the text.
fn without(xml: &str, behind: &str, attribute: &str) -> Result<String, Error> {
    let (before, rest) = xml.split_once(behind).ok_or(Error::Surgery)?;
    let (between, rest) = rest.split_once(&format!(" {attribute}=\"")).ok_or(Error::Surgery)?;
    let (_, after) = rest.split_once('"').ok_or(Error::Surgery)?;
    Ok([before, behind, between, after].concat())
}

/// Without the first element of this name.
fn without_element(xml: &str, name: &str) -> Result<String, Error> {
    let (before, rest) = xml.split_once(&format!("<{name}>")).ok_or(Error::Surgery)?;
    let (_, after) = rest.split_once(&format!("</{name}>")).ok_or(Error::Surgery)?;
    Ok([before, after].concat())
}

fn later(time: Timestamp, hours: i64) -> Timestamp {
    time.saturating_add(hours.hours()).unwrap_or(time)
}

/// The address with another host in it.
fn on_another_host(url: &str) -> String {
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    format!("{ELSEWHERE}/{path}")
}

/// The address at another port than the one that is written or meant.
fn at_another_port(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.split(':').next().unwrap_or_default();
    format!("{scheme}://{host}:10443/{path}")
}

/// The address with another first label in its host, as another account of the same service has it.
fn of_another_account(url: &str) -> String {
    url.replacen("://", "://another-", 1)
}

pub(super) fn p01(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |_, assertion| assertion.audiences = vec![ELSEWHERE.to_owned()])
}

pub(super) fn p01b(genuine: &Genuine) -> Result<Forged, Error> {
    edited(genuine, |xml| without_element(xml, "saml:AudienceRestriction"))
}

pub(super) fn p01c(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |_, assertion| assertion.audiences.clear())
}

/// Restrictions add up: the assertion is for whoever is in all of them.
pub(super) fn p01d(genuine: &Genuine) -> Result<Forged, Error> {
    let end = "</saml:AudienceRestriction>";
    let second = format!(
        "{end}<saml:AudienceRestriction><saml:Audience>{ELSEWHERE}</saml:Audience></saml:AudienceRestriction>"
    );
    edited(genuine, |xml| replaced(xml, end, &second))
}

pub(super) fn p02(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |response, _| {
        response.destination = response.destination.as_deref().map(on_another_host)
    })
}

/// A Response that is signed has to say where it goes, so this one always is.
pub(super) fn p02b(genuine: &Genuine) -> Result<Forged, Error> {
    let mut genuine = genuine.clone();
    if genuine.signed == Signed::Assertion {
        genuine.signed = Signed::Both;
    }
    changed(&genuine, |response, _| response.destination = None)
}

pub(super) fn p02c(genuine: &Genuine) -> Result<Forged, Error> {
    let other_scheme = |url: &str| match url.strip_prefix("https://") {
        Some(rest) => format!("http://{rest}"),
        None => url.replacen("http://", "https://", 1),
    };
    changed(genuine, |response, _| response.destination = response.destination.as_deref().map(other_scheme))
}

pub(super) fn p02d(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |response, _| {
        response.destination = response.destination.as_deref().map(at_another_port)
    })
}

pub(super) fn p02e(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |response, _| {
        response.destination = response.destination.as_deref().map(of_another_account)
    })
}

pub(super) fn p03(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |_, assertion| assertion.recipient = on_another_host(&assertion.recipient))
}

pub(super) fn p03b(genuine: &Genuine) -> Result<Forged, Error> {
    edited(genuine, |xml| without(xml, "<saml:SubjectConfirmationData", "Recipient"))
}

pub(super) fn p03c(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |_, assertion| assertion.recipient = of_another_account(&assertion.recipient))
}

pub(super) fn p04(genuine: &Genuine) -> Result<Forged, Error> {
    edited(genuine, |xml| replaced(xml, names::BEARER, "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"))
}

pub(super) fn p04b(genuine: &Genuine) -> Result<Forged, Error> {
    edited(genuine, |xml| without(xml, "<saml:SubjectConfirmationData", "NotOnOrAfter"))
}

pub(super) fn p04c(genuine: &Genuine) -> Result<Forged, Error> {
    let assertion = genuine.response.assertion.as_ref().ok_or(Error::NoAssertion)?;
    let over = later(assertion.issue_instant, -1);
    edited(genuine, |xml| {
        let xml = without(xml, "<saml:SubjectConfirmationData", "NotOnOrAfter")?;
        let ended = format!("<saml:SubjectConfirmationData NotOnOrAfter=\"{over}\"");
        replaced(&xml, "<saml:SubjectConfirmationData", &ended)
    })
}

pub(super) fn p04d(genuine: &Genuine) -> Result<Forged, Error> {
    let assertion = genuine.response.assertion.as_ref().ok_or(Error::NoAssertion)?;
    let begins = format!("<saml:SubjectConfirmationData NotBefore=\"{}\"", assertion.issue_instant);
    edited(genuine, |xml| replaced(xml, "<saml:SubjectConfirmationData", &begins))
}

pub(super) fn p05(genuine: &Genuine) -> Result<Forged, Error> {
    edited(genuine, |xml| {
        let (before, rest) = xml.split_once("<saml:Conditions").ok_or(Error::Surgery)?;
        let (_, after) = rest.split_once("</saml:Conditions>").ok_or(Error::Surgery)?;
        Ok([before, after].concat())
    })
}

pub(super) fn p05b(genuine: &Genuine) -> Result<Forged, Error> {
    edited(genuine, |xml| without(xml, "<saml:Conditions", "NotOnOrAfter"))
}

/// A condition that nobody knows; an assertion is valid only if all of its conditions are met.
pub(super) fn p05c(genuine: &Genuine) -> Result<Forged, Error> {
    let unknown = "<saml:Condition xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                   xmlns:x=\"urn:impostor.example\" xsi:type=\"x:OnlyOnMondays\"/></saml:Conditions>";
    edited(genuine, |xml| replaced(xml, "</saml:Conditions>", unknown))
}

fn shifted(genuine: &Genuine, hours: i64) -> Result<Forged, Error> {
    changed(genuine, |response, assertion| {
        response.issue_instant = later(response.issue_instant, hours);
        assertion.issue_instant = later(assertion.issue_instant, hours);
        assertion.authn_instant = later(assertion.authn_instant, hours);
        assertion.not_before = assertion.not_before.map(|time| later(time, hours));
        assertion.not_on_or_after = later(assertion.not_on_or_after, hours);
    })
}

pub(super) fn p06(genuine: &Genuine) -> Result<Forged, Error> {
    shifted(genuine, -1)
}

pub(super) fn p06b(genuine: &Genuine) -> Result<Forged, Error> {
    shifted(genuine, 1)
}

pub(super) fn p06c(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |_, assertion| {
        assertion.session_not_on_or_after = Some(later(assertion.issue_instant, -1));
    })
}

pub(super) fn p07(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |response, assertion| {
        ELSEWHERE.clone_into(&mut response.issuer);
        ELSEWHERE.clone_into(&mut assertion.issuer);
    })
}

pub(super) fn p07b(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |response, _| ELSEWHERE.clone_into(&mut response.issuer))
}

pub(super) fn p07c(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |_, assertion| ELSEWHERE.clone_into(&mut assertion.issuer))
}

pub(super) fn p08(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |response, assertion| {
        let other = Some(format!("{}f", response.in_response_to.as_deref().unwrap_or("_nobody_asked")));
        response.in_response_to.clone_from(&other);
        assertion.in_response_to = other;
    })
}

pub(super) fn p08b(genuine: &Genuine) -> Result<Forged, Error> {
    changed(genuine, |response, assertion| {
        response.in_response_to = None;
        assertion.in_response_to = None;
    })
}

pub(super) fn p12(genuine: &Genuine) -> Result<Forged, Error> {
    message(genuine.response.write())
}

fn failure(genuine: &Genuine, sub_code: &str, words: &str) -> Result<Forged, Error> {
    let mut response = genuine.response.clone();
    response.assertion = None;
    response.status = Status {
        code: names::status::RESPONDER.to_owned(),
        sub_code: Some(sub_code.to_owned()),
        message: Some(words.to_owned()),
    };
    message(genuine.signer.sign(&response.write(), &response.id)?)
}

pub(super) fn p16(genuine: &Genuine) -> Result<Forged, Error> {
    let words = "The requested format of the name identifier is not served.";
    failure(genuine, names::status::INVALID_NAME_ID_POLICY, words)
}

/// A success that carries nothing.
pub(super) fn p16b(genuine: &Genuine) -> Result<Forged, Error> {
    let mut response = genuine.response.clone();
    response.assertion = None;
    message(genuine.signer.sign(&response.write(), &response.id)?)
}

/// The identity provider's words are shown to administrators, who would rather not run them.
pub(super) fn p18(genuine: &Genuine) -> Result<Forged, Error> {
    let words = "<script>alert(document.domain)</script><img src=x onerror=alert(1)>=cmd|' /C calc'!A0";
    failure(genuine, names::status::REQUEST_DENIED, words)
}
