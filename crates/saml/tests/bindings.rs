//! Requests on their way: written, packed, unpacked, verified, read.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use vestibule_saml::binding::{
    Binding, Direction, Error, MAX_INFLATED, inflate, post_decode, post_value, redirect_decode, redirect_url,
};
use vestibule_saml::request::{self, AuthnRequest};
use vestibule_saml::{Algorithm, Allowed, Certificate, Invalid, SigningKey, names};

const DESTINATION: &str = "https://idp.example/sso";

fn key(name: &str) -> (SigningKey, Certificate) {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let pem = std::fs::read_to_string(path).unwrap();
    (SigningKey::from_pem(&pem).unwrap(), Certificate::from_pem(&pem).unwrap())
}

fn request() -> AuthnRequest {
    AuthnRequest {
        id: "_q1".to_owned(),
        issue_instant: "2026-03-01T12:00:00Z".parse().unwrap(),
        issuer: "https://acme.vestibule.example".to_owned(),
        destination: Some(DESTINATION.to_owned()),
        acs_url: Some("https://acme.vestibule.example/saml/SSO?a=1&b=\"2\"".to_owned()),
        protocol_binding: Some(Binding::Post),
        force_authn: true,
        is_passive: false,
        name_id_format: Some(names::name_id_format::EMAIL.to_owned()),
        authn_contexts: vec![names::PASSWORD_PROTECTED_TRANSPORT.to_owned()],
    }
}

fn query(url: &str) -> &str {
    url.split_once('?').unwrap().1
}

#[test]
fn a_request_is_read_as_it_was_written() {
    let mut request = request();
    assert_eq!(request::read(request.write().as_bytes()).unwrap(), request);
    request.destination = None;
    request.acs_url = None;
    request.protocol_binding = None;
    request.force_authn = false;
    request.is_passive = true;
    request.name_id_format = None;
    request.authn_contexts.clear();
    assert_eq!(request::read(request.write().as_bytes()).unwrap(), request);
}

#[test]
fn a_request_that_is_none_is_refused_by_a_sentence() {
    let xml = request().write();
    for (from, to, sentence) in [
        ("Version=\"2.0\"", "Version=\"1.1\"", "The request has no Version=\"2.0\"."),
        ("AuthnRequest", "LogoutRequest", "The message is not a samlp:AuthnRequest but LogoutRequest."),
        ("ID=\"_q1\"", "", "The request has no ID."),
        ("2026-03-01T12:00:00Z", "today", "IssueInstant is \"today\", which is not a time."),
        (">https://acme.vestibule.example<", "> <", "The request has no Issuer."),
    ] {
        let changed = xml.replace(from, to);
        assert_ne!(changed, xml);
        assert_eq!(request::read(changed.as_bytes()).unwrap_err().to_string(), sentence);
    }
}

#[test]
fn x11_a_posted_request_is_read_from_signed_bytes_alone() {
    let (key, certificate) = key("idp");
    let trusted = std::slice::from_ref(&certificate);
    let signed = request().write_signed(&key, &certificate, Algorithm::RsaSha256).unwrap();
    let read = |xml: &str| request::read_signed(xml.as_bytes(), trusted, Allowed::default());
    assert_eq!(read(&signed).unwrap(), request());
    assert!(request::is_signed(signed.as_bytes()).unwrap());

    let unsigned = request().write();
    assert!(!request::is_signed(unsigned.as_bytes()).unwrap());
    assert_eq!(read(&unsigned), Err(request::Error::Signature(Invalid::NotSigned)));
    // The genuine request inside another one, with its signature where a reader looks for one.
    let other = unsigned.replace("ID=\"_q1\"", "ID=\"_q2\"");
    let (open, rest) = other.split_once("<saml:Issuer>").unwrap();
    let wrapped = format!("{open}<samlp:Extensions>{signed}</samlp:Extensions><saml:Issuer>{rest}");
    assert_eq!(read(&wrapped), Err(request::Error::Signature(Invalid::NotSigned)));
    let start = signed.find("<ds:Signature").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let (issuer, after) = other.split_once("</saml:Issuer>").unwrap();
    let moved = format!("{issuer}</saml:Issuer>{}{after}", &signed[start..end]);
    assert!(matches!(read(&moved), Err(request::Error::Signature(Invalid::Malformed(_)))));
    let changed = signed.replace("ForceAuthn=\"true\"", "ForceAuthn=\"false\"");
    assert_eq!(read(&changed), Err(request::Error::Signature(Invalid::Digest)));
}

#[test]
fn an_address_carries_a_request_there_and_back() {
    let xml = request().write();
    for (destination, relay_state) in [
        (DESTINATION, None),
        (DESTINATION, Some("")),
        ("https://idp.example/sso?tenant=1", Some("/profile?tab=groups&x=å+b")),
        ("https://idp.example/sso?", Some("a b")),
    ] {
        let url = redirect_url(destination, Direction::Request, &xml, relay_state, None).unwrap();
        assert!(url.starts_with(destination) && url.is_ascii() && !url.contains("?&") && !url.contains("&&"));
        let read = redirect_decode(query(&url)).unwrap();
        assert_eq!((read.direction, read.xml.as_slice()), (Direction::Request, xml.as_bytes()));
        assert_eq!(read.relay_state.as_deref(), relay_state);
        assert!(!read.is_signed());
        assert_eq!(read.verify(&[], Allowed::default()), Err(Invalid::NotSigned));
    }
    let url = redirect_url("https://idp.example/sso#top", Direction::Response, &xml, None, None).unwrap();
    assert!(url.starts_with("https://idp.example/sso?SAMLResponse=") && url.ends_with("#top"));
}

