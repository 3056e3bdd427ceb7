//! Somebody is sent to a sub-account, in real browsers.

use serde_json::Value;
use vestibule_system_tests::browserless::{Ended, sign_in};
use vestibule_testkit::Browser;

use crate::demo::Demo;

const RULE: &str =
    "\n[[mapping.sub_account]]\nattribute = \"groups\"\nvalue = \"marketing\"\nresult = \"beta\"\n";

#[test]
fn t19_somebody_lands_in_the_sub_account_and_whoever_follows_anothers_link_lands_nowhere() {
    let Some(renee) = Browser::open() else { return };
    let demo = Demo::start();
    let create = "account create beta --name Beta --owner olga@beta.example --parent acme --json";
    let created: Value = serde_json::from_str(&demo.command(create)).unwrap();
    let beta = created["vanity_url"].as_str().unwrap().trim_end_matches('/').to_owned();
    demo.apply(|file| file.replace("\"licensed\"", "\"basic\"") + RULE);

    // Somebody who may sign in begins, and sends the link on which it would go on to somebody else.
    let ended = sign_in(demo.vanity(), &[("person", "marketer"), ("attack", "")]);
    let Ok(Ended::SentOn { to }) = ended else { panic!("{ended:?}") };
    assert!(to.starts_with(&beta), "{to}");
    renee.visit(&to);
    assert!(renee.text("main").contains("Sign in again"), "{}", renee.text("main"));
    renee.screenshot("hand-over-refused");
    renee.visit(&format!("{beta}/profile"));
    assert!(renee.url().starts_with(&format!("{beta}/signin")), "nobody is signed in: {}", renee.url());

    // The same person in her own browser.
    demo.begin(&renee);
    renee.click("button[name=person][value=marketer]");
    renee.wait_for("form[action='/signout']");
    assert_eq!(renee.url(), format!("{beta}/profile"));
    assert!(renee.text("main").contains("renee.okafor@acme.example"), "{}", renee.text("main"));
    assert!(renee.text("header").contains("Beta"), "{}", renee.text("header"));
    renee.screenshot("hand-over-arrived");
    renee.visit(&format!("{}profile", demo.vanity()));
    renee.wait_for("a[href*='/saml/login']");

    // A neighbor whom no rule sends anywhere stays above.
    demo.begin(&renee);
    renee.click("button[name=person][value=employee]");
    renee.wait_for("form[action='/signout']");
    assert_eq!(renee.url(), format!("{}profile", demo.vanity()));
}
