//! What may be claimed, whose a proved domain is, and what becomes of a proof that is lost.

use super::{Net, check, claim, decide, domain, pends, people, quoted, state, subjects};
use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours, minutes};
use vestibule_app::domains::{self, MOST_DOMAINS, Policy};
use vestibule_app::{Kind, jobs};
use vestibule_model::domain::claim::State;
use vestibule_model::user::Status;

cases! {
    what_nobody_owns_is_not_claimed_and_an_account_claims_so_many,
    t03_of_two_accounts_only_the_prover_gets_the_domain_and_the_other_learns_nothing,
    t03_the_second_who_proves_is_told_and_gets_the_domain_when_it_is_free,
    t04_each_domain_needs_its_own_proof_and_another_claim_changes_nothing,
    t01_nobody_of_a_claimed_domain_comes_in_before_it_is_proved,
    t02_a_lost_proof_suspends_sign_ins_and_its_return_restores_them,
    t02_a_suspended_domain_is_anothers_who_proves_it,
    a_claim_is_looked_after_by_itself_for_two_weeks,
    what_the_operator_sets_needs_no_proof,
    a_file_of_the_operator_keeps_what_was_claimed,
    p18_what_is_typed_as_a_domain_is_no_page,
}

async fn what_nobody_owns_is_not_claimed_and_an_account_claims_so_many(world: &World) {
    let acme = world.account("acme").await;
    let ctx = people(&acme).await;
    for (name, says) in [
        ("gmail.com", "public mail"),
        ("Gmail.com.", "public mail"),
        ("co.uk", "public suffix"),
        ("printer.local", "reserved"),
        ("acme.vestibule.example", "reserved"),
        ("no domain", "not a domain"),
        ("localhost", "not a domain"),
        ("", "not a domain"),
    ] {
        let error = domains::claim(&ctx, name).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{name}");
        assert!(error.message().contains(says), "{name}: {error}");
    }
    claim(&acme, "Bücher.example").await;
    assert_eq!(domains::claim(&ctx, "xn--bcher-kva.example.").await.unwrap_err().kind(), Kind::Conflict);
    for number in 1..MOST_DOMAINS {
        claim(&acme, &format!("acme{number}.example")).await;
    }
    let error = domains::claim(&ctx, "onemore.example").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    domains::remove(&ctx, &domain("acme1.example")).await.unwrap();
    claim(&acme, "onemore.example").await;
}

async fn t03_of_two_accounts_only_the_prover_gets_the_domain_and_the_other_learns_nothing(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let (acme, beta) = (net.account(world, "acme").await, net.account(world, "beta").await);
    let (proof, other) = (claim(&acme, "claim.example").await, claim(&beta, "CLAIM.example").await);
    assert_ne!(proof, other);
    assert_eq!(check(&acme, "claim.example").await, State::Verifying);
    net.names.publish(&[("claim", "TXT", &quoted(&proof))]);
    assert_eq!(check(&beta, "claim.example").await, State::Verifying);
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
    assert_eq!(check(&beta, "claim.example").await, State::Verifying);
    let seen = domains::one(&people(&beta).await, &domain("claim.example")).await.unwrap();
    assert!(!seen.claim.unwrap().taken, "who proves nothing is not told that somebody else has it");
    let told = subjects(&net.app, "owner@acme.example").await;
    assert!(told.contains(&"claim.example is verified".to_owned()), "{told:?}");
    assert!(!subjects(&net.app, "owner@beta.example").await.iter().any(|subject| subject.contains("claim")));
    let error = domains::claim(&people(&acme).await, "claim.example").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
}

