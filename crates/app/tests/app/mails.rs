//! Mails by SMTP, through a real mail server: what it gets, what it refuses, and what is said in the clear.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours, minutes};
use vestibule_app::outbound::{Root, Transport, Written};
use vestibule_app::outbox::{self, Delivery, Mail};
use vestibule_app::sign_in::Finished;
use vestibule_app::{App, jobs, links};
use vestibule_model::id::MailId;
use vestibule_store as store;
use vestibule_testkit::{MailHabit, MailServer, free_port};

cases! {
    a_mail_goes_out_by_a_job_and_its_text_is_forgotten,
    a_server_that_is_busy_is_asked_again_each_time_later,
    after_three_days_a_mail_is_given_up,
    what_a_server_refuses_for_good_is_shown_and_not_tried_again,
    a_refusal_that_is_about_us_is_not_held_against_the_mail,
    without_starttls_nothing_is_said_in_the_clear_where_it_is_required,
    a_certificate_that_nobody_vouches_for_ends_the_conversation,
    a_password_is_shown_to_the_server_and_a_wrong_one_can_be_mended,
    each_mail_is_sent_once_by_two_nodes,
    nothing_that_was_typed_becomes_a_header,
    every_text_arrives_as_it_was_written,
    mails_that_were_kept_are_not_sent_and_a_server_may_go_away,
    what_became_of_a_mail_is_forgotten_after_a_month,
}

const BOB: &str = "bob@partner.example";

/// Where the server is, for `mail.transport`.
fn at(port: u16, more: &str) -> String {
    format!("smtp://127.0.0.1:{port}{more}")
}

/// A node that sends mails there.
async fn sending(world: &World, transport: &str, vouched: Option<&MailServer>) -> App {
    let from = Some("Vestibule für alle <no-reply@vestibule.example>");
    let written = Written { transport, from, password: None };
    let (transport, roots) = (Transport::read(written).unwrap(), vouched.map(MailServer::certificate));
    let change = |deployment: &mut vestibule_app::Deployment| {
        deployment.mail = transport;
        deployment.outbound_roots = roots.map(|pem| Root::read_all(&pem).unwrap()).unwrap_or_default();
    };
    world.configured(change).await
}

/// Somebody from elsewhere signs in, and gets a mail with a link.
async fn somebody_waits(account: &Account) {
    let outcome = account.attempt(&Person::of(BOB)).await;
    assert!(matches!(outcome, Ok(Finished::Pending { .. })), "{outcome:?}");
}

/// The mails to somebody, the newest first; the owner's was written before there was a server.
async fn mails(app: &App) -> Vec<Mail> {
    let mut mails = outbox::list(&app.operator()).await.unwrap();
    mails.retain(|mail| !mail.to.starts_with("owner@"));
    mails
}

/// What became of the newest mail.
async fn newest(app: &App) -> Delivery {
    mails(app).await.remove(0).delivery
}

async fn work(app: &App) {
    jobs::run_due(app).await.unwrap();
}

/// The commands that a server heard, without what stood behind them.
fn verbs(server: &MailServer) -> Vec<String> {
    let verb = |line: String| line.split(' ').next().unwrap_or_default().to_uppercase();
    server.heard().into_iter().map(verb).collect()
}

/// Writes a mail as a deed would, past the words that deeds have for it.
async fn put(account: &Account, number: u8, to: &str, (subject, body): (&str, &str)) {
    let mail = Mail {
        id: MailId::from_bytes([number; 16]),
        to: to.to_owned(),
        subject: subject.to_owned(),
        body_text: body.to_owned(),
        created_at: account.app.now(),
        delivery: Delivery::Queued { attempts: 0, answer: None },
    };
    let written = account.store.account(account.id).write(move |tx| {
        let mail = mail.clone();
        Box::pin(async move { store::outbox::insert(tx, &mail).await })
    });
    written.await.unwrap();
}

