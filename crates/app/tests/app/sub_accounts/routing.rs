//! Who is sent to a sub-account, and what becomes of them there.

use super::{ANNA, Sent, anna, family, rule, sending, sign_in, sub_account};
use crate::account::{Account, source};
use crate::admission::known;
use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours};
use std::path::Path;
use toml::{Table, Value};
use vestibule_app::sign_in::Finished;
use vestibule_app::{Kind, accounts, configuration, links, outbox, simulate};
use vestibule_model::license::License;
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::user::{Logins, Role, Status};

cases! {
    whom_a_rule_sends_to_a_sub_account_is_a_user_there_with_its_seats,
    whom_no_rule_sends_anywhere_signs_in_to_the_account_itself,
    license_and_add_ons_of_the_mapping_apply_there_and_nothing_else,
    every_rule_of_admission_holds_there,
    seats_and_fallback_are_those_of_the_sub_account,
    nobody_is_moved_from_one_account_to_another,
    a_domain_of_either_account_approves_and_any_other_waits_for_its_mailbox_there,
    a_sub_account_without_an_approved_address_takes_nobody,
    a_connection_of_the_sub_account_speaks_for_its_own_domains_alone,
    a_rule_names_a_sub_account_of_this_account_or_is_refused,
    sub_accounts_go_one_level_deep_and_inherit_nothing,
    a_simulation_tells_who_would_be_sent_where,
}

async fn whom_a_rule_sends_to_a_sub_account_is_a_user_there_with_its_seats(world: &World) {
    let (acme, beta) = family(world).await;
    let before = (acme.seats(License::Basic).await.used, beta.seats(License::Basic).await.used);
    let first = sign_in(&acme, &beta, &anna()).await;
    let user = beta.user(ANNA).await;
    assert_eq!(
        (user.status, &user.role, user.license),
        (Status::Active, &Role::Member, Some(License::Basic))
    );
    assert_eq!(user.logins, Logins::SSO);
    assert!(acme.find_user(ANNA).await.is_none());
    let after = (acme.seats(License::Basic).await.used, beta.seats(License::Basic).await.used);
    assert_eq!(after, (before.0, before.1 + 1));
    let member = beta.member(&first.session).await.unwrap();
    assert_eq!((member.user().id, member.account().id), (user.id, beta.id));
    assert!(acme.member(&first.session).await.is_err(), "the session is one of the sub-account");

    let explained = acme.explained(first.tracking_id).await;
    assert_eq!((explained.entry.outcome, explained.account.as_str()), (OutcomeWord::Accepted, "acme"));
    assert!(explained.detail.trace.iter().any(|step| step.found == "signs in to beta"), "{explained:?}");
    let change = explained.detail.changes.iter().find(|change| change.field == "sub_account").unwrap();
    assert_eq!(
        (change.after.as_deref(), change.rule.as_str()),
        (Some("beta"), "division equals \"beta\": beta")
    );

    sign_in(&acme, &beta, &anna()).await;
    assert_eq!(beta.users().await.len(), 2, "the owner and Anna, who came twice");
    assert_eq!(beta.user(ANNA).await.id, user.id);
}

async fn whom_no_rule_sends_anywhere_signs_in_to_the_account_itself(world: &World) {
    let (acme, beta) = family(world).await;
    acme.sign_in(&Person::anna().with("division", &["Beta"])).await;
    assert_eq!(acme.user(ANNA).await.status, Status::Active);
    assert!(beta.find_user(ANNA).await.is_none());
    // What nothing matches can be sent somewhere too.
    acme.apply(sending(&acme).set(["mapping", "no_match", "sub_account"], "beta")).await;
    sign_in(&acme, &beta, &Person::of("bob@acme.example")).await;
    let exempt = Table::from_iter([("users".to_owned(), Value::from(vec!["carl@acme.example"]))]);
    let exempting = sending(&acme).set(["mapping", "no_match", "sub_account"], "beta");
    acme.apply(exempting.set(["mapping", "exempt", "sub_account"], exempt)).await;
    acme.sign_in(&Person::of("carl@acme.example")).await;
}

