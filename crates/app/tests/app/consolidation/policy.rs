//! Whom an account asks to move, and that it saw them before.

use super::{BOB, acme_domain, apart, consolidate, somebody};
use crate::audit::records;
use crate::cases;
use crate::domains::people;
use crate::sub_accounts::sub_account;
use crate::world::World;
use vestibule_app::Kind;
use vestibule_app::domains::{self, Decided, Policy};
use vestibule_model::audit::Deed;

cases! {
    whoever_asks_people_to_move_saw_how_many_and_who_they_are,
    nobody_is_asked_to_move_to_an_account_that_does_not_manage_the_domain,
    a_file_says_how_many_it_would_ask_and_is_written_out_again,
}

async fn whoever_asks_people_to_move_saw_how_many_and_who_they_are(world: &World) {
    let (acme, beta) = apart(world).await;
    let below = sub_account(world, "acme", "below").await;
    below.add(somebody("sue@acme.example")).await;
    let ctx = people(&acme).await;
    let wanted = |seen: String| Policy { managed: true, consolidate: true, seen, ..Policy::default() };
    let decide = async |policy: Policy| domains::decide(&ctx, &acme_domain(), &policy).await.unwrap();
    let Decided::Asks(first) = decide(wanted(String::new())).await else { panic!("nothing was shown") };
    let shown: Vec<&str> = first.addresses.iter().map(|email| email.as_str()).collect();
    assert_eq!((first.count, shown.as_slice()), (1, [BOB].as_slice()), "a sub-account is not elsewhere");
    let policy = async || domains::one(&ctx, &acme_domain()).await.unwrap().policy.unwrap();
    assert!(!policy().await.consolidate && !policy().await.managed, "nothing changed");
    beta.add(somebody("zoe@acme.example")).await;
    let Decided::Asks(second) = decide(wanted(first.mark())).await else { panic!("the list is another one") };
    assert_eq!(second.count, 2);
    assert_eq!(decide(wanted(second.mark())).await, Decided::Done);
    assert!(policy().await.moves_people());
    let told = records(&acme, None).await.into_iter().find(|record| record.deed == Deed::DomainDecided);
    let changes = told.unwrap().changes;
    assert!(
        changes.iter().any(|change| change.field == "consolidate" && change.after.as_deref() == Some("true"))
    );
    // What is on stays on without a question.
    assert_eq!(decide(wanted(String::new())).await, Decided::Done);
}

async fn nobody_is_asked_to_move_to_an_account_that_does_not_manage_the_domain(world: &World) {
    let (acme, _) = apart(world).await;
    let ctx = people(&acme).await;
    let seen = domains::outsiders(&ctx, &acme_domain()).await.unwrap().mark();
    let policy = Policy { consolidate: true, seen, ..Policy::default() };
    let error = domains::decide(&ctx, &acme_domain(), &policy).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.message().contains("manages"), "{error}");
    consolidate(&acme).await;
}

async fn a_file_says_how_many_it_would_ask_and_is_written_out_again(world: &World) {
    let (acme, _) = apart(world).await;
    let managed = acme.usual().set(["domains", "acme.example", "managed"], true);
    assert!(acme.plan(&managed).await.unwrap().asked_to_move.is_empty());
    let wanted = managed.set(["domains", "acme.example", "consolidate"], true);
    let planned = acme.plan(&wanted).await.unwrap();
    assert_eq!(planned.asked_to_move, [(acme_domain(), 1)].into());
    acme.apply(wanted.clone()).await;
    assert!(acme.export().await.contains("consolidate = true"));
    let again = acme.plan(&wanted).await.unwrap();
    assert!(again.changes.is_empty() && again.asked_to_move.is_empty(), "nobody begins to be asked");
}
