//! An administrator who has never seen the portal, from the link in the mail to everybody signing in by the company's identity
//! provider, and to the first person who cannot: in real browsers, with a real identity provider and a real name server.

use vestibule_testkit::{Browser, NameServer, PEOPLE, Person, Signed, SimpleSamlPhp};

use crate::deployment::Deployment;

const PASSWORD: &str = "correct horse battery";
const OWNER: &str = "olive@acme.example";
/// What every page has for somebody who is signed in, and no other.
const INSIDE: &str = "form[action='/signout']";
/// The seats, which whoever runs the service sells.
const SEATS: &str = "account = \"acme\"\n[licenses]\nbasic = 100\nlicensed = 10\n";

/// The company: the deployment, and what it is connected with.
struct Company {
    deployment: Deployment,
    idp: SimpleSamlPhp,
    names: NameServer,
}

impl Company {
    fn page(&self, path: &str) -> String {
        self.deployment.vanity(path)
    }

    fn glass(&self) -> String {
        self.page("/signin").replace("acme.", "admin.")
    }

    /// Somebody who enters an address at the company's page, and signs in at the identity provider that it leads to.
    fn come(&self, browser: &Browser, person: &Person) {
        enter(browser, &self.page("/signin"), person.mail);
        at_provider(browser, person);
        browser.wait_for(&format!("{INSIDE}, .ticket"));
    }
}

/// Enters an address at a sign-in page.
fn enter(browser: &Browser, page: &str, email: &str) {
    browser.visit(page);
    browser.fill("input[name=email]", email);
    browser.click("main form[action='/signin'] button");
}

fn at_provider(browser: &Browser, person: &Person) {
    browser.fill("#username", person.username);
    browser.fill("#password", person.password);
    browser.click("button[type=submit], input[type=submit]");
}

fn sign_out(browser: &Browser) {
    browser.click("form[action='/signout'] button");
    browser.wait_for("a[href='/signin']");
}

/// The domain is claimed, put into the name server, and proved.
fn prove_the_domain(owner: &Browser, company: &Company) {
    owner.visit(&company.page("/admin/domains"));
    owner.fill("input[name=domain]", "ACME.example");
    owner.click("main form[action='/admin/domains'] button");
    owner.wait_for("#state.is-warn");
    let told = "return [...document.querySelectorAll('.copyable .code')].map(e => e.textContent).find(t => t.startsWith('vestibule'))";
    let proof = owner.run(told).as_str().unwrap().to_owned();
    company.names.publish(&[("acme", "TXT", "\"v=spf1 -all\""), ("acme", "TXT", &format!("\"{proof}\""))]);
    owner.click("form[action$='/check'] button");
    owner.wait_for("#state.is-good");
}

/// The wizard: the identity provider is chosen, told of, tested and published.
fn connect(owner: &Browser, company: &Company) {
    owner.visit(&company.page("/admin/sso/setup"));
    owner.click("a[href='/admin/sso/setup/simplesamlphp']");
    owner.fill("#idp_metadata_url", &company.idp.metadata_url());
    owner.click("#tell .acts button");
    owner.wait_for("form[action$='/test'] button");
    company.idp.trust(&company.deployment.metadata());
    owner.click("form[action$='/test'] button");
    at_provider(owner, &PEOPLE[2]);
    owner.wait_for("h2#would");
    assert_eq!(owner.text(".head .badge"), "Passed", "{}", owner.text("main"));
    owner.visit(&company.page("/admin/sso/setup"));
    owner.click("form[action$='/publish'] button");
    owner.wait_for("h2#next, form[action$='/restore/1'], .badge.is-good");
}

/// Chooses one of a list.
fn choose(browser: &Browser, list: &str, value: &str) {
    browser.click(&format!("select[name={list}] option[value='{value}']"));
}