async fn license_and_add_ons_of_the_mapping_apply_there_and_nothing_else(world: &World) {
    let (acme, beta) = family(world).await;
    let everybody = |result: Option<&str>| {
        let mut rule = Table::from_iter([("otherwise".to_owned(), Value::from(true))]);
        rule.extend(result.map(|result| ("result".to_owned(), Value::from(result))));
        vec![rule]
    };
    let wanted = sending(&acme)
        .set(["mapping", "license"], everybody(Some("licensed")))
        .set(["mapping", "addon", "webinar-500"], everybody(None))
        .set(["mapping", "role"], everybody(Some("admin")))
        .set(["mapping", "user_group"], everybody(Some("Everybody")))
        .set(["mapping", "auto", "channel"], "department")
        .set(["licenses", "licensed"], 5);
    acme.apply(wanted).await;
    beta.grant(License::Licensed, 1).await;
    sign_in(&acme, &beta, &anna()).await;
    let user = beta.user(ANNA).await;
    assert_eq!((user.license, &user.role), (Some(License::Licensed), &Role::Member));
    assert!(user.holdings.add_ons.is_empty(), "beta has no seat for webinars");
    assert_eq!(beta.memberships(ANNA).await.len(), 0);
    assert_eq!(beta.seats(License::Licensed).await.used, 1);
    assert_eq!(acme.seats(License::Licensed).await.used, 0);
    beta.grant(vestibule_model::license::AddOn::from_word("webinar-500").unwrap(), 1).await;
    sign_in(&acme, &beta, &anna()).await;
    assert_eq!(beta.user(ANNA).await.holdings.add_ons.len(), 1);
    // Where nobody is sent anywhere, the same rules do all that they say.
    acme.sign_in(&Person::of("bob@acme.example")).await;
    assert_eq!(acme.user("bob@acme.example").await.role, Role::Admin);
}

async fn every_rule_of_admission_holds_there(world: &World) {
    let (acme, beta) = family(world).await;
    let mode = |mode| sending(&acme).set(["sso", "provision"], mode);
    acme.apply(mode("prior_to_sign_in")).await;
    assert_eq!(acme.refusal(&anna()).await.code, Some(1021));
    beta.add(known(Logins::WORK_EMAIL)).await;
    assert_eq!(acme.refusal(&anna()).await.code, Some(1020));
    acme.apply(mode("link_at_sign_in")).await;
    sign_in(&acme, &beta, &anna()).await;
    assert!(beta.user(ANNA).await.logins.sso);
    beta.change(ANNA, |user| user.status = Status::Inactive).await;
    assert_eq!(acme.refusal(&anna()).await.code, Some(1013));
    beta.change(ANNA, |user| user.status = Status::Active).await;
    beta.change(ANNA, |user| user.employee_id = Some("7".to_owned())).await;
    acme.apply(mode("at_sign_in").set(["mapping", "basic", "employee_id"], "number")).await;
    assert_eq!(acme.refusal(&anna().with("number", &["8"])).await.code, Some(1015));
    sign_in(&acme, &beta, &anna().with("number", &["7"])).await;
}

async fn seats_and_fallback_are_those_of_the_sub_account(world: &World) {
    let (acme, beta) = family(world).await;
    let licensed = sending(&acme).set(["mapping", "basic", "default_license"], "licensed");
    let licensed = licensed.set(["licenses", "licensed"], 5).set(["licenses", "fallback"], "basic");
    acme.apply(licensed.clone()).await;
    assert_eq!(acme.refusal(&anna()).await.code, Some(1031), "no seat there, and no fallback there");
    let none = licensed.set(["mapping", "basic", "default_license"], "none");
    acme.apply(none).await;
    assert_eq!(acme.refusal(&anna()).await.code, Some(1030));
    acme.apply(sending(&acme).set(["mapping", "basic", "default_license"], "licensed")).await;
    let seats = crate::wanted::Wanted::of("beta").set(["licenses", "basic"], 9_999);
    beta.apply(seats.set(["licenses", "fallback"], "basic")).await;
    sign_in(&acme, &beta, &anna()).await;
    assert_eq!(beta.user(ANNA).await.license, Some(License::Basic));
}

async fn nobody_is_moved_from_one_account_to_another(world: &World) {
    let (acme, beta) = family(world).await;
    acme.sign_in(&Person::anna()).await;
    let refused = acme.refusal(&anna()).await;
    assert_eq!(refused.code, Some(1014));
    assert!(refused.trace.last().unwrap().found.contains("no rule moves anybody"), "{refused:?}");
    assert!(beta.find_user(ANNA).await.is_none());
    acme.sign_in(&Person::anna()).await;
    // And the other way round: whoever is a user of beta is none of acme.
    sign_in(&acme, &beta, &anna_of("bob@acme.example")).await;
    assert_eq!(acme.refusal(&Person::of("bob@acme.example")).await.code, Some(1014));
    let gamma = sub_account(world, "acme", "gamma").await;
    acme.apply(acme.usual().set(["mapping", "sub_account"], vec![rule("beta"), rule("gamma")])).await;
    let bob = Person::of("bob@acme.example").with("division", &["gamma"]);
    assert_eq!(acme.refusal(&bob).await.code, Some(1014));
    assert!(gamma.find_user("bob@acme.example").await.is_none());
    sign_in(&acme, &beta, &anna_of("bob@acme.example")).await;
}

