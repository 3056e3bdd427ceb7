//! Encrypted assertions: for which key, by which switch, and what the log keeps of them.

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::Error;
use vestibule_app::keys;
use vestibule_app::sign_in::Finished;
use vestibule_app::sso;
use vestibule_idp::attack::{self, Needs};
use vestibule_model::rotation::KeyState;
use vestibule_saml::metadata::sp::{self, ServiceProvider};
use vestibule_saml::write::{Recipient, Signed};
use vestibule_saml::{Certificate, Cipher, Encryption, KeyPlacement, KeyTransport, binding};

cases! {
    an_encrypted_assertion_signs_in_and_the_log_shows_what_was_in_it,
    the_key_that_signs_decrypts_if_it_can,
    e03_aes_cbc_is_taken_where_it_is_allowed_and_the_metadata_says_so,
    e04_where_encryption_is_required_the_clear_is_refused,
    e01_to_e05_bad_responses_are_refused_by_their_codes,
    a_former_key_still_decrypts_and_is_not_offered_any_more,
}

pub const GCM: Encryption = Encryption {
    cipher: Cipher::Aes256Gcm,
    transport: KeyTransport::OaepSha256,
    placement: KeyPlacement::Inside,
};

/// What our metadata says.
pub async fn metadata(account: &Account) -> ServiceProvider {
    let xml = sso::sp_metadata(&account.visitor().await, None).await.unwrap();
    sp::read(xml.as_bytes(), None, account.app.now()).unwrap()
}

/// The certificate that the metadata offers first for encryption.
pub async fn offered(account: &Account) -> Certificate {
    metadata(account).await.encryption_certificates.swap_remove(0)
}

/// A sign-in of Anna with an assertion that is encrypted for this certificate.
pub async fn attempt(
    account: &Account,
    certificate: Certificate,
    encryption: Encryption,
) -> Result<Finished, Error> {
    let mut browser = Browser::default();
    let request = browser.start(account).await;
    let answer = account.idp.answer(account, &request, &Person::anna());
    let recipient = Recipient { certificate, encryption };
    let xml = answer.response.write_encrypted(Signed::Both, &answer.signer, &recipient).unwrap();
    browser.post(account, &binding::post_value(xml)).await
}

async fn an_encrypted_assertion_signs_in_and_the_log_shows_what_was_in_it(world: &World) {
    let acme = world.acme().await;
    let ours = metadata(&acme).await;
    assert_eq!(ours.signing_certificates[0].key_description(), "ECDSA P-256");
    assert_eq!(ours.encryption_certificates[0].key_description(), "RSA 2048");
    assert_eq!(ours.ciphers, [Cipher::Aes256Gcm, Cipher::Aes192Gcm, Cipher::Aes128Gcm]);
    let signed_in = SignedIn::of(attempt(&acme, offered(&acme).await, GCM).await);
    let member = acme.member(&signed_in.session).await.unwrap();
    assert_eq!(member.user().email.as_str(), "anna@acme.example");
    let explained = acme.explained(signed_in.tracking_id).await.detail;
    assert!(explained.trace.iter().any(|step| format!("{step:?}").contains("AES-256-GCM")));
    assert!(!explained.xml.unwrap().contains("anna@acme.example"));
    assert_eq!(explained.name_id.as_deref(), Some("anna@acme.example"));
    assert_eq!(explained.attributes.len(), 4);
}

async fn the_key_that_signs_decrypts_if_it_can(world: &World) {
    let acme = world.acme().await;
    let beside_the_curve = offered(&acme).await;
    acme.apply(acme.usual().set(["sso", "signing_key"], "rsa-3072")).await;
    let ours = metadata(&acme).await;
    assert_eq!(ours.encryption_certificates, ours.signing_certificates);
    for certificate in [offered(&acme).await, beside_the_curve] {
        SignedIn::of(attempt(&acme, certificate, GCM).await);
    }
}

async fn e03_aes_cbc_is_taken_where_it_is_allowed_and_the_metadata_says_so(world: &World) {
    let acme = world.acme().await;
    let cbc = Encryption { cipher: Cipher::Aes128Cbc, transport: KeyTransport::OaepSha1, ..GCM };
    let refused = attempt(&acme, offered(&acme).await, cbc).await.unwrap_err();
    let explained = acme.explain_error(&refused).await;
    assert_eq!(explained.code, Some(1011));
    let told = format!("{explained:?}");
    assert!(told.contains("aes128-cbc") && told.contains("cbc"), "{told}");
    acme.apply(acme.usual().set(["sso", "allow"], vec!["cbc"])).await;
    SignedIn::of(attempt(&acme, offered(&acme).await, cbc).await);
    assert!(metadata(&acme).await.ciphers.contains(&Cipher::Aes128Cbc));
}

async fn e04_where_encryption_is_required_the_clear_is_refused(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "encrypted_assertions"], true)).await;
    assert_eq!(acme.refusal(&Person::anna()).await.code, Some(1011));
    SignedIn::of(attempt(&acme, offered(&acme).await, GCM).await);
    acme.apply(acme.usual()).await;
    acme.sign_in(&Person::anna()).await;
}

async fn e01_to_e05_bad_responses_are_refused_by_their_codes(world: &World) {
    let acme = world.acme().await;
    for needs in [Needs::EncryptionKey, Needs::RequiredEncryption] {
        let required = needs == Needs::RequiredEncryption;
        acme.apply(acme.usual().set(["sso", "encrypted_assertions"], required)).await;
        let certificate = offered(&acme).await;
        for attack in attack::ALL.iter().filter(|attack| attack.needs == needs) {
            let mut browser = Browser::default();
            let request = browser.start(&acme).await;
            let mut genuine = acme.idp.answer(&acme, &request, &Person::anna()).genuine(Signed::Both);
            genuine.encryption_certificate = Some(certificate.clone());
            let value = attack.form_value(&genuine).unwrap();
            let outcome = browser.post(&acme, &value).await;
            assert_eq!(acme.code(outcome).await, Some(attack.code), "{}", attack.id);
        }
        assert!(acme.find_user("anna@acme.example").await.is_none());
    }
    SignedIn::of(attempt(&acme, offered(&acme).await, GCM).await);
}

async fn a_former_key_still_decrypts_and_is_not_offered_any_more(world: &World) {
    let acme = world.acme().await;
    let first = offered(&acme).await;
    let owner = acme.owner().await;
    let view = keys::overview(&owner, None).await.unwrap().unwrap();
    keys::prepare(&owner, view.connection).await.unwrap();
    let both = metadata(&acme).await.encryption_certificates;
    assert_eq!((both.len(), &both[0]), (2, &first));
    SignedIn::of(attempt(&acme, both[1].clone(), GCM).await);
    let keys_now = keys::overview(&owner, None).await.unwrap().unwrap().keys;
    let next = keys_now.iter().find(|key| {
        key.life.state == KeyState::Next && key.certificate.fingerprint_sha256 == both[1].fingerprint_sha256()
    });
    keys::activate(&owner, next.unwrap().id).await.unwrap();
    assert_eq!(metadata(&acme).await.encryption_certificates, [both[1].clone()]);
    SignedIn::of(attempt(&acme, first, GCM).await);
}
