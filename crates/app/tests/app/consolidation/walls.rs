//! What stands in the way of a move although the link came from the mailbox: everything is asked once more when it is used.

use super::question::suspend;
use super::{BOB, apart, asked, consolidate, decide, enter, is_free, join, link_of_bob};
use crate::account::Account;
use crate::cases;
use crate::world::{World, hours};
use vestibule_app::Kind;
use vestibule_model::email::Email;
use vestibule_model::user::{Role, Status};

cases! {
    t20_a_link_moves_nobody_once_the_account_asks_nobody_any_more,
    a_link_moves_the_user_with_the_address_that_it_was_mailed_to,
    an_owner_does_not_move_and_whoever_was_one_does,
    a_link_works_for_a_week,
    t20_whoever_proves_a_domain_that_another_account_lost_takes_none_of_its_people,
}

async fn t20_a_link_moves_nobody_once_the_account_asks_nobody_any_more(world: &World) {
    let (acme, beta) = asked(world).await;
    let link = link_of_bob(&beta).await;
    decide(&acme, true, false).await;
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::Conflict);
    decide(&acme, false, false).await;
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::Conflict);
    consolidate(&acme).await;
    suspend(&acme).await;
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::Conflict, "the proof is lost");
    acme.apply(acme.usual().without("domains").domain("other.example")).await;
    let wanted = acme.usual().set(["domains", "acme.example", "managed"], true);
    acme.apply(wanted.set(["domains", "acme.example", "consolidate"], true)).await;
    join(&beta, &link).await.unwrap();
}

async fn a_link_moves_the_user_with_the_address_that_it_was_mailed_to(world: &World) {
    let (_, beta) = asked(world).await;
    let link = link_of_bob(&beta).await;
    for (status, email) in [(Status::Active, "robert@acme.example"), (Status::Inactive, BOB)] {
        beta.change(BOB, |bob| (bob.status, bob.email) = (status, Email::parse(email).unwrap())).await;
        assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::NotFound, "{status:?} {email}");
        beta.change(email, |bob| (bob.status, bob.email) = (Status::Active, Email::parse(BOB).unwrap()))
            .await;
    }
    join(&beta, &link).await.unwrap();
}

async fn an_owner_does_not_move_and_whoever_was_one_does(world: &World) {
    let (acme, beta) = asked(world).await;
    let link = link_of_bob(&beta).await;
    beta.change(BOB, |bob| bob.role = Role::Admin).await;
    vestibule_app::ownership::transfer_as_operator(&beta.app.operator(), "beta", &whom(BOB)).await.unwrap();
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::Conflict);
    assert!(beta.find_user(BOB).await.is_some_and(|bob| bob.role == Role::Owner));
    let owner = whom("owner@beta.example");
    vestibule_app::ownership::transfer_as_operator(&beta.app.operator(), "beta", &owner).await.unwrap();
    join(&beta, &link).await.unwrap();
    assert!(acme.find_user(BOB).await.is_some());
}

fn whom(text: &str) -> vestibule_app::users::Whom {
    vestibule_app::users::Whom::parse(text).unwrap()
}

async fn t20_whoever_proves_a_domain_that_another_account_lost_takes_none_of_its_people(world: &World) {
    let (acme, beta) = asked(world).await;
    let link = link_of_bob(&beta).await;
    let with_domain = |account: &Account, consolidate: bool| {
        let wanted = account.usual().set(["domains", "acme.example", "managed"], true);
        wanted.set(["domains", "acme.example", "consolidate"], consolidate)
    };
    acme.apply(acme.usual().without("domains").domain("other.example")).await;
    beta.apply(with_domain(&beta, false)).await;
    suspend(&beta).await;
    acme.apply(with_domain(&acme, true)).await;
    assert!(is_free(&beta, &enter(&beta, BOB).await.unwrap()).await, "beta’s people are not asked");
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::Conflict);
    let removed = beta.store.account(beta.id).write(|tx| {
        Box::pin(async move { vestibule_store::domains::remove(tx, &super::acme_domain()).await })
    });
    assert!(removed.await.unwrap(), "beta gives it up");
    join(&beta, &link).await.unwrap();
}

async fn a_link_works_for_a_week(world: &World) {
    let (acme, beta) = apart(world).await;
    consolidate(&acme).await;
    let link = link_of_bob(&beta).await;
    world.time.pass(hours(24 * 7));
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::NotFound);
    let link = link_of_bob(&beta).await;
    world.time.pass(hours(24 * 7 - 1));
    join(&beta, &link).await.unwrap();
}
