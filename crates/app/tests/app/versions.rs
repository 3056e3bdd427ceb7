//! What administrators do with versions: edit, publish, discard, restore.

use crate::account::{Account, PASSWORD};
use crate::browser::{Browser, requested};
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::configuration::edit::{self, Form, Put};
use vestibule_app::sso::test::{self, Which};
use vestibule_app::sso::versions::{self, Outcome};
use vestibule_app::{AdminCtx, Kind, links, sso};
use vestibule_model::connection::Unsolicited;
use vestibule_model::publication::Consent;

cases! {
    a_draft_that_passed_a_test_is_published_and_another_one_only_with_consent,
    what_an_administrator_did_not_see_is_not_published,
    an_older_version_is_restored_as_a_draft_or_at_once,
    a_draft_is_discarded_and_the_published_version_stays,
    a_form_that_was_not_changed_changes_nothing,
    what_is_wrong_with_a_form_names_its_key,
    p18_a_form_reads_no_files_of_this_machine,
    a_connection_is_made_from_pasted_metadata_and_removed_again,
    t01_versions_are_those_of_the_own_account,
    t18_a_connection_that_is_gone_answers_nothing_and_its_id_is_given_to_no_other,
}

/// The owner's session: each deed sees the account as it is then.
async fn owner(acme: &Account) -> String {
    links::set_password(&acme.visitor().await, &acme.owner_token, PASSWORD)
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session
}

async fn admin(acme: &Account, session: &str) -> AdminCtx {
    acme.member(session).await.unwrap().admin().unwrap()
}

async fn form(acme: &Account, session: &str) -> Form {
    let overview = acme.overview(&admin(acme, session).await).await;
    edit::form(&overview.draft.as_ref().or(overview.published.as_ref()).unwrap().settings)
}

async fn change(acme: &Account, session: &str, key: &str, value: &str) -> i64 {
    let mut form = form(acme, session).await;
    form.insert(key.to_owned(), value.to_owned());
    let ctx = admin(acme, session).await;
    let id = acme.overview(&ctx).await.id;
    edit::save(&ctx, id, &form).await.unwrap();
    acme.overview(&admin(acme, session).await).await.draft.unwrap().number
}

async fn a_draft_that_passed_a_test_is_published_and_another_one_only_with_consent(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let id = acme.overview(&admin(&acme, &session).await).await.id;
    let number = change(&acme, &session, "unsolicited", "refuse").await;
    let ctx = admin(&acme, &session).await;
    assert_eq!(versions::publish(&ctx, id, number, Consent::TestedOnly).await.unwrap(), Outcome::NeedsTest);
    assert_eq!(acme.overview(&ctx).await.published.unwrap().number, 1);
    let mut browser = Browser::default();
    let started = test::start(&ctx, id, Which::Draft, None).await.unwrap();
    browser.binding = Some(started.browser);
    let answer = acme.idp.answer(&acme, &requested(&started.go), &Person::anna());
    browser.post(&acme, &answer.form_value()).await.unwrap();
    assert_eq!(versions::publish(&ctx, id, number, Consent::TestedOnly).await.unwrap(), Outcome::Published);
    let overview = acme.overview(&admin(&acme, &session).await).await;
    assert_eq!((overview.published.unwrap().number, overview.draft), (number, None));
    // It serves at once.
    let unasked = acme.idp.unsolicited(&acme, &Person::anna()).form_value();
    assert_eq!(acme.code(Browser::default().post(&acme, &unasked).await).await, Some(1017));
    // And the next one was not tested.
    let number = change(&acme, &session, "clock_skew", "60s").await;
    let ctx = admin(&acme, &session).await;
    assert_eq!(versions::publish(&ctx, id, number, Consent::TestedOnly).await.unwrap(), Outcome::NeedsTest);
    assert_eq!(versions::publish(&ctx, id, number, Consent::Untested).await.unwrap(), Outcome::Published);
}

async fn what_an_administrator_did_not_see_is_not_published(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let seen = change(&acme, &session, "clock_skew", "60s").await;
    let newer = change(&acme, &session, "clock_skew", "90s").await;
    let ctx = admin(&acme, &session).await;
    let id = acme.overview(&ctx).await.id;
    for number in [seen, newer + 1, 1, 0] {
        let refused = versions::publish(&ctx, id, number, Consent::Untested).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Conflict, "{number}");
        assert_eq!(versions::discard(&ctx, id, number).await.unwrap_err().kind(), Kind::Conflict, "{number}");
    }
    assert_eq!(acme.overview(&ctx).await.published.unwrap().number, 1);
}

