//! What is answered: the response about the person who was chosen.
//!
//! What lives here: the honest response, the two failures that a request can bring upon itself, and the turn to a bad
//! response where one was chosen. What does not: writing and signing (`saml::write`), each bad response (`attack`).
//! The one thing to know: a bad response starts from the honest one, made of the same request, person and key, so that
//! a service provider that refuses it refuses it for the one thing that is wrong with it.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use vestibule_saml::write::{Assertion, Recipient, Response, Signed, Signer, Status};
use vestibule_saml::{Attribute, Hash, NameId, binding, names};

use crate::attack::{self, Attack, Genuine};
use crate::people::Person;
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::request::Asked;
use crate::settings::Adversary;

/// How long an assertion may be used.
const LIFETIME_MINUTES: i64 = 5;

/// What was chosen on the sign-in page.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Choice {
    /// The person.
    person: Option<String>,
    /// The bad response, if one is wanted.
    attack: Option<String>,
    /// Whether the person declined instead.
    decline: Option<String>,
}

/// A response, ready to be sent.
pub struct Answer {
    /// What the form field carries.
    pub form_value: String,
    /// What is in it.
    pub xml: String,
    /// What it says, in a sentence for the page.
    pub summary: String,
}

/// The formats of name identifier that can be asked for.
pub const NAME_ID_FORMATS: [&str; 4] = [
    names::name_id_format::EMAIL,
    names::name_id_format::PERSISTENT,
    names::name_id_format::TRANSIENT,
    names::name_id_format::UNSPECIFIED,
];

/// The answer that needs no person: a request that forbids to ask anybody, or that asks for what is not spoken here.
///
/// # Errors
/// [`Refusal::Internal`] if the response cannot be signed.
pub fn without_asking(provider: &Provider, asked: &Asked) -> Result<Option<Answer>, Refusal> {
    let Some(request) = &asked.request else { return Ok(None) };
    if request.is_passive {
        let message = "There is no session here, so nobody can be signed in without being asked.";
        return failure(provider, asked, names::status::NO_PASSIVE, message).map(Some);
    }
    let format = request.name_id_format.as_deref();
    if format.is_some_and(|format| !NAME_ID_FORMATS.contains(&format)) {
        let message = "The requested format of the name identifier is not offered here.";
        return failure(provider, asked, names::status::INVALID_NAME_ID_POLICY, message).map(Some);
    }
    Ok(None)
}

/// The answer that was chosen on the sign-in page.
///
/// # Errors
/// A [`Refusal`] if the choice is not one of the page's, or the response cannot be signed.
pub fn chosen(provider: &Provider, asked: &Asked, choice: &Choice) -> Result<Answer, Refusal> {
    if choice.decline.is_some() {
        return failure(provider, asked, names::status::AUTHN_FAILED, "The person declined to sign in.");
    }
    let wanted = choice.person.as_deref().unwrap_or_default();
    let person = provider.people().iter().find(|person| person.id == wanted);
    let person = person.ok_or_else(|| Refusal::UnknownPerson { asked: wanted.to_owned() })?;
    let genuine = Genuine {
        response: honest(provider, asked, person),
        signed: provider.settings().signs,
        signer: signer(provider),
        encryption_certificate: asked.service.encryption_certificate.clone(),
    };
    match attack(provider.settings().adversary, choice.attack.as_deref())? {
        None => {
            let answer = good(provider, &genuine, person)?;
            genuine.response.assertion.iter().for_each(|one| provider.memory().remember(person, one));
            Ok(answer)
        }
        Some(attack) => bad(&genuine, person, attack),
    }
}

fn good(provider: &Provider, genuine: &Genuine, person: &Person) -> Result<Answer, Refusal> {
    let Genuine { response, signer, .. } = genuine;
    let (xml, like) = match provider.settings().dialect {
        None => own(provider, genuine)?,
        Some(dialect) => (
            dialect.write(response, person, signer).map_err(unsigned)?,
            format!(", as {} writes it", dialect.name),
        ),
    };
    let summary = format!("Signing in as {}{like}.", person.display_name());
    Ok(Answer { form_value: binding::post_value(&xml), xml, summary })
}

/// The honest response in our own words, encrypted if the settings say so and the service provider can read it.
fn own(provider: &Provider, genuine: &Genuine) -> Result<(String, String), Refusal> {
    let Genuine { response, signed, signer, encryption_certificate } = genuine;
    match (provider.settings().encrypts, encryption_certificate) {
        (Some(encryption), Some(certificate)) => {
            let recipient = Recipient { certificate: certificate.clone(), encryption };
            let xml = response.write_encrypted(*signed, signer, &recipient).map_err(unsigned)?;
            Ok((xml, format!(", encrypted with {}", encryption.cipher)))
        }
        _ => Ok((response.write_signed(*signed, signer).map_err(unsigned)?, String::new())),
    }
}

fn bad(genuine: &Genuine, person: &Person, attack: &Attack) -> Result<Answer, Refusal> {
    let impossible = |cause: attack::Error| Refusal::ImpossibleAttack { reason: format!("{cause}.") };
    let message = attack.message(genuine).map_err(impossible)?;
    Ok(Answer {
        form_value: attack.form_value(genuine).map_err(impossible)?,
        xml: String::from_utf8_lossy(&message).into_owned(),
        summary: format!(
            "A bad response about {}, {}: {} A careful service provider refuses it with {}.",
            person.display_name(),
            attack.id.to_ascii_uppercase(),
            attack.title,
            attack.code
        ),
    })
}

