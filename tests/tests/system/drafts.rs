//! An administrator changes the connection in a real browser: a draft is saved, tested, published.
//!
//! The identity provider is another site than the account. So the browser posts the answer to a test without the cookie of
//! the session, and the report is shown only if it sends that cookie again on the redirect that follows.

use vestibule_testkit::{Appearance, Browser};

use crate::demo::Demo;

/// The page of the connection has this alone, and only while there is a draft.
const DRAFT: &str = "h2#draft";
/// The report of a test has this alone.
const REPORT: &str = "h2#would";
const TEST: &str = "form[action$='/test'] button";

/// Signs in through the identity provider, as the first person who is seen here.
fn sign_in(browser: &Browser, demo: &Demo, person: &str) {
    demo.begin(browser);
    browser.click(&format!("button[name=person][value={person}]"));
    browser.wait_for("form[action='/signout']");
}

/// Opens the form of the connection, has it changed, and saves it as a draft.
fn edit(browser: &Browser, demo: &Demo, change: impl FnOnce(&Browser)) {
    browser.visit(&format!("{}admin/sso", demo.vanity()));
    browser.click("a[href^='/admin/sso/'][href$='/edit']");
    browser.wait_for("form.form input[name=issuer]");
    change(browser);
    browser.click("form.form .acts button");
    browser.wait_for(DRAFT);
}

/// Tests the version that the page offers, as this person, and waits for the report.
fn test(browser: &Browser, person: &str) {
    browser.click(TEST);
    browser.click(&format!("button[name=person][value={person}]"));
    browser.wait_for(REPORT);
}

fn pictures(browser: &Browser, name: &str) {
    browser.prefer(Appearance::Dark);
    browser.screenshot(&format!("{name}-dark"));
    browser.prefer(Appearance::Light);
    browser.screenshot(&format!("{name}-light"));
}

#[test]
fn p20_a_draft_is_tested_through_the_identity_provider_and_published_and_the_administrator_stays() {
    let Some(browser) = Browser::open() else { return };
    let demo = Demo::start();
    sign_in(&browser, &demo, "admin");
    let administrator = browser.text("h1");

    edit(&browser, &demo, |browser| browser.click("input[name=force_authn]"));
    assert!(browser.text("main").contains("has not passed a test sign-in"), "{}", browser.text("main"));
    assert!(browser.text("table").contains("force_authn"), "{}", browser.text("table"));
    pictures(&browser, "draft");

    // Somebody else than the administrator, who would be created: the test creates nobody and signs nobody in.
    test(&browser, "employee");
    assert!(browser.url().starts_with(&format!("{}admin/sso/test/WEB_", demo.vanity())), "{}", browser.url());
    assert_eq!(browser.text("h1"), "Test sign-in with version 2");
    assert_eq!(browser.text(".head .badge"), "Passed");
    let would = browser.text("section[aria-labelledby=would]");
    assert!(would.contains("zoe.lindstrom@acme.example would have been created"), "{would}");
    pictures(&browser, "test-passed");

    browser.click("a.back");
    browser.wait_for(DRAFT);
    assert!(browser.text("main").contains("It passed a test sign-in on"), "{}", browser.text("main"));
    browser.click("form[action$='/publish'] button");
    // The only page of the connection whose restoring is offered for the first version, and which has no draft.
    browser.wait_for("main:has(form[action$='/restore/1']):not(:has(h2#draft))");
    let head = browser.text(".head");
    assert!(head.contains("Published") && head.contains("Version 2"), "{head}");
    pictures(&browser, "published");

    browser.visit(&format!("{}profile", demo.vanity()));
    browser.wait_for("form[action='/signout']");
    assert_eq!(browser.text("h1"), administrator, "the test changed nothing of who is signed in");
}

#[test]
fn a_draft_that_fails_its_test_says_why_and_people_go_on_signing_in_by_the_published_version() {
    let Some(browser) = Browser::open() else { return };
    let demo = Demo::start();
    sign_in(&browser, &demo, "admin");
    let administrator = browser.text("h1");

    edit(&browser, &demo, |browser| browser.fill("input[name=issuer]", "https://other.example/idp"));
    test(&browser, "employee");
    assert_eq!(browser.text(".head .badge"), "Failed");
    let reason = browser.text("section[aria-labelledby=reason]");
    assert!(reason.contains("1005") && reason.contains("https://other.example/idp"), "{reason}");
    let failing = browser.text("table.trace tr.is-different th");
    assert!(failing.ends_with("Issuer"), "the check that failed: {failing}");
    pictures(&browser, "test-failed");

    browser.click("a.back");
    browser.wait_for(DRAFT);
    browser.click("form[action$='/publish'] button");
    browser.wait_for("input[name=consent]");
    assert_eq!(browser.text("h1"), "Publish version 2 without a test?");
    browser.visit(&format!("{}profile", demo.vanity()));
    browser.wait_for("form[action='/signout']");
    assert_eq!(browser.text("h1"), administrator, "the administrator is still signed in");

    let elsewhere = Browser::open().unwrap();
    sign_in(&elsewhere, &demo, "employee");
    assert_eq!(elsewhere.text("h1"), "Zoë Lindström");
}
