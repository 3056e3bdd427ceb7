//! The question: who is asked, what the session opens meanwhile, and how often the answer is put off.

use super::{BOB, acme_domain, apart, asked, consolidate, decide, enter, held, is_free, settle_in};
use crate::account::Account;
use crate::cases;
use crate::oauth;
use crate::provider::Person;
use crate::races::race;
use crate::sub_accounts::{self, family, sub_account};
use crate::world::World;
use vestibule_app::sign_in::{Knock, break_glass};
use vestibule_app::{Kind, consolidation, logout};
use vestibule_model::domain::consolidation::Question;
use vestibule_model::user::Role;
use vestibule_store as store;

cases! {
    t20_a_session_that_is_held_opens_the_question_alone_and_that_of_the_neighbor_everything,
    whether_to_move_is_put_off_three_times_also_by_hand,
    two_sessions_at_once_put_it_off_twice_and_one_session_once,
    where_nobody_moves_the_answer_is_put_off_for_ever,
    whoever_is_sent_to_a_sub_account_is_asked_there,
    the_owner_a_sub_account_and_people_of_a_lost_domain_are_not_asked,
    what_nobody_asks_any_more_lets_the_session_go,
}

async fn t20_a_session_that_is_held_opens_the_question_alone_and_that_of_the_neighbor_everything(
    world: &World,
) {
    let (_, beta) = asked(world).await;
    settle_in(&beta, "alice@beta.example").await;
    for email in [BOB, "alice@beta.example"] {
        beta.change(email, |user| user.role = Role::Admin).await;
    }
    let neighbor = enter(&beta, "alice@beta.example").await.unwrap();
    assert!(is_free(&beta, &neighbor).await);
    // Whoever gets no context of a member gets no code of the authorization server either; the neighbor does.
    let client = oauth::register(&beta, &["scim2"]).await;
    let admin = beta.member(&neighbor).await.unwrap().admin().unwrap();
    oauth::code(&admin, &beta.app, &client).await;
    let by_password = enter(&beta, BOB).await.unwrap();
    let by_provider = beta.sign_in(&Person::of(BOB)).await.session;
    let at_the_glass =
        break_glass(&beta.app, (BOB, crate::account::PASSWORD), Knock::default()).await.unwrap();
    for session in [by_password, by_provider, at_the_glass.opened().unwrap().signed_in.session] {
        let error = beta.member(&session).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Held);
        let asks = held(&beta, &session).await.asks().clone();
        assert_eq!((asks.by.as_str(), asks.question), ("The acme company", Question::Move { left: 3 }));
        let leaving = beta.visitor().await.leaving(&session).await.unwrap();
        logout::begin(&leaving, None).await.unwrap();
        assert_eq!(beta.visitor().await.held(&session).await.err().unwrap().kind(), Kind::SignedOut);
    }
}

/// Signs Bob in, and puts the answer off.
async fn put_off(beta: &Account) -> (String, Result<(), vestibule_app::Error>) {
    let session = enter(beta, BOB).await.unwrap();
    let deferred = consolidation::defer(&held(beta, &session).await).await;
    (session, deferred)
}

async fn whether_to_move_is_put_off_three_times_also_by_hand(world: &World) {
    let (_, beta) = asked(world).await;
    for left in [2, 1, 0] {
        let (session, deferred) = put_off(&beta).await;
        deferred.unwrap();
        assert!(is_free(&beta, &session).await, "this session goes on");
        let next = enter(&beta, BOB).await.unwrap();
        assert_eq!(held(&beta, &next).await.asks().question, Question::Move { left });
    }
    let (session, deferred) = put_off(&beta).await;
    assert_eq!(deferred.unwrap_err().kind(), Kind::Conflict);
    assert!(!is_free(&beta, &session).await);
}

