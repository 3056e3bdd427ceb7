//! The rules of verifying, one table each: every refused form is signed by the trusted key.

use vestibule_dsig::{Algorithm, Allowed, Hash, Invalid, Malformed, Refusal, Role};
use vestibule_xml::Document;

use crate::support::{SHA1, TRUSTED, check, check_with, edit, signed_after};

const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const EXCLUSIVE: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
const ENVELOPED: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
const METHOD: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const DIGEST: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const CANONICALIZATION: &str =
    "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";

/// Signs the form that comes of each edit, and holds the refusal against the expected one.
fn refused(cases: &[(&str, &str, Invalid)]) {
    for (from, to, expected) in cases {
        let message = signed_after(&[(from, to)]);
        assert_eq!(check(&message).err().as_ref(), Some(expected), "{from} -> {to}");
    }
}

fn accepted(cases: &[(&str, &str)]) {
    let plain = check(&signed_after(&[])).unwrap();
    for (from, to) in cases {
        let signed = check(&signed_after(&[(from, to)]));
        assert_eq!(
            signed.map(|signed| signed.bytes().to_vec()).as_deref(),
            Ok(plain.bytes()),
            "{from} -> {to}"
        );
    }
}

fn not_accepted(role: Role, uri: &str) -> Invalid {
    Invalid::Algorithm { role, uri: uri.to_owned(), refusal: Refusal::NotAccepted }
}

#[test]
fn what_is_signed_is_the_canonical_form_without_the_signature() {
    let signed = check(&signed_after(&[])).unwrap();
    let text = String::from_utf8(signed.bytes().to_vec()).unwrap();
    assert!(text.starts_with(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_response\""
    ));
    assert!(text.contains("<saml:NameID>zoë@acme.example</saml:NameID>"));
    assert!(text.contains("staff &amp; others") && !text.contains("Signature"));
    assert_eq!(signed.certificate(), &TRUSTED.certificate);
    assert_eq!(signed.algorithm(), Algorithm::RsaSha256);
    assert!(Document::parse(signed.bytes()).is_ok());
}

#[test]
fn an_unsigned_element_is_not_signed() {
    let message = signed_after(&[]);
    let document = Document::parse(message.as_bytes()).unwrap();
    let assertion = document.root().elements().last().unwrap();
    let trusted = std::slice::from_ref(&TRUSTED.certificate);
    assert_eq!(
        vestibule_dsig::verify(assertion, trusted, Allowed::default()).err(),
        Some(Invalid::NotSigned)
    );
    let foreign =
        message.replace("xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", "xmlns:ds=\"urn:example:other\"");
    assert_eq!(check(&foreign).err(), Some(Invalid::NotSigned));
}

#[test]
fn x10_a_second_signature_or_an_object_inside_one_is_refused() {
    let message = signed_after(&[]);
    let start = message.find("<ds:Signature ").unwrap();
    let end = message.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let twice = [&message[..end], &message[start..]].concat();
    assert_eq!(check(&twice).err(), Some(Malformed::SeveralSignatures.into()));
    let object = "</ds:KeyInfo><ds:Object><saml:Assertion ID=\"_forged\"/></ds:Object>";
    refused(&[
        ("</ds:KeyInfo>", object, Malformed::Signature.into()),
        ("<ds:KeyInfo>", "<ds:Object/><ds:KeyInfo>", Malformed::Signature.into()),
        ("<ds:SignedInfo>", "<ds:Object/><ds:SignedInfo>", Malformed::Signature.into()),
        ("</ds:KeyInfo>", "</ds:KeyInfo><ds:KeyInfo/>", Malformed::Signature.into()),
        ("</ds:KeyInfo>", "</ds:KeyInfo><other xmlns=\"urn:example:x\"/>", Malformed::Signature.into()),
    ]);
}

#[test]
fn x10_a_signature_below_another_element_is_not_the_elements_own() {
    let message = signed_after(&[]);
    let start = message.find("<ds:Signature ").unwrap();
    let end = message.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let wrapped = [
        &message[..start],
        "<samlp:Extensions>",
        &message[start..end],
        "</samlp:Extensions>",
        &message[end..],
    ];
    assert_eq!(check(&wrapped.concat()).err(), Some(Invalid::NotSigned));
}

