//! Single logout with a real identity provider that knows nothing of us: SimpleSAMLphp, which wants signed messages.

use vestibule_testkit::{Browser, Habits, PEOPLE, Signed, SimpleSamlPhp};

use crate::deployment::Deployment;
use crate::simplesamlphp::reaches_the_profile;

/// A page of ours that somebody who is signed in can see.
fn is_signed_out(browser: &Browser, deployment: &Deployment) {
    browser.visit(&deployment.vanity("/profile"));
    browser.wait_for("a[href*='/saml/login']");
    assert!(browser.url().contains("/signin"), "{}", browser.url());
}

/// Somebody without a session at the identity provider is asked for a password.
fn is_asked_there(browser: &Browser, deployment: &Deployment) {
    browser.visit(&deployment.vanity("/saml/login"));
    browser.wait_for("#password");
}

fn signs_out_on_both_sides(account_file: &str) {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Assertion) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    deployment.point_at(&idp, account_file);
    idp.trust(&deployment.metadata());
    reaches_the_profile(&browser, &deployment, &PEOPLE[2]);
    browser.click("form[action='/signout'] button");
    browser.wait_for("a[href='/signin']");
    let text = browser.text("main");
    assert!(
        text.contains("Your company’s identity provider has signed you out too."),
        "{text}\n{}",
        idp.log()
    );
    assert!(browser.url().starts_with(&deployment.vanity("/saml/SingleLogout")), "{}", browser.url());
    browser.screenshot("signed-out");
    is_signed_out(&browser, &deployment);
    is_asked_there(&browser, &deployment);
    assert_eq!(deployment.log().len(), 1, "a logout that went well is no row");
}

#[test]
fn somebody_who_signs_out_here_is_signed_out_at_simplesamlphp_and_comes_back() {
    signs_out_on_both_sides("");
}

#[test]
fn with_a_key_of_another_kind_and_another_hash_it_is_the_same() {
    signs_out_on_both_sides("signature_hash = \"sha512\"\nsigning_key = \"rsa-3072\"\n");
}

#[test]
fn somebody_who_signs_out_at_simplesamlphp_is_signed_out_here() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Response) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    deployment.connect(&idp);
    reaches_the_profile(&browser, &deployment, &PEOPLE[0]);
    browser.visit(&idp.sign_out_url());
    browser.wait_for("a[href*='index.php']");
    assert!(browser.url().contains("logout.php"), "{}\n{}", browser.url(), idp.log());
    is_signed_out(&browser, &deployment);
    is_asked_there(&browser, &deployment);
    assert_eq!(deployment.log().len(), 1, "{:?}", deployment.log());
}

/// There the page stays, and every service is asked in a frame that nobody sees: its cookies do not come along.
#[test]
fn somebody_who_signs_out_at_simplesamlphp_by_frames_is_signed_out_here_without_a_cookie() {
    let Some(browser) = Browser::open() else { return };
    let mut habits = Habits::from(Signed::Response);
    habits.hosted.push_str("'logouttype' => 'iframe',\n");
    let Some(idp) = SimpleSamlPhp::start(habits) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    deployment.connect(&idp);
    reaches_the_profile(&browser, &deployment, &PEOPLE[0]);
    browser.visit(&idp.sign_out_url());
    browser.click("#logout-all");
    // It goes on by itself once every service has answered.
    browser.wait_for("a[href*='index.php']");
    assert!(browser.url().contains("logout.php"), "{}\n{}", browser.url(), idp.log());
    is_signed_out(&browser, &deployment);
    is_asked_there(&browser, &deployment);
    assert_eq!(deployment.log().len(), 1, "{:?}", deployment.log());
}
