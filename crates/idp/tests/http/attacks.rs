//! Bad responses, chosen on the page or by the settings, each beside the honest one.

use vestibule_idp::{Adversary, Signed, attack};

use crate::place::{Place, REQUEST};

#[test]
fn every_bad_response_is_offered_and_refused_with_its_code_and_its_honest_twin_is_accepted() {
    let place = Place::new();
    let page = place.ask(&place.request());
    let text = page.text();
    for attack in attack::ALL {
        assert!(text.contains(&format!(r#"name="attack" value="{}">"#, attack.id)), "{}", attack.id);
        let form = place.choose(&page, &[("person", "employee"), ("attack", attack.id)]);
        let rejection = place.judge_strictly(&form, Some(REQUEST), attack.needs).expect_err(attack.id);
        assert_eq!(rejection.code(), attack.code, "{}: {rejection}", attack.id);
    }
    let honest = place.choose(&page, &[("person", "employee"), ("attack", "")]);
    assert!(place.judge(&honest, Some(REQUEST)).is_ok());
}

#[test]
fn p01_chosen_by_the_settings_is_sent_unless_the_page_says_otherwise() {
    let place = Place::with(Adversary::Chosen(attack::find("P01").unwrap()), Signed::Both);
    let page = place.ask(&place.request());
    assert!(page.text().contains(r#"name="attack" value="p01" checked"#));
    let silent = place.choose(&page, &[("person", "employee")]);
    assert_eq!(place.judge(&silent, Some(REQUEST)).unwrap_err().code(), 1007);
    let honest = place.choose(&page, &[("person", "employee"), ("attack", "")]);
    assert!(place.judge(&honest, Some(REQUEST)).is_ok());
    let other = place.choose(&page, &[("person", "employee"), ("attack", "X20")]);
    assert_eq!(place.judge(&other, Some(REQUEST)).unwrap_err().code(), 1004);
}

#[test]
fn a_bad_response_says_on_its_page_what_it_is() {
    let place = Place::new();
    let page = place.ask(&place.request());
    let choices = [("person", "employee"), ("attack", "p01"), ("look", "yes")];
    let text = place.choose_page(&page, &choices).text();
    assert!(text.contains("P01: The audience is another service.") && text.contains("1007"));
}

#[test]
fn a_bad_response_can_be_sent_without_being_asked() {
    let place = Place::new();
    let page = place.get("/start");
    for attack in attack::ALL {
        let answer = place.choose_page(&page, &[("person", "employee"), ("attack", attack.id)]);
        assert_eq!(answer.status, 200, "{}: {}", attack.id, answer.text());
    }
}
