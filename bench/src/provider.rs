//! The identity provider side: responses of about 5 KB with one RSA-2048 signature.

use crate::Result;
use jiff::{SignedDuration, Timestamp};
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Algorithm, Attribute, Certificate, KeyKind, NameId, SigningKey};

/// Somebody who signs responses.
pub(crate) struct Provider {
    signer: Signer,
    /// How many people sign in, again and again.
    people: usize,
}

impl Provider {
    #[expect(clippy::disallowed_methods, reason = "a benchmark is a composition root of its own")]
    pub(crate) fn new(people: usize) -> Result<Self> {
        let started = Timestamp::now();
        let key = SigningKey::generate(KeyKind::Rsa2048)?;
        let certificate: Certificate =
            key.self_signed("idp.example", started, started + SignedDuration::from_hours(24))?;
        Ok(Self { signer: Signer { key, certificate, algorithm: Algorithm::RsaSha256 }, people })
    }

    pub(crate) fn issuer(&self) -> &'static str {
        "https://idp.example/metadata"
    }

    pub(crate) fn certificate_pem(&self) -> String {
        self.signer.certificate.to_pem()
    }

    /// The response for the person with this number, as a browser posts it. As with every identity provider its times are
    /// those at which it is made.
    #[expect(clippy::disallowed_methods, reason = "a benchmark is a composition root of its own")]
    pub(crate) fn response(&self, number: usize, request_id: &str, acs: &str) -> Result<String> {
        let now = Timestamp::now();
        let person = number % self.people.max(1);
        let mail = format!("person.{person}@acme.example");
        let response = Response {
            id: format!("_r{request_id}"),
            issue_instant: now,
            issuer: self.issuer().to_owned(),
            destination: Some(acs.to_owned()),
            in_response_to: Some(request_id.to_owned()),
            status: Status::success(),
            assertion: Some(Assertion {
                id: format!("_a{request_id}"),
                issue_instant: now,
                issuer: self.issuer().to_owned(),
                name_id: Some(NameId { value: mail.clone(), ..NameId::default() }),
                recipient: acs.to_owned(),
                in_response_to: Some(request_id.to_owned()),
                not_before: Some(now - SignedDuration::from_mins(1)),
                not_on_or_after: now + SignedDuration::from_hours(2),
                audiences: vec!["https://acme.localhost".to_owned()],
                one_time_use: false,
                authn_instant: now,
                authn_context: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport".to_owned(),
                session_index: Some(format!("_s{request_id}")),
                session_not_on_or_after: None,
                attributes: attributes(person, mail),
            }),
        };
        let xml = response.write_signed(Signed::Assertion, &self.signer)?;
        Ok(vestibule_saml::binding::post_value(&xml))
    }
}

fn attributes(person: usize, mail: String) -> Vec<Attribute> {
    let attribute =
        |name: &str, values: Vec<String>| Attribute { name: name.to_owned(), friendly_name: None, values };
    vec![
        attribute("mail", vec![mail]),
        attribute("givenName", vec!["Person".to_owned()]),
        attribute("sn", vec![format!("Number {person}")]),
        attribute("department", vec!["Engineering".to_owned()]),
        attribute(
            "groups",
            (0..18).map(|group| format!("cn=group-{group},ou=groups,dc=acme,dc=example")).collect(),
        ),
    ]
}