async fn two_sessions_at_once_put_it_off_twice_and_one_session_once(world: &World) {
    let (_, beta) = asked(world).await;
    let sessions = [enter(&beta, BOB).await.unwrap(), enter(&beta, BOB).await.unwrap()];
    let shared = sessions.clone();
    let outcomes = race(world, &beta, 2, move |beta, number| {
        let session = shared[number as usize].clone();
        async move { consolidation::defer(&held(&beta, &session).await).await.is_ok() }
    });
    assert_eq!(outcomes.await, [true, true]);
    let session = enter(&beta, BOB).await.unwrap();
    let waiting = held(&beta, &session).await;
    assert_eq!(waiting.asks().question, Question::Move { left: 1 });
    // Both were looked at before either was done.
    let outcomes = race(world, &beta, 2, move |_, _| {
        let waiting = waiting.clone();
        async move { consolidation::defer(&waiting).await.is_ok() }
    });
    assert_eq!(outcomes.await, [true, true]);
    let session = enter(&beta, BOB).await.unwrap();
    assert_eq!(held(&beta, &session).await.asks().question, Question::Move { left: 0 });
}

async fn where_nobody_moves_the_answer_is_put_off_for_ever(world: &World) {
    let (acme, beta) = apart(world).await;
    decide(&acme, true, false).await;
    for _ in 0..5 {
        let (session, deferred) = put_off(&beta).await;
        deferred.unwrap();
        assert!(is_free(&beta, &session).await);
    }
    let session = enter(&beta, BOB).await.unwrap();
    let waiting = held(&beta, &session).await;
    assert_eq!(waiting.asks().question, Question::Change);
    let refused = consolidation::ask_for_link(&waiting, Knock::default()).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict);
    // What was put off then is not held against anybody later.
    consolidate(&acme).await;
    assert_eq!(held(&beta, &session).await.asks().question, Question::Move { left: 3 });
}

async fn whoever_is_sent_to_a_sub_account_is_asked_there(world: &World) {
    let (acme, beta) = family(world).await;
    let gamma = world.configured_account("gamma").await;
    beta.owner().await;
    let sue =
        Person::of("sue@gamma.example").with("mail", &["sue@gamma.example"]).with("division", &["beta"]);
    settle_in(&beta, "sue@gamma.example").await;
    let free = sub_accounts::sign_in(&acme, &beta, &sue).await.session;
    assert!(is_free(&beta, &free).await, "nobody manages the domain yet");
    consolidate(&gamma).await;
    world.time.pass(crate::world::minutes(1));
    let session = sub_accounts::sign_in(&acme, &beta, &sue).await.session;
    assert_eq!(held(&beta, &session).await.asks().by, "The gamma company");
    // Nobody new comes in with such an address, there as little as above.
    let new =
        Person::of("tom@gamma.example").with("mail", &["tom@gamma.example"]).with("division", &["beta"]);
    assert_eq!(acme.refusal(&new).await.code, Some(1014));
}

async fn the_owner_a_sub_account_and_people_of_a_lost_domain_are_not_asked(world: &World) {
    let (acme, beta) = asked(world).await;
    let below = sub_account(world, "acme", "below").await;
    below.owner().await;
    settle_in(&below, "sue@acme.example").await;
    let session = enter(&below, "sue@acme.example").await.unwrap();
    assert!(is_free(&below, &session).await, "a sub-account is not elsewhere");
    let gamma = world.account("gamma").await;
    gamma.owner().await;
    gamma
        .change("owner@gamma.example", |owner| {
            owner.email = vestibule_model::email::Email::parse("gil@acme.example").unwrap();
        })
        .await;
    let session = enter(&gamma, "gil@acme.example").await.unwrap();
    assert!(is_free(&gamma, &session).await, "an account without an owner cannot be");
    assert!(!is_free(&beta, &enter(&beta, BOB).await.unwrap()).await);
    suspend(&acme).await;
    assert!(is_free(&beta, &enter(&beta, BOB).await.unwrap()).await);
}

/// Takes the proof of acme.example away.
pub async fn suspend(acme: &Account) {
    let now = acme.app.now();
    let lost = acme
        .store
        .account(acme.id)
        .write(move |tx| Box::pin(async move { store::domains::suspend(tx, &acme_domain(), now).await }));
    lost.await.unwrap();
}

async fn what_nobody_asks_any_more_lets_the_session_go(world: &World) {
    let (acme, beta) = asked(world).await;
    let session = enter(&beta, BOB).await.unwrap();
    assert!(!is_free(&beta, &session).await);
    decide(&acme, false, false).await;
    assert!(is_free(&beta, &session).await);
    consolidate(&acme).await;
    assert!(is_free(&beta, &session).await, "a session is asked when it begins");
}
