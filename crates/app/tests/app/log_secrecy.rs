//! What was asserted is readable for those who may read it, and nowhere in the database.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_model::response_log::{Detail, TrackingId};
use vestibule_store as store;

cases! {
    s13_what_was_asserted_is_nowhere_in_the_database,
    s13_a_detail_opens_in_its_own_account_alone,
    s13_an_account_that_saves_no_responses_keeps_no_values,
    a_message_that_cannot_be_read_has_its_row_too,
}

/// A value that no field takes, and that must not be readable in a file.
const BADGE: &str = "badge-4711-0815-swordfish";
/// An opaque name identifier of somebody without an address.
const OPAQUE: &str = "opaque-7f3a9c-swordfish";

fn readable(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

async fn sealed(account: &Account, id: TrackingId) -> Vec<u8> {
    let row = account.explained(id).await.entry.id;
    let found = account
        .store
        .account(account.id)
        .read(move |tx| Box::pin(async move { store::response_log::detail(tx, row).await }));
    found.await.unwrap().unwrap().1
}

async fn s13_what_was_asserted_is_nowhere_in_the_database(world: &World) {
    let acme = world.acme().await;
    let accepted = acme.sign_in(&Person::anna().with("badge", &[BADGE])).await.tracking_id;
    let refused = acme.attempt(&Person::of(OPAQUE).with("badge", &[BADGE])).await.unwrap_err();
    let refused = refused.tracking_id().unwrap();
    let raw = world.raw_bytes();
    for secret in [BADGE, OPAQUE, "samlp:Response", "SignatureValue"] {
        assert!(!readable(&raw, secret), "{secret}");
        for id in [accepted, refused] {
            assert!(!readable(&sealed(&acme, id).await, secret), "{secret}");
        }
    }
    for id in [accepted, refused] {
        let detail = acme.explained(id).await.detail;
        assert!(detail.xml.unwrap().contains(BADGE));
        assert!(detail.attributes.iter().any(|attribute| attribute.values == [BADGE]));
    }
    assert_eq!(acme.explained(refused).await.detail.name_id.as_deref(), Some(OPAQUE));
    if world.postgres.is_none() {
        assert!(readable(&raw, "anna@acme.example"), "the search is not blind");
    }
}

async fn s13_a_detail_opens_in_its_own_account_alone(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let one = acme.sign_in(&Person::anna()).await;
    let (stolen, entry) = (sealed(&acme, one.tracking_id).await, acme.explained(one.tracking_id).await.entry);
    let written = beta.store.account(beta.id).write(move |tx| {
        let (entry, stolen) = (entry.clone(), stolen.clone());
        Box::pin(async move { store::response_log::insert(tx, &entry, &stolen).await })
    });
    written.await.unwrap();
    let session = beta.sign_in(&Person::of("admin@beta.example")).await.session;
    beta.change("admin@beta.example", |user| user.role = vestibule_model::user::Role::Admin).await;
    let admin = beta.member(&session).await.unwrap().admin().unwrap();
    let error = vestibule_app::response_log::detail(&admin, one.tracking_id).await.unwrap_err();
    assert_eq!(error.kind(), vestibule_app::Kind::Internal);
    assert!(!error.message().contains("key"), "the public sentence tells nothing: {error}");
}

async fn s13_an_account_that_saves_no_responses_keeps_no_values(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "save_response_logs"], false)).await;
    let person = Person::anna().with("badge", &[BADGE]).with("department", &["Secret Affairs"]);
    let first = acme.sign_in(&person).await.tracking_id;
    let second = acme.sign_in(&person.clone().with("department", &["Other Secrets"])).await.tracking_id;
    let refused = acme.attempt(&Person::of(OPAQUE).with("department", &["Secret Affairs"])).await;
    let refused = refused.unwrap_err().tracking_id().unwrap();
    for id in [first, second, refused] {
        let explained = acme.explained(id).await;
        let Detail { xml, name_id, attributes, trace, .. } = &explained.detail;
        assert_eq!((xml, name_id, attributes.as_slice()), (&None, &None, &[][..]));
        assert!(trace.len() > 10, "the trace is kept");
        let json = serde_json::to_string(&explained.detail).unwrap();
        for secret in [BADGE, OPAQUE, "Secret", "Berg", "\"Anna\""] {
            assert!(!json.contains(secret), "{secret} in {json}");
        }
    }
    // Time, user, code and trace are kept, and the names of what changed.
    assert_eq!(acme.explained(first).await.entry.user.as_deref(), Some("anna@acme.example"));
    let changed = acme.explained(second).await.detail.changes;
    assert_eq!(changed.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), ["department"]);
    let explanation = acme.explained(refused).await.explanation();
    assert_eq!(
        (explanation.code, explanation.trace.last().unwrap().check.as_str()),
        (Some(1016), "mapping.email")
    );
}

async fn a_message_that_cannot_be_read_has_its_row_too(world: &World) {
    let acme = world.acme().await;
    let browser = crate::browser::Browser::default();
    let huge = "A".repeat(300_000);
    for value in ["", "no Base64!", "PGE+", "//8=", huge.as_str(), "PGEvPg==", "AAAA"] {
        let explanation = acme.explain_error(&browser.post(&acme, value).await.unwrap_err()).await;
        assert_eq!((explanation.code, explanation.user), (Some(1001), None));
        assert!(!explanation.trace.last().unwrap().ok);
    }
    assert_eq!(world.count("response_log"), 7);
}
