//! An identity provider that was set up for another product, and left as it was.

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::{Answer, Person};
use crate::world::World;
use vestibule_app::Error;
use vestibule_app::sign_in::Finished;
use vestibule_saml::write::Signed;

cases! {
    p02_p03_responses_may_be_for_an_address_of_the_other_product_that_was_named,
    p01_an_audience_of_the_other_product_is_accepted_if_it_was_named,
    a_certificate_that_was_named_besides_verifies,
    what_is_accepted_besides_is_asked_for_by_nobody,
}

async fn bent(acme: &Account, bend: impl FnOnce(&mut Answer)) -> Result<Finished, Error> {
    let mut browser = Browser::default();
    let request = browser.start(acme).await;
    let mut answer = acme.idp.answer(acme, &request, &Person::anna());
    bend(&mut answer);
    browser.post(acme, &answer.form_value()).await
}

/// An honest answer that is sent to this address.
async fn sent_to(acme: &Account, destination: &str, recipient: &str) -> Result<Finished, Error> {
    bent(acme, |answer| {
        answer.signed = Signed::Both;
        answer.response.destination = Some(destination.to_owned());
        recipient.clone_into(&mut answer.assertion().recipient);
    })
    .await
}

const OUR_URL: &str = "https://acme.vestibule.example/saml/SSO";
const OLD_URL: &str = "https://old.example/sso/acme/acs";
const OLD_PATH: &str = "https://acme.vestibule.example/old/acs";

async fn p02_p03_responses_may_be_for_an_address_of_the_other_product_that_was_named(world: &World) {
    let acme = world.acme().await;
    for named in [OLD_URL, OLD_PATH] {
        assert_eq!(acme.code(sent_to(&acme, named, named).await).await, Some(1006), "{named}");
    }
    acme.apply(acme.usual().set(["sso", "accepted_acs"], vec![OLD_URL, "/old/acs"])).await;
    for named in [OLD_URL, OLD_PATH, OUR_URL] {
        SignedIn::of(sent_to(&acme, named, named).await);
    }
    let before = world.dump();
    for foreign in [
        "https://old.example/sso/acme/acs/",
        "https://old.example/sso/other/acs",
        "http://old.example/sso/acme/acs",
        "https://old.example/old/acs",
        "https://acme.vestibule.example/old",
        "https://beta.vestibule.example/old/acs",
        "/old/acs",
    ] {
        for (destination, recipient) in [(foreign, OLD_URL), (OLD_URL, foreign), (foreign, foreign)] {
            let outcome = sent_to(&acme, destination, recipient).await;
            assert_eq!(acme.code(outcome).await, Some(1006), "{destination} {recipient}");
        }
    }
    assert_eq!(world.dump(), before);
}

async fn p01_an_audience_of_the_other_product_is_accepted_if_it_was_named(world: &World) {
    let acme = world.acme().await;
    let addressed = async |audience: &str| {
        bent(&acme, |answer| answer.assertion().audiences = vec![audience.to_owned()]).await
    };
    assert_eq!(acme.code(addressed("urn:old:acme").await).await, Some(1007));
    acme.apply(acme.usual().set(["sso", "accepted_entity_ids"], vec!["urn:old:acme"])).await;
    for ours in ["urn:old:acme", "https://acme.vestibule.example", "acme.vestibule.example"] {
        SignedIn::of(addressed(ours).await);
    }
    let before = world.dump();
    for foreign in ["urn:old:beta", "urn:old:acme:x", "URN:old:acme", "https://beta.vestibule.example"] {
        assert_eq!(acme.code(addressed(foreign).await).await, Some(1007), "{foreign}");
    }
    assert_eq!(world.dump(), before);
}

async fn a_certificate_that_was_named_besides_verifies(world: &World) {
    let acme = world.acme().await;
    let by_next = Account { idp: acme.idp.with_next_key(), ..acme.clone() };
    assert_eq!(by_next.refusal(&Person::anna()).await.code, Some(1004));
    let besides = vec![by_next.idp.certificate_pem()];
    acme.apply(acme.usual().set(["sso", "accepted_certificates"], besides.clone())).await;
    by_next.sign_in(&Person::anna()).await;
    acme.sign_in(&Person::anna()).await;
    // Taken out, it is not trusted any more.
    acme.apply(acme.usual()).await;
    assert_eq!(by_next.refusal(&Person::anna()).await.code, Some(1004));
    // Nor by the name of one that is.
    let ours = acme.idp.certificate().clone();
    let impostor = bent(&acme, |answer| {
        answer.signer = by_next.idp.signer().clone();
        answer.signer.certificate = ours;
    });
    assert_eq!(acme.code(impostor.await).await, Some(1004));
    acme.sign_in(&Person::anna()).await;
}

async fn what_is_accepted_besides_is_asked_for_by_nobody(world: &World) {
    let acme = world.acme().await;
    let wanted = acme
        .usual()
        .set(["sso", "accepted_acs"], vec![OLD_URL, "/old/acs"])
        .set(["sso", "accepted_entity_ids"], vec!["urn:old:acme"]);
    acme.apply(wanted).await;
    let request = Browser::default().start(&acme).await;
    assert_eq!(request.acs_url.as_deref(), Some(OUR_URL));
    assert_eq!(request.issuer, "https://acme.vestibule.example");
    let metadata = vestibule_app::sso::sp_metadata(&acme.visitor().await, None).await.unwrap();
    assert!(metadata.contains(OUR_URL) && !metadata.contains("old"), "{metadata}");
}
