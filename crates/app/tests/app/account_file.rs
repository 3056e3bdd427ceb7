//! Account files: planned, applied, exported.

use crate::account::{Account, source};
use crate::browser::Browser;
use crate::cases;
use crate::provider::{ISSUER, Person, SIGN_IN_URL};
use crate::snapshot;
use crate::wanted::Wanted;
use crate::world::World;
use toml::{Table, Value};
use vestibule_app::{Kind, accounts, configuration};
use vestibule_model::connection::Provision;
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::Endpoint;
use vestibule_saml::metadata::idp::{self, IdentityProvider};
use vestibule_store as store;

cases! {
    a_plan_shows_the_changes_and_writes_nothing_and_applying_leaves_nothing_to_do,
    what_is_exported_applies_to_nothing,
    what_came_from_a_metadata_file_is_exported_whole,
    an_account_that_was_never_configured_exports_to_nothing_too,
    a_section_that_is_absent_is_left_alone_and_an_absent_key_means_its_default,
    of_two_plans_the_second_conflicts,
    plans_applied_at_once_leave_one_whole_version,
    a_change_is_seen_by_the_next_request_on_every_node,
    a_draft_keeps_the_published_version_serving,
    every_version_is_kept,
    t03_a_domain_belongs_to_one_account_until_it_gives_it_up,
    a_refused_file_is_applied_in_no_part,
}

/// Something of everything.
fn full(account: &Account) -> Wanted {
    let update = |attribute: &str| {
        Table::from_iter([("attribute".to_owned(), attribute.into()), ("update".to_owned(), true.into())])
    };
    account
        .usual()
        .set(["sso", "sign_out_url"], "https://idp.example/slo")
        .set(["sso", "sign_out_response_url"], "https://idp.example/slo/answer")
        .set(["sso", "sign_out_binding"], "redirect")
        .set(
            ["sso", "certificates"],
            vec![account.idp.certificate_pem(), account.idp.with_next_key().certificate_pem()],
        )
        .set(["sso", "sp_entity_id"], "bare")
        .set(["sso", "binding"], "post")
        .set(["sso", "signing_key"], "rsa-2048")
        .set(["sso", "signature_hash"], "sha512")
        .set(["sso", "sign_requests"], false)
        .set(["sso", "sign_logout"], false)
        .set(["sso", "unsolicited"], "refuse")
        .set(["sso", "provision"], "link_at_sign_in")
        .set(["sso", "save_response_logs"], false)
        .set(["sso", "clock_skew"], "2m")
        .set(["sso", "allow"], vec!["sha1"])
        .set(["licenses", "basic"], 100)
        .set(["licenses", "pro"], 25)
        .set(["licenses", "on-prem"], 3)
        .set(["licenses", "fallback"], "corp")
        .set(["domains", "Bücher.example", "managed"], true)
        .set(["mapping", "basic", "default_license"], "none")
        .set(["mapping", "basic", "email"], "<NameID>")
        .set(["mapping", "basic", "first_name"], update("givenName"))
        .set(["mapping", "basic", "display_name"], "urn:oid:2.16.840.1.113730.3.1.241")
        .set(["mapping", "basic", "pronouns"], update("pronouns"))
}

async fn a_plan_shows_the_changes_and_writes_nothing_and_applying_leaves_nothing_to_do(world: &World) {
    let acme = world.account("acme").await;
    let before = world.dump();
    let planned = acme.plan(&acme.usual()).await.unwrap();
    assert_eq!(world.dump(), before);
    snapshot::check_json("first_plan.json", &planned);
    let applied = acme.apply(acme.usual()).await;
    assert_eq!((applied.account.as_str(), applied.version), ("acme", 2));
    assert_eq!(applied.changes, planned.changes);
    let before = world.dump();
    let again = acme.apply(acme.usual()).await;
    assert_eq!((again.version, again.changes.len()), (2, 0));
    assert_eq!(world.dump(), before, "applying what is there writes nothing");

    let changes =
        acme.plan(&acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await.unwrap().changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].key, "sso.provision");
    assert_eq!(changes[0].before.as_deref(), Some("at_sign_in"));
    assert_eq!(changes[0].after.as_deref(), Some("prior_to_sign_in"));
}

async fn what_is_exported_applies_to_nothing(world: &World) {
    let acme = world.account("acme").await;
    acme.apply(full(&acme)).await;
    let exported = acme.export().await;
    snapshot::check("export.toml", &exported);
    let again = acme.plan_text(&exported).await.unwrap();
    assert_eq!(again.changes, []);
    // Another account may take the same file over, but for what belongs to one account alone.
    let beta = world.account("beta").await;
    beta.apply(Wanted::read(&exported).set(["account"], "beta").without("domains")).await;
    let theirs = Wanted::read(&beta.export().await).text();
    assert_eq!(theirs, Wanted::read(&exported).set(["account"], "beta").without("domains").text());
}

