//! Metadata by its address: fetched from a listener of the test, exported as the address, compared again.

use crate::account::Account;
use crate::cases;
use crate::provider::{ISSUER, Person, SIGN_IN_URL};
use crate::site::Site;
use crate::wanted::Wanted;
use crate::world::World;
use vestibule_app::Kind;
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::Endpoint;
use vestibule_saml::metadata::idp::{self, IdentityProvider};

cases! {
    metadata_by_its_address_is_exported_as_the_address_and_compared_anew,
    what_is_no_metadata_is_refused_with_the_key,
    p19_a_redirect_is_followed_to_where_fetching_is_allowed_alone,
}

/// The account on a node whose operator lets it fetch from this very address, and no other loopback one.
async fn allowed(world: &World, account: &Account) -> Account {
    let range = "127.0.0.1/32".parse().unwrap();
    account.at(&world.configured(|deployment| deployment.outbound_allow = vec![range]).await)
}

fn by_url(url: &str) -> Wanted {
    Wanted::of("acme")
        .set(["sso", "idp_metadata_url"], url)
        .set(["sso", "signing_key"], "ecdsa-p256")
        .domain("acme.example")
}

fn metadata(account: &Account) -> IdentityProvider {
    IdentityProvider {
        entity_id: ISSUER.to_owned(),
        sso: vec![Endpoint::new(Binding::Redirect, SIGN_IN_URL)],
        slo: Vec::new(),
        signing_certificates: vec![account.idp.certificate().clone()],
        name_id_formats: Vec::new(),
        valid_until: None,
        cache_duration: None,
        want_authn_requests_signed: false,
    }
}

async fn metadata_by_its_address_is_exported_as_the_address_and_compared_anew(world: &World) {
    let acme = allowed(world, &world.account("acme").await).await;
    let site = Site::open();
    let mut provider = metadata(&acme);
    site.answers("200 OK", idp::write(&provider).as_bytes());
    acme.apply(by_url(&site.url)).await;
    acme.sign_in(&Person::of("anna@acme.example")).await;
    let exported = acme.export().await;
    assert!(exported.contains(&site.url) && !exported.contains("CERTIFICATE"), "{exported}");
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);

    provider.signing_certificates = vec![acme.idp.with_next_key().certificate().clone()];
    site.answers("200 OK", idp::write(&provider).as_bytes());
    let changes = acme.plan_text(&exported).await.unwrap().changes;
    assert_eq!(changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(), ["sso.certificates"]);
    acme.sign_in(&Person::of("anna@acme.example")).await;
    acme.apply(Wanted::read(&exported)).await;
    assert_eq!(acme.refusal(&Person::of("anna@acme.example")).await.code, Some(1004));
}

async fn what_is_no_metadata_is_refused_with_the_key(world: &World) {
    let acme = allowed(world, &world.account("acme").await).await;
    let site = Site::open();
    let before = world.dump();
    let huge = vec![b' '; 5 * 1024 * 1024 + 1];
    let answers: [(&str, &[u8], &str); 4] = [
        ("404 Not Found", b"", "404"),
        ("200 OK", b"<html/>", "not SAML metadata"),
        ("200 OK", &huge, "larger than"),
        ("302 Found", b"", "a redirect to nowhere"),
    ];
    for (head, body, word) in answers {
        site.answers(head, body);
        let error = acme.plan(&by_url(&site.url)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(error.message().contains("acme.toml: `sso.idp_metadata_url`"), "{error}");
        assert!(error.message().contains(word), "{error}");
    }
    assert_eq!(world.dump(), before);
}

async fn p19_a_redirect_is_followed_to_where_fetching_is_allowed_alone(world: &World) {
    let acme = allowed(world, &world.account("acme").await).await;
    let (site, target) = (Site::open(), Site::open());
    target.answers("200 OK", idp::write(&metadata(&acme)).as_bytes());
    site.answers(&format!("302 Found\r\nlocation: {}", target.url), b"");
    acme.plan(&by_url(&site.url)).await.unwrap();
    let elsewhere = target.url.replace("127.0.0.1", "127.0.0.2");
    for (location, word) in [
        (elsewhere.as_str(), "not a public address"),
        ("http://169.254.169.254/latest", "not a public address"),
        ("file:///etc/passwd", "could not be fetched"),
        (site.url.as_str(), "redirects"),
    ] {
        site.answers(&format!("302 Found\r\nlocation: {location}"), b"");
        let error = acme.plan(&by_url(&site.url)).await.unwrap_err();
        assert!(error.message().contains(word), "{location}: {error}");
    }
}