#[test]
fn p13_a_signature_covers_the_query_as_it_was_sent() {
    let (key, certificate) = key("idp");
    let trusted = std::slice::from_ref(&certificate);
    let xml = request().write();
    let signer = Some((&key, Algorithm::RsaSha256));
    let url = redirect_url(DESTINATION, Direction::Request, &xml, Some("/a?b=c"), signer).unwrap();
    let verify = |query: &str| redirect_decode(query).unwrap().verify(trusted, Allowed::default());
    assert_eq!(verify(query(&url)).unwrap(), certificate);

    // The order of the parameters in the address is nobody's concern; that of the signature is set.
    let parameters: Vec<&str> = query(&url).split('&').collect();
    let reversed: Vec<&str> = parameters.iter().rev().copied().collect();
    assert!(verify(&reversed.join("&")).is_ok());
    // The same message in other bytes is not what was signed.
    let lower = query(&url).replace("%2F", "%2f").replace("%3D", "%3d").replace("%2B", "%2b");
    assert_ne!(lower, query(&url));
    assert_eq!(verify(&lower), Err(Invalid::Signature));
    assert_eq!(verify(&query(&url).replace("RelayState=%2Fa", "RelayState=%2Fe")), Err(Invalid::Signature));
    let without_relay_state = [parameters[0], parameters[2], parameters[3]].join("&");
    assert_eq!(verify(&without_relay_state), Err(Invalid::Signature));
    let sha1 = query(&url).replace("xmldsig-more%23rsa-sha256", "xmldsig%23rsa-sha1");
    assert!(matches!(verify(&sha1), Err(Invalid::Algorithm { .. })));

    // One written with small letters from the start, as ADFS does, verifies.
    let (covered, _) = query(&url).split_once("&Signature=").unwrap();
    let covered =
        covered.replace("%2F", "%2f").replace("%3D", "%3d").replace("%2B", "%2b").replace("%3A", "%3a");
    let value = vestibule_dsig::sign_bytes(&key, Algorithm::RsaSha256, covered.as_bytes()).unwrap();
    let value = post_value(value).replace('+', "%2b").replace('/', "%2f").replace('=', "%3d");
    assert!(verify(&format!("{covered}&Signature={value}")).is_ok());
}

#[test]
fn p13_parameters_that_are_there_twice_or_by_halves_are_refused() {
    let xml = request().write();
    let url = redirect_url(DESTINATION, Direction::Request, &xml, Some("x"), None).unwrap();
    let query = query(&url);
    let refused = |query: &str| redirect_decode(query).unwrap_err();
    assert_eq!(refused(&format!("{query}&RelayState=y")), Error::Repeated { parameter: "RelayState" });
    assert_eq!(refused(&format!("SAMLRequest=AA&{query}")), Error::Repeated { parameter: "SAMLRequest" });
    assert_eq!(refused(&format!("{query}&SAMLResponse=AA")), Error::NotOneMessage);
    assert_eq!(refused("RelayState=x"), Error::NotOneMessage);
    assert_eq!(refused(&format!("{query}&SigAlg=x")), Error::HalfSigned);
    assert_eq!(refused(&format!("{query}&Signature=AAAA")), Error::HalfSigned);
    assert_eq!(refused(&format!("{query}&SAMLEncoding=gzip")), Error::UnknownEncoding);
    assert_eq!(refused("SAMLRequest=%zz"), Error::Encoding { parameter: "SAMLRequest" });
    assert_eq!(refused("SAMLRequest=%4"), Error::Encoding { parameter: "SAMLRequest" });
    assert_eq!(refused("SAMLRequest=AAAA&RelayState=%ff"), Error::Deflate);
    assert_eq!(refused(&format!("{query}%ff")), Error::Encoding { parameter: "RelayState" });
    assert_eq!(refused("SAMLRequest=*"), Error::Base64);
    assert_eq!(refused(&format!("SAMLRequest={}", "A".repeat(64 * 1024))), Error::Size { limit: 64 * 1024 });
}

#[test]
fn x22_a_message_that_unpacks_to_too_much_is_refused_before_it_does() {
    use std::io::Write as _;
    let pack = |bytes: &[u8]| {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let bomb = pack(&vec![b'<'; 4 * 1024 * 1024]);
    assert!(bomb.len() < 8 * 1024);
    assert_eq!(inflate(&bomb, MAX_INFLATED), Err(Error::Inflated { limit: MAX_INFLATED }));
    let packed = post_value(&bomb).replace('+', "%2B");
    let refused = redirect_decode(&format!("SAMLRequest={packed}")).unwrap_err();
    assert_eq!(refused, Error::Inflated { limit: MAX_INFLATED });

    let exact = vec![b' '; 1_000];
    assert_eq!(inflate(&pack(&exact), 1_000), Ok(exact.clone()));
    assert_eq!(inflate(&pack(&exact), 999), Err(Error::Inflated { limit: 999 }));
    let mut trailing = pack(&exact);
    trailing.push(0);
    assert_eq!(inflate(&trailing, 1_000), Err(Error::Deflate));
    let whole = pack(&exact);
    assert_eq!(inflate(&whole[..whole.len() - 1], 1_000), Err(Error::Deflate));
    assert_eq!(inflate(b"<samlp:AuthnRequest/>", 1_000), Err(Error::Deflate));
}

#[test]
fn a_form_field_carries_a_request_there_and_back() {
    let xml = request().write();
    assert_eq!(post_decode(&post_value(&xml)).unwrap(), xml.as_bytes());
    assert_eq!(post_decode("PHI+-_8="), Err(Error::Base64));
    assert_eq!(post_decode(&"A".repeat(256 * 1024 + 4)), Err(Error::Size { limit: 256 * 1024 }));
}