#[test]
fn x13_a_reference_to_another_element_is_refused() {
    let elsewhere = |found: &str| {
        Invalid::from(Malformed::ReferenceUri {
            expected: "#_response".to_owned(),
            found: Some(found.to_owned()),
        })
    };
    refused(&[("URI=\"#_response\"", "URI=\"#_assertion\"", elsewhere("#_assertion"))]);
    // The signature is genuine, and stands in an element with another ID.
    let moved = edit(&signed_after(&[]), "Response xmlns:samlp", "Response XID=\"\" xmlns:samlp");
    let moved = edit(&moved, " ID=\"_response\"", " ID=\"_other\"").replace(" XID=\"\"", "");
    let expected =
        Malformed::ReferenceUri { expected: "#_other".to_owned(), found: Some("#_response".to_owned()) };
    assert_eq!(check(&moved).err(), Some(expected.into()));
}

#[test]
fn x15_a_form_that_cannot_be_canonicalized_is_refused_before_any_digest() {
    let namespace =
        edit(&signed_after(&[]), "<saml:Assertion ", "<saml:Assertion xmlns:r=\"relative/path\" ");
    assert!(Document::parse(namespace.as_bytes()).is_err());
    // The digest of nothing, and of a lone element, is no digest of the element.
    let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let message = signed_after(&[]);
    let start = message.find("<ds:DigestValue>").unwrap() + "<ds:DigestValue>".len();
    let digest = message[start..start + 44].to_owned();
    assert_eq!(check(&signed_after(&[(&digest, empty)])).err(), Some(Invalid::Digest));
}

#[test]
fn x16_several_of_anything_that_must_be_one_are_refused() {
    let digest = "</ds:DigestValue>";
    let reference = "<ds:Reference URI=\"#_response\"/><ds:Reference URI=\"#_response\"><ds:Transforms>";
    refused(&[
        ("</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>", Malformed::Signature.into()),
        ("<ds:KeyInfo>", "<ds:SignedInfo/><ds:KeyInfo>", Malformed::Signature.into()),
        (
            "<ds:KeyInfo>",
            "<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo>",
            Malformed::Signature.into(),
        ),
        ("<ds:SignatureValue>", "<ds:SignatureValue/><ds:SignatureValue>", Malformed::Signature.into()),
        (
            "</ds:Reference>",
            "</ds:Reference><ds:Reference URI=\"#_assertion\"/>",
            Malformed::SeveralReferences.into(),
        ),
        ("<ds:Reference URI=\"#_response\"><ds:Transforms>", reference, Malformed::SeveralReferences.into()),
        (digest, "</ds:DigestValue><ds:DigestValue>AAAA</ds:DigestValue>", Malformed::Reference.into()),
        (digest, "<ds:DigestValue>AAAA</ds:DigestValue></ds:DigestValue>", Malformed::DigestValue.into()),
        (
            "<ds:DigestMethod",
            "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestMethod",
            Malformed::Reference.into(),
        ),
        (CANONICALIZATION, &[CANONICALIZATION, CANONICALIZATION].concat(), Malformed::SignedInfo.into()),
        (CANONICALIZATION, "", Malformed::SignedInfo.into()),
        ("</ds:Reference>", "</ds:Reference><ds:Manifest/>", Malformed::SignedInfo.into()),
    ]);
}