async fn an_older_version_is_restored_as_a_draft_or_at_once(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let id = acme.overview(&admin(&acme, &session).await).await.id;
    let number = change(&acme, &session, "unsolicited", "refuse").await;
    versions::publish(&admin(&acme, &session).await, id, number, Consent::Untested).await.unwrap();
    versions::restore(&admin(&acme, &session).await, id, 1, Put::Draft).await.unwrap();
    let overview = acme.overview(&admin(&acme, &session).await).await;
    let (published, draft) = (overview.published.unwrap(), overview.draft.unwrap());
    assert_eq!((published.settings.unsolicited, draft.number), (Unsolicited::Refuse, 3));
    assert_eq!(draft.settings.unsolicited, Unsolicited::Restart);
    versions::restore(&admin(&acme, &session).await, id, 1, Put::Published).await.unwrap();
    let ctx = admin(&acme, &session).await;
    let overview = acme.overview(&ctx).await;
    assert_eq!(overview.published.unwrap().settings.unsolicited, Unsolicited::Restart);
    assert_eq!(overview.draft, None);
    acme.sign_in(&Person::anna()).await;
    // What was never in use is no way back at once.
    let never = change(&acme, &session, "clock_skew", "1s").await;
    let ctx = admin(&acme, &session).await;
    let refused = versions::restore(&ctx, id, never, Put::Published).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Invalid);
    assert_eq!(versions::restore(&ctx, id, 99, Put::Draft).await.unwrap_err().kind(), Kind::NotFound);
    let numbers: Vec<_> =
        versions::versions(&ctx, id).await.unwrap().iter().map(|saved| saved.version.number).collect();
    assert_eq!(numbers.last(), Some(&1), "every version is kept: {numbers:?}");
}

async fn a_draft_is_discarded_and_the_published_version_stays(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let number = change(&acme, &session, "unsolicited", "refuse").await;
    let ctx = admin(&acme, &session).await;
    let id = acme.overview(&ctx).await.id;
    versions::discard(&ctx, id, number).await.unwrap();
    let overview = acme.overview(&admin(&acme, &session).await).await;
    assert_eq!((overview.published.unwrap().number, overview.draft), (1, None));
    assert_eq!(acme.plan(&acme.usual()).await.unwrap().changes, [], "and the account file agrees");
}

async fn a_form_that_was_not_changed_changes_nothing(world: &World) {
    let acme = world.account("acme").await;
    let wanted = acme
        .usual()
        .set(["sso", "sign_out_url"], "https://idp.example/slo")
        .set(["sso", "automatic_logout"], "8h")
        .set(["sso", "force_authn"], true)
        .set(["sso", "authn_contexts"], vec!["urn:a:b", "urn:c:d"])
        .set(["sso", "accepted_acs"], vec!["/old/acs"])
        .set(["sso", "accepted_entity_ids"], vec!["urn:old"])
        .set(["sso", "accepted_certificates"], vec![acme.idp.with_next_key().certificate_pem()])
        .set(["sso", "allow"], vec!["cbc", "sha1"]);
    acme.apply(wanted).await;
    let session = owner(&acme).await;
    let ctx = admin(&acme, &session).await;
    let before = acme.overview(&ctx).await;
    edit::save(&ctx, before.id, &form(&acme, &session).await).await.unwrap();
    let after = acme.overview(&admin(&acme, &session).await).await;
    let settings = before.published.unwrap().settings;
    assert_eq!(after.draft.unwrap().settings, settings);
    assert_eq!(edit::compare(&settings, &settings), []);
}

async fn what_is_wrong_with_a_form_names_its_key(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let ctx = admin(&acme, &session).await;
    let id = acme.overview(&ctx).await.id;
    let dump = world.dump();
    for (key, value) in [
        ("issuer", ""),
        ("sign_in_url", "javascript:alert(1)"),
        ("sign_out_url", "ftp://idp.example"),
        ("certificates", "nothing of the kind"),
        ("clock_skew", "an hour"),
        ("automatic_logout", "1s"),
        ("binding", "artifact"),
        ("allow", "md5"),
        ("authn_contexts", "not a uri"),
        ("accepted_acs", "javascript:alert(1)"),
        ("email_domains", "not a domain"),
        ("vanity_url", "-"),
        ("signature_hash", "sha512"),
    ] {
        let mut form = form(&acme, &session).await;
        form.insert(key.to_owned(), value.to_owned());
        let wrong = edit::save(&ctx, id, &form).await.unwrap_err();
        assert_eq!((wrong.kind(), wrong.key()), (Kind::Invalid, Some(key)), "{wrong}");
        assert!(!wrong.message().contains("acme.toml"), "{wrong}");
    }
    assert_eq!(world.dump(), dump, "nothing was written");
}

async fn p18_a_form_reads_no_files_of_this_machine(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let ctx = admin(&acme, &session).await;
    let id = acme.overview(&ctx).await.id;
    let path = world.folder.path().join("idp.pem");
    std::fs::write(&path, acme.idp.certificate_pem()).unwrap();
    for key in ["certificates", "accepted_certificates", "idp_metadata_file"] {
        let mut form = form(&acme, &session).await;
        if key == "idp_metadata_file" {
            form.retain(|key, _| !edit::TYPED.contains(&key.as_str()));
        }
        form.insert(key.to_owned(), path.to_str().unwrap().to_owned());
        let wrong = edit::save(&ctx, id, &form).await.unwrap_err();
        assert_eq!((wrong.kind(), wrong.key()), (Kind::Invalid, Some(key)), "{wrong}");
    }
    // The same value is fine in an account file, which the operator hands in.
    acme.apply(acme.usual().set(["sso", "certificates"], vec![path.to_str().unwrap()])).await;
}

