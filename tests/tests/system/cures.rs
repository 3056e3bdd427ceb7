//! A refusal is met, understood and mended in real browsers: one of the person, one of the administrator.

use vestibule_testkit::{Appearance, Browser};

use crate::demo::Demo;

/// The button that adds the SSO login type, on the page of the response alone.
const ADD: &str = "form[action$='/cure'] button";

/// Comes back from the identity provider as the owner, who has a password and no SSO login type.
fn come_back(person: &Browser, demo: &Demo) {
    demo.begin(person);
    person.click("button[name=person][value=admin]");
}

#[test]
fn error_1020_is_met_understood_and_cured_without_leaving_the_log_page() {
    let Some(person) = Browser::open() else { return };
    let demo = Demo::start();
    demo.apply(|file| file.replace("[sso]\n", "[sso]\nprovision = \"prior_to_sign_in\"\n"));

    let administrator = Browser::open().unwrap();
    demo.sign_in_as_owner(&administrator);

    come_back(&person, &demo);
    let tracking_id = person.text(".ticket .code");
    assert!(tracking_id.starts_with("WEB_"), "{tracking_id}");
    assert!(
        !person.text("main").contains("login type"),
        "the cause is not for the person: {}",
        person.text("main")
    );

    administrator.visit(&format!("{}admin/log", demo.vanity()));
    administrator.fill("input[name=tracking_id]", &tracking_id);
    administrator.click("form.search button");
    administrator.click("a.open");
    administrator.wait_for(ADD);
    let page = administrator.url();
    let main = administrator.text("main");
    assert!(main.contains("1020") && main.contains("without the SSO login type"), "understood: {main}");
    assert!(main.contains("May they come in?") && main.contains("The user may sign in by SSO"), "{main}");
    administrator.prefer(Appearance::Dark);
    administrator.screenshot("cure-offered-dark");
    administrator.prefer(Appearance::Light);
    administrator.screenshot("cure-offered-light");

    administrator.click(ADD);
    administrator.wait_for("#mend.is-good");
    assert!(administrator.url().starts_with(&page), "still the same page: {}", administrator.url());
    let done = administrator.text("#mend");
    assert!(done.contains("has the SSO login type. The person can sign in now."), "{done}");
    administrator.screenshot("cure-done");

    come_back(&person, &demo);
    person.wait_for("form[action='/signout']");
    assert_eq!(person.url(), format!("{}profile", demo.vanity()));
}
