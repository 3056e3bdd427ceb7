//! Every bad response that the test identity provider can make, brought to the door: each is refused by its code,
//! begins no session and changes no person. The honest twin beside it is accepted.

use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::sign_in::Finished;
use vestibule_idp::attack::{self, Needs};
use vestibule_saml::write::Signed;

cases! {
    every_bad_response_is_refused_by_its_code_and_leaves_nothing,
}

async fn every_bad_response_is_refused_by_its_code_and_leaves_nothing(world: &World) {
    let acme = world.acme().await;
    let owner = "owner@acme.example";
    acme.sign_in(&Person::anna()).await;
    let before = world.dump();
    let mut surprises = Vec::new();
    for attack in attack::ALL.iter().filter(|attack| attack.needs == Needs::Nothing) {
        for signed in [Signed::Assertion, Signed::Response] {
            let mut browser = Browser::default();
            let request = browser.start(&acme).await;
            let genuine = acme.idp.answer(&acme, &request, &Person::anna()).genuine(signed);
            let value = attack.form_value(&genuine).unwrap();
            match browser.post(&acme, &value).await {
                // It answers no request at all: discarded, and a sign-in begins here.
                Ok(Finished::Restart { .. }) if attack.id == "p08b" => {}
                Ok(other) => surprises.push(format!("{} {signed:?}: {other:?}", attack.id)),
                Err(error) => {
                    let code = acme.explain_error(&error).await.code;
                    if code != Some(attack.code) {
                        surprises.push(format!("{} {signed:?}: {code:?}, not {}", attack.id, attack.code));
                    }
                }
            }
        }
    }
    assert_eq!(surprises, Vec::<String>::new());
    assert_eq!(world.dump(), before);
    assert!(!acme.user(owner).await.logins.sso);
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    SignedIn::of(browser.post(&acme, &acme.idp.answer(&acme, &request, &Person::anna()).form_value()).await);
}
