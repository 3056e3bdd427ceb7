//! Accounts: made, listed, approved, found.

use crate::account::source;
use crate::cases;
use crate::wanted::Wanted;
use crate::world::{START, World, hours};
use std::path::Path;
use vestibule_app::{Error, Kind, accounts, configuration, links, outbox, sign_in};
use vestibule_model::account::{Label, VanityState};

cases! {
    an_account_is_made_listed_and_shown,
    a_taken_label_is_refused_and_leaves_nothing,
    one_address_owns_one_account,
    what_cannot_be_used_is_named,
    p10_before_the_approval_nobody_gets_in_and_sso_cannot_be_configured,
    the_owner_gets_the_link_by_mail_too,
    an_account_is_found_by_label_domain_and_address,
}

async fn an_account_is_made_listed_and_shown(world: &World) {
    let operator = world.app.operator();
    let created = accounts::create(&operator, "acme", "  Acme Inc.  ", "Olga@Acme.Example").await.unwrap();
    assert_eq!(created.name, "Acme Inc.");
    assert_eq!(created.vanity_url, "https://acme.vestibule.example");
    assert_eq!(created.state, VanityState::Approved);
    assert_eq!(created.owner.as_str(), "Olga@acme.example");
    assert!(
        created.owner_link.starts_with("https://acme.vestibule.example/welcome/"),
        "{}",
        created.owner_link
    );
    assert_eq!(created.owner_link_expires_at, world.time.now() + hours(24 * 7));
    world.configured_account("globex").await;

    let listed = accounts::list(&operator).await.unwrap();
    let labels: Vec<&str> = listed.iter().map(|account| account.account.as_str()).collect();
    assert_eq!(labels, ["acme", "globex"]);
    assert_eq!((listed[0].sso, listed[1].sso), ("none", "published"));
    assert_eq!(listed[1].domains, ["globex.example"]);

    let shown = accounts::show(&operator, "acme").await.unwrap();
    assert_eq!((shown.id, shown.users), (created.id, 1));
    assert_eq!(shown.owner.as_deref(), Some("Olga@acme.example"));
    assert_eq!(shown.created_at, START.parse().unwrap());
    for unknown in ["nobody", "No Label"] {
        assert_eq!(accounts::show(&operator, unknown).await.unwrap_err().kind(), Kind::NotFound);
    }
}

async fn a_taken_label_is_refused_and_leaves_nothing(world: &World) {
    world.account("acme").await;
    let before = world.dump();
    let operator = world.app.operator();
    let error = accounts::create(&operator, "acme", "Other", "owner@other.example").await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Conflict, "The label is taken."));
    assert!(error.advice().is_some());
    assert_eq!(world.dump(), before);
}

async fn one_address_owns_one_account(world: &World) {
    world.account("acme").await;
    let before = world.dump();
    let operator = world.app.operator();
    let error = accounts::create(&operator, "other", "Other", "OWNER@acme.example").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.message().contains("belongs to another user"), "{error}");
    assert_eq!(world.dump(), before, "not even the label is claimed");
}

async fn what_cannot_be_used_is_named(world: &World) {
    let before = world.dump();
    let long = "a".repeat(64);
    let endless = "x".repeat(101);
    let cases = [
        ("admin", "Acme", "o@acme.example", "reserved"),
        ("www", "Acme", "o@acme.example", "reserved"),
        ("xn--acme", "Acme", "o@acme.example", "reserved"),
        ("ab", "Acme", "o@acme.example", "3 to 63"),
        (long.as_str(), "Acme", "o@acme.example", "3 to 63"),
        ("Acme", "Acme", "o@acme.example", "a-z"),
        ("-acme", "Acme", "o@acme.example", "hyphen"),
        ("acme.x", "Acme", "o@acme.example", "a-z"),
        ("acme", "  ", "o@acme.example", "name of an account"),
        ("acme", endless.as_str(), "o@acme.example", "name of an account"),
        ("acme", "Ac\nme", "o@acme.example", "name of an account"),
        ("acme", "Acme", "nobody", "nobody"),
        ("acme", "Acme", "o@localhost", "not an e-mail address"),
        ("acme", "Acme", "o@acme.example\u{0}", "not an e-mail address"),
    ];
    for (label, name, owner, named) in cases {
        let error = accounts::create(&world.app.operator(), label, name, owner).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{label} {name} {owner}");
        assert!(error.message().contains(named), "{error}");
    }
    assert_eq!(world.dump(), before);
}

async fn p10_before_the_approval_nobody_gets_in_and_sso_cannot_be_configured(world: &World) {
    let app = world.configured(|deployment| deployment.approve_vanity_urls = false).await;
    let operator = app.operator();
    let created = accounts::create(&operator, "acme", "Acme", "o@acme.example").await.unwrap();
    assert_eq!(created.state, VanityState::Requested);
    let label = Label::parse("acme").unwrap();
    let refused = |error: Error| assert_eq!(error.kind(), Kind::NotFound, "{error}");
    refused(app.visitor(&label).await.err().unwrap());

    let usual = world.account("beta").await.usual().set(["account"], "acme");
    let plan = async |wanted: &Wanted| {
        configuration::plan(&operator, &source(&wanted.text(), Path::new("/nowhere"))).await.unwrap()
    };
    let error = configuration::apply(&operator, plan(&usual).await).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.message().contains("before the vanity URL is approved"), "{error}");
    assert!(error.advice().unwrap().contains("account approve acme"));
    // Everything that is not SSO waits for nobody.
    configuration::apply(&operator, plan(&usual.clone().without("sso")).await).await.unwrap();

    refused(accounts::approve(&operator, "nobody").await.unwrap_err());
    assert_eq!(accounts::approve(&operator, "acme").await.unwrap().state, VanityState::Approved);
    let visitor = app.visitor(&label).await.unwrap();
    assert!(!visitor.has_sso());
    configuration::apply(&operator, plan(&usual).await).await.unwrap();
    assert!(app.visitor(&label).await.unwrap().has_sso());
}

async fn the_owner_gets_the_link_by_mail_too(world: &World) {
    let acme = world.account("acme").await;
    let mails = outbox::list(&world.app.operator()).await.unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "owner@acme.example");
    assert!(mails[0].subject.contains("The acme company"));
    assert!(mails[0].body_text.contains(&format!("/welcome/{}", acme.owner_token)));
    let view = links::inspect(&acme.visitor().await, &acme.owner_token).await.unwrap();
    assert_eq!((view.purpose, view.email.as_str()), (links::Purpose::SetPassword, "owner@acme.example"));
}

async fn an_account_is_found_by_label_domain_and_address(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().domain("berg.example")).await;
    for (query, found) in [
        ("acme", Some("acme")),
        (" ACME ", Some("acme")),
        ("acme.example", Some("acme")),
        ("Berg.Example", Some("acme")),
        ("anybody@berg.example", Some("acme")),
        ("Owner@acme.example", Some("acme")),
        ("mail.acme.example", None),
        ("evilacme.example", None),
        ("somebody@elsewhere.example", None),
        ("unknown", None),
        ("", None),
        ("\u{0}@acme.example", None),
    ] {
        let led = sign_in::find(&world.app, query).await;
        let expected = found.map(|label| format!("https://{label}.vestibule.example/signin"));
        assert_eq!(led.as_ref().ok(), expected.as_ref(), "{query:?}");
        assert!(led.is_ok() || led.unwrap_err().kind() == vestibule_app::Kind::NotFound, "{query:?}");
    }
}