fn anna_of(email: &str) -> Person {
    Person::of(email).with("division", &["beta"])
}

async fn a_domain_of_either_account_approves_and_any_other_waits_for_its_mailbox_there(world: &World) {
    let (acme, beta) = family(world).await;
    beta.apply(crate::wanted::Wanted::of("beta").domain("beta.example")).await;
    acme.apply(sending(&acme).set(["mapping", "basic", "default_license"], "basic")).await;
    for email in ["eve@acme.example", "eve@beta.example"] {
        sign_in(&acme, &beta, &anna_of(email)).await;
        assert_eq!(beta.user(email).await.status, Status::Active, "{email}");
    }
    const BOB: &str = "bob@partner.example";
    let Ok(Finished::Pending { .. }) = acme.attempt(&anna_of(BOB)).await else { panic!("he waits") };
    assert_eq!(beta.user(BOB).await.status, Status::Pending);
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    let mail = mails.into_iter().find(|mail| mail.to == BOB).unwrap();
    let (_, link) = mail.body_text.split_once("https://beta.vestibule.example/verify/").unwrap();
    let token = link.lines().next().unwrap();
    assert!(links::verify_email(&acme.visitor().await, token).await.is_err(), "it is a link of beta");
    // Beta itself gives nobody a license by default: the mapping does by which Bob came.
    let none = crate::wanted::Wanted::of("beta").set(["mapping", "basic", "default_license"], "none");
    beta.apply(none).await;
    links::verify_email(&beta.visitor().await, token).await.unwrap();
    assert_eq!(beta.user(BOB).await.license, Some(License::Basic));
    sign_in(&acme, &beta, &anna_of(BOB)).await;
}

async fn a_sub_account_without_an_approved_address_takes_nobody(world: &World) {
    let acme = world.account("acme").await;
    let waiting = world.configured(|deployment| deployment.approve_vanity_urls = false).await;
    let operator = waiting.operator();
    accounts::create_sub_account(&operator, "acme", "beta", "Beta", "o@beta.example").await.unwrap();
    acme.apply(sending(&acme)).await;
    let refused = acme.refusal(&anna()).await;
    assert_eq!(refused.code, Some(1014));
    assert_eq!(refused.trace.last().unwrap().expected, "an approved vanity URL");
    let approved = accounts::approve(&operator, "beta").await.unwrap();
    let beta = world.found(approved.account, approved.id);
    sign_in(&acme, &beta, &anna()).await;
}

async fn a_connection_of_the_sub_account_speaks_for_its_own_domains_alone(world: &World) {
    let (acme, beta) = family(world).await;
    // The sub-account has its own address, identity provider and domains, like any account.
    beta.apply(beta.usual()).await;
    beta.sign_in(&Person::of("eve@beta.example")).await;
    sign_in(&acme, &beta, &anna_of("eve@beta.example")).await;
    let own = Table::from_iter([
        ("name".to_owned(), Value::from("own")),
        ("issuer".to_owned(), "https://idp.beta.example".into()),
        ("sign_in_url".to_owned(), "https://idp.beta.example/sso".into()),
        ("certificates".to_owned(), vec![beta.idp.certificate_pem()].into()),
        ("signing_key".to_owned(), "ecdsa-p256".into()),
        ("email_domains".to_owned(), vec!["beta.example"].into()),
    ]);
    beta.apply(beta.usual().set(["connection"], vec![own])).await;
    let refused = acme.refusal(&anna_of("eve@beta.example")).await;
    assert_eq!(refused.code, Some(1014));
    assert_eq!(refused.trace.last().unwrap().check, "email_domains");
    sign_in(&acme, &beta, &anna()).await;
}

