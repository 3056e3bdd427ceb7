//! Sign-ins and logouts through LemonLDAP::NG, in a real browser, set up on both sides as its guide says.

use vestibule_system_tests::guide::Guide;
use vestibule_testkit::{Browser, Exchange, LemonLdapNg, PEOPLE, Person, Process};

use crate::deployment::Deployment;
use crate::guides::account_file;

/// Both sides, and the guide that they follow.
struct Scene {
    browser: Browser,
    idp: LemonLdapNg,
    deployment: Deployment,
    guide: Guide,
    _service: Process,
}

impl Scene {
    /// Everything that runs; nobody knows anybody yet.
    fn set() -> Option<Self> {
        let browser = Browser::open()?;
        let idp = LemonLdapNg::start()?;
        let deployment = Deployment::on_sqlite();
        deployment.create_account();
        let service = deployment.serve();
        let guide = Guide::read("lemonldap-ng").unwrap();
        Some(Self { browser, idp, deployment, guide, _service: service })
    }

    /// Does on both sides what the guide says, with more lines in the section `[sso]`, and other choices for some fields.
    fn follow(&self, more: &str, other: &[(&str, &str)]) {
        let provider = format!("idp_metadata_url = \"{}\"\n{more}", self.idp.metadata_url());
        self.deployment.write("acme.toml", &account_file(&self.deployment, &self.guide, &provider));
        self.deployment.run(&["apply", "acme.toml"]).expect_code(0);
        let mut options = self.guide.table("field there", "value").unwrap();
        for (field, value) in other {
            let option = options.iter_mut().find(|(known, _)| known == field);
            option.unwrap_or_else(|| panic!("no {field} in the guide")).1 = (*value).to_owned();
        }
        let attributes = self.guide.table("variable", "name in the response").unwrap();
        let metadata = self.deployment.metadata();
        self.idp.trust(&Exchange { metadata: &metadata, options: &options, attributes: &attributes });
    }

    fn sign_in(&self, person: &Person) {
        self.browser.visit(&self.deployment.vanity("/saml/login"));
        self.browser.fill("#userfield", person.username);
        self.browser.fill("#passwordfield", person.password);
        self.browser.click("#lform button[type=submit]");
    }

    fn is_at_the_profile(&self, person: &Person) {
        self.browser.wait_for("form[action='/signout'], .ticket, .message-negative");
        let shown = self.browser.text("main");
        assert_eq!(self.browser.url(), self.deployment.vanity("/profile"), "{shown}\n{}", self.idp.log());
        assert_eq!(self.browser.text("h1"), person.display_name);
        assert!(shown.contains(person.mail) && shown.contains(person.surname), "{shown}");
    }

    /// Neither side knows the person any more: ours asks for a sign-in, and theirs for a password.
    fn is_signed_out(&self) {
        self.browser.visit(&self.deployment.vanity("/profile"));
        self.browser.wait_for("a[href*='/saml/login']");
        self.browser.visit(&self.deployment.vanity("/saml/login"));
        self.browser.wait_for("#passwordfield");
    }

    /// The refusal that the browser shows: its code in the log, and all that is explained about it.
    fn refusal(&self) -> (u64, String) {
        let tracking_id = self.browser.text(".ticket .code");
        let explained = self.deployment.run(&["explain", &tracking_id, "--json"]).expect_code(0).json();
        (explained["code"].as_u64().unwrap(), explained.to_string().replace("\\\"", "\""))
    }
}

#[test]
fn somebody_signs_in_and_out_through_lemonldap_ng_that_is_set_up_as_its_guide_says() {
    let Some(scene) = Scene::set() else { return };
    for binding in ["redirect", "post"] {
        scene.follow(&format!("binding = \"{binding}\""), &[]);
        scene.sign_in(&PEOPLE[2]);
        scene.is_at_the_profile(&PEOPLE[2]);
        scene.browser.click("form[action='/signout'] button");
        scene.browser.wait_for("a[href='/signin'], .message-negative");
        let text = scene.browser.text("main");
        assert!(text.contains("has signed you out too."), "{binding}: {text}\n{}", scene.idp.log());
        scene.is_signed_out();
    }
    assert_eq!(scene.deployment.log().len(), 2, "two sign-ins, and a logout that went well is no row");
}

/// There the page stays, and every service is asked in a frame: its cookies do not come along.
#[test]
fn somebody_who_signs_out_at_lemonldap_ng_is_signed_out_here() {
    let Some(scene) = Scene::set() else { return };
    scene.follow("", &[]);
    scene.sign_in(&PEOPLE[0]);
    scene.is_at_the_profile(&PEOPLE[0]);
    scene.browser.visit(&scene.idp.sign_out_url());
    // The page is loaded once its frames are.
    scene.browser.click("form.info button[type=submit]");
    scene.browser.wait_for(".message");
    scene.is_signed_out();
    assert_eq!(scene.deployment.log().len(), 1, "{:?}\n{}", scene.deployment.log(), scene.idp.log());
}

#[test]
fn encrypted_by_lemonldap_ng_in_cbc_mode_is_taken_if_that_is_allowed_and_named_if_it_is_not() {
    let Some(scene) = Scene::set() else { return };
    let encrypts = [("Security, Encryption mode", "Assertion")];
    scene.follow("encrypted_assertions = true", &encrypts);
    scene.sign_in(&PEOPLE[1]);
    let (code, explained) = scene.refusal();
    assert_eq!(code, 1011, "{explained}");
    for named in ["aes128-cbc", "allow = [\"cbc\"]"] {
        assert!(explained.contains(named), "no {named}: {explained}");
    }
    scene.follow("encrypted_assertions = true\nallow = [\"cbc\"]", &encrypts);
    scene.browser.visit(&scene.deployment.vanity("/saml/login"));
    scene.is_at_the_profile(&PEOPLE[1]);
    scene.browser.click("form[action='/signout'] button");
    scene.browser.wait_for("a[href='/signin'], .message-negative");
    let text = scene.browser.text("main");
    assert!(text.contains("has signed you out too."), "{text}\n{}", scene.idp.log());
}

#[test]
fn lemonldap_ng_that_still_signs_with_sha1_is_refused_until_the_guide_is_followed() {
    let Some(scene) = Scene::set() else { return };
    scene.follow("", &[("Signature, Signature method", "RSA SHA1")]);
    scene.sign_in(&PEOPLE[3]);
    let (code, explained) = scene.refusal();
    assert_eq!(code, 1018, "{explained}");
    scene.follow("", &[]);
    scene.browser.visit(&scene.deployment.vanity("/saml/login"));
    scene.is_at_the_profile(&PEOPLE[3]);
}

#[test]
fn lemonldap_ng_checks_our_signature_and_takes_no_request_without_one() {
    let Some(scene) = Scene::set() else { return };
    scene.follow("sign_requests = false", &[]);
    scene.sign_in(&PEOPLE[0]);
    let shown = scene.browser.text(".message-negative");
    assert!(shown.contains("signature"), "{shown}\n{}", scene.idp.log());
    assert!(scene.deployment.log().is_empty(), "nothing came back");
    scene.follow("", &[]);
    scene.browser.visit(&scene.deployment.vanity("/saml/login"));
    scene.is_at_the_profile(&PEOPLE[0]);
}