async fn t03_the_second_who_proves_is_told_and_gets_the_domain_when_it_is_free(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let (acme, beta) = (net.account(world, "acme").await, net.account(world, "beta").await);
    let (first, second) = (claim(&acme, "claim.example").await, claim(&beta, "claim.example").await);
    net.names.publish(&[("claim", "TXT", &quoted(&first)), ("claim", "TXT", &quoted(&second))]);
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
    for _ in 0..2 {
        assert_eq!(check(&beta, "claim.example").await, State::Verifying);
    }
    let told = subjects(&net.app, "owner@beta.example").await;
    let about = |subject: &&String| subject.contains("belongs to another account");
    assert_eq!(told.iter().filter(about).count(), 1, "{told:?}");
    domains::remove(&people(&acme).await, &domain("claim.example")).await.unwrap();
    assert_eq!(check(&beta, "claim.example").await, State::Verified);
    let error = domains::one(&people(&acme).await, &domain("claim.example")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
}

async fn t04_each_domain_needs_its_own_proof_and_another_claim_changes_nothing(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let acme = net.account(world, "acme").await;
    let first = claim(&acme, "one.example").await;
    net.names.publish(&[("one", "TXT", &quoted(&first))]);
    assert_eq!(check(&acme, "one.example").await, State::Verified);
    for other in ["two.example", "mail.one.example", "evilone.example"] {
        claim(&acme, other).await;
        // The proof of the first one proves no other, wherever it stands.
        let label = other.strip_suffix(".example").unwrap();
        net.names.publish(&[("one", "TXT", &quoted(&first)), (label, "TXT", &quoted(&first))]);
        assert_eq!(check(&acme, other).await, State::Verifying, "{other}");
        assert_eq!(check(&acme, "one.example").await, State::Verified);
    }
    let second = domains::one(&people(&acme).await, &domain("two.example")).await.unwrap().claim.unwrap();
    net.names.publish(&[("one", "TXT", &quoted(&first)), ("two", "TXT", &quoted(&second.proof()))]);
    assert_eq!(check(&acme, "two.example").await, State::Verified);
}

async fn t01_nobody_of_a_claimed_domain_comes_in_before_it_is_proved(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let acme = net.configured(world, "acme").await;
    let proof = claim(&acme, "claim.example").await;
    pends(&acme, "ann@claim.example").await;
    assert_eq!(acme.user("ann@claim.example").await.status, Status::Pending);
    net.names.publish(&[("claim", "TXT", &quoted(&proof))]);
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
    acme.sign_in(&Person::of("ann@claim.example")).await;
    // A sub-domain, and a name that merely ends alike, are other domains.
    for foreign in ["bob@mail.claim.example", "bob@evilclaim.example"] {
        pends(&acme, foreign).await;
    }
}

async fn t02_a_lost_proof_suspends_sign_ins_and_its_return_restores_them(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let acme = net.configured(world, "acme").await;
    let proof = claim(&acme, "claim.example").await;
    net.names.publish(&[("claim", "TXT", &quoted(&proof))]);
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
    acme.sign_in(&Person::of("ann@claim.example")).await;
    net.names.publish(&[]);
    world.time.pass(hours(24));
    jobs::run_due(&net.app).await.unwrap();
    assert_eq!(state(&acme, "claim.example").await, State::Verified);
    assert!(
        subjects(&net.app, "owner@acme.example")
            .await
            .contains(&"The proof of claim.example is missing".to_owned())
    );
    acme.sign_in(&Person::of("ann@claim.example")).await;
    for _ in 0..12 {
        world.time.pass(hours(6));
        jobs::run_due(&net.app).await.unwrap();
    }
    assert_eq!(state(&acme, "claim.example").await, State::Suspended);
    for person in ["ann@claim.example", "new@claim.example"] {
        let explanation = acme.refusal(&Person::of(person)).await;
        assert_eq!(explanation.code, Some(1022), "{person}");
        assert!(!explanation.trace.iter().all(|step| step.ok), "{explanation:?}");
    }
    assert!(acme.find_user("new@claim.example").await.is_none());
    acme.sign_in(&Person::anna()).await;
    net.names.publish(&[("claim", "TXT", &quoted(&proof))]);
    assert_eq!(check(&acme, "claim.example").await, State::Verified);
    acme.sign_in(&Person::of("ann@claim.example")).await;
    let told = subjects(&net.app, "owner@acme.example").await;
    for subject in ["claim.example is suspended", "claim.example is verified again"] {
        assert_eq!(told.iter().filter(|told| *told == subject).count(), 1, "{told:?}");
    }
}

async fn t02_a_suspended_domain_is_anothers_who_proves_it(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let (acme, beta) = (net.configured(world, "acme").await, net.configured(world, "beta").await);
    let proof = claim(&acme, "claim.example").await;
    net.names.publish(&[("claim", "TXT", &quoted(&proof))]);
    check(&acme, "claim.example").await;
    acme.sign_in(&Person::of("ann@claim.example")).await;
    let other = claim(&beta, "claim.example").await;
    net.names.publish(&[("claim", "TXT", &quoted(&other))]);
    check(&acme, "claim.example").await;
    assert_eq!(check(&beta, "claim.example").await, State::Verifying, "three days are given");
    world.time.pass(hours(72));
    assert_eq!(check(&acme, "claim.example").await, State::Suspended);
    assert_eq!(check(&beta, "claim.example").await, State::Verified);
    beta.sign_in(&Person::of("bea@claim.example")).await;
    assert_eq!(acme.refusal(&Person::of("ann@claim.example")).await.code, Some(1022));
    net.names.publish(&[("claim", "TXT", &quoted(&other)), ("claim", "TXT", &quoted(&proof))]);
    assert_eq!(check(&acme, "claim.example").await, State::Suspended);
    assert_eq!(check(&beta, "claim.example").await, State::Verified);
}

async fn a_claim_is_looked_after_by_itself_for_two_weeks(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let acme = net.account(world, "acme").await;
    let (first, second) = (claim(&acme, "one.example").await, claim(&acme, "two.example").await);
    jobs::run_due(&net.app).await.unwrap();
    net.names.publish(&[("one", "TXT", &quoted(&first))]);
    world.time.pass(minutes(2));
    jobs::run_due(&net.app).await.unwrap();
    assert_eq!(state(&acme, "one.example").await, State::Verified);
    world.time.pass(hours(24 * 14));
    jobs::run_due(&net.app).await.unwrap();
    let given_up = domains::one(&people(&acme).await, &domain("two.example")).await.unwrap();
    assert_eq!((given_up.state, given_up.next_check), (State::Verifying, None));
    net.names.publish(&[("one", "TXT", &quoted(&first)), ("two", "TXT", &quoted(&second))]);
    world.time.pass(hours(24));
    jobs::run_due(&net.app).await.unwrap();
    assert_eq!(state(&acme, "two.example").await, State::Verifying);
    assert_eq!(check(&acme, "two.example").await, State::Verified, "whoever asks gets an answer");
    let seen = domains::one(&people(&acme).await, &domain("two.example")).await.unwrap();
    assert_eq!(seen.next_check, Some(world.time.now() + hours(24)));
}

async fn what_the_operator_sets_needs_no_proof(world: &World) {
    let acme = world.acme().await;
    assert_eq!(state(&acme, "acme.example").await, State::Verified);
    let admin = acme.owner().await.people();
    let error = domains::claim(&admin, "acme.example").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    let error = domains::remove(&admin, &domain("acme.example")).await.unwrap_err();
    assert!(error.message().contains("whoever runs this service"), "{error}");
    assert_eq!(domains::check(&admin, &domain("acme.example")).await.unwrap_err().kind(), Kind::NotFound);
    domains::remove(&people(&acme).await, &domain("acme.example")).await.unwrap();
    pends(&acme, "anna@acme.example").await;
}

async fn a_file_of_the_operator_keeps_what_was_claimed(world: &World) {
    let Some(net) = Net::open(world).await else { return };
    let acme = net.configured(world, "acme").await;
    let proof = claim(&acme, "claim.example").await;
    net.names.publish(&[("claim", "TXT", &quoted(&proof))]);
    check(&acme, "claim.example").await;
    decide(&acme, "claim.example", &Policy { managed: true, ..Policy::default() }).await.unwrap();
    let exported = acme.export().await;
    assert!(exported.contains("[domains.\"claim.example\"]\nmanaged = true"), "{exported}");
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);
    net.names.publish(&[]);
    check(&acme, "claim.example").await;
    world.time.pass(hours(72));
    assert_eq!(check(&acme, "claim.example").await, State::Suspended);
    // The operator's word needs no proof, and the plan shows that it is given.
    let planned = acme.plan_text(&exported).await.unwrap();
    assert_eq!(planned.changes.len(), 1, "{:?}", planned.changes);
    vestibule_app::configuration::apply(&acme.app.operator(), planned).await.unwrap();
    let seen = domains::one(&people(&acme).await, &domain("claim.example")).await.unwrap();
    assert!(seen.state == State::Verified && seen.claim.is_none());
}

async fn p18_what_is_typed_as_a_domain_is_no_page(world: &World) {
    let acme = world.account("acme").await;
    for typed in
        ["<script>alert(1)</script>.example", "a.example/../x", "a.example?x", "a.example#x", "a\r\n.example"]
    {
        let error = domains::claim(&people(&acme).await, typed).await.unwrap_err();
        assert!(error.kind() == Kind::Invalid && !error.message().contains('<'), "{error}");
    }
    assert!(domains::list(&people(&acme).await).await.unwrap().is_empty());
}