#[test]
fn x17_comments_and_cdata_inside_the_signature_are_refused() {
    let not_plain = || Invalid::from(Malformed::NotPlain);
    refused(&[
        ("<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->", not_plain()),
        ("</ds:DigestValue>", "<!----></ds:DigestValue>", not_plain()),
        ("</ds:DigestValue>", "<![CDATA[]]></ds:DigestValue>", not_plain()),
        ("<ds:SignatureValue>", "<ds:SignatureValue><!--AAAA-->", not_plain()),
        ("<ds:SignedInfo>", "<!--one--><ds:SignedInfo>", not_plain()),
        ("<ds:Transforms>", "<ds:Transforms><!--one-->", not_plain()),
        ("<ds:X509Certificate>", "<ds:X509Certificate><!--one-->", not_plain()),
    ]);
    let instruction = edit(&signed_after(&[]), "<ds:DigestValue>", "<ds:DigestValue><?one two?>");
    assert!(Document::parse(instruction.as_bytes()).is_err());
    // Outside the signature a comment is no part of the canonical form, so it changes nothing.
    let twin = edit(&signed_after(&[]), "zoë@acme.example", "zoë@acme<!--.evil-->.example");
    assert_eq!(check(&twin).unwrap().bytes(), check(&signed_after(&[])).unwrap().bytes());
}

#[test]
fn x18_transforms_outside_the_two_are_refused_unrun() {
    let transform = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"/>");
    for uri in [
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2002/07/decrypt#XML",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        INCLUSIVE,
        "http://www.w3.org/2006/12/xml-c14n11",
        "HTTP://www.w3.org/2001/10/xml-exc-c14n#",
        "",
    ] {
        let refusal = || not_accepted(Role::Transform, uri);
        let foreign = transform(uri);
        refused(&[
            (EXCLUSIVE, &foreign, refusal()),
            (EXCLUSIVE, &[EXCLUSIVE, &foreign].concat(), refusal()),
            (ENVELOPED, &[&foreign, ENVELOPED].concat(), refusal()),
        ]);
    }
    let transforms = || Invalid::from(Malformed::Transforms);
    refused(&[
        (EXCLUSIVE, "", transforms()),
        (ENVELOPED, "", transforms()),
        (&[ENVELOPED, EXCLUSIVE].concat(), &[EXCLUSIVE, ENVELOPED].concat(), transforms()),
        (&[ENVELOPED, EXCLUSIVE].concat(), "", transforms()),
        (EXCLUSIVE, &[EXCLUSIVE, EXCLUSIVE].concat(), transforms()),
        (ENVELOPED, &[ENVELOPED, ENVELOPED].concat(), transforms()),
        (EXCLUSIVE, "<ds:Transform/>", Malformed::Parameters(Role::Transform).into()),
        (EXCLUSIVE, "<ds:Other Algorithm=\"urn:x\"/>", Malformed::Parameters(Role::Transform).into()),
        (
            ENVELOPED,
            &ENVELOPED.replace("/>", "><ds:XPath/></ds:Transform>"),
            Malformed::Parameters(Role::Transform).into(),
        ),
    ]);
}

#[test]
fn x18_only_exclusive_canonical_form_of_signed_info_is_accepted() {
    let wanted = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let commented = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    for uri in [INCLUSIVE, "http://www.w3.org/2006/12/xml-c14n11", commented] {
        let foreign = CANONICALIZATION.replace(wanted, uri);
        refused(&[(CANONICALIZATION, &foreign, not_accepted(Role::Canonicalization, uri))]);
    }
    let missing = Malformed::Parameters(Role::Canonicalization);
    refused(&[(CANONICALIZATION, "<ds:CanonicalizationMethod/>", missing.into())]);
}

#[test]
fn x19_only_the_hash_and_the_own_id_is_accepted_as_reference() {
    let uris = [
        "",
        "#",
        "_response",
        "##_response",
        "#_Response",
        " #_response",
        "#_response ",
        "#%5Fresponse",
        "#xpointer(/)",
        "#xpointer(id('_response'))",
        "https://evil.example/#_response",
        "file:///etc/passwd",
        "cid:message#_response",
    ];
    for uri in uris {
        let found = Some(uri.to_owned());
        let expected = Malformed::ReferenceUri { expected: "#_response".to_owned(), found };
        refused(&[("URI=\"#_response\"", &format!("URI=\"{uri}\""), expected.into())]);
    }
    let absent = Malformed::ReferenceUri { expected: "#_response".to_owned(), found: None };
    refused(&[
        (" URI=\"#_response\"", "", absent.clone().into()),
        (" URI=\"#_response\"", " ds:URI=\"#_response\"", absent.into()),
    ]);
    accepted(&[("URI=\"#_response\"", "Type=\"urn:example\" Id=\"r1\" URI=\"&#35;_response\"")]);
}

