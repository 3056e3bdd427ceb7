//! Our own key pairs: which one signs, and when there is a new one.

use crate::account::Account;
use crate::browser::Browser;
use crate::cases;
use crate::world::World;
use vestibule_app::sign_in::Go;
use vestibule_app::sso;
use vestibule_saml::binding::redirect_decode;
use vestibule_saml::metadata::sp;
use vestibule_saml::{Allowed, Certificate};

cases! {
    a_key_pair_is_made_with_the_connection_and_stays,
    another_kind_of_key_takes_over_when_it_is_published,
    a_draft_with_another_kind_of_key_changes_no_signature,
    a_key_pair_that_was_used_before_comes_back,
    a_private_key_is_nowhere_in_the_database,
}

async fn certificate(account: &Account) -> Certificate {
    let xml = sso::sp_metadata(&account.visitor().await, None).await.unwrap();
    let ours = sp::read(xml.as_bytes(), None, account.app.now()).unwrap();
    assert_eq!(ours.signing_certificates.len(), 1);
    signs_with(account, &ours.signing_certificates[0]).await;
    ours.signing_certificates[0].clone()
}

/// The requests that go out are signed with the key of this certificate.
pub async fn signs_with(account: &Account, certificate: &Certificate) {
    let Go::Redirect(url) = Browser::default().begin(account, None).await.go else { panic!() };
    let (_, query) = url.split_once('?').unwrap();
    let carried = redirect_decode(query).unwrap();
    carried.verify(std::slice::from_ref(certificate), Allowed::default()).unwrap();
}

async fn a_key_pair_is_made_with_the_connection_and_stays(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let first = certificate(&acme).await;
    assert_eq!(first.key_description(), "ECDSA P-256");
    assert_eq!(first.not_before(), world.time.now());
    assert_ne!(first, certificate(&beta).await, "no two accounts share one");
    acme.apply(acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await;
    assert_eq!(certificate(&acme).await, first);
    let shown = acme.overview(&acme.owner().await).await.ours.certificate.unwrap();
    assert_eq!(shown.0.fingerprint_sha256, first.fingerprint_sha256());
    assert_eq!(Certificate::from_pem(&shown.1).unwrap(), first);
}

async fn another_kind_of_key_takes_over_when_it_is_published(world: &World) {
    let acme = world.acme().await;
    for (kind, description) in [("rsa-2048", "RSA 2048"), ("rsa-3072", "RSA 3072")] {
        acme.apply(acme.usual().set(["sso", "signing_key"], kind)).await;
        assert_eq!(certificate(&acme).await.key_description(), description);
    }
}

async fn a_draft_with_another_kind_of_key_changes_no_signature(world: &World) {
    let acme = world.acme().await;
    let published = certificate(&acme).await;
    let rsa = acme.usual().set(["sso", "signing_key"], "rsa-2048");
    acme.apply(rsa.clone().set(["sso", "draft"], true)).await;
    assert_eq!(certificate(&acme).await, published, "the identity provider knows no other yet");
    acme.apply(acme.usual().set(["sso", "draft"], true)).await;
    assert_eq!(certificate(&acme).await, published);
    acme.apply(rsa).await;
    assert_eq!(certificate(&acme).await.key_description(), "RSA 2048");
}

async fn a_key_pair_that_was_used_before_comes_back(world: &World) {
    let acme = world.acme().await;
    let first = certificate(&acme).await;
    acme.apply(acme.usual().set(["sso", "signing_key"], "rsa-2048")).await;
    acme.apply(acme.usual()).await;
    assert_eq!(certificate(&acme).await, first, "the identity provider has it still");
    assert_eq!(world.count("sp_keys"), 2);
}

async fn a_private_key_is_nowhere_in_the_database(world: &World) {
    let acme = world.acme().await;
    assert_eq!(world.count("sp_keys"), 2, "one signs, and one decrypts");
    // The first bytes of every PKCS #8 document with a P-256 key: version 0, id-ecPublicKey, prime256v1; and with RSA.
    let curve = [2, 1, 0, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    let rsa = [2, 1, 0, 0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1];
    let sealed = acme.store.account(acme.id).read(|tx| {
        Box::pin(async move {
            let connections = vestibule_store::connections::list(tx).await?;
            vestibule_store::sp_keys::list(tx, connections[0].id).await
        })
    });
    for key in sealed.await.unwrap() {
        assert!(!key.sealed_key.windows(curve.len()).any(|window| window == curve || window == rsa));
    }
}