/// Basic for everybody, and Licensed for a group, after a look at what that would change.
fn map_groups_to_licenses(owner: &Browser, company: &Company, somebody: &Browser) {
    owner.visit(&company.page("/admin/mapping/licenses"));
    choose(owner, "default_license", "basic");
    owner.click("button[name=do][value=save]");
    owner.wait_for("h2#licenses");
    let alice = &PEOPLE[0];
    company.come(somebody, alice);
    somebody.wait_for(INSIDE);
    sign_out(somebody);

    owner.visit(&company.page("/admin/mapping/rules/license/new"));
    owner.fill("[name=attribute]", "groups");
    owner.fill("[name=value]", "marketing");
    choose(owner, "result", "licensed");
    owner.click("button[name=do][value=simulate]");
    owner.wait_for("h2#outlook");
    let outlook = owner.text("section[aria-labelledby=outlook]");
    assert!(outlook.contains(alice.mail) && outlook.contains("1 of 1 people"), "{outlook}");
    owner.click("button[name=do][value=save]");
    owner.wait_for("#license");
}

/// Nobody of the domain gets in by a password any more, but for the owner.
fn enforce(owner: &Browser, company: &Company) {
    owner.visit(&company.page("/admin/domains/acme.example"));
    owner.click("input[name=managed]");
    owner.click("input[name=enforce_sso]");
    owner.fill("textarea[name=exempt]", OWNER);
    owner.click("form[action$='/policy'] button");
    owner.wait_for("input[name=enforce_sso][checked]");
}

/// An employee has gone, comes back, is refused, and is let in again from the row of the log.
fn refuse_and_cure(owner: &Browser, company: &Company, somebody: &Browser) {
    let alice = &PEOPLE[0];
    owner.visit(&company.page("/admin/users?find=alice"));
    owner.click("a.open[href^='/admin/users/usr_']");
    owner.click("form[action$='/deactivate'] button");
    owner.click("form:has(input[name=consent]) button");
    owner.wait_for("form[action$='/activate']");
    company.come(somebody, alice);
    let tracking_id = somebody.text(".ticket .code");
    assert!(tracking_id.starts_with("WEB_"), "{tracking_id}");

    owner.visit(&company.page("/admin/log"));
    owner.fill("input[name=tracking_id]", &tracking_id);
    owner.click("form.search button");
    owner.click("a.open");
    owner.click("form[action$='/cure'] button");
    owner.click("form:has(input[name=consent]) button");
    owner.wait_for("#mend.is-good");
    // The identity provider knows her still, and asks for nothing.
    enter(somebody, &company.page("/signin"), alice.mail);
    somebody.wait_for(INSIDE);
}

#[test]
fn an_administrator_sets_up_a_company_and_cures_the_first_refusal() {
    let (Some(owner), Some(names)) = (Browser::open(), NameServer::start()) else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Assertion) else { return };
    let deployment = Deployment::on_sqlite();
    deployment.configure_more(&format!("\n[dns]\nserver = \"{}\"\n", names.address()));
    let link = deployment.create_account()["owner_link"].as_str().unwrap().to_owned();
    deployment.write("acme.toml", SEATS);
    deployment.run(&["apply", "acme.toml"]).expect_code(0);
    let _service = deployment.serve();
    let company = Company { deployment, idp, names };
    owner.visit(&link);
    owner.fill("input[name=password]", PASSWORD);
    owner.click("main form button");
    owner.wait_for(INSIDE);

    let somebody = Browser::open().unwrap();
    prove_the_domain(&owner, &company);
    connect(&owner, &company);
    map_groups_to_licenses(&owner, &company, &somebody);
    enforce(&owner, &company);

    company.come(&somebody, &PEOPLE[0]);
    assert!(somebody.text("main").contains("Licensed"), "{}", somebody.text("main"));
    sign_out(&somebody);
    // An enforced address gets no password form, at the break-glass door neither.
    enter(&somebody, &company.glass(), PEOPLE[1].mail);
    somebody.wait_for("#username");
    refuse_and_cure(&owner, &company, &somebody);

    let exempt = Browser::open().unwrap();
    for (page, home) in [(company.page("/signin"), "/profile"), (company.glass(), "/admin")] {
        enter(&exempt, &page, OWNER);
        exempt.fill("input[name=password]", PASSWORD);
        exempt.click("main form button");
        exempt.wait_for(INSIDE);
        assert!(exempt.url().contains(home), "{}", exempt.url());
    }
    exempt.click("a[href='/admin/domains']");
    exempt.wait_for("a.open[href='/admin/domains/acme.example']");
}
