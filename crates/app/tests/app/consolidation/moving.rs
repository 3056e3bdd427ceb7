//! Moving: what goes along, what does not, and that it happens once.

use super::{
    BOB, CHOSEN, apart, asked, choose, consolidate, decide, enter, held, join, link_of_bob, mailed, settle_in,
};
use crate::account::PASSWORD;
use crate::audit::records;
use crate::cases;
use crate::provider::Person;
use crate::races::race;
use crate::second_factors;
use crate::world::World;
use vestibule_app::sign_in::{Entered, Knock, with_password};
use vestibule_app::{Kind, consolidation, outbox, second_factor};
use vestibule_model::audit::Deed;
use vestibule_model::license::License;
use vestibule_model::user::{Field, Role, Status};

cases! {
    whoever_has_the_mailbox_moves_with_the_same_id_and_what_is_theirs,
    t20_to_have_signed_in_is_not_enough_to_move,
    t20_a_password_that_the_account_left_behind_may_have_set_opens_nothing,
    a_second_factor_goes_along,
    where_sso_is_enforced_no_password_goes_along,
    without_a_seat_whoever_moves_has_no_license_type,
    t20_one_link_used_by_many_at_once_moves_once,
    two_links_used_at_once_move_once,
    moves_in_opposite_directions_do_not_stand_in_each_other_s_way,
    whoever_moves_back_finds_no_session_of_earlier,
}

async fn whoever_has_the_mailbox_moves_with_the_same_id_and_what_is_theirs(world: &World) {
    let (acme, beta) = asked(world).await;
    beta.change(BOB, |bob| {
        bob.role = Role::Admin;
        bob.employee_id = Some("e-7".to_owned());
    })
    .await;
    let before = beta.user(BOB).await;
    let (left, came) = (beta.seats(License::Basic).await.used, acme.seats(License::Basic).await.used);
    let link = link_of_bob(&beta).await;
    let offer = consolidation::inspect(&beta.visitor().await, &link).await.unwrap();
    assert_eq!((offer.from.as_str(), offer.to.as_str()), ("The beta company", "The acme company"));
    assert!(!offer.by_provider_alone && beta.find_user(BOB).await.is_some(), "looking moves nobody");
    let session = enter(&beta, BOB).await.unwrap();
    let moved = join(&beta, &link).await.unwrap();
    assert!(moved.next_url.starts_with("https://acme.vestibule.example/welcome/"), "{}", moved.next_url);
    assert!(beta.find_user(BOB).await.is_none());
    let bob = acme.user(BOB).await;
    assert_eq!((bob.id, bob.status, bob.license), (before.id, Status::Active, Some(License::Basic)));
    assert_eq!((&bob.role, &bob.employee_id), (&Role::Member, &None), "beta gives nothing at acme");
    assert_eq!(bob.profile.value(&Field::FirstName), Some("Bob"));
    assert_eq!(bob.profile.value(&Field::Department), None);
    assert_eq!(beta.seats(License::Basic).await.used, left - 1);
    assert_eq!(acme.seats(License::Basic).await.used, came + 1);
    let inside = choose(&acme, &moved).await.inside().unwrap();
    assert!(acme.member(&inside.session).await.is_ok());
    assert_eq!(enter(&beta, BOB).await.unwrap_err().kind(), Kind::Invalid);
    assert_eq!(beta.visitor().await.leaving(&session).await.err().unwrap().kind(), Kind::SignedOut);
    acme.sign_in(&Person::of(BOB)).await;
    let told =
        async |account, deed| records(account, Some(BOB)).await.iter().any(|record| record.deed == deed);
    assert!(told(&beta, Deed::UserMovedAway).await && told(&acme, Deed::UserMovedHere).await);
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    assert!(mails.iter().any(|mail| mail.to == BOB && mail.subject.contains("is at The acme company now")));
    assert_eq!(join(&beta, &link).await.unwrap_err().kind(), Kind::NotFound, "it worked once");
}