async fn what_came_from_a_metadata_file_is_exported_whole(world: &World) {
    let acme = world.account("acme").await;
    let metadata = idp::write(&IdentityProvider {
        entity_id: ISSUER.to_owned(),
        sso: vec![
            Endpoint::new(Binding::Post, "https://idp.example/post"),
            Endpoint::new(Binding::Redirect, SIGN_IN_URL),
        ],
        slo: vec![Endpoint {
            binding: Binding::Post,
            url: "https://idp.example/slo".to_owned(),
            response_url: Some("https://idp.example/slo/answer".to_owned()),
        }],
        signing_certificates: vec![acme.idp.certificate().clone()],
        name_id_formats: Vec::new(),
        valid_until: None,
        cache_duration: None,
        want_authn_requests_signed: true,
    });
    std::fs::create_dir(world.folder.path().join("files")).unwrap();
    std::fs::write(world.folder.path().join("files/idp.xml"), metadata).unwrap();
    let text = Wanted::of("acme")
        .set(["sso", "idp_metadata_file"], "files/idp.xml")
        .set(["sso", "signing_key"], "ecdsa-p256")
        .text();
    // Paths are relative to the file.
    let planned =
        configuration::plan(&world.app.operator(), &source(&text, world.folder.path())).await.unwrap();
    configuration::apply(&world.app.operator(), planned).await.unwrap();
    std::fs::remove_file(world.folder.path().join("files/idp.xml")).unwrap();
    let exported = acme.export().await;
    // It offers single logout by the other binding alone, and takes answers elsewhere.
    let slo = [
        "sign_out_url = \"https://idp.example/slo\"",
        "sign_out_response_url = \"https://idp.example/slo/answer\"",
        "sign_out_binding = \"post\"",
    ];
    for part in [ISSUER, SIGN_IN_URL, "BEGIN CERTIFICATE"].into_iter().chain(slo) {
        assert!(exported.contains(part), "{exported}");
    }
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);
}

async fn an_account_that_was_never_configured_exports_to_nothing_too(world: &World) {
    let acme = world.account("acme").await;
    let exported = acme.export().await;
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);
    assert_eq!(acme.plan_text("account = \"acme\"").await.unwrap().changes, []);
}

async fn a_section_that_is_absent_is_left_alone_and_an_absent_key_means_its_default(world: &World) {
    let acme = world.account("acme").await;
    acme.apply(full(&acme)).await;
    let before = acme.export().await;
    for section in ["sso", "licenses", "domains", "mapping"] {
        acme.apply(full(&acme).without(section)).await;
        assert_eq!(acme.export().await, before, "{section}");
    }
    acme.apply(acme.usual()).await;
    let after = Wanted::read(&acme.export().await);
    let defaults = Wanted::read(&before)
        .without_sso("sign_out_url")
        .without_sso("sign_out_response_url")
        .without_sso("sign_out_binding")
        .without_sso("allow")
        .set(["sso", "certificates"], vec![acme.idp.certificate_pem()])
        .set(["sso", "sp_entity_id"], "https")
        .set(["sso", "binding"], "redirect")
        .set(["sso", "signing_key"], "ecdsa-p256")
        .set(["sso", "signature_hash"], "sha256")
        .set(["sso", "sign_requests"], true)
        .set(["sso", "sign_logout"], true)
        .set(["sso", "unsolicited"], "restart")
        .set(["sso", "provision"], "at_sign_in")
        .set(["sso", "save_response_logs"], true)
        .set(["sso", "clock_skew"], "180s")
        .set(["sso", "enabled"], true)
        .set(["sso", "encrypted_assertions"], false)
        .set(["sso", "force_authn"], false)
        .set(["sso", "automatic_logout"], "off")
        .set(["sso", "certificate_rotation"], "automatic")
        .set(["sso", "new_idp_certificates"], "review")
        .set(["domains"], Table::from_iter([("acme.example".to_owned(), managed())]))
        .set(["mapping", "basic"], usual_mapping());
    assert_eq!(after.text(), defaults.text(), "licenses were absent, so they stay");
}

fn managed() -> Value {
    Table::from_iter([("managed".to_owned(), false.into())]).into()
}