#[test]
fn x19_an_id_that_is_no_name_is_refused() {
    let message = signed_after(&[]);
    for id in ["", "1", "-a", "a b", "a:b", "xpointer(/)", "a%20b", "é'", "#a"] {
        let renamed = message.replace("_response\"", &format!("{id}\""));
        assert_eq!(check(&renamed).err(), Some(Malformed::NoId.into()), "{id:?}");
    }
    let missing = edit(&message, " ID=\"_response\"", " Id=\"_response\"");
    assert_eq!(check(&missing).err(), Some(Malformed::NoId.into()));
    for id in ["a", "_", "é", "a-b.c_1", "漢字"] {
        let renamed = message.replace("_response\"", &format!("{id}\""));
        assert_eq!(
            check(&renamed).err(),
            Some(Invalid::Signature),
            "{id:?}: the name is fine, what is signed differs"
        );
    }
}

#[test]
fn x19_duplicate_ids_do_not_parse() {
    let message = edit(&signed_after(&[]), "\"_assertion\"", "\"_response\"");
    assert!(Document::parse(message.as_bytes()).is_err());
}

#[test]
fn x21_algorithm_names_outside_the_list_are_refused() {
    let methods = [
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
        "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 ",
        "http://www.w3.org/2007/05/xmldsig-more#rsa-pss",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
        "none",
        "",
    ];
    for uri in methods {
        refused(&[(METHOD, uri, not_accepted(Role::Signature, uri))]);
    }
    for uri in
        ["http://www.w3.org/2001/04/xmldsig-more#md5", "http://www.w3.org/2001/04/xmldsig-more#sha224", ""]
    {
        refused(&[(DIGEST, uri, not_accepted(Role::Digest, uri))]);
    }
    refused(&[
        (
            "<ds:SignatureMethod Algorithm",
            "<ds:SignatureMethod algorithm",
            Malformed::Parameters(Role::Signature).into(),
        ),
        (
            "<ds:DigestMethod Algorithm",
            "<ds:DigestMethod algorithm",
            Malformed::Parameters(Role::Digest).into(),
        ),
    ]);
}

#[test]
fn x21_sha1_is_refused_by_default_and_digests_by_opt_in() {
    let bare = signed_after(&[]);
    let bytes = check(&bare).unwrap().bytes().to_vec();
    let sha1 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let start = bare.find("<ds:DigestValue>").unwrap() + "<ds:DigestValue>".len();
    let digest = bare[start..start + 44].to_owned();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sha1);
    let message = signed_after(&[(DIGEST, Hash::Sha1.uri()), (&digest, &encoded)]);
    let refusal =
        |role, uri: &str| Invalid::Algorithm { role, uri: uri.to_owned(), refusal: Refusal::NeedsOptIn };
    assert_eq!(check(&message).err(), Some(refusal(Role::Digest, Hash::Sha1.uri())));
    let trusted = std::slice::from_ref(&TRUSTED.certificate);
    assert_eq!(check_with(&message, trusted, SHA1).unwrap().bytes(), bytes);
    let method = signed_after(&[(METHOD, Algorithm::RsaSha1.uri())]);
    assert_eq!(check(&method).err(), Some(refusal(Role::Signature, Algorithm::RsaSha1.uri())));
    assert_eq!(
        check_with(&method, trusted, SHA1).err(),
        Some(Invalid::Signature),
        "it was signed with SHA-256"
    );
}

