//! The real counterparts by themselves: if one of these fails, look at the machine before you look at Vestibule.

use vestibule_testkit::{Appearance, Browser, PEOPLE, Postgres, Signed, SimpleSamlPhp};

#[test]
fn postgresql_gives_each_test_an_empty_database_of_its_own() {
    let Some(first) = Postgres::fresh() else { return };
    let Some(second) = Postgres::fresh() else { return };
    assert_ne!(first.url(), second.url());
    assert_eq!(first.run("CREATE TABLE one (n bigint); SELECT 6 * 7").unwrap().as_deref(), Some("42"));
    assert!(second.run("SELECT n FROM one").is_err(), "a table of the first database is not in the second");
}

#[test]
fn simplesamlphp_publishes_its_metadata_and_certificate() {
    let Some(idp) = SimpleSamlPhp::start(Signed::Both) else { return };
    let metadata = idp.metadata();
    assert!(metadata.contains("IDPSSODescriptor"), "{metadata}");
    assert!(metadata.contains(&format!("entityID=\"{}\"", idp.metadata_url())), "{metadata}");
    assert!(metadata.contains("X509Certificate>"), "{metadata}");
}

#[test]
fn simplesamlphp_signs_somebody_in_for_a_service_provider_it_trusts() {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = SimpleSamlPhp::start(Signed::Assertion) else { return };
    idp.trust(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example">
  <md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="http://127.0.0.1:9/acs"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>"#,
    );
    let zoe = &PEOPLE[2];
    browser.visit(&idp.unsolicited_url("https://sp.example"));
    browser.fill("#username", zoe.username);
    browser.fill("#password", zoe.password);
    browser.click("#submit_button, button[type=submit], input[type=submit]");
    browser.wait_for("#main-frame-error");
    assert!(browser.url().starts_with("http://127.0.0.1:9/acs"), "{}\n{}", browser.url(), idp.log());
}

#[test]
fn chromium_shows_a_page_in_both_appearances() {
    let Some(browser) = Browser::open() else { return };
    browser.visit("data:text/html;charset=utf-8,<title>A page</title><p>Zo%C3%AB</p><input value=old>");
    assert_eq!((browser.title().as_str(), browser.text("p").as_str()), ("A page", "Zoë"));
    browser.fill("input", "new");
    assert_eq!(browser.run("return document.querySelector('input').value"), "new");
    for (appearance, dark) in [(Appearance::Dark, true), (Appearance::Light, false)] {
        browser.prefer(appearance);
        assert_eq!(browser.run("return matchMedia('(prefers-color-scheme: dark)').matches"), dark);
    }
    assert!(browser.screenshot("a-page").is_file());
    assert_eq!(browser.count("form"), 0);
}
