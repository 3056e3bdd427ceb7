//! Sign-ins through a real identity provider that knows nothing of us: SimpleSAMLphp, in a real browser.

use vestibule_system_tests::guide::Guide;
use vestibule_testkit::{Browser, Habits, PEOPLE, Person, Postgres, Signed, SimpleSamlPhp};

use crate::deployment::Deployment;
use crate::guides::{Values, account_file};

/// Types a person's name and password at the identity provider.
fn sign_in(browser: &Browser, person: &Person) {
    browser.fill("#username", person.username);
    browser.fill("#password", person.password);
    browser.click("button[type=submit], input[type=submit]");
}

/// Signs in from our page, and looks at the profile.
pub fn reaches_the_profile(browser: &Browser, deployment: &Deployment, person: &Person) {
    browser.visit(&deployment.vanity("/"));
    browser.click("a[href*='/saml/login']");
    sign_in(browser, person);
    is_at_the_profile(browser, deployment, person);
}

fn is_at_the_profile(browser: &Browser, deployment: &Deployment, person: &Person) {
    browser.wait_for("form[action='/signout']");
    assert_eq!(browser.text("h1"), person.display_name, "{}", browser.source());
    assert_eq!(browser.url(), deployment.vanity("/profile"));
    assert!(browser.text("main").contains(person.mail), "{}", browser.text("main"));
    assert!(browser.text("main").contains(person.department), "{}", browser.text("main"));
}

#[test]
fn p12_a_person_signs_in_through_simplesamlphp_on_sqlite_with_a_signed_assertion() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Assertion) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    deployment.connect(&idp);
    reaches_the_profile(&browser, &deployment, &PEOPLE[2]);
    let rows = deployment.log();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["code"], serde_json::Value::Null, "{rows:?}");
}

#[test]
fn p12_a_person_signs_in_through_simplesamlphp_on_postgresql_with_a_signed_response() {
    let Some(postgres) = Postgres::fresh() else { return };
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Response) else { return };
    let deployment = Deployment::on(postgres.url());
    deployment.create_account();
    let _service = deployment.serve();
    deployment.connect(&idp);
    reaches_the_profile(&browser, &deployment, &PEOPLE[1]);
}

#[test]
fn p12_what_simplesamlphp_does_not_sign_is_refused() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Nothing) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    deployment.connect(&idp);
    browser.visit(&deployment.vanity("/saml/login"));
    sign_in(&browser, &PEOPLE[0]);
    let tracking_id = browser.text(".ticket .code");
    let rows = deployment.log();
    assert_eq!((&rows[0]["tracking_id"], &rows[0]["code"]), (&tracking_id.into(), &1002.into()), "{rows:?}");
}

#[test]
fn p17_a_response_that_nobody_asked_for_is_put_aside_and_a_sign_in_of_our_own_begins() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Both) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    deployment.connect(&idp);
    let metadata = deployment.metadata();
    let entity_id = metadata.split_once("entityID=\"").unwrap().1.split_once('"').unwrap().0;
    browser.visit(&idp.unsolicited_url(entity_id));
    sign_in(&browser, &PEOPLE[0]);
    is_at_the_profile(&browser, &deployment, &PEOPLE[0]);
    assert_eq!(deployment.log().len(), 2, "the unsolicited response, and the one that was asked for");
}

#[test]
fn somebody_signs_in_and_out_through_simplesamlphp_that_encrypts_and_is_set_up_as_its_guide_says() {
    let Some(browser) = Browser::open() else { return };
    let guide = Guide::read("simplesamlphp").unwrap();
    let hosted = guide.block("php metadata/saml20-idp-hosted.php", &[]).unwrap();
    // Of itself it signs nothing: what is signed, the guide must ask for.
    let habits = Habits { hosted, encrypts: true, ..Signed::Nothing.into() };
    let Some(idp) = SimpleSamlPhp::start(habits) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    follow(&guide, &deployment, &idp, "encrypted_assertions = true\nallow = [\"cbc\"]");
    reaches_the_profile(&browser, &deployment, &PEOPLE[1]);
    browser.click("form[action='/signout'] button");
    browser.wait_for("a[href='/signin']");
    assert!(
        browser.text("main").contains("has signed you out too."),
        "{}\n{}",
        browser.text("main"),
        idp.log()
    );
    browser.visit(&deployment.vanity("/saml/login"));
    browser.wait_for("#username");
}

#[test]
fn simplesamlphp_that_wants_requests_signed_takes_ours_and_none_without_a_signature() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Both) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    // Our metadata says that we sign, and the guide's entry that requests are to be validated: it goes by either.
    deployment.connect(&idp);
    deployment.point_at(&idp, "sign_requests = false");
    browser.visit(&deployment.vanity("/saml/login"));
    browser.wait_for("#content");
    assert!(browser.url().starts_with("http://localhost:"), "{}", browser.url());
    assert_eq!(browser.count("#username"), 0, "{}", browser.source());
    deployment.point_at(&idp, "");
    browser.visit(&deployment.vanity("/saml/login"));
    sign_in(&browser, &PEOPLE[0]);
    is_at_the_profile(&browser, &deployment, &PEOPLE[0]);
}

#[test]
fn encrypted_by_simplesamlphp_in_cbc_mode_is_taken_if_that_is_allowed_and_named_if_it_is_not() {
    let Some(browser) = Browser::open() else { return };
    let habits = Habits { encrypts: true, ..Signed::Both.into() };
    let Some(idp) = SimpleSamlPhp::start(habits) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    deployment.point_at(&idp, "encrypted_assertions = true");
    idp.trust(&deployment.metadata());
    browser.visit(&deployment.vanity("/saml/login"));
    sign_in(&browser, &PEOPLE[2]);
    let tracking_id = browser.text(".ticket .code");
    let explained = deployment.run(&["explain", &tracking_id, "--json"]).expect_code(0).json();
    assert_eq!(explained["code"], 1011, "{explained}");
    for named in ["aes128-cbc", "allow = [\"cbc\"]"] {
        let decoded = explained.to_string().replace("\\\"", "\"");
        assert!(decoded.contains(named), "no {named}: {decoded}");
    }

    deployment.point_at(&idp, "encrypted_assertions = true\nallow = [\"cbc\"]");
    browser.visit(&deployment.vanity("/saml/login"));
    is_at_the_profile(&browser, &deployment, &PEOPLE[2]);
}

/// Does on both sides what the guide says, with more lines in the section `[sso]`.
fn follow(guide: &Guide, deployment: &Deployment, idp: &SimpleSamlPhp, more: &str) {
    let provider = format!("idp_metadata_url = \"{}\"\n{more}", idp.metadata_url());
    deployment.write("acme.toml", &account_file(deployment, guide, &provider));
    deployment.run(&["apply", "acme.toml"]).expect_code(0);
    let values = Values::of(deployment);
    let certificate = values.fill(guide, "text cert/vestibule.pem");
    idp.configure(&values.fill(guide, "php metadata/saml20-sp-remote.php"), &certificate);
}
