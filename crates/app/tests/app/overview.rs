//! What an administrator sees of the connection.

use crate::cases;
use crate::provider::{ISSUER, SIGN_IN_URL};
use crate::world::World;
use vestibule_app::{Kind, sso};

cases! {
    before_there_is_a_connection_our_side_is_there_already,
    the_published_version_is_shown_and_a_draft_beside_it,
    an_administrator_sees_the_own_account_alone,
}

async fn before_there_is_a_connection_our_side_is_there_already(world: &World) {
    let acme = world.account("acme").await;
    let owner = acme.owner().await;
    assert!(sso::list(&owner).await.unwrap().is_empty());
    let ours = sso::unconnected(&owner);
    assert_eq!(ours.entity_id, "https://acme.vestibule.example");
    assert_eq!(ours.other_entity_id, "acme.vestibule.example");
    assert_eq!(ours.acs_url, "https://acme.vestibule.example/saml/SSO");
    assert_eq!(ours.metadata_url, "https://acme.vestibule.example/saml/metadata/sp");
    assert_eq!(ours.logout_url, "https://acme.vestibule.example/saml/SingleLogout");
    assert_eq!(ours.start_url, "https://acme.vestibule.example/saml/login");
    assert!(ours.certificate.is_none());
}

async fn the_published_version_is_shown_and_a_draft_beside_it(world: &World) {
    let acme = world.acme().await;
    let new = "https://new.example/sso";
    acme.apply(acme.usual().set(["sso", "sign_in_url"], new).set(["sso", "draft"], true)).await;
    let overview = acme.overview(&acme.owner().await).await;
    let shown = &overview.settings().unwrap().identity_provider;
    assert_eq!((shown.issuer.as_str(), shown.sign_in_url.as_str()), (ISSUER, SIGN_IN_URL));
    assert_eq!(overview.published.as_ref().unwrap().number, 1);
    let draft = overview.draft.as_ref().unwrap();
    assert_eq!((draft.number, draft.settings.identity_provider.sign_in_url.as_str()), (2, new));
    assert_eq!(overview.certificates.len(), 1);
    let (view, certificate) = (&overview.certificates[0], acme.idp.certificate());
    assert_eq!(view.fingerprint_sha256, certificate.fingerprint_sha256());
    assert_eq!((view.subject.as_str(), view.key.as_str()), ("CN=idp.example", "RSA 2048"));
    assert_eq!((view.not_before, view.not_after), (certificate.not_before(), certificate.not_after()));
    let (ours, pem) = overview.ours.certificate.unwrap();
    assert_eq!(ours.subject, "CN=acme.vestibule.example");
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
}

async fn an_administrator_sees_the_own_account_alone(world: &World) {
    let (acme, beta) = (world.acme().await, world.account("beta").await);
    let (ours, theirs) = (acme.owner().await, beta.owner().await);
    assert!(sso::list(&theirs).await.unwrap().is_empty());
    assert_eq!(sso::unconnected(&theirs).entity_id, "https://beta.vestibule.example");
    let id = acme.overview(&ours).await.id;
    assert_eq!(sso::overview(&theirs, id).await.unwrap_err().kind(), Kind::NotFound);
}
