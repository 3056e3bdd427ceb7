//! `vestibule demo`, taken by somebody who pastes nothing but what it prints.

use std::process::Command;

use serde_json::Value;
use vestibule_testkit::{Appearance, Browser, Process, Program, free_port};

/// A running demo, and what it printed until it was ready.
pub struct Demo {
    process: Process,
    vanity: String,
    _program: Program,
}

impl Demo {
    pub fn start() -> Self {
        let port = free_port();
        let program = Program::configured("");
        let (process, ()) =
            program.start(&["demo", "--port", &port.to_string()], |line| (line == "Ready.").then_some(()));
        let vanity = format!("http://acme.localhost:{port}/");
        assert!(process.printed().contains(&vanity), "{}", process.printed());
        Self { process, vanity, _program: program }
    }

    /// The address of the demo's account.
    pub fn vanity(&self) -> &str {
        &self.vanity
    }

    /// What `vestibule explain` says of a tracking ID, by the command that the demo prints.
    pub fn explain(&self, tracking_id: &str) -> Result<Value, String> {
        let printed = self.process.printed();
        let log = printed.lines().find(|line| line.contains(" log --config ")).unwrap_or_default();
        let command = log.replacen(" log ", &format!(" explain {tracking_id} --json "), 1);
        serde_json::from_str(&paste(&command)).map_err(|error| error.to_string())
    }

    /// The owner's one-time link, on which a password is set.
    pub fn owner_link(&self) -> String {
        let printed = self.process.printed();
        let line = printed.lines().find(|line| line.contains("Owner's password")).unwrap_or_default();
        line.split_whitespace().last().unwrap_or_default().to_owned()
    }

    /// Gives the owner a password, by the link that the demo prints: an administrator who is signed in.
    pub fn sign_in_as_owner(&self, administrator: &Browser) {
        administrator.visit(&self.owner_link());
        administrator.fill("input[name=password]", "correct horse battery");
        administrator.click("main form button");
        administrator.wait_for("form[action='/signout']");
    }

    /// Changes the account file and applies it, by the command that the demo prints.
    pub fn apply(&self, change: impl FnOnce(&str) -> String) {
        let printed = self.process.printed();
        let command = printed.lines().find(|line| line.contains(" --plan --config ")).unwrap_or_default();
        std::fs::write(self.account_file_place(), change(&self.account_file())).unwrap();
        paste(&command.replace(" --plan ", " "));
    }

    /// The account file of the demo.
    pub fn account_file(&self) -> String {
        std::fs::read_to_string(self.account_file_place()).unwrap()
    }

    /// What `vestibule simulate` says of another account file.
    pub fn simulate(&self, wanted: &str, option: &str) -> String {
        let place = self.account_file_place().replace("acme.toml", "wanted.toml");
        std::fs::write(&place, wanted).unwrap();
        self.command(&format!("simulate {place} --account acme {option}"))
    }

    /// What a command prints, with the configuration that the demo names.
    pub fn command(&self, command: &str) -> String {
        let printed = self.process.printed();
        let log = printed.lines().find(|line| line.contains(" log --config ")).unwrap_or_default();
        paste(&log.replacen(" log ", &format!(" {command} "), 1))
    }

    fn account_file_place(&self) -> String {
        let printed = self.process.printed();
        let command = printed.lines().find(|line| line.contains(" --plan --config ")).unwrap_or_default();
        command.split_whitespace().find(|word| word.ends_with("acme.toml")).unwrap_or_default().to_owned()
    }

    /// Goes from the start page to the identity provider's page.
    pub fn begin(&self, browser: &Browser) {
        browser.visit(&self.vanity);
        browser.click("a[href*='/saml/login']");
        assert!(browser.url().starts_with("http://localhost:"), "{}", browser.url());
    }
}

#[test]
fn a_saml_sign_in_walks_through_the_house() {
    let Some(browser) = Browser::open() else { return };
    let demo = Demo::start();
    demo.begin(&browser);
    browser.click("button[name=person][value=employee]");
    browser.wait_for("form[action='/signout']");
    assert_eq!(browser.text("h1"), "Zoë Lindström", "{}", demo.process.printed());
    assert_eq!(browser.url(), format!("{}profile", demo.vanity));
    assert!(browser.text("table").contains("Engineering"), "{}", browser.text("table"));
    for (appearance, name) in [(Appearance::Light, "profile-light"), (Appearance::Dark, "profile-dark")] {
        browser.prefer(appearance);
        browser.screenshot(name);
    }
    browser.click("form[action='/signout'] button");
    browser.wait_for("a[href='/signin']");
    let text = browser.text("main");
    assert!(text.contains("Your company’s identity provider has signed you out too."), "{text}");
    browser.visit(&format!("{}profile", demo.vanity));
    assert!(
        browser.url().contains("/signin"),
        "signed out, so the profile asks to sign in: {}",
        browser.url()
    );
}

#[test]
fn in_the_demo_the_identity_provider_signs_somebody_out_too() {
    let Some(browser) = Browser::open() else { return };
    let demo = Demo::start();
    demo.begin(&browser);
    let idp = browser.url().split_once("/sso").unwrap().0.to_owned();
    browser.click("button[name=person][value=marketer]");
    browser.wait_for("form[action='/signout']");
    browser.visit(&format!("{idp}/logout"));
    assert!(browser.text("main").contains("Renée Okafor at acme.localhost"), "{}", browser.text("main"));
    browser.screenshot("idp-logout");
    browser.click("button[name=session]");
    browser.wait_for("#signed-out");
    assert!(browser.text("h1").starts_with("Signed out of acme.localhost"), "{}", browser.text("h1"));
    browser.visit(&format!("{}profile", demo.vanity));
    browser.wait_for("a[href*='/saml/login']");
    assert!(browser.url().contains("/signin"), "{}", browser.url());
    browser.visit(&format!("{idp}/logout"));
    assert!(browser.text("main").contains("Nobody"), "{}", browser.text("main"));
}

#[test]
fn p01_chosen_in_the_demo_ends_at_the_error_page_and_is_explained_with_its_cure() {
    let Some(browser) = Browser::open() else { return };
    let demo = Demo::start();
    demo.begin(&browser);
    browser.click("details.bad > summary");
    browser.click("details.kind:has(input[value=P01 i]) > summary");
    browser.click("label:has(input[name=attack][value=P01 i])");
    browser.click("button[name=person][value=employee]");
    let tracking_id = browser.text(".ticket .code");
    assert!(tracking_id.starts_with("WEB_") && tracking_id.len() == 36, "{tracking_id}");
    assert!(
        !browser.text("main").contains("audience"),
        "the cause is not for the person: {}",
        browser.text("main")
    );
    browser.screenshot("refused");

    let printed = demo.process.wait_for(|line| line.contains(&tracking_id).then(|| line.trim().to_owned()));
    let explained = paste(&printed);
    assert!(explained.contains("1007"), "{explained}");
    let explained: Value = serde_json::from_str(&paste(&format!("{printed} --json"))).unwrap();
    assert_eq!((&explained["code"], &explained["tracking_id"]), (&1007.into(), &tracking_id.into()));
    assert!(explained["cure"].as_str().unwrap().len() > 20, "{explained}");
    assert_eq!(explained["account"], "acme");

    browser.visit(&format!("{}profile", demo.vanity));
    assert!(browser.url().contains("/signin"), "no session came of it: {}", browser.url());
}

/// Runs a printed command as somebody would who pastes it.
fn paste(line: &str) -> String {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}