#[test]
fn x21_algorithm_parameters_are_refused() {
    let method = format!("<ds:SignatureMethod Algorithm=\"{METHOD}\"/>");
    let with_parameter =
        method.replace("/>", "><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>");
    let digest = format!("<ds:DigestMethod Algorithm=\"{DIGEST}\"/>");
    refused(&[
        (&method, &with_parameter, Malformed::Parameters(Role::Signature).into()),
        (
            &digest,
            &digest.replace("/>", "><x/></ds:DigestMethod>"),
            Malformed::Parameters(Role::Digest).into(),
        ),
    ]);
}

#[test]
fn x23_base64_is_read_with_white_space_and_nothing_else() {
    accepted(&[
        ("<ds:DigestValue>", "<ds:DigestValue>&#13;\n\t "),
        ("</ds:SignatureValue>", "&#xD;\r\n</ds:SignatureValue>"),
        ("<ds:SignatureValue>", "<ds:SignatureValue> \n"),
    ]);
    refused(&[
        ("<ds:DigestValue>", "<ds:DigestValue>-", Malformed::DigestValue.into()),
        ("=</ds:DigestValue>", "</ds:DigestValue>", Malformed::DigestValue.into()),
        ("<ds:DigestValue>", "<ds:DigestValue>AAAA", Malformed::DigestValue.into()),
        ("<ds:SignatureValue>", "<ds:SignatureValue>_", Malformed::SignatureValue.into()),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AA==", Malformed::SignatureValue.into()),
        ("<ds:SignatureValue>", "<ds:SignatureValue><x/>", Malformed::SignatureValue.into()),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", Invalid::Signature),
    ]);
}

#[test]
fn prefix_lists_are_read_and_bounded() {
    let list = |names: &str| {
        format!(
            "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{names}\"/>"
        )
    };
    let with = |inner: &str| EXCLUSIVE.replace("/>", &format!(">{inner}</ds:Transform>"));
    accepted(&[(EXCLUSIVE, &with(&list(""))), (EXCLUSIVE, &with(&list("undeclared #default xsi")))]);
    let many = "p ".repeat(33);
    refused(&[
        (EXCLUSIVE, &with(&list(&many)), Malformed::PrefixList.into()),
        (EXCLUSIVE, &with(&list("a").replace("PrefixList", "Prefixes")), Malformed::PrefixList.into()),
        (
            EXCLUSIVE,
            &with("<ds:InclusiveNamespaces PrefixList=\"\"/>"),
            Malformed::Parameters(Role::Transform).into(),
        ),
        (EXCLUSIVE, &with(&[list("a"), list("b")].concat()), Malformed::Parameters(Role::Transform).into()),
        // A prefix that is declared above changes the canonical form, so the digest of the plain form is another.
        (EXCLUSIVE, &with(&list("saml")), Invalid::Digest),
    ]);
}

#[test]
fn a_change_outside_the_signature_is_a_wrong_digest_and_inside_a_wrong_signature() {
    let message = signed_after(&[]);
    assert_eq!(check(&edit(&message, "zoë@", "eve@")).err(), Some(Invalid::Digest));
    assert_eq!(
        check(&edit(
            &message,
            "Version=\"2.0\"><saml:Issuer>https://idp.example/</saml:Issuer><ds",
            "><saml:Issuer>https://idp.example/</saml:Issuer><ds"
        ))
        .err(),
        Some(Invalid::Digest)
    );
    let reference = "<ds:Reference URI=\"#_response\">";
    let changed = edit(&message, reference, "<ds:Reference URI=\"#_response\" Type=\"urn:x\">");
    assert_eq!(check(&changed).err(), Some(Invalid::Signature));
}

#[test]
fn the_form_of_the_text_around_does_not_matter() {
    let message = signed_after(&[]);
    let twins = [
        edit(&message, " ID=\"_response\" Version=\"2.0\"", "\n\tVersion='2.0'   ID = '_response' "),
        edit(&message, "staff &amp; others", "<![CDATA[staff & others]]>"),
        edit(&message, "zoë@", "zo&#xEB;@"),
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->\n{message}\n"),
    ];
    let bytes = check(&message).unwrap().bytes().to_vec();
    for twin in twins {
        assert_eq!(check(&twin).unwrap().bytes(), bytes, "{twin}");
    }
}