async fn a_mail_goes_out_by_a_job_and_its_text_is_forgotten(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let node = sending(world, &at(server.port(), ""), None).await;
    let acme = world.acme().await.at(&node);
    somebody_waits(&acme).await;
    assert_eq!(newest(&node).await, Delivery::Queued { attempts: 0, answer: None });
    assert!(server.heard().is_empty(), "the person did not wait for it");

    work(&node).await;
    let mail = server.next_mail();
    assert_eq!((mail.to(), mail.all["from"].as_str()), (BOB, Some("no-reply@vestibule.example")));
    assert_eq!(mail.all["hello"], "vestibule.example");
    let id = mails(&node).await.remove(0).id;
    for (name, value) in [
        ("From", "Vestibule für alle <no-reply@vestibule.example>"),
        ("To", BOB),
        ("Subject", "Confirm your address for The acme company"),
        ("Date", "Sun, 01 Mar 2026 12:00:00 +0000"),
        ("Message-ID", &format!("<{id}@vestibule.example>")),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", "text/plain; charset=\"utf-8\""),
    ] {
        assert_eq!(mail.header(name), [value], "{:?}", mail.all);
    }
    let (_, token) = mail.body().split_once("/verify/").map(|(_, rest)| ((), rest.to_owned())).unwrap();
    let token = token.lines().next().unwrap().to_owned();
    let answer = "250 2.0.0 Taken as number 4711".to_owned();
    assert_eq!(newest(&node).await, Delivery::Sent { at: world.time.now(), attempts: 1, answer });
    assert_eq!(mails(&node).await[0].body_text, "");
    assert!(!world.dump()["outbox"].contains(&token));

    links::verify_email(&acme.visitor().await, &token).await.unwrap();
    acme.sign_in(&Person::of(BOB)).await;
    world.time.pass(hours(24 * 4));
    work(&node).await;
    assert_eq!(server.mails().len(), 1);
}

async fn a_server_that_is_busy_is_asked_again_each_time_later(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let node = sending(world, &at(server.port(), ""), None).await;
    let acme = world.acme().await.at(&node);
    server.answers(&["DATA 451 4.3.0 Come back", "RCPT 450 4.2.1 Busy", "MAIL 421 4.4.5 Too many"]);
    somebody_waits(&acme).await;
    for (attempts, answer, wait) in
        [(1, "451 4.3.0 Come back", 1), (2, "450 4.2.1 Busy", 2), (3, "421 4.4.5 Too many", 4)]
    {
        work(&node).await;
        let expected = Delivery::Queued { attempts, answer: Some(answer.to_owned()) };
        assert_eq!(newest(&node).await, expected);
        world.time.pass(minutes(wait) - crate::world::MILLISECOND);
        work(&node).await;
        assert_eq!(newest(&node).await, expected, "it is too early");
        world.time.pass(crate::world::MILLISECOND);
    }
    work(&node).await;
    assert!(matches!(newest(&node).await, Delivery::Sent { attempts: 4, .. }));
    assert_eq!(server.next_mail().to(), BOB);
}

async fn after_three_days_a_mail_is_given_up(world: &World) {
    let node = sending(world, &at(free_port(), ""), None).await;
    let acme = world.acme().await.at(&node);
    somebody_waits(&acme).await;
    work(&node).await;
    for _ in 0..12 {
        let Delivery::Queued { answer: Some(answer), .. } = newest(&node).await else { panic!() };
        assert!(answer.contains("127.0.0.1:") && answer.contains("refused"), "{answer}");
        world.time.pass(hours(6));
        work(&node).await;
    }
    let mail = mails(&node).await.remove(0);
    assert!(matches!(mail.delivery, Delivery::Failed { attempts: 13, .. }), "{:?}", mail.delivery);
    assert_eq!(mail.body_text, "");
}

async fn what_a_server_refuses_for_good_is_shown_and_not_tried_again(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let node = sending(world, &at(server.port(), ""), None).await;
    let acme = world.acme().await.at(&node);
    for (answer, words) in [
        ("RCPT 550 5.1.1 <bob@partner.example> unknown", "550 5.1.1 <bob@partner.example> unknown"),
        ("DATA 554 5.7.1 No", "554 5.7.1 No"),
        ("MAIL 501 5.1.7 Bad sender", "501 5.1.7 Bad sender"),
    ] {
        server.answers(&[answer]);
        somebody_waits(&acme).await;
        work(&node).await;
        let failed = Delivery::Failed { at: world.time.now(), attempts: 1, answer: words.to_owned() };
        assert_eq!(newest(&node).await, failed);
        assert_eq!(mails(&node).await[0].body_text, "", "the link in it is nobody's");
        world.time.pass(hours(24));
        work(&node).await;
        assert_eq!(newest(&node).await, failed);
    }
    assert!(server.mails().is_empty());
    somebody_waits(&acme).await;
    work(&node).await;
    assert_eq!(server.next_mail().to(), BOB, "the next mail is another matter");
}

async fn a_refusal_that_is_about_us_is_not_held_against_the_mail(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let node = sending(world, &at(server.port(), ""), None).await;
    let acme = world.acme().await.at(&node);
    server.answers(&["MAIL 530 5.7.0 Authentication required"]);
    somebody_waits(&acme).await;
    work(&node).await;
    let answer = Some("530 5.7.0 Authentication required".to_owned());
    assert_eq!(newest(&node).await, Delivery::Queued { attempts: 1, answer });
    world.time.pass(minutes(1));
    work(&node).await;
    assert_eq!(server.next_mail().to(), BOB);
}

