//! Accepted: what a response may say.

use jiff::{Timestamp, ToSpan as _};
use vestibule_saml::write::{Assertion, Response, Signed, Status};
use vestibule_saml::{Attribute, NameId, names};

use crate::case::{ACS, ENTITY_IDS, ISSUER};

use super::{Built, attribute, changed, honest, now, replaced, sign, time};

pub fn all() -> Vec<Built> {
    let mut cases = audiences();
    cases.extend(addresses());
    cases.extend(confirmations());
    cases.extend(times());
    cases.extend(issuers());
    cases.extend(answers());
    cases.extend(subjects());
    cases.extend(attributes());
    cases
}

fn response(
    name: &str,
    title: &str,
    signed: Signed,
    change: impl FnOnce(&mut Response, &mut Assertion),
) -> Built {
    Built::new(name, title, sign(&changed(change).write(), signed))
}

fn edited(name: &str, title: &str, signed: Signed, from: &str, to: &str) -> Built {
    Built::new(name, title, sign(&replaced(&honest().write(), from, to), signed))
}

fn audiences() -> Vec<Built> {
    let restriction = "</saml:AudienceRestriction>";
    let second = format!(
        "{restriction}<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>",
        ENTITY_IDS[1]
    );
    vec![
        response(
            "p01_one_audience_of_several",
            "One of three audiences is ours.",
            Signed::Assertion,
            |_, one| {
                let others = ["https://wiki.example", "https://mail.example"];
                one.audiences.extend(others.map(str::to_owned));
                one.audiences.rotate_left(1);
            },
        ),
        response(
            "p01_bare_entity_id",
            "The audience is our entity ID without a scheme.",
            Signed::Assertion,
            |_, one| {
                one.audiences = vec![ENTITY_IDS[1].to_owned()];
            },
        ),
        edited(
            "p01_two_restrictions_that_both_hold_us",
            "Two lists of audiences hold us, each in another form.",
            Signed::Assertion,
            restriction,
            &second,
        ),
    ]
}

fn addresses() -> Vec<Built> {
    let second = "https://login.acme.example/saml/SSO";
    vec![
        response(
            "p02_unsigned_response_without_destination",
            "The Assertion alone is signed, and the Response does not say where it goes.",
            Signed::Assertion,
            |response, _| response.destination = None,
        ),
        response(
            "p02_p03_second_address",
            "The service is known by two addresses.",
            Signed::Both,
            |response, one| {
                response.destination = Some(second.to_owned());
                second.clone_into(&mut one.recipient);
            },
        )
        .with(|case| case.acs_urls = Some(vec![ACS.to_owned(), second.to_owned()])),
    ]
}

fn confirmations() -> Vec<Built> {
    let first = "<saml:SubjectConfirmation Method";
    let with_first = |other: &str| format!("{other}{first}");
    let data = "<saml:SubjectConfirmationData";
    vec![
        edited(
            "p03_p04_another_confirmation_first",
            "A confirmation by another method and one for another recipient stand ahead of ours.",
            Signed::Assertion,
            first,
            &with_first(
                "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:sender-vouches\"/>\
                 <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
                 <saml:SubjectConfirmationData NotOnOrAfter=\"2026-03-01T12:05:00Z\" \
                 Recipient=\"https://wiki.example/saml/SSO\"/></saml:SubjectConfirmation>",
            ),
        ),
        edited(
            "p04_address_is_not_compared",
            "The confirmation names the address of the browser as the identity provider saw it.",
            Signed::Assertion,
            data,
            "<saml:SubjectConfirmationData Address=\"192.0.2.7\"",
        ),
    ]
}

fn times() -> Vec<Built> {
    let at = |name: &str, title: &str, time: &str| {
        let time = time.to_owned();
        Built::new(name, title, sign(&honest().write(), Signed::Both)).with(|case| case.now = Some(time))
    };
    vec![
        response(
            "p05_conditions_without_beginning",
            "The conditions end, and do not begin.",
            Signed::Both,
            |_, one| {
                one.not_before = None;
            },
        ),
        at("p06_last_moment", "A millisecond before end and tolerance.", "2026-03-01T12:07:59.999Z"),
        at("p06_first_moment", "Exactly the tolerance before the beginning.", "2026-03-01T11:57:00Z"),
        at(
            "p06_last_moment_of_the_largest_tolerance",
            "An hour of tolerance counts as five minutes.",
            "2026-03-01T12:09:59.999Z",
        )
        .with(|case| case.skew_seconds = Some(3_600)),
        at("p06_no_tolerance", "Without tolerance, at the first moment.", "2026-03-01T12:00:00Z")
            .with(|case| case.skew_seconds = Some(0)),
        response(
            "p06_session_of_eight_hours",
            "The identity provider's session ends later.",
            Signed::Both,
            |_, one| {
                one.session_not_on_or_after = Some(time("2026-03-01T20:00:00Z"));
            },
        ),
        edited(
            "p06_times_with_fractions_and_offsets",
            "Times are written with fractions, and with an offset.",
            Signed::Assertion,
            "NotOnOrAfter=\"2026-03-01T12:05:00Z\"",
            "NotOnOrAfter=\"2026-03-01T13:05:00.1234567+01:00\"",
        ),
        response("p06_long_validity", "The assertion is good for ten years.", Signed::Both, |_, one| {
            one.not_on_or_after = now().saturating_add(87_600.hours()).unwrap_or(Timestamp::MAX);
        }),
    ]
}

