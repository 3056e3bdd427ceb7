//! A file of people in real browsers: it is looked at, applied, and somebody who was refused with 1020 comes in.

use vestibule_testkit::{Appearance, Browser};

use crate::demo::Demo;

const PASSWORD: &str = "correct horse battery";
const FILE: &str =
    "E-mail;First name;Last name;User group\nzoe.lindstrom@acme.example;Zoë;Lindström;Engineers\nnobody;;;\n";

/// Sends the file, and waits for the preview.
fn send(administrator: &Browser, demo: &Demo, (file, sso): (&str, bool)) {
    administrator.visit(&format!("{}admin/users/import", demo.vanity()));
    administrator.fill("#file", file);
    if !sso {
        administrator.click("#sso");
    }
    administrator.click("form[enctype] button");
    administrator.wait_for("#import-preview");
}

fn apply(administrator: &Browser) {
    administrator.click("form[action$='/apply'] button");
    administrator.wait_for("#import-report");
}

#[test]
fn an_e_mail_user_whom_1020_refuses_is_imported_as_an_sso_user_and_comes_in() {
    let Some(person) = Browser::open() else { return };
    let demo = Demo::start();
    demo.apply(|file| file.replace("[sso]\n", "[sso]\nprovision = \"prior_to_sign_in\"\n"));
    let folder = vestibule_testkit::folder();
    let file = folder.path().join("people.csv");
    std::fs::write(&file, FILE).unwrap();
    let file = file.display().to_string();

    let administrator = Browser::open().unwrap();
    administrator.visit(&demo.owner_link());
    administrator.fill("input[name=password]", PASSWORD);
    administrator.click("main form button");
    administrator.wait_for("form[action='/signout']");

    // She comes by an invitation first, and has a password at best.
    send(&administrator, &demo, (&file, false));
    apply(&administrator);
    demo.begin(&person);
    person.click("button[name=person][value=employee]");
    assert!(person.text(".ticket .code").starts_with("WEB_"), "refused with 1020");

    send(&administrator, &demo, (&file, true));
    let preview = administrator.text("main");
    assert!(preview.contains("Nothing is written yet.") && preview.contains("login_types"), "{preview}");
    assert!(preview.contains("email cannot be used"), "{preview}");
    for (appearance, name) in [(Appearance::Light, "import-light"), (Appearance::Dark, "import-dark")] {
        administrator.prefer(appearance);
        administrator.screenshot(name);
    }
    apply(&administrator);
    assert!(
        administrator.text("#import-report").contains("1 row was written"),
        "{}",
        administrator.text("main")
    );
    administrator.screenshot("import-done");

    demo.begin(&person);
    person.click("button[name=person][value=employee]");
    person.wait_for("form[action='/signout']");
    assert_eq!(person.text("h1"), "Zoë Lindström");
}
