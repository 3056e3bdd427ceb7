//! The way of the browser from the account above to its sub-account: once, for a minute, in one browser.

use super::{ANNA, Sent, anna, arrival, family, sending, sign_in, sub_account};
use crate::browser::Browser;
use crate::cases;
use crate::logout::{self, SIGN_OUT_URL};
use crate::world::{World, minutes};
use jiff::SignedDuration;
use vestibule_app::logout::Begun;
use vestibule_app::sign_in::hand_over as way;
use vestibule_app::{Kind, jobs};
use vestibule_model::user::Status;

cases! {
    the_browser_that_signed_in_arrives_once,
    t19_a_ticket_is_of_no_use_in_another_browser,
    a_hand_over_is_over_after_a_minute_and_forgotten,
    a_ticket_of_one_step_is_none_of_another_and_none_of_another_account,
    nobody_arrives_who_may_not_come_in_any_more,
    nobody_who_asked_for_nothing_gets_a_cookie_of_their_own,
    single_logout_of_the_identity_provider_ends_the_session_there_and_what_is_on_its_way,
    signing_out_there_asks_the_identity_provider_of_the_account_above,
}

async fn the_browser_that_signed_in_arrives_once(world: &World) {
    let (acme, beta) = family(world).await;
    let sent = Sent::begun(&acme, &anna()).await;
    assert_eq!((world.count("sessions"), world.count("hand_overs")), (0, 1));
    let (below, proof) = sent.begin(&beta).await;
    let ticket = sent.grant(&acme, &proof).await.unwrap();
    assert_eq!(world.count("hand_overs"), 1, "the first ticket is used up, the second is there");
    assert_eq!(sent.grant(&acme, &proof).await.unwrap_err().kind(), Kind::NotFound);
    let visitor = beta.visitor().await;
    let arrived = way::arrive(&visitor, &ticket, Some(&below)).await.unwrap();
    assert!(beta.member(&arrived.session).await.is_ok());
    let again = way::arrive(&visitor, &ticket, Some(&below)).await.unwrap_err();
    assert_eq!(again.kind(), Kind::NotFound);
    assert_eq!((world.count("sessions"), world.count("hand_overs")), (1, 0));
}

async fn t19_a_ticket_is_of_no_use_in_another_browser(world: &World) {
    let (acme, beta) = family(world).await;
    let sent = Sent::begun(&acme, &anna()).await;
    let (below, proof) = sent.begin(&beta).await;
    let (visitor, other) = (acme.visitor().await, Sent::begun(&acme, &anna()).await);
    for cookie in [None, Some(other.above.as_str()), Some("planted"), Some(below.as_str())] {
        let refused = way::grant(&visitor, sent.ticket(), cookie, &proof).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotFound, "{cookie:?}");
    }
    let ticket = sent.grant(&acme, &proof).await.unwrap();
    let (elsewhere, _) = other.begin(&beta).await;
    let visitor = beta.visitor().await;
    for cookie in [None, Some(elsewhere.as_str()), Some(sent.above.as_str())] {
        let refused = way::arrive(&visitor, &ticket, cookie).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotFound, "{cookie:?}");
    }
    assert_eq!(world.count("sessions"), 0);
    assert!(way::arrive(&visitor, &ticket, Some(&below)).await.is_ok(), "its own browser is not hindered");
}

async fn a_hand_over_is_over_after_a_minute_and_forgotten(world: &World) {
    let (acme, beta) = family(world).await;
    let anna = anna();
    let (slow, slower) = (Sent::begun(&acme, &anna).await, Sent::begun(&acme, &anna).await);
    let quick = Sent::begun(&acme, &anna).await;
    let (below, proof) = slow.begin(&beta).await;
    let ticket = slow.grant(&acme, &proof).await.unwrap();
    let nearly = way::LIFETIME - SignedDuration::from_secs(1);
    world.time.pass(nearly);
    quick.arrive(&acme, &beta).await;
    world.time.pass(SignedDuration::from_secs(1));
    let (_, proof) = slower.begin(&beta).await;
    assert_eq!(slower.grant(&acme, &proof).await.unwrap_err().kind(), Kind::NotFound);
    let late = way::arrive(&beta.visitor().await, &ticket, Some(&below)).await.unwrap_err();
    assert_eq!(late.kind(), Kind::NotFound);
    assert!(late.advice().is_some_and(|hint| hint.contains("Sign in again")), "{late:?}");
    assert_eq!(world.count("hand_overs"), 2);
    jobs::forget(&world.app).await.unwrap();
    assert_eq!((world.count("hand_overs"), world.count("sessions")), (0, 1));
}

