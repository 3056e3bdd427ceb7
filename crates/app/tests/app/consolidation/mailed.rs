//! The mail by which somebody moves, where it does not follow a sign-in: from a refusal, and by an administrator.

use super::{BOB, acme_domain, apart, asked, consolidate, decide, join, mailed, settle_in};
use crate::account::Account;
use crate::audit::records;
use crate::cases;
use crate::domains::people;
use crate::provider::Person;
use crate::sub_accounts::sub_account;
use crate::world::{World, hours};
use vestibule_app::sign_in::Knock;
use vestibule_app::{Error, Kind, consolidation, outbox};
use vestibule_model::audit::Deed;
use vestibule_model::user::Status;

cases! {
    whoever_is_refused_with_1014_may_ask_for_the_link_and_comes_in_afterwards,
    a_refusal_without_an_offer_mails_nobody,
    an_administrator_has_everybody_mailed_once_a_day,
}

async fn refused(acme: &Account, email: &str) -> Error {
    let error = acme.attempt(&Person::of(email)).await.unwrap_err();
    assert_eq!(acme.explain_error(&error).await.code, Some(1014));
    error
}

async fn ask(acme: &Account, tracking_id: &str) {
    consolidation::ask_from_outside(&acme.visitor().await, tracking_id, Knock::default()).await.unwrap();
}

async fn whoever_is_refused_with_1014_may_ask_for_the_link_and_comes_in_afterwards(world: &World) {
    let (acme, beta) = asked(world).await;
    let error = refused(&acme, BOB).await;
    assert!(error.offers_to_move());
    ask(&acme, &error.tracking_id().unwrap().to_string()).await;
    let link = mailed(&beta, BOB, "/join/").await.unwrap();
    join(&beta, &link).await.unwrap();
    acme.sign_in(&Person::of(BOB)).await;
}

async fn a_refusal_without_an_offer_mails_nobody(world: &World) {
    let (acme, beta) = apart(world).await;
    let nobody_moves = refused(&acme, BOB).await;
    assert!(!nobody_moves.offers_to_move(), "acme asks nobody");
    ask(&acme, &nobody_moves.tracking_id().unwrap().to_string()).await;
    assert_eq!(mailed(&beta, BOB, "/join/").await, None);
    consolidate(&acme).await;
    // Beta's own refusal of somebody of acme is no offer to move there, and neither is one of long ago.
    let there = refused(&beta, "new@acme.example").await;
    assert!(!there.offers_to_move());
    ask(&beta, &there.tracking_id().unwrap().to_string()).await;
    let late = refused(&acme, BOB).await.tracking_id().unwrap().to_string();
    world.time.pass(hours(2));
    for tracking_id in [late.as_str(), "WEB_00000000000000000000000000000000", "x"] {
        ask(&acme, tracking_id).await;
    }
    assert_eq!(mailed(&beta, BOB, "/join/").await, None);
    let soon = refused(&acme, BOB).await.tracking_id().unwrap().to_string();
    for _ in 0..9 {
        ask(&acme, &soon).await;
    }
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.to == BOB).count(), 3, "nobody’s mailbox is flooded");
}

async fn an_administrator_has_everybody_mailed_once_a_day(world: &World) {
    let (acme, beta) = apart(world).await;
    let invite = async || consolidation::invite(&people(&acme).await, &acme_domain()).await;
    assert_eq!(invite().await.unwrap_err().kind(), Kind::Conflict, "nobody is asked to move");
    decide(&acme, true, false).await;
    assert_eq!(invite().await.unwrap_err().kind(), Kind::Conflict);
    for email in ["cara@acme.example", "dan@acme.example"] {
        settle_in(&beta, email).await;
    }
    beta.change("dan@acme.example", |dan| dan.status = Status::Inactive).await;
    let below = sub_account(world, "acme", "below").await;
    below.owner().await;
    settle_in(&below, "sue@acme.example").await;
    consolidate(&acme).await;
    let invited = invite().await.unwrap();
    assert_eq!((invited.sent, invited.others), (2, 1));
    assert_eq!(records(&acme, None).await[0].deed, Deed::DomainInvited);
    assert_eq!(invite().await.unwrap().sent, 0, "once a day");
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    let mut to: Vec<&str> =
        mails.iter().filter(|mail| mail.body_text.contains("/join/")).map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, [BOB, "cara@acme.example"]);
    join(&beta, &mailed(&beta, BOB, "/join/").await.unwrap()).await.unwrap();
    world.time.pass(hours(24));
    assert_eq!(invite().await.unwrap().sent, 1, "Cara again");
}