async fn a_connection_is_made_from_pasted_metadata_and_removed_again(world: &World) {
    use vestibule_saml::binding::Binding;
    use vestibule_saml::metadata::{Endpoint, idp};
    let acme = world.account("acme").await;
    acme.apply(crate::wanted::Wanted::of("acme").domain("acme.example")).await;
    let session = owner(&acme).await;
    let metadata = idp::write(&idp::IdentityProvider {
        entity_id: crate::provider::ISSUER.to_owned(),
        sso: vec![Endpoint::new(Binding::Redirect, crate::provider::SIGN_IN_URL)],
        slo: Vec::new(),
        signing_certificates: vec![acme.idp.certificate().clone()],
        name_id_formats: Vec::new(),
        valid_until: None,
        cache_duration: None,
        want_authn_requests_signed: false,
    });
    let mut form = edit::blank();
    form.retain(|key, _| !edit::TYPED.contains(&key.as_str()));
    form.insert("signing_key".to_owned(), "ecdsa-p256".to_owned());
    form.insert(edit::PASTED_METADATA.to_owned(), metadata.clone());
    let id = edit::create(&admin(&acme, &session).await, "", &form).await.unwrap();
    let ctx = admin(&acme, &session).await;
    assert!(!acme.visitor().await.has_sso(), "it is a draft");
    versions::publish(&ctx, id, 1, Consent::Untested).await.unwrap();
    acme.sign_in(&Person::of("anna@acme.example")).await;
    // A second one of the same name, and one for the same people.
    for (name, key) in [("", Some("name")), ("\"", Some("name")), ("Second", Some("vanity_url"))] {
        let wrong = edit::create(&admin(&acme, &session).await, name, &form).await.unwrap_err();
        assert_eq!((wrong.kind(), wrong.key()), (Kind::Invalid, key), "{name}: {wrong}");
    }
    form.insert("email_domains".to_owned(), "second.example".to_owned());
    let twin = edit::create(&admin(&acme, &session).await, "Second", &form).await.unwrap_err();
    assert!(twin.message().contains("the same issuer"), "{twin}");
    let theirs = metadata.replace(crate::provider::ISSUER, "https://second.example/metadata");
    form.insert(edit::PASTED_METADATA.to_owned(), theirs);
    let second = edit::create(&admin(&acme, &session).await, "Second", &form).await.unwrap();
    let clash = edit::create(&admin(&acme, &session).await, "Third", &form).await.unwrap_err();
    assert!(clash.message().contains("the same people"), "{clash}");
    edit::retire(&admin(&acme, &session).await, second).await.unwrap();
    edit::retire(&admin(&acme, &session).await, id).await.unwrap();
    assert!(sso::list(&admin(&acme, &session).await).await.unwrap().is_empty());
    assert!(!acme.visitor().await.has_sso());
}

async fn t18_a_connection_that_is_gone_answers_nothing_and_its_id_is_given_to_no_other(world: &World) {
    let acme = world.acme().await;
    let session = owner(&acme).await;
    let gone = acme.overview(&admin(&acme, &session).await).await.id;
    let mut typed = form(&acme, &session).await;
    typed.insert("email_domains".to_owned(), "acme.example".to_owned());
    acme.sign_in(&Person::anna()).await;
    let mut waiting = Browser::default();
    let asked = waiting.start(&acme).await;
    let answer = acme.idp.answer(&acme, &asked, &Person::anna()).form_value();
    edit::retire(&admin(&acme, &session).await, gone).await.unwrap();
    assert_eq!(waiting.post(&acme, &answer).await.unwrap_err().kind(), Kind::NotFound);

    let next = edit::create(&admin(&acme, &session).await, "Next", &typed).await.unwrap();
    versions::publish(&admin(&acme, &session).await, next, 1, Consent::Untested).await.unwrap();
    assert_ne!(next, gone);
    assert_eq!(
        acme.code(waiting.post(&acme, &answer).await).await,
        Some(1009),
        "it was asked by the one before"
    );
    assert!(sso::overview(&admin(&acme, &session).await, gone).await.is_err());
    acme.sign_in(&Person::anna()).await;
}

async fn t01_versions_are_those_of_the_own_account(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let (ours, theirs) = (owner(&acme).await, owner(&beta).await);
    let number = change(&acme, &ours, "clock_skew", "60s").await;
    let id = acme.overview(&admin(&acme, &ours).await).await.id;
    let before = world.dump();
    let ctx = admin(&beta, &theirs).await;
    let form = form(&beta, &theirs).await;
    assert!(versions::versions(&ctx, id).await.unwrap().is_empty());
    assert_eq!(edit::save(&ctx, id, &form).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(edit::retire(&ctx, id).await.unwrap_err().kind(), Kind::NotFound);
    let refused = versions::publish(&ctx, id, number, Consent::Untested).await;
    assert_eq!(refused.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(versions::discard(&ctx, id, number).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(versions::restore(&ctx, id, 1, Put::Published).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(world.dump(), before);
}
