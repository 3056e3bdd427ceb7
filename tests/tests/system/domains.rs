//! A domain is claimed, proved and enforced in a real browser, with a real name server.

use vestibule_testkit::{Appearance, Browser, NameServer, Process, Program, free_port};

use crate::deployment::Deployment;

const PASSWORD: &str = "correct horse battery";
const OWNER: &str = "olive@acme.example";
const EMPLOYEE: &str = "zoe.lindstrom@acme.example";
/// What every page has for somebody who is signed in, and no other.
const INSIDE: &str = "form[action='/signout']";
/// The identity provider's page.
const AT_PROVIDER: &str = "button[name=person][value=employee]";

fn provider(program: &Program, port: u16, metadata: &str) -> Process {
    let port = port.to_string();
    let arguments = ["idp", "--port", &port, "--sp-metadata", metadata];
    let (process, ()) = program.start(&arguments, |line| line.starts_with("Metadata:").then_some(()));
    process
}

/// Enters an address at a sign-in page.
fn enter(browser: &Browser, page: &str, email: &str) {
    browser.visit(page);
    browser.fill("input[name=email]", email);
    browser.click("main form[action='/signin'] button");
}

fn pictures(browser: &Browser, name: &str) {
    browser.prefer(Appearance::Dark);
    browser.screenshot(&format!("{name}-dark"));
    browser.prefer(Appearance::Light);
    browser.screenshot(&format!("{name}-light"));
}

#[test]
fn a_domain_is_claimed_proved_and_enforced_and_the_exempt_owner_still_comes_in() {
    let Some(owner) = Browser::open() else { return };
    let Some(names) = NameServer::start() else { return };
    let deployment = Deployment::on_sqlite();
    deployment.configure_more(&format!("\n[dns]\nserver = \"{}\"\n", names.address()));
    let link = deployment.create_account()["owner_link"].as_str().unwrap().to_owned();
    let _service = deployment.serve();
    let (program, port) = (Program::configured(""), free_port());
    let _idp = provider(&program, port, &deployment.vanity("/saml/metadata/sp"));
    let file = format!(
        "account = \"acme\"\n[sso]\nidp_metadata_url = \"http://localhost:{port}/metadata\"\n\
         [mapping.basic]\ndefault_license = \"basic\"\nemail = \"mail\"\n"
    );
    deployment.write("acme.toml", &file);
    deployment.run(&["apply", "acme.toml"]).expect_code(0);

    owner.visit(&link);
    owner.fill("input[name=password]", PASSWORD);
    owner.click("main form button");
    owner.wait_for(INSIDE);
    owner.visit(&deployment.vanity("/admin/domains"));
    owner.fill("input[name=domain]", "ACME.example");
    owner.click("main form[action='/admin/domains'] button");
    owner.wait_for("#state.is-warn");
    let told = "return [...document.querySelectorAll('.copyable .code')].map(e => e.textContent).find(t => t.startsWith('vestibule'))";
    let proof = owner.run(told).as_str().unwrap().to_owned();
    pictures(&owner, "domain-claimed");
    names.publish(&[("acme", "TXT", "\"v=spf1 -all\""), ("acme", "TXT", &format!("\"{proof}\""))]);
    owner.click("form[action$='/check'] button");
    owner.wait_for("#state.is-good");

    let employee = Browser::open().unwrap();
    enter(&employee, &deployment.vanity("/signin"), EMPLOYEE);
    employee.click(AT_PROVIDER);
    employee.wait_for(INSIDE);

    owner.visit(&deployment.vanity("/admin/domains/acme.example"));
    owner.click("input[name=managed]");
    owner.click("input[name=enforce_sso]");
    owner.fill("textarea[name=exempt]", OWNER);
    owner.click("form[action$='/policy'] button");
    owner.wait_for("input[name=enforce_sso][checked]");
    pictures(&owner, "domain-enforced");

    let somebody = Browser::open().unwrap();
    let glass = deployment.vanity("/").replace("acme.", "admin.");
    for page in [deployment.vanity("/signin"), format!("{glass}signin")] {
        enter(&somebody, &page, EMPLOYEE);
        somebody.wait_for(AT_PROVIDER);
    }
    somebody.click(AT_PROVIDER);
    somebody.wait_for(INSIDE);

    let exempt = Browser::open().unwrap();
    for (page, home) in [(deployment.vanity("/signin"), "/profile"), (glass, "/admin")] {
        enter(&exempt, &page, OWNER);
        exempt.wait_for("input[name=password]");
        exempt.fill("input[name=password]", PASSWORD);
        exempt.click("main form button");
        exempt.wait_for(INSIDE);
        assert!(exempt.url().contains(home), "{}", exempt.url());
    }
    exempt.click("a[href='/admin/domains']");
    exempt.wait_for("a.open[href='/admin/domains/acme.example']");
    pictures(&exempt, "break-glass-domains");
}
