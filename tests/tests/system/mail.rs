//! Mail by SMTP: from a browser through the service and a mail server into a mailbox, and back by the link in it.

use vestibule_testkit::{Browser, Habit, MailHabit, MailServer, PEOPLE, Postgres, Pysaml2};

use crate::deployment::{DOMAIN_AND_MAPPING, Deployment};

/// A deployment whose service sends through this server, with a password and encrypted.
fn sending(store_url: &str, server: &MailServer) -> Deployment {
    let deployment = Deployment::on(store_url);
    deployment.write("mail.pem", &String::from_utf8(server.certificate()).unwrap());
    deployment.write("mail-password", MailServer::PASSWORD);
    let (user, port) = (MailServer::USER, server.port());
    let mail = format!(
        "ca_file = \"mail.pem\"\n\n[mail]\ntransport = \"smtp://{user}@127.0.0.1:{port}?tls=required\"\n\
         password_file = \"mail-password\"\nfrom = \"Vestibule <no-reply@vestibule.example>\"\n"
    );
    deployment.configure_more(&mail);
    deployment
}

fn a_person_from_elsewhere_confirms_the_mailbox(store_url: &str) {
    let Some(browser) = Browser::open() else { return };
    let Some(idp) = Pysaml2::start(&[Habit::SignsAssertions]) else { return };
    let Some(server) = MailServer::start(&[MailHabit::OffersTls, MailHabit::WantsLogin]) else { return };
    let deployment = sending(store_url, &server);
    deployment.create_account();
    let service = deployment.serve();
    let welcome = server.next_mail();
    assert_eq!((welcome.to(), &welcome.all["encrypted"]), ("olive@acme.example", &true.into()));

    // The account's domain is another one.
    let elsewhere = DOMAIN_AND_MAPPING.replace("acme.example", "elsewhere.example");
    let metadata = format!("[sso]\nidp_metadata_url = \"{}\"\n", idp.metadata_url());
    deployment.write("acme.toml", &format!("account = \"acme\"\n{metadata}{elsewhere}"));
    deployment.run(&["apply", "acme.toml"]).expect_code(0);
    idp.trust(&deployment.metadata());
    let zoe = &PEOPLE[2];
    browser.visit(&deployment.vanity("/saml/login"));
    browser.fill("#username", zoe.username);
    browser.fill("#password", zoe.password);
    browser.click("form[action='/signin'] button");
    // A mail may arrive twice, when a busy machine answers its sender too late.
    let mail = std::iter::repeat_with(|| server.next_mail()).find(|mail| mail.to() != welcome.to()).unwrap();
    assert_eq!(
        (mail.to(), mail.header("Auto-Submitted").as_slice()),
        (zoe.mail, ["auto-generated"].as_slice())
    );
    browser.visit(&mail.link());
    browser.click("form[method=post] button");
    browser.wait_for("a[href='/signin'], a[href*='/saml/login']");
    browser.visit(&deployment.vanity("/saml/login"));
    browser.wait_for("form[action='/signout']");
    assert_eq!(browser.url(), deployment.vanity("/profile"));

    let listed = deployment.run(&["outbox", "--json"]).expect_code(0).json();
    let sent = listed["items"].as_array().unwrap().iter().find(|item| item["to"] == zoe.mail).unwrap();
    assert_eq!(
        (&sent["state"], &sent["attempts"], &sent["body"]),
        (&"sent".into(), &1.into(), &None::<u8>.into())
    );
    assert_eq!(sent["answer"], "250 2.0.0 Taken as number 4711");
    let log = service.printed();
    assert!(log.contains("a mail was sent") && log.contains(sent["id"].as_str().unwrap()), "{log}");
    for secret in [zoe.mail, "olive@", "/verify/", MailServer::PASSWORD] {
        assert!(!log.contains(secret), "{secret}\n{log}");
    }
}

#[test]
fn a_verification_mail_arrives_by_smtp_and_its_link_works_on_sqlite() {
    a_person_from_elsewhere_confirms_the_mailbox("sqlite:vestibule.db");
}

#[test]
fn a_verification_mail_arrives_by_smtp_and_its_link_works_on_postgresql() {
    let Some(postgres) = Postgres::fresh() else { return };
    a_person_from_elsewhere_confirms_the_mailbox(postgres.url());
}