async fn t20_to_have_signed_in_is_not_enough_to_move(world: &World) {
    let (acme, beta) = asked(world).await;
    // Beta's identity provider can be anybody in beta, so it is Bob for whoever runs it.
    let session = beta.sign_in(&Person::of(BOB)).await.session;
    let waiting = held(&beta, &session).await;
    consolidation::ask_for_link(&waiting, Knock::default()).await.unwrap();
    let mails = outbox::list(&beta.app.operator()).await.unwrap();
    let with_link: Vec<&str> =
        mails.iter().filter(|mail| mail.body_text.contains("/join/")).map(|mail| mail.to.as_str()).collect();
    assert_eq!(with_link, [BOB], "the link is in the mailbox alone");
    for guess in [session.as_str(), "guess", ""] {
        assert_eq!(join(&beta, guess).await.unwrap_err().kind(), Kind::NotFound);
    }
    let link = mailed(&beta, BOB, "/join/").await.unwrap();
    assert_eq!(join(&acme, &link).await.unwrap_err().kind(), Kind::NotFound, "it is beta's link");
    assert!(beta.find_user(BOB).await.is_some() && acme.find_user(BOB).await.is_none());
    join(&beta, &link).await.unwrap();
}

async fn t20_a_password_that_the_account_left_behind_may_have_set_opens_nothing(world: &World) {
    let (acme, beta) = asked(world).await;
    // Whoever runs beta's programs made Bob with a password of theirs, and Bob follows the link that an administrator of acme sent.
    let moved = join(&beta, &link_of_bob(&beta).await).await.unwrap();
    assert_eq!(enter(&acme, BOB).await.unwrap_err().kind(), Kind::Invalid);
    choose(&acme, &moved).await;
    assert_eq!(enter(&acme, BOB).await.unwrap_err().kind(), Kind::Invalid);
    let visitor = acme.visitor().await;
    assert!(with_password(&visitor, (BOB, CHOSEN), Knock::default()).await.unwrap().inside().is_some());
}

async fn a_second_factor_goes_along(world: &World) {
    let (acme, beta) = apart(world).await;
    let member = beta.member(&enter(&beta, BOB).await.unwrap()).await.unwrap();
    let (secret, codes) = second_factors::set_up(world, &member).await;
    consolidate(&acme).await;
    let ticket = |entered: Entered| match entered {
        Entered::Code(ticket) => ticket,
        Entered::Inside(_) => panic!("no code was asked for"),
    };
    let shown = second_factors::code(world, &secret);
    let visitor = beta.visitor().await;
    let waiting = ticket(with_password(&visitor, (BOB, PASSWORD), Knock::default()).await.unwrap());
    let inside = second_factor::enter(&visitor, &waiting, &shown, Knock::default()).await;
    let session = inside.unwrap().session;
    consolidation::ask_for_link(&held(&beta, &session).await, Knock::default()).await.unwrap();
    let moved = join(&beta, &mailed(&beta, BOB, "/join/").await.unwrap()).await.unwrap();
    second_factors::a_step_later(world);
    let (visitor, ticket) = (acme.visitor().await, ticket(choose(&acme, &moved).await));
    assert!(second_factor::enter(&visitor, &ticket, &codes[0], Knock::default()).await.is_err());
    let shown = second_factors::code(world, &secret);
    second_factor::enter(&visitor, &ticket, &shown, Knock::default()).await.unwrap();
}

async fn where_sso_is_enforced_no_password_goes_along(world: &World) {
    let (acme, beta) = asked(world).await;
    acme.sign_in(&Person::anna()).await;
    let enforced = acme.usual().enforced("acme.example", &["owner@acme.example"]);
    acme.apply(enforced.set(["domains", "acme.example", "consolidate"], true)).await;
    let link = link_of_bob(&beta).await;
    let offer = consolidation::inspect(&beta.visitor().await, &link).await.unwrap();
    assert!(offer.by_provider_alone);
    assert_eq!(join(&beta, &link).await.unwrap().next_url, "https://acme.vestibule.example/signin");
    let bob = acme.user(BOB).await;
    assert!(bob.logins.sso && !bob.logins.work_email);
    assert_eq!(enter(&acme, BOB).await.unwrap_err().kind(), Kind::Forbidden);
    let lifted = acme.usual().set(["domains", "acme.example", "managed"], true);
    acme.apply(lifted).await;
    assert_eq!(enter(&acme, BOB).await.unwrap_err().kind(), Kind::Invalid, "there is no password");
}

async fn without_a_seat_whoever_moves_has_no_license_type(world: &World) {
    let (acme, beta) = asked(world).await;
    acme.map(|mapping| mapping.default_license = Some(License::Licensed)).await;
    acme.grant(License::Licensed, 5).await;
    acme.grant(License::Basic, acme.seats(License::Basic).await.used).await;
    join(&beta, &link_of_bob(&beta).await).await.unwrap();
    assert_eq!(
        acme.user(BOB).await.license,
        None,
        "the default license type is for those whom a sign-in makes"
    );
    assert_eq!(acme.seats(License::Licensed).await.used, 0);
}

