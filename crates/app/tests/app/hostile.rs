//! Values that nobody sends in good faith, brought to the door: what is too large or no text is refused before anything is
//! decided, and what comes in is bounded, and spelled out where people read it.

use crate::account::Account;
use crate::browser::Browser;
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use std::ops::Range;
use vestibule_app::response_log::Explanation;
use vestibule_model::user::Field;
use vestibule_saml::binding;

cases! {
    a_value_of_a_megabyte_and_ten_thousand_values_are_unreadable_and_a_tenth_of_that_comes_in_bounded,
    what_is_no_text_is_unreadable_and_what_is_one_is_spelled_out,
}

const EMAIL: &str = "anna@acme.example";

/// Anna, with so many groups and a department of so many letters.
fn anna(groups: Range<u32>, letters: usize) -> Person {
    let groups: Vec<String> = groups.map(|number| format!("group {number}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    Person::anna().with("groups", &groups).with("department", &[&"d".repeat(letters)])
}

async fn a_value_of_a_megabyte_and_ten_thousand_values_are_unreadable_and_a_tenth_of_that_comes_in_bounded(
    world: &World,
) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["mapping", "auto", "user_group"], "groups")).await;
    let before = world.dump();
    for huge in [anna(0..10, 1 << 20), anna(0..10_000, 10)] {
        let explanation = acme.refusal(&huge).await;
        assert_eq!((explanation.code, explanation.user), (Some(1001), None));
        assert!(!explanation.trace.last().unwrap().ok);
    }
    assert_eq!(world.dump(), before);
    let signed_in = acme.sign_in(&anna(0..1_100, 100_000)).await;
    assert_eq!(acme.user(EMAIL).await.profile.value(&Field::Department).unwrap().len(), 256);
    assert_eq!(acme.memberships(EMAIL).await.len(), 100, "nobody gets more groups by their names");
    let detail = acme.explained(signed_in.tracking_id).await.detail;
    let values = detail.attributes.iter().flat_map(|attribute| &attribute.values);
    assert!(values.clone().all(|value| value.len() <= 4_096));
    let count = values.count();
    assert!((900..=1_000).contains(&count), "the log keeps a thousand values: {count}");
    for step in &detail.trace {
        assert!(
            step.expected.len() + step.found.len() < 10_000,
            "{}: {} bytes",
            step.check,
            step.found.len()
        );
    }
    let warned = detail.trace.iter().find(|step| step.check == "mapping.auto.user_group").unwrap();
    assert!(warned.found.starts_with("1000 left out"), "{}", warned.found);
}

/// Anna's response with other bytes in place of her last name.
async fn with_bytes(acme: &Account, bytes: &[u8]) -> Explanation {
    let mut browser = Browser::default();
    let request = browser.start(acme).await;
    let xml = binding::post_decode(&acme.idp.answer(acme, &request, &Person::anna()).form_value()).unwrap();
    let name = b">Berg<";
    let at = xml.windows(name.len()).position(|window| window == name).unwrap();
    let xml = [&xml[..=at], bytes, &xml[at + name.len() - 1..]].concat();
    acme.explain_error(&browser.post(acme, &binding::post_value(xml)).await.unwrap_err()).await
}

async fn what_is_no_text_is_unreadable_and_what_is_one_is_spelled_out(world: &World) {
    let acme = world.acme().await;
    let before = world.dump();
    // No UTF-8: a stray byte, an overlong form, half of a surrogate, something cut off; and what XML forbids.
    for bytes in [
        b"B\xffrg".as_slice(),
        b"\xc0\xafBerg",
        b"\xed\xa0\x80Berg",
        b"Ber\xe2\x82",
        b"B\x07erg",
        b"B\x00erg",
        b"B&#7;erg",
        b"B&#0;erg",
        b"B&#xFFFE;erg",
    ] {
        let explanation = with_bytes(&acme, bytes).await;
        assert_eq!(explanation.code, Some(1001), "{bytes:?}");
        assert!(!explanation.trace.last().unwrap().ok);
    }
    // It is the bytes: another text is read, and then its signature does not verify.
    assert_eq!(with_bytes(&acme, "Bérg".as_bytes()).await.code, Some(1003));
    assert_eq!(world.dump(), before);
    let odd = "Be\u{202e}rg\u{200b}\u{85}";
    let signed_in = acme.sign_in(&Person::anna().with("sn", &[odd, "other\u{2066}"])).await;
    assert_eq!(acme.user(EMAIL).await.profile.value(&Field::LastName), Some("Berg"));
    let detail = acme.explained(signed_in.tracking_id).await.detail;
    let step = detail.trace.iter().find(|step| step.check == "mapping.last_name").unwrap();
    assert!(step.found.contains("Be\\u{202e}rg") && step.found.contains("other\\u{2066}"), "{}", step.found);
    let unseen = ['\u{202e}', '\u{200b}', '\u{85}', '\u{2066}'];
    for step in &detail.trace {
        assert!(!step.found.contains(unseen) && !step.expected.contains(unseen), "{step:?}");
    }
}