fn usual_mapping() -> Table {
    let pairs = [
        ("default_license", "basic"),
        ("email", "mail"),
        ("first_name", "givenName"),
        ("last_name", "sn"),
        ("department", "department"),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

async fn of_two_plans_the_second_conflicts(world: &World) {
    let acme = world.acme().await;
    let operator = world.app.operator();
    let one = acme.plan(&acme.usual().set(["sso", "binding"], "post")).await.unwrap();
    let other = acme.plan(&acme.usual().set(["sso", "unsolicited"], "refuse")).await.unwrap();
    configuration::apply(&operator, one).await.unwrap();
    let before = world.dump();
    let error = configuration::apply(&operator, other).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.advice().unwrap().contains("nothing was written"));
    assert_eq!(world.dump(), before);
}

async fn plans_applied_at_once_leave_one_whole_version(world: &World) {
    let acme = world.acme().await;
    let mut plans = Vec::new();
    for number in 0..8 {
        let node = world.node(200 + number).await;
        let wanted = acme.usual().set(["sso", "sign_in_url"], format!("https://idp.example/{number}"));
        plans.push((node.clone(), acme.at(&node).plan(&wanted).await.unwrap()));
    }
    let mut racers = tokio::task::JoinSet::new();
    for (node, planned) in plans {
        racers.spawn(async move { configuration::apply(&node.operator(), planned).await });
    }
    let outcomes = racers.join_all().await;
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    let lost = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(lost.into_iter().all(|error| error.kind() == Kind::Conflict));
    assert_eq!(won[0].version, 3);
    assert!(acme.export().await.contains(won[0].changes[0].after.as_ref().unwrap()));
}

async fn a_change_is_seen_by_the_next_request_on_every_node(world: &World) {
    let acme = world.acme().await;
    let there = acme.at(&world.node(2).await);
    let mut browser = Browser::default();
    assert_eq!(browser.start(&there).await.destination.as_deref(), Some(SIGN_IN_URL));
    acme.apply(acme.usual().set(["sso", "sign_in_url"], "https://new.example/sso")).await;
    for account in [&acme, &there] {
        assert_eq!(browser.start(account).await.destination.as_deref(), Some("https://new.example/sso"));
    }
}

async fn a_draft_keeps_the_published_version_serving(world: &World) {
    let acme = world.acme().await;
    let draft = acme
        .usual()
        .set(["sso", "issuer"], "https://new.example/metadata")
        .set(["sso", "sign_in_url"], "https://new.example/sso")
        .set(["sso", "draft"], true);
    acme.apply(draft.clone()).await;
    assert_eq!(acme.plan(&draft).await.unwrap().changes, []);
    assert_eq!(acme.plan_text(&acme.export().await).await.unwrap().changes, [], "a draft is exported as one");
    assert_eq!(accounts::show(&world.app.operator(), "acme").await.unwrap().sso, "published");
    acme.sign_in(&Person::anna()).await;
    assert_eq!(Browser::default().start(&acme).await.destination.as_deref(), Some(SIGN_IN_URL));

    acme.apply(draft.set(["sso", "draft"], false)).await;
    assert_eq!(acme.refusal(&Person::anna()).await.code, Some(1005));
    let destination = Browser::default().start(&acme).await.destination;
    assert_eq!(destination.as_deref(), Some("https://new.example/sso"));
}

async fn every_version_is_kept(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await;
    acme.apply(acme.usual().set(["sso", "provision"], "link_at_sign_in").set(["sso", "draft"], true)).await;
    let (connections, versions) = acme
        .store
        .account(acme.id)
        .read(|tx| {
            Box::pin(async move {
                let connections = store::connections::list(tx).await?;
                let versions = store::connections::versions(tx, connections[0].id).await?;
                Ok::<_, store::Error>((connections, versions))
            })
        })
        .await
        .unwrap();
    assert_eq!(connections.len(), 1, "a changed connection is the same connection");
    assert_eq!(connections[0].published.as_ref().unwrap().number, 2);
    assert_eq!(connections[0].draft.as_ref().unwrap().number, 3);
    let kept: Vec<_> =
        versions.iter().map(|saved| (saved.version.number, saved.version.settings.provision)).collect();
    let expected = [(3, Provision::LinkAtSignIn), (2, Provision::PriorToSignIn), (1, Provision::AtSignIn)];
    assert_eq!(kept, expected);
    let published: Vec<bool> = versions.iter().map(|saved| saved.published_at.is_some()).collect();
    assert_eq!(published, [false, true, true]);
}

async fn t03_a_domain_belongs_to_one_account_until_it_gives_it_up(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let greedy = beta.usual().domain("ACME.example");
    let before = world.dump();
    let error = beta.try_apply(&greedy).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.message().contains("acme.example"), "{error}");
    assert_eq!(world.dump(), before);
    // A domain that merely looks related is another one.
    beta.apply(beta.usual().domain("mail.acme.example").domain("evilacme.example")).await;
    acme.apply(acme.usual().set(["domains"], Table::new())).await;
    beta.apply(greedy).await;
    assert!(acme.try_apply(&acme.usual()).await.is_err());
}

async fn a_refused_file_is_applied_in_no_part(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    acme.apply(acme.usual().set(["licenses", "basic"], 10)).await;
    acme.sign_in(&Person::anna()).await;
    let changed = full(&acme).set(["licenses", "basic"], 5);
    let before = (acme.export().await, world.dump());
    for refused in [
        changed.clone().domain("beta.example"),
        changed.clone().set(["licenses", "basic"], 1),
        changed.clone().set(["mapping", "basic", "no_such_field"], "x"),
    ] {
        assert!(acme.try_apply(&refused).await.is_err());
        assert_eq!((acme.export().await, world.dump()), before);
    }
    // Between plan and apply the world may change: what was possible is not any more.
    acme.apply(acme.usual().set(["licenses", "basic"], 10).set(["domains"], Table::new())).await;
    let planned = acme.plan(&changed.domain("contested.example")).await.unwrap();
    beta.apply(beta.usual().domain("contested.example")).await;
    let before = (acme.export().await, world.dump());
    let error = configuration::apply(&world.app.operator(), planned).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.message().contains("contested.example"), "{error}");
    assert_eq!((acme.export().await, world.dump()), before);
}
