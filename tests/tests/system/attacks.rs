//! Every bad response of the test identity provider, sent to a running service.

use vestibule_system_tests::attacks::{self, Row};
use vestibule_system_tests::browserless::{Ended, sign_in};

use crate::demo::Demo;

#[test]
fn x01_to_x23_p01_to_p18_end_with_the_promised_code_in_the_log_and_their_honest_twins_sign_in() {
    let demo = Demo::start();
    let rows: Vec<Row> = attacks::round(demo.vanity(), |tracking_id| demo.explain(tracking_id)).collect();
    let wrong: Vec<String> = rows.iter().filter(|row| !row.is_good()).map(Row::line).collect();
    assert!(wrong.is_empty(), "{}\n{}", attacks::head(), wrong.join("\n"));
    assert!(rows.len() > 100, "only {} bad responses were sent", rows.len());
}

#[test]
fn x20_a_forgery_with_a_certificate_of_its_own_is_explained_without_an_offer_to_add_it() {
    let demo = Demo::start();
    let choices = [("person", "employee"), ("attack", "x20")];
    let Ok(Ended::Refused { tracking_id }) = sign_in(demo.vanity(), &choices) else {
        panic!("the forgery was not refused")
    };
    let explained = demo.explain(&tracking_id).unwrap();
    assert_eq!(explained["code"], 1004, "{explained}");
    let cure = explained["cure"].as_str().unwrap();
    assert!(
        cure.contains("from the identity provider itself") && cure.contains("never to be added"),
        "{cure}"
    );
    assert!(!cure.contains("SHA-256"), "{cure}");
}