async fn a_rule_names_a_sub_account_of_this_account_or_is_refused(world: &World) {
    let (acme, beta) = family(world).await;
    world.account("other").await;
    for wrong in ["other", "acme", "nobody", "x!"] {
        let wanted = acme.usual().set(["mapping", "sub_account"], vec![rule(wrong)]);
        let error = acme.plan(&wanted).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        let said = error.to_string();
        assert!(said.contains("`mapping.sub_account[1].result`") && said.contains(wrong), "{said}");
        let otherwise = sending(&acme).set(["mapping", "no_match", "sub_account"], wrong);
        let said = acme.plan(&otherwise).await.unwrap_err().to_string();
        assert!(said.contains("`mapping.no_match.sub_account`"), "{said}");
    }
    let removing = sending(&acme).set(["mapping", "no_match", "sub_account"], "remove");
    assert!(acme.plan(&removing).await.unwrap_err().to_string().contains("nobody is taken out"));
    // A sub-account has none to send to, and it does not matter that it is one itself.
    let below = beta.usual().set(["mapping", "sub_account"], vec![rule("beta")]);
    assert!(beta.plan(&below).await.unwrap_err().to_string().contains("no sub-account of this account"));
    let exported = acme.export().await;
    assert!(exported.contains("[[mapping.sub_account]]"), "{exported}");
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);
}

async fn sub_accounts_go_one_level_deep_and_inherit_nothing(world: &World) {
    let (acme, beta) = family(world).await;
    let operator = world.app.operator();
    let deeper = accounts::create_sub_account(&operator, "beta", "delta", "Delta", "o@delta.example");
    let error = deeper.await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.to_string().contains("beta is a sub-account itself"), "{error}");
    assert!(accounts::show(&operator, "delta").await.is_err(), "nothing is left of it");
    let missing = accounts::create_sub_account(&operator, "nobody", "delta", "Delta", "o@delta.example");
    assert_eq!(missing.await.unwrap_err().kind(), Kind::NotFound);
    let gamma = sub_account(world, "acme", "gamma").await;
    let above = accounts::show(&operator, "acme").await.unwrap();
    let labels: Vec<&str> = above.sub_accounts.iter().map(vestibule_model::account::Label::as_str).collect();
    assert_eq!((above.parent, labels), (None, vec!["beta", "gamma"]));
    let below = accounts::show(&operator, "gamma").await.unwrap();
    assert_eq!((below.parent, below.sub_accounts.len()), (Some(acme.label.clone()), 0));
    assert_eq!((below.sso, below.domains.len()), ("none", 0));
    for account in [&beta, &gamma] {
        let owner = super::owner(account).await;
        assert_eq!(configuration::current(&owner).await.unwrap(), configuration::Configuration::default());
    }
}

async fn simulated(world: &World, acme: &Account, text: &str) -> simulate::Simulation {
    let (operator, since) = (world.app.operator(), world.time.now() - hours(24));
    simulate::file(&operator, "acme", &source(text, Path::new("/nowhere")), since, &|_| {})
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", acme.label))
}

async fn a_simulation_tells_who_would_be_sent_where(world: &World) {
    let (acme, beta) = family(world).await;
    // What is in force is set against itself: nothing differs, also for somebody whom only beta knows.
    let sent = Sent::begun(&acme, &anna()).await;
    sent.arrive(&acme, &beta).await;
    let same = simulated(world, &acme, &sending(&acme).text()).await;
    assert_eq!((same.people, same.changed), (1, 0), "{:?}", same.items);
    // Without the rule she would be somebody of another account.
    let without = acme.usual().set(["mapping", "license"], vec![rule_for_all()]);
    let without = simulated(world, &acme, &without.text()).await;
    assert_eq!(without.changed, 1);
    assert_eq!((without.items[0].before.admitted, without.items[0].after.code), (true, Some(1014)));
    // With the rule of another division Bob would be beta's, as long as nobody knows him.
    acme.apply(acme.usual().set(["sso", "provision"], "link_at_sign_in")).await;
    assert_eq!(acme.refusal(&anna_of("bob@acme.example")).await.code, Some(1021));
    let bob = simulated(world, &acme, &sending(&acme).text()).await;
    let item = bob.items.iter().find(|item| item.user == "bob@acme.example").unwrap();
    assert!(item.after.admitted, "{item:?}");
    let to = item.changes.iter().find(|change| change.field == "sub_account").unwrap();
    assert_eq!(to.after.as_deref(), Some("beta"));
    let totals: Vec<String> = bob.totals.iter().map(simulate::Total::sentence).collect();
    assert!(totals.contains(&"1 would sign in to beta".to_owned()), "{totals:?}");
    assert!(beta.find_user("bob@acme.example").await.is_none(), "nothing was written");
}

fn rule_for_all() -> Table {
    Table::from_iter([("otherwise".to_owned(), true.into()), ("result".to_owned(), "basic".into())])
}