async fn without_starttls_nothing_is_said_in_the_clear_where_it_is_required(world: &World) {
    let Some(plain) = MailServer::start(&[]) else { return };
    let node = sending(world, &at(plain.port(), "?tls=required"), None).await;
    let acme = world.acme().await.at(&node);
    somebody_waits(&acme).await;
    work(&node).await;
    let Delivery::Queued { attempts: 1, answer: Some(answer) } = newest(&node).await else { panic!() };
    assert!(answer.contains("offers no STARTTLS, so nothing was sent"), "{answer}");
    assert!(answer.contains("smtps://") && answer.contains("tls=none"), "{answer}");
    // Another one is waited for, so that the first is heard to its end.
    let open = sending(world, &at(plain.port(), "?tls=opportunistic"), None).await;
    put(&acme, 0xfd, BOB, ("Hello", "text")).await;
    work(&open).await;
    assert_eq!(plain.next_mail().all["encrypted"], false, "where it is only wished for");
    assert_eq!(verbs(&plain)[..6], ["EHLO", "QUIT", "EHLO", "MAIL", "RCPT", "DATA"]);

    let Some(offers) = MailServer::start(&[MailHabit::OffersTls]) else { return };
    for (number, tls) in [(0xfe, "required"), (0xff, "opportunistic")] {
        let node = sending(world, &at(offers.port(), &format!("?tls={tls}")), Some(&offers)).await;
        put(&acme, number, BOB, ("Hello", "text")).await;
        work(&node).await;
        assert_eq!(offers.next_mail().all["encrypted"], true, "{tls}");
    }
}

async fn a_certificate_that_nobody_vouches_for_ends_the_conversation(world: &World) {
    let acme = world.acme().await;
    for (habit, number, scheme, more) in
        [(MailHabit::OffersTls, 1, "smtp", "?tls=required"), (MailHabit::SpeaksTls, 2, "smtps", "")]
    {
        let Some(server) = MailServer::start(&[habit]) else { return };
        let url = format!("{scheme}://127.0.0.1:{}{more}", server.port());
        let node = sending(world, &url, None).await;
        put(&acme, number, BOB, ("Hello", "text")).await;
        work(&node).await;
        let Delivery::Queued { answer: Some(answer), .. } = newest(&node).await else { panic!("{scheme}") };
        assert!(answer.contains("ertificate"), "{answer}");
        assert!(!verbs(&server).contains(&"MAIL".to_owned()), "{:?}", server.heard());
        world.time.pass(minutes(1));
        let trusting = sending(world, &url, Some(&server)).await;
        work(&trusting).await;
        assert_eq!(server.next_mail().all["encrypted"], true, "{scheme}");
    }
}

async fn a_password_is_shown_to_the_server_and_a_wrong_one_can_be_mended(world: &World) {
    let Some(server) = MailServer::start(&[MailHabit::OffersTls, MailHabit::WantsLogin]) else { return };
    let url = |login: &str| format!("smtp://{login}127.0.0.1:{}?tls=required", server.port());
    let acme = world.acme().await;
    put(&acme, 1, BOB, ("Hello", "text")).await;
    for (login, words) in [("", "530 5.7.0"), ("vestibule:wrong@", "logging in: 535")] {
        work(&sending(world, &url(login), Some(&server)).await).await;
        let Delivery::Queued { answer: Some(answer), .. } = newest(&acme.app).await else {
            panic!("{words}")
        };
        assert!(answer.contains(words) && !answer.contains("wrong"), "{answer}");
        world.time.pass(minutes(10));
    }
    work(&sending(world, &url("vestibule:se%2Fcret%40@"), Some(&server)).await).await;
    let mail = server.next_mail();
    assert_eq!((mail.all["user"].as_str(), mail.all["encrypted"].as_bool()), (Some("vestibule"), Some(true)));
}

async fn each_mail_is_sent_once_by_two_nodes(world: &World) {
    const COUNT: usize = 12;
    let Some(server) = MailServer::start(&[]) else { return };
    let one = sending(world, &at(server.port(), ""), None).await;
    let other = sending(world, &at(server.port(), ""), None).await;
    let acme = world.acme().await.at(&one);
    for _ in 0..COUNT {
        somebody_waits(&acme).await;
    }
    let (first, second) = tokio::join!(jobs::run_due(&one), jobs::run_due(&other));
    assert!(first.is_ok() && second.is_ok());
    let mut ids: Vec<String> = Vec::new();
    for _ in 0..COUNT {
        ids.push(server.next_mail().header("Message-ID")[0].to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), COUNT);
    assert!(mails(&one).await.iter().all(|mail| matches!(mail.delivery, Delivery::Sent { attempts: 1, .. })));
    put(&acme, 200, "last@partner.example", ("The last one", "text")).await;
    work(&one).await;
    assert_eq!(server.next_mail().to(), "last@partner.example", "there was no thirteenth before it");
}