fn issuers() -> Vec<Built> {
    let plain = format!("<saml:Issuer>{ISSUER}</saml:Issuer>");
    let spaced = format!("<saml:Issuer>\n  {ISSUER}\n</saml:Issuer>");
    let xml = honest().write();
    let both = |name, title, xml: &str| Built::new(name, title, sign(xml, Signed::Assertion));
    let at_response = format!("{plain}<samlp:Status>");
    vec![
        edited(
            "p07_p16_issuer_with_white_space",
            "White space stands around the issuer.",
            Signed::Both,
            &plain,
            &spaced,
        ),
        both(
            "p07_unsigned_response_without_issuer",
            "The Assertion alone is signed, and the Response names no issuer.",
            &replaced(&xml, &at_response, "<samlp:Status>"),
        ),
        both(
            "p07_p16_unsigned_response_with_blank_issuer",
            "The Assertion alone is signed, and the issuer of the Response is blank.",
            &replaced(&xml, &at_response, "<saml:Issuer> </saml:Issuer><samlp:Status>"),
        ),
        edited(
            "p07_issuer_with_format",
            "The issuer says that it is an entity.",
            Signed::Both,
            "<saml:Issuer>",
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">",
        ),
    ]
}

fn answers() -> Vec<Built> {
    vec![
        response(
            "p08_request_named_by_the_signed_response_alone",
            "The Response is signed and names the request; the confirmation does not.",
            Signed::Response,
            |_, one| one.in_response_to = None,
        ),
        response(
            "p08_unsolicited",
            "Nobody asked, and nobody is expected to.",
            Signed::Both,
            |response, one| {
                response.in_response_to = None;
                one.in_response_to = None;
            },
        )
        .with(|case| case.request_id = Some(String::new())),
        response(
            "p08_request_not_compared",
            "Somebody asked, and the caller will see who.",
            Signed::Both,
            |_, _| {},
        )
        .with(|case| case.request_id = Some(String::new())),
        response(
            "p16_success_with_a_message",
            "A success comes with a word.",
            Signed::Both,
            |response, _| {
                response.status = Status { message: Some("Welcome.".to_owned()), ..Status::success() };
            },
        ),
    ]
}

fn subjects() -> Vec<Built> {
    vec![
        response("p16_without_name_id", "There is no name identifier.", Signed::Both, |_, one| {
            one.name_id = None
        }),
        response("p16_blank_name_id", "The name identifier is blank.", Signed::Both, |_, one| {
            " ".clone_into(&mut one.name_id.as_mut().unwrap().value);
        }),
        response(
            "p16_persistent_name_id",
            "The name identifier is persistent and qualified.",
            Signed::Both,
            |_, one| {
                one.name_id = Some(NameId {
                    value: "\n  f0e1d2c3  \n".to_owned(),
                    format: Some(names::name_id_format::PERSISTENT.to_owned()),
                    name_qualifier: Some(ISSUER.to_owned()),
                    sp_name_qualifier: Some(ENTITY_IDS[0].to_owned()),
                });
                one.one_time_use = true;
            },
        ),
        edited(
            "p16_conditions_that_are_known",
            "The assertion may be used once, and nobody may vouch on.",
            Signed::Both,
            "</saml:Conditions>",
            "<saml:OneTimeUse/><saml:ProxyRestriction Count=\"0\"/></saml:Conditions>",
        ),
    ]
}

fn attributes() -> Vec<Built> {
    let friendly = Attribute {
        name: "urn:oid:2.5.4.4".to_owned(),
        friendly_name: Some("sn".to_owned()),
        values: vec!["Lindström".to_owned()],
    };
    let strange = "<saml:Attribute Name=\"strange\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\
         <saml:AttributeValue xsi:type=\"xs:string\">\n  spaced  \n</saml:AttributeValue>\
         <saml:AttributeValue xsi:nil=\"true\"/><saml:AttributeValue/>\
         <saml:AttributeValue><saml:NameID>0a1b2c</saml:NameID></saml:AttributeValue>\
         <saml:AttributeValue><e:Deep xmlns:e=\"urn:example\">admin</e:Deep></saml:AttributeValue>\
         <saml:AttributeValue>half <e:Deep xmlns:e=\"urn:example\"/> text</saml:AttributeValue>\
         </saml:Attribute></saml:AttributeStatement>";
    vec![
        response(
            "p16_one_attribute_per_value",
            "Each value has an attribute of its own.",
            Signed::Both,
            |_, one| {
                let roles = ["staff", "admins"].map(|role| attribute("Role", &[role]));
                one.attributes = vec![roles[0].clone(), friendly, roles[1].clone(), attribute("empty", &[])];
            },
        ),
        response("p16_without_attributes", "There are no attributes.", Signed::Both, |_, one| {
            one.attributes.clear()
        }),
        edited(
            "p16_values_of_every_kind",
            "Values are typed, absent, empty, a name identifier, and markup; what is no text is no value.",
            Signed::Both,
            "</saml:AttributeStatement>",
            strange,
        ),
    ]
}
