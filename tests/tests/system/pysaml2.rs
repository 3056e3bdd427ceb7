//! Sign-ins through pysaml2, in a real browser: the identity provider that renames attributes, and signs as libxmlsec1 does.

use vestibule_testkit::{Browser, Habit, PEOPLE, Person, Pysaml2};

use crate::deployment::{DOMAIN_AND_MAPPING, Deployment};

/// Connects the account with the identity provider, each from the metadata of the other; `more` goes to `[sso]`.
fn connect(deployment: &Deployment, idp: &Pysaml2, more: &str) {
    let connection = format!("\n[sso]\nidp_metadata_url = \"{}\"\n{more}\n", idp.metadata_url());
    deployment.write("acme.toml", &format!("account = \"acme\"\n{connection}{DOMAIN_AND_MAPPING}"));
    deployment.run(&["apply", "acme.toml"]).expect_code(0);
    idp.trust(&deployment.metadata());
}

fn sign_in(browser: &Browser, deployment: &Deployment, person: &Person) {
    browser.visit(&deployment.vanity("/saml/login"));
    browser.fill("#username", person.username);
    browser.fill("#password", person.password);
    browser.click("form[action='/signin'] button");
}

fn is_at_the_profile(browser: &Browser, deployment: &Deployment, idp: &Pysaml2, person: &Person) {
    browser.wait_for("form[action='/signout'], #refused");
    assert_eq!(browser.url(), deployment.vanity("/profile"), "{}\n{}", browser.source(), idp.log());
    assert_eq!(browser.text("h1"), person.display_name);
    assert!(browser.text("main").contains(person.mail), "{}", browser.text("main"));
}

#[test]
fn pysaml2_publishes_its_metadata_and_certificate() {
    let Some(idp) = Pysaml2::start(&[Habit::SignsAssertions]) else { return };
    let metadata = idp.metadata();
    assert!(metadata.contains("IDPSSODescriptor") && metadata.contains("X509Certificate>"), "{metadata}");
    assert!(metadata.contains(&format!("entityID=\"{}\"", idp.metadata_url())), "{metadata}");
}

#[test]
fn p12_a_person_signs_in_through_pysaml2_that_signs_both_and_wants_requests_signed() {
    let Some(browser) = Browser::open() else { return };
    let habits = [Habit::SignsAssertions, Habit::SignsResponses, Habit::DemandsSignatures];
    let Some(idp) = Pysaml2::start(&habits) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    connect(&deployment, &idp, "");
    sign_in(&browser, &deployment, &PEOPLE[2]);
    is_at_the_profile(&browser, &deployment, &idp, &PEOPLE[2]);
}

#[test]
fn p12_a_person_signs_in_through_pysaml2_by_a_signed_form_and_with_a_signed_response() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = Pysaml2::start(&[Habit::SignsResponses, Habit::DemandsSignatures]) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    connect(&deployment, &idp, "binding = \"post\"");
    sign_in(&browser, &deployment, &PEOPLE[1]);
    is_at_the_profile(&browser, &deployment, &idp, &PEOPLE[1]);
}

#[test]
fn pysaml2_that_wants_requests_signed_refuses_one_that_is_not() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = Pysaml2::start(&[Habit::SignsAssertions, Habit::DemandsSignatures]) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    connect(&deployment, &idp, "sign_requests = false");
    browser.visit(&deployment.vanity("/saml/login"));
    browser.wait_for("#refused");
    assert!(browser.url().starts_with(idp.metadata_url().trim_end_matches("/metadata")), "{}", browser.url());
    assert!(deployment.log().is_empty(), "nothing came back");
}

#[test]
fn p12_what_pysaml2_does_not_sign_is_refused() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = Pysaml2::start(&[]) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    connect(&deployment, &idp, "");
    sign_in(&browser, &deployment, &PEOPLE[0]);
    let tracking_id = browser.text(".ticket .code");
    let rows = deployment.log();
    assert_eq!((&rows[0]["tracking_id"], &rows[0]["code"]), (&tracking_id.into(), &1002.into()), "{rows:?}");
}

#[test]
fn encrypted_by_xmlsec1_with_gcm_pysaml2_signs_somebody_in() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = Pysaml2::start(&[Habit::SignsResponses, Habit::Encrypts]) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    connect(&deployment, &idp, "encrypted_assertions = true");
    sign_in(&browser, &deployment, &PEOPLE[2]);
    is_at_the_profile(&browser, &deployment, &idp, &PEOPLE[2]);
}

#[test]
fn somebody_who_signs_out_here_is_signed_out_at_pysaml2_by_redirect_and_by_form() {
    for binding in ["redirect", "post"] {
        let Some(browser) = Browser::open() else { return };
        let Some(idp) = Pysaml2::start(&[Habit::SignsAssertions]) else { return };
        let deployment = Deployment::on_sqlite();
        deployment.create_account();
        let _service = deployment.serve();
        connect(&deployment, &idp, &format!("binding = \"{binding}\""));
        sign_in(&browser, &deployment, &PEOPLE[0]);
        is_at_the_profile(&browser, &deployment, &idp, &PEOPLE[0]);
        browser.click("form[action='/signout'] button");
        browser.wait_for("a[href='/signin'], #refused");
        let text = browser.text("body");
        assert!(text.contains("has signed you out too."), "{binding}: {text}\n{}", idp.log());
        browser.visit(&idp.sign_out_url());
        browser.wait_for("#nobody");
    }
}

#[test]
fn somebody_who_signs_out_at_pysaml2_is_signed_out_here() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = Pysaml2::start(&[Habit::SignsAssertions]) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    connect(&deployment, &idp, "");
    sign_in(&browser, &deployment, &PEOPLE[0]);
    is_at_the_profile(&browser, &deployment, &idp, &PEOPLE[0]);
    browser.visit(&idp.sign_out_url());
    browser.wait_for("#signed-out, #refused");
    assert_eq!(browser.count("#signed-out"), 1, "{}\n{}", browser.source(), idp.log());
    browser.visit(&deployment.vanity("/profile"));
    browser.wait_for("a[href*='/saml/login']");
}
