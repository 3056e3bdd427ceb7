//! The way out: requests as the identity provider reads them.

use crate::browser::{Browser, requested};
use crate::cases;
use crate::provider::SIGN_IN_URL;
use crate::wanted::Wanted;
use crate::world::World;
use vestibule_app::sign_in::{self, Go, Start};
use vestibule_app::{Kind, sso};
use vestibule_saml::binding::{Binding, post_decode, redirect_decode};
use vestibule_saml::metadata::sp::{self, ServiceProvider};
use vestibule_saml::{Allowed, request};

use crate::account::Account;

cases! {
    a_request_by_redirect_is_signed_with_the_key_of_the_metadata,
    a_request_by_redirect_may_be_unsigned,
    a_request_by_post_carries_its_signature_inside,
    a_request_by_post_may_be_unsigned,
    every_hash_signs_in_both_bindings,
    an_address_with_a_query_keeps_it,
    the_entity_id_is_spelled_as_chosen,
    a_request_asks_for_what_the_connection_says,
    the_metadata_is_there_before_there_is_a_connection,
    every_request_has_an_id_of_its_own_and_the_browser_keeps_one_cookie,
    without_a_connection_no_sign_in_begins,
}

async fn metadata(account: &Account) -> ServiceProvider {
    let xml = sso::sp_metadata(&account.visitor().await, None).await.unwrap();
    sp::read(xml.as_bytes(), None, account.app.now()).unwrap()
}

async fn go(account: &Account) -> Go {
    Browser::default().begin(account, Some("/admin/sso")).await.go
}

fn query(go: &Go) -> &str {
    let Go::Redirect(url) = go else { panic!("{go:?}") };
    url.split_once('?').unwrap().1
}

fn form(go: &Go) -> Vec<u8> {
    let Go::Post { url, saml_request } = go else { panic!("{go:?}") };
    assert_eq!(url, SIGN_IN_URL);
    post_decode(saml_request).unwrap()
}

async fn a_request_by_redirect_is_signed_with_the_key_of_the_metadata(world: &World) {
    let acme = world.acme().await;
    let ours = metadata(&acme).await;
    assert!(ours.authn_requests_signed);
    let go = go(&acme).await;
    let carried = redirect_decode(query(&go)).unwrap();
    carried.verify(&ours.signing_certificates, Allowed::default()).unwrap();
    assert_eq!(carried.relay_state, None, "where to return to is remembered here");

    let read = requested(&go);
    assert_eq!(read.issuer, ours.entity_id);
    assert_eq!(read.destination.as_deref(), Some(SIGN_IN_URL));
    assert_eq!(read.acs_url.as_ref(), ours.acs_urls.first());
    assert_eq!(read.protocol_binding, Some(Binding::Post));
    assert_eq!(read.issue_instant, world.time.now());
    assert!(!read.force_authn && !read.is_passive);
}

async fn a_request_by_redirect_may_be_unsigned(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "sign_requests"], false)).await;
    assert!(!metadata(&acme).await.authn_requests_signed);
    assert!(!redirect_decode(query(&go(&acme).await)).unwrap().is_signed());
}

async fn a_request_by_post_carries_its_signature_inside(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "binding"], "post")).await;
    let xml = form(&go(&acme).await);
    let certificates = metadata(&acme).await.signing_certificates;
    let read = request::read_signed(&xml, &certificates, Allowed::default()).unwrap();
    assert_eq!(read.destination.as_deref(), Some(SIGN_IN_URL));
    let foreign = [acme.idp.certificate().clone()];
    assert!(request::read_signed(&xml, &foreign, Allowed::default()).is_err());
}

async fn a_request_by_post_may_be_unsigned(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "binding"], "post").set(["sso", "sign_requests"], false)).await;
    assert!(!request::is_signed(&form(&go(&acme).await)).unwrap());
}

async fn every_hash_signs_in_both_bindings(world: &World) {
    let acme = world.acme().await;
    let kinds =
        [("rsa-2048", "sha256"), ("rsa-2048", "sha384"), ("rsa-2048", "sha512"), ("ecdsa-p256", "sha256")];
    for (key, hash) in kinds {
        let wanted = acme.usual().set(["sso", "signing_key"], key).set(["sso", "signature_hash"], hash);
        acme.apply(wanted.clone()).await;
        let certificates = metadata(&acme).await.signing_certificates;
        let redirect = go(&acme).await;
        let carried = redirect_decode(query(&redirect)).unwrap();
        carried.verify(&certificates, Allowed::default()).unwrap();
        assert!(query(&redirect).contains(hash), "{key} {hash}: {redirect:?}");
        acme.apply(wanted.set(["sso", "binding"], "post")).await;
        let xml = form(&go(&acme).await);
        request::read_signed(&xml, &certificates, Allowed::default()).unwrap();
    }
}