async fn t20_one_link_used_by_many_at_once_moves_once(world: &World) {
    let (acme, beta) = asked(world).await;
    let (link, came) = (link_of_bob(&beta).await, acme.seats(License::Basic).await.used);
    let outcomes = race(world, &beta, 8, move |beta, _| {
        let link = link.clone();
        async move { join(&beta, &link).await.map_err(|error| error.kind()) }
    });
    let outcomes = outcomes.await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(acme.seats(License::Basic).await.used, came + 1);
    assert!(acme.find_user(BOB).await.is_some() && beta.find_user(BOB).await.is_none());
}

async fn two_links_used_at_once_move_once(world: &World) {
    let (acme, beta) = asked(world).await;
    let came = acme.seats(License::Basic).await.used;
    let links = [link_of_bob(&beta).await, link_of_bob(&beta).await];
    assert_ne!(links[0], links[1]);
    let outcomes = race(world, &beta, 2, move |beta, number| {
        let link = links[number as usize].clone();
        async move { join(&beta, &link).await.map_err(|error| error.kind()) }
    });
    let outcomes = outcomes.await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(acme.seats(License::Basic).await.used, came + 1);
}

async fn moves_in_opposite_directions_do_not_stand_in_each_other_s_way(world: &World) {
    const MANY: u32 = 6;
    let (acme, beta) = apart(world).await;
    let mut links = vec![];
    for number in 0..MANY {
        settle_in(&beta, &format!("b{number}@acme.example")).await;
        settle_in(&acme, &format!("a{number}@beta.example")).await;
    }
    consolidate(&acme).await;
    consolidate(&beta).await;
    for number in 0..MANY {
        for (account, email) in
            [(&beta, format!("b{number}@acme.example")), (&acme, format!("a{number}@beta.example"))]
        {
            let session = enter(account, &email).await.unwrap();
            consolidation::ask_for_link(&held(account, &session).await, Knock::default()).await.unwrap();
            links.push((account.clone(), mailed(account, &email, "/join/").await.unwrap()));
        }
    }
    let taken = acme.seats(License::Basic).await.used;
    let outcomes = race(world, &acme, MANY * 2, move |_, number| {
        let (account, link) = links[number as usize].clone();
        async move { join(&account, &link).await.map_err(|error| error.to_string()) }
    });
    for outcome in outcomes.await {
        outcome.unwrap();
    }
    assert_eq!(acme.seats(License::Basic).await.used, taken, "as many came as went");
    for number in 0..MANY {
        assert!(acme.find_user(&format!("b{number}@acme.example")).await.is_some());
        assert!(beta.find_user(&format!("a{number}@beta.example")).await.is_some());
    }
}

async fn whoever_moves_back_finds_no_session_of_earlier(world: &World) {
    let (acme, beta) = asked(world).await;
    let session = enter(&beta, BOB).await.unwrap();
    consolidation::defer(&held(&beta, &session).await).await.unwrap();
    let moved = join(&beta, &link_of_bob(&beta).await).await.unwrap();
    choose(&acme, &moved).await;
    decide(&acme, false, false).await;
    // The domain is another account's now, and Bob goes where he came from.
    acme.apply(acme.usual().without("domains").domain("acme-company.example")).await;
    beta.apply(
        beta.usual()
            .set(["domains", "acme.example", "managed"], true)
            .set(["domains", "acme.example", "consolidate"], true),
    )
    .await;
    let visitor = acme.visitor().await;
    let here =
        with_password(&visitor, (BOB, CHOSEN), Knock::default()).await.unwrap().inside().unwrap().session;
    consolidation::ask_for_link(&held(&acme, &here).await, Knock::default()).await.unwrap();
    let back = join(&acme, &mailed(&acme, BOB, "/join/").await.unwrap()).await.unwrap();
    assert_eq!(beta.user(BOB).await.id, super::somebody(BOB).id);
    assert_eq!(beta.member(&session).await.err().unwrap().kind(), Kind::SignedOut);
    assert!(beta.member(&choose(&beta, &back).await.inside().unwrap().session).await.is_ok());
}
