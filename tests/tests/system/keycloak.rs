//! Sign-in and logout through Keycloak, configured as its guide says. It runs in a stage of its own: `cargo xtask keycloak`.

use vestibule_system_tests::guide::Guide;
use vestibule_testkit::{Browser, Keycloak, PEOPLE};

use crate::deployment::Deployment;
use crate::guides::{Values, account_file};

#[test]
fn somebody_signs_in_and_out_through_keycloak_that_is_set_up_as_its_guide_says() {
    let Some(idp) = Keycloak::start() else { return };
    let Some(browser) = Browser::open() else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    let guide = Guide::read("keycloak").unwrap();
    let provider = format!("idp_metadata_url = \"{}\"", idp.metadata_url());
    deployment.write("acme.toml", &account_file(&deployment, &guide, &provider));
    deployment.run(&["apply", "acme.toml"]).expect_code(0);
    idp.import_client(&Values::of(&deployment).fill(&guide, "json client.json"));

    let zoe = &PEOPLE[2];
    browser.visit(&deployment.vanity("/saml/login"));
    browser.fill("#username", zoe.username);
    browser.fill("#password", zoe.password);
    browser.click("#kc-login");
    browser.wait_for("form[action='/signout']");
    assert_eq!(browser.url(), deployment.vanity("/profile"), "{}", idp.log());
    for wanted in [zoe.mail, zoe.given_name, zoe.surname] {
        assert!(browser.text("main").contains(wanted), "{}", browser.text("main"));
    }
    browser.click("form[action='/signout'] button");
    browser.wait_for("a[href='/signin']");
    assert!(
        browser.text("main").contains("has signed you out too."),
        "{}\n{}",
        browser.text("main"),
        idp.log()
    );
    browser.visit(&deployment.vanity("/saml/login"));
    browser.wait_for("#kc-login");
}