/// The bad response that was chosen: none if the page said so, the one of the settings if it said nothing.
fn attack(adversary: Adversary, asked: Option<&str>) -> Result<Option<&'static Attack>, Refusal> {
    match (adversary, asked) {
        (_, Some("")) | (Adversary::Absent | Adversary::Offered, None) => Ok(None),
        (Adversary::Chosen(attack), None) => Ok(Some(attack)),
        (Adversary::Absent, Some(id)) => Err(Refusal::UnknownAttack { asked: id.to_owned() }),
        (_, Some(id)) => {
            attack::find(id).map(Some).ok_or_else(|| Refusal::UnknownAttack { asked: id.to_owned() })
        }
    }
}

/// The honest response about a person.
fn honest(provider: &Provider, asked: &Asked, person: &Person) -> Response {
    let now = whole_seconds(provider.now());
    let in_response_to = asked.request.as_ref().map(|request| request.id.clone());
    let contexts = asked.request.as_ref().and_then(|request| request.authn_contexts.first());
    let assertion = Assertion {
        id: provider.new_id(),
        issue_instant: now,
        issuer: provider.entity_id().to_owned(),
        name_id: Some(name_id(provider, asked, person)),
        recipient: asked.acs_url.clone(),
        in_response_to: in_response_to.clone(),
        not_before: Some(now),
        not_on_or_after: now.saturating_add(LIFETIME_MINUTES.minutes()).unwrap_or(Timestamp::MAX),
        audiences: vec![asked.service.entity_id.clone()],
        one_time_use: false,
        authn_instant: now,
        // Whoever asks for a way of signing in gets it: nobody signs in here at all.
        authn_context: contexts.map_or(names::PASSWORD_PROTECTED_TRANSPORT, String::as_str).to_owned(),
        session_index: Some(provider.new_id()),
        session_not_on_or_after: None,
        attributes: person.attributes.iter().map(attribute).collect(),
    };
    Response { in_response_to, assertion: Some(assertion), ..empty(provider, asked, Status::success()) }
}

fn attribute(attribute: &crate::people::Attribute) -> Attribute {
    Attribute { name: attribute.name.clone(), friendly_name: None, values: attribute.values.clone() }
}

/// The name identifier in the format that was asked for; the e-mail address unless something else was.
fn name_id(provider: &Provider, asked: &Asked, person: &Person) -> NameId {
    let qualified = |value, format: &str| NameId {
        value,
        format: Some(format.to_owned()),
        name_qualifier: Some(provider.entity_id().to_owned()),
        sp_name_qualifier: Some(asked.service.entity_id.clone()),
    };
    let format = asked.request.as_ref().and_then(|request| request.name_id_format.as_deref());
    match format {
        Some(format @ names::name_id_format::PERSISTENT) => {
            qualified(pairwise(provider.entity_id(), &asked.service.entity_id, &person.persistent_id), format)
        }
        Some(format @ names::name_id_format::TRANSIENT) => qualified(provider.new_id(), format),
        _ => NameId {
            value: person.mail().to_owned(),
            format: Some(names::name_id_format::EMAIL.to_owned()),
            ..NameId::default()
        },
    }
}

/// An identifier that is always the same for this person at this service, and tells two services nothing they could
/// compare (SAML-Core, section 8.3.7).
fn pairwise(ours: &str, theirs: &str, person: &str) -> String {
    let hash = digest(&SHA256, [ours, theirs, person].join("\n").as_bytes());
    hash.as_ref().iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A response that reports a failure.
fn failure(provider: &Provider, asked: &Asked, sub_code: &str, message: &str) -> Result<Answer, Refusal> {
    let status = Status {
        code: names::status::RESPONDER.to_owned(),
        sub_code: Some(sub_code.to_owned()),
        message: Some(message.to_owned()),
    };
    let response = empty(provider, asked, status);
    let xml = response.write_signed(Signed::Response, &signer(provider)).map_err(unsigned)?;
    Ok(Answer { form_value: binding::post_value(&xml), xml, summary: message.to_owned() })
}

fn empty(provider: &Provider, asked: &Asked, status: Status) -> Response {
    Response {
        id: provider.new_id(),
        issue_instant: whole_seconds(provider.now()),
        issuer: provider.entity_id().to_owned(),
        destination: Some(asked.acs_url.clone()),
        in_response_to: asked.request.as_ref().map(|request| request.id.clone()),
        status,
        assertion: None,
    }
}

pub(crate) fn signer(provider: &Provider) -> Signer {
    let identity = &provider.settings().identity;
    Signer {
        key: identity.key.clone(),
        certificate: identity.certificate.clone(),
        algorithm: identity.key.algorithm_for(Hash::Sha256),
    }
}

pub(crate) fn unsigned(cause: impl ToString) -> Refusal {
    Refusal::Internal { reason: cause.to_string() }
}

/// Times leave without fractions, as from most identity providers.
pub(crate) fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