async fn nothing_that_was_typed_becomes_a_header(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let node = sending(world, &at(server.port(), ""), None).await;
    let acme = world.acme().await.at(&node);
    let hostile = "Hello\r\nBcc: eve@evil.example\r\n\r\nbody\u{0}";
    put(&acme, 1, BOB, (&hostile.replace('\u{0}', ""), "Bcc: eve@evil.example\r\n.\r\nQUIT\r\n")).await;
    work(&node).await;
    let mail = server.next_mail();
    assert_eq!(mail.all["to"], serde_json::json!([BOB]));
    assert!(mail.header("Bcc").is_empty(), "{:?}", mail.all);
    assert_eq!(mail.header("Subject").len(), 1);
    assert_eq!(mail.body(), "Bcc: eve@evil.example\n.\nQUIT\n", "a lone dot ends nothing");
    for (number, to) in [
        (2, "bob@partner.example>\r\nRCPT TO:<eve@evil.example"),
        (3, "bob@partner.example, eve@evil.example"),
        (4, "bob@partner.example\r\nBcc: eve@evil.example"),
        (5, "<bob@partner.example> eve@evil.example"),
        (6, ""),
    ] {
        put(&acme, number, to, ("Hello", "text")).await;
        work(&node).await;
        let Delivery::Failed { answer, .. } = newest(&node).await else { panic!("{to:?}") };
        assert!(answer.contains("cannot be written to"), "{answer}");
    }
    put(&acme, 7, "zoë+x@partner.example", ("Hello", "text")).await;
    work(&node).await;
    assert_eq!(server.next_mail().to(), "zoë+x@partner.example");
}

async fn every_text_arrives_as_it_was_written(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let node = sending(world, &at(server.port(), ""), None).await;
    let acme = world.acme().await.at(&node);
    let long = format!("https://acme.vestibule.example/verify/{}\n", "a".repeat(3_000));
    for (number, subject, body) in [
        (1, "Plain".to_owned(), "One\n\nTwo\n".to_owned()),
        (2, "Grüße von Ärger & Söhne: =?utf-8?q?no?=".to_owned(), "Zoë, 日本語, 🌍\n".to_owned()),
        (3, "word ".repeat(39) + "end", long.clone()),
        (4, "é".repeat(190), format!("Zoë\n{long}..\n.\n= =3D =\n")),
    ] {
        put(&acme, number, BOB, (&subject, &body)).await;
        work(&node).await;
        let mail = server.next_mail();
        assert_eq!(mail.header("Subject"), [subject.replace("=?", "= ?")]);
        assert_eq!(mail.body(), body);
        assert!(mail.all["longest_line"].as_u64().unwrap() <= 998, "{:?}", mail.all["longest_line"]);
        assert_eq!(mail.all["ascii"], true);
    }
}

async fn mails_that_were_kept_are_not_sent_and_a_server_may_go_away(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let acme = world.acme().await;
    somebody_waits(&acme).await;
    let node = sending(world, &at(server.port(), ""), None).await;
    work(&node).await;
    world.time.pass(hours(1));
    work(&node).await;
    assert!(server.heard().is_empty());
    assert!(mails(&node).await.iter().all(|mail| mail.delivery == Delivery::Kept));

    somebody_waits(&acme.at(&node)).await;
    work(&acme.app).await;
    let mail = mails(&node).await.remove(0);
    assert_eq!(mail.delivery, Delivery::Kept, "there is no server any more");
    assert!(mail.body_text.contains("/verify/"), "so it is there to be read");
}

async fn what_became_of_a_mail_is_forgotten_after_a_month(world: &World) {
    let Some(server) = MailServer::start(&[]) else { return };
    let acme = world.acme().await;
    let node = sending(world, &at(server.port(), ""), None).await;
    server.answers(&["RCPT 550 5.1.1 Unknown"]);
    put(&acme, 1, BOB, ("Refused", "text")).await;
    work(&node).await;
    put(&acme, 2, BOB, ("Sent", "text")).await;
    work(&node).await;
    let before = world.count("outbox");
    world.time.pass(outbox::KEPT - minutes(1));
    jobs::forget(&node).await.unwrap();
    assert_eq!(world.count("outbox"), before);
    world.time.pass(minutes(1));
    jobs::forget(&node).await.unwrap();
    assert_eq!(world.count("outbox"), before - 2, "what is kept to be read stays");
}