async fn a_ticket_of_one_step_is_none_of_another_and_none_of_another_account(world: &World) {
    let (acme, beta) = family(world).await;
    let gamma = sub_account(world, "acme", "gamma").await;
    let stranger = world.configured_account("stranger").await;
    let sent = Sent::begun(&acme, &anna()).await;
    let early = way::arrive(&beta.visitor().await, sent.ticket(), Some(&sent.above)).await.unwrap_err();
    assert_eq!(early.kind(), Kind::NotFound);
    let above = way::arrive(&acme.visitor().await, sent.ticket(), Some(&sent.above)).await.unwrap_err();
    assert_eq!(above.kind(), Kind::NotFound, "nobody is signed in to the account above that way");
    let sent = Sent::begun(&acme, &anna()).await;
    let (below, proof) = sent.begin(&beta).await;
    for other in [&stranger, &gamma, &beta] {
        let visitor = other.visitor().await;
        let refused = way::grant(&visitor, sent.ticket(), Some(&sent.above), &proof).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotFound, "{}", other.label);
    }
    let ticket = sent.grant(&acme, &proof).await.unwrap();
    for other in [&stranger, &gamma, &acme] {
        let visitor = other.visitor().await;
        let refused = way::arrive(&visitor, &ticket, Some(&below)).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotFound, "{}", other.label);
    }
    // A browser is sent up to the account above alone, and only from a sub-account.
    let visitor = beta.visitor().await;
    for from in ["stranger", "gamma", "beta", "nobody", "evil.example"] {
        let refused = way::begin(&visitor, sent.ticket(), from, None).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotFound, "{from}");
    }
    assert!(way::begin(&stranger.visitor().await, sent.ticket(), "acme", None).await.is_err());
    assert!(way::begin(&visitor, "../admin", "acme", None).await.is_err());
    assert!(way::arrive(&visitor, &ticket, Some(&below)).await.is_ok());
}

async fn nobody_arrives_who_may_not_come_in_any_more(world: &World) {
    let (acme, beta) = family(world).await;
    let sent = Sent::begun(&acme, &anna()).await;
    let (below, proof) = sent.begin(&beta).await;
    let ticket = sent.grant(&acme, &proof).await.unwrap();
    beta.change(ANNA, |user| user.status = Status::Inactive).await;
    let visitor = beta.visitor().await;
    assert_eq!(way::arrive(&visitor, &ticket, Some(&below)).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(world.count("sessions"), 0);
    beta.change(ANNA, |user| user.status = Status::Active).await;
    let signed_in = sign_in(&acme, &beta, &anna()).await;
    beta.change(ANNA, |user| user.status = Status::Inactive).await;
    assert!(beta.member(&signed_in.session).await.is_err(), "deactivation ends what began above");
}

async fn nobody_who_asked_for_nothing_gets_a_cookie_of_their_own(world: &World) {
    let (acme, beta) = family(world).await;
    acme.apply(sending(&acme).set(["sso", "unsolicited"], "accept")).await;
    let unasked = acme.idp.unsolicited(&acme, &anna()).form_value();
    let sent = Sent::of(Browser::default().post(&acme, &unasked).await);
    assert_eq!(sent.above.len(), 43, "the browser had none, so it gets one to be known by");
    sent.arrive(&acme, &beta).await;
}

async fn single_logout_of_the_identity_provider_ends_the_session_there_and_what_is_on_its_way(world: &World) {
    let (acme, beta) = family(world).await;
    acme.apply(sending(&acme).set(["sso", "sign_out_url"], SIGN_OUT_URL)).await;
    let here = sign_in(&acme, &beta, &anna()).await;
    let bob = sign_in(&acme, &beta, &anna_called("bob@acme.example")).await;
    let on_its_way = Sent::begun(&acme, &anna()).await;
    let nearly_there = Sent::begun(&acme, &anna()).await;
    let (below, proof) = nearly_there.begin(&beta).await;
    let ticket = nearly_there.grant(&acme, &proof).await.unwrap();
    acme.bring(&acme.asked(world, ANNA), None).await.unwrap();
    assert!(!beta.is_in(&here.session).await);
    assert!(beta.is_in(&bob.session).await, "nobody else is signed out");
    let (_, proof) = on_its_way.begin(&beta).await;
    assert_eq!(on_its_way.grant(&acme, &proof).await.unwrap_err().kind(), Kind::NotFound);
    let late = way::arrive(&beta.visitor().await, &ticket, Some(&below)).await.unwrap_err();
    assert_eq!(late.kind(), Kind::NotFound);
    sign_in(&acme, &beta, &anna()).await;
}

fn anna_called(email: &str) -> crate::provider::Person {
    crate::provider::Person::of(email).with("division", &["beta"])
}

async fn signing_out_there_asks_the_identity_provider_of_the_account_above(world: &World) {
    let (acme, beta) = family(world).await;
    let signed_in = sign_in(&acme, &beta, &anna()).await;
    assert!(matches!(beta.begin_logout(&signed_in.session).await, Begun::Here), "it takes no such requests");
    acme.apply(sending(&acme).set(["sso", "sign_out_url"], SIGN_OUT_URL)).await;
    world.time.pass(minutes(1));
    let signed_in = sign_in(&acme, &beta, &anna()).await;
    let (_, go) = logout::leaving(beta.begin_logout(&signed_in.session).await);
    assert!(!beta.is_in(&signed_in.session).await);
    let request = logout::verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    assert_eq!(request.name_id.value, ANNA);
    assert_eq!(arrival("https://beta.vestibule.example/handover/x/arrive"), "x");
}