async fn an_address_with_a_query_keeps_it(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "sign_in_url"], "https://idp.example/sso?tenant=7&x=a%20b")).await;
    let Go::Redirect(url) = go(&acme).await else { panic!() };
    assert!(url.starts_with("https://idp.example/sso?tenant=7&x=a%20b&SAMLRequest="), "{url}");
    let certificates = metadata(&acme).await.signing_certificates;
    let (_, query) = url.split_once('?').unwrap();
    redirect_decode(query).unwrap().verify(&certificates, Allowed::default()).unwrap();
}

async fn the_entity_id_is_spelled_as_chosen(world: &World) {
    let acme = world.acme().await;
    for (form, entity_id) in [("https", "https://acme.vestibule.example"), ("bare", "acme.vestibule.example")]
    {
        acme.apply(acme.usual().set(["sso", "sp_entity_id"], form)).await;
        assert_eq!(metadata(&acme).await.entity_id, entity_id);
        assert_eq!(requested(&go(&acme).await).issuer, entity_id);
    }
}

async fn a_request_asks_for_what_the_connection_says(world: &World) {
    let acme = world.acme().await;
    let usual = requested(&go(&acme).await);
    assert!(!usual.force_authn && usual.name_id_format.is_none() && usual.authn_contexts.is_empty());
    let contexts =
        ["urn:oasis:names:tc:SAML:2.0:ac:classes:X509", "https://refeds.org/profile/mfa"].map(str::to_owned);
    for binding in ["redirect", "post"] {
        let wanted = acme
            .usual()
            .set(["sso", "binding"], binding)
            .set(["sso", "force_authn"], true)
            .set(["sso", "authn_contexts"], contexts.to_vec());
        for (format, uri) in [
            ("email", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
            ("persistent", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
            ("transient", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
            ("unspecified", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
            ("urn:example:own", "urn:example:own"),
        ] {
            acme.apply(wanted.clone().set(["sso", "name_id_format"], format)).await;
            let request = requested(&go(&acme).await);
            assert!(request.force_authn && !request.is_passive);
            assert_eq!(request.name_id_format.as_deref(), Some(uri));
            assert_eq!(request.authn_contexts, contexts, "in the order of the file");
        }
        let xml = match go(&acme).await {
            Go::Redirect(url) => redirect_decode(url.split_once('?').unwrap().1).unwrap().xml,
            Go::Post { saml_request, .. } => post_decode(&saml_request).unwrap(),
        };
        let xml = String::from_utf8(xml).unwrap();
        for said in ["ForceAuthn=\"true\"", "<samlp:RequestedAuthnContext>", "<samlp:NameIDPolicy"] {
            assert!(xml.contains(said), "{said} in {xml}");
        }
    }
}

async fn the_metadata_is_there_before_there_is_a_connection(world: &World) {
    let acme = world.account("acme").await;
    let first = metadata(&acme).await;
    assert_eq!(first.entity_id, "https://acme.vestibule.example");
    assert_eq!(first.acs_urls, ["https://acme.vestibule.example/saml/SSO"]);
    assert_eq!(first.signing_certificates, []);
    // With a draft the identity provider can be set up before anything is published.
    acme.apply(acme.usual().set(["sso", "draft"], true).set(["sso", "sp_entity_id"], "bare")).await;
    let drafted = metadata(&acme).await;
    assert_eq!(drafted.entity_id, "acme.vestibule.example");
    assert_eq!(drafted.signing_certificates.len(), 1);
    acme.apply(acme.usual().set(["sso", "sp_entity_id"], "bare")).await;
    assert_eq!(metadata(&acme).await, drafted, "publishing changes nothing for the identity provider");
}

async fn every_request_has_an_id_of_its_own_and_the_browser_keeps_one_cookie(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let (first, cookie) = (browser.start(&acme).await, browser.binding.clone().unwrap());
    let second = browser.start(&acme).await;
    assert_eq!(browser.binding.as_ref(), Some(&cookie), "two tabs share the cookie");
    assert_ne!(first.id, second.id);
    assert!(first.id.len() == 45 && first.id.starts_with('_'), "{}", first.id);
    let mut other = Browser::default();
    other.start(&acme).await;
    assert_ne!(other.binding, browser.binding);
    for odd in ["", "x", "../../../../../../../../../../../../../../../etc", &"é".repeat(43)] {
        let mut browser = Browser { binding: Some(odd.to_owned()), ..Browser::default() };
        browser.start(&acme).await;
        assert_eq!(browser.binding.unwrap().len(), 43, "{odd}");
    }
    for rows in world.dump().values() {
        assert!(!rows.contains(&cookie), "the cookie is kept as its hash alone");
    }
}

async fn without_a_connection_no_sign_in_begins(world: &World) {
    let acme = world.account("acme").await;
    let error = sign_in::start(&acme.visitor().await, Start::default()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    acme.apply(acme.usual().set(["sso", "draft"], true)).await;
    assert!(!acme.visitor().await.has_sso(), "a draft serves nobody");
    assert!(sign_in::start(&acme.visitor().await, Start::default()).await.is_err());
    let post = Browser::default().post(&acme, "PHg+").await;
    assert_eq!(post.unwrap_err().kind(), Kind::NotFound);
    let none = Wanted::of("acme").domain("acme.example");
    acme.apply(none).await;
}
