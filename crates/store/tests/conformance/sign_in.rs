//! What a sign-in leaves on its way: requests, burned messages, sessions, links, mails.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account, insert_user, user, user_id};
use jiff::SignedDuration;
use vestibule_model::group::Limits;
use vestibule_model::id::{ConnectionId, MailId, SessionId};
use vestibule_store::links::{Link, LinkPurpose};
use vestibule_store::outbox::Mail;
use vestibule_store::sessions::{Session, Settled};
use vestibule_store::sign_ins::SignIn;
use vestibule_store::{Error, Store, links, outbox, replays, sessions, sign_ins};

cases! {
    a_request_is_taken_once_by_its_own_browser_and_connection,
    an_expired_request_is_not_there_and_is_purged,
    a_request_that_tests_a_version_is_taken_as_that_test_alone,
    p09_a_message_is_burned_once_and_stays_burned_until_it_expires,
    p09_a_message_whose_key_begins_with_its_expiry_stays_burned_until_then,
    p09_messages_of_an_older_version_stay_burned_and_are_purged,
    a_session_is_read_with_its_user,
    a_session_slides_and_ends,
    all_sessions_of_a_user_end_together,
    idle_sessions_are_purged,
    a_session_is_settled_and_unsettled_by_whoever_changes_the_memberships,
    a_link_is_taken_once_for_its_own_purpose,
    an_expired_link_allows_nothing_and_is_purged,
    mails_are_listed_newest_first,
}

fn connection(number: u8) -> ConnectionId {
    ConnectionId::from_bytes([number; 16])
}

fn request(id: &str) -> SignIn {
    SignIn {
        request_id: id.to_owned(),
        connection: connection(1),
        browser_hash: [1; 32],
        return_to: "/profile?a=1".to_owned(),
        created_at: at(0),
        expires_at: at(600),
    }
}

async fn send(store: &Store, request: SignIn) {
    let sent = store.account(account_id(1)).write(move |tx| {
        let request = request.clone();
        Box::pin(async move { sign_ins::insert(tx, &request).await })
    });
    sent.await.unwrap();
}

async fn take(place: &Place, by: u8, browser: u8, now: i64) -> Option<SignIn> {
    let taken = place.store.account(account_id(1)).write(move |tx| {
        Box::pin(async move { sign_ins::take(tx, "_a", connection(by), &[browser; 32], at(now)).await })
    });
    taken.await.unwrap()
}

async fn a_request_is_taken_once_by_its_own_browser_and_connection(place: &Place) {
    send(&place.store, request("_a")).await;
    send(&place.store, request("_b")).await;
    assert_eq!(take(place, 1, 2, 10).await, None, "another browser");
    assert_eq!(take(place, 2, 1, 10).await, None, "another connection");
    assert_eq!(take(place, 1, 1, 10).await, Some(request("_a")));
    assert_eq!(take(place, 1, 1, 10).await, None, "taken");
}

async fn a_request_that_tests_a_version_is_taken_as_that_test_alone(place: &Place) {
    send(&place.store, request("_b")).await;
    let account = place.store.account(account_id(1));
    let sent = account
        .write(|tx| Box::pin(async move { sign_ins::insert_test(tx, &request("_a"), 3, user_id(5)).await }));
    sent.await.unwrap();
    assert_eq!(take(place, 1, 1, 10).await, None, "as an ordinary sign-in");
    let find = async |id: &'static str, browser: u8, now: i64| {
        let found = account.read(move |tx| {
            Box::pin(async move { sign_ins::find_test(tx, id, &[browser; 32], at(now)).await })
        });
        found.await.unwrap()
    };
    assert_eq!(find("_a", 1, 10).await, Some((connection(1), 3)));
    for (id, browser, now) in [("_b", 1, 10), ("_a", 2, 10), ("_a", 1, 600), ("_c", 1, 10)] {
        assert_eq!(find(id, browser, now).await, None, "{id} {browser} {now}");
    }
    let take = async |id: &'static str, of: (u8, i64), browser: u8, now: i64| {
        let taken = account.write(move |tx| {
            Box::pin(async move {
                let of = (connection(of.0), of.1);
                sign_ins::take_test(tx, id, of, &[browser; 32], at(now)).await
            })
        });
        taken.await.unwrap()
    };
    for (id, of, browser, now) in [
        ("_b", (1, 3), 1, 10),
        ("_a", (2, 3), 1, 10),
        ("_a", (1, 4), 1, 10),
        ("_a", (1, 3), 2, 10),
        ("_a", (1, 3), 1, 600),
    ] {
        assert_eq!(take(id, of, browser, now).await, None, "{id} {of:?} {browser} {now}");
    }
    assert_eq!(take("_a", (1, 3), 1, 10).await, Some(user_id(5)));
    assert_eq!(take("_a", (1, 3), 1, 10).await, None, "once");
}

async fn an_expired_request_is_not_there_and_is_purged(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    let in_order = |made: i64| format!("{}b", sign_ins::first_letters(at(made)));
    send(&place.store, request("_a")).await;
    send(&place.store, request(&in_order(0))).await;
    let later = SignIn { created_at: at(300), expires_at: at(900), ..request(&in_order(300)) };
    send(&place.store, later).await;
    assert_eq!(take(place, 1, 1, 600).await, None);
    let purge = |now: i64| {
        let lifetime = SignedDuration::from_secs(600);
        place
            .store
            .write_bulk(move |tx| Box::pin(async move { sign_ins::purge(tx, at(now), lifetime).await }))
    };
    assert_eq!(purge(599).await.unwrap(), 0);
    assert_eq!(purge(600).await.unwrap(), 2);
    assert_eq!(purge(899).await.unwrap(), 0, "what can be answered stays");
    assert_eq!(purge(900).await.unwrap(), 1);
}

async fn p09_a_message_is_burned_once_and_stays_burned_until_it_expires(place: &Place) {
    let burn = |key: u8, until: i64| {
        place
            .store
            .account(account_id(1))
            .write(move |tx| Box::pin(async move { replays::insert(tx, &[key; 32], at(until)).await }))
    };
    assert!(burn(1, 100).await.unwrap());
    assert!(!burn(1, 100).await.unwrap());
    assert!(!burn(1, 900).await.unwrap(), "another expiry is not another message");
    assert!(burn(2, 100).await.unwrap());
    let again = place.open().await.unwrap();
    let burned = again
        .account(account_id(1))
        .write(|tx| Box::pin(async move { replays::insert(tx, &[1; 32], at(100)).await }));
    assert!(!burned.await.unwrap(), "on another node, and after a restart");
    let purge = |now: i64| {
        place.store.write_bulk(move |tx| Box::pin(async move { replays::purge(tx, at(now)).await }))
    };
    assert_eq!((purge(99).await.unwrap(), purge(100).await.unwrap()), (0, 2));
}

/// A key that begins with its expiry, as those of sign-ins do.
fn in_order(number: u8, until: i64) -> [u8; 32] {
    let mut key = [number; 32];
    key[..8].copy_from_slice(&at(until).as_microsecond().to_be_bytes());
    key
}

async fn p09_a_message_whose_key_begins_with_its_expiry_stays_burned_until_then(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    let burn = |key: [u8; 32], until: i64| {
        let scope = place.store.account(account_id(1));
        let burned =
            scope.write(move |tx| Box::pin(async move { replays::insert(tx, &key, at(until)).await }));
        async { burned.await.unwrap() }
    };
    assert!(burn(in_order(1, 100), 100).await);
    assert!(burn(in_order(2, 100), 100).await && burn(in_order(3, 101), 101).await);
    assert!(burn([0; 32], 100).await, "one that lies elsewhere");
    let purge = async |now: i64| {
        let purged =
            place.store.write_bulk(move |tx| Box::pin(async move { replays::purge(tx, at(now)).await }));
        purged.await.unwrap()
    };
    assert_eq!(purge(99).await, 0);
    assert!(!burn(in_order(1, 100), 100).await && !burn([0; 32], 900).await);
    assert_eq!((purge(100).await, purge(100).await), (3, 0));
    assert!(!burn(in_order(3, 101), 101).await, "it has not expired");
}

async fn p09_messages_of_an_older_version_stay_burned_and_are_purged(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    let burn = || {
        let scope = place.store.account(account_id(1));
        scope.write(|tx| Box::pin(async move { replays::insert(tx, &in_order(1, 100), at(100)).await }))
    };
    assert!(burn().await.unwrap());
    place.tamper("UPDATE replays SET in_order = FALSE").await;
    assert!(!burn().await.unwrap());
    let purged = place.store.write_bulk(|tx| Box::pin(async move { replays::purge(tx, at(100)).await }));
    assert_eq!(purged.await.unwrap(), 1);
}

fn session(number: u8, user: u8) -> Session {
    Session {
        id: SessionId::from_bytes([number; 16]),
        user: user_id(user),
        token_hash: [number; 32],
        connection: Some(connection(1)),
        name_id: Some("anna".to_owned()),
        name_qualifiers: Some("{}".to_owned()),
        session_index: None,
        created_at: at(0),
        seen_at: at(0),
        expires_at: (number == 1).then(|| at(9000)),
        limits: Limits::default(),
        settled: Settled::WithoutSettings,
        second_factor: false,
        held: false,
    }
}

async fn begin(place: &Place, session: Session) {
    let begun = place.store.account(account_id(1)).write(move |tx| {
        let session = session.clone();
        Box::pin(async move { sessions::insert(tx, &session).await })
    });
    begun.await.unwrap();
}

async fn find(place: &Place, number: u8) -> Option<Session> {
    let found = place.store.account(account_id(1)).read(move |tx| {
        Box::pin(async move { sessions::by_id(tx, SessionId::from_bytes([number; 16])).await })
    });
    found.await.unwrap().map(|(session, _)| session)
}

async fn a_session_is_read_with_its_user(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    begin(place, session(1, 1)).await;
    begin(place, Session { connection: None, name_id: None, ..session(2, 1) }).await;
    let acme = place.store.account(account_id(1));
    let found = acme
        .read(|tx| Box::pin(async move { sessions::by_id(tx, SessionId::from_bytes([1; 16])).await }))
        .await;
    assert_eq!(found.unwrap(), Some((session(1, 1), user(1, "anna@acme.example"))));
    assert_eq!(find(place, 2).await, Some(Session { connection: None, name_id: None, ..session(2, 1) }));
    assert_eq!(find(place, 3).await, None);
}

async fn a_session_slides_and_ends(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    begin(place, session(1, 1)).await;
    let touch = |now: i64| {
        place.store.account(account_id(1)).write(move |tx| {
            Box::pin(async move { sessions::touch(tx, SessionId::from_bytes([1; 16]), at(now)).await })
        })
    };
    touch(60).await.unwrap();
    touch(30).await.unwrap();
    assert_eq!(find(place, 1).await.unwrap().seen_at, at(60), "it never slides back");
    let ended = place
        .store
        .account(account_id(1))
        .write(|tx| Box::pin(async move { sessions::end(tx, SessionId::from_bytes([1; 16])).await }));
    ended.await.unwrap();
    assert_eq!(find(place, 1).await, None);
}

async fn all_sessions_of_a_user_end_together(place: &Place) {
    for (number, email) in [(1, "anna@acme.example"), (2, "bert@acme.example")] {
        insert_user(&place.store, account_id(1), user(number, email)).await.unwrap();
    }
    for (number, user) in [(1, 1), (2, 1), (3, 2)] {
        begin(place, session(number, user)).await;
    }
    let ended = place
        .store
        .account(account_id(1))
        .write(|tx| Box::pin(async move { sessions::end_all_of(tx, user_id(1)).await }));
    ended.await.unwrap();
    assert_eq!((find(place, 1).await, find(place, 2).await), (None, None));
    assert_eq!(find(place, 3).await, Some(session(3, 2)), "another person's");
    begin(place, session(4, 1)).await;
    assert_eq!(find(place, 4).await, Some(session(4, 1)), "one that began afterwards");
}

async fn idle_sessions_are_purged(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    begin(place, session(1, 1)).await;
    begin(place, Session { seen_at: at(100), ..session(2, 1) }).await;
    let longer = Limits { idle_seconds: 9_000, ..Limits::default() };
    begin(place, Session { limits: longer, ..session(3, 1) }).await;
    let purge = async |now: i64| {
        let purged = place
            .store
            .write_bulk(move |tx| Box::pin(async move { sessions::purge(tx, 7_200, at(now)).await }));
        purged.await.unwrap()
    };
    assert_eq!(purge(7_250).await, 1);
    assert!(find(place, 1).await.is_none() && find(place, 2).await.is_some());
    assert_eq!((purge(8_999).await, purge(9_000).await), (1, 1), "each as long as it may be idle");
}

async fn a_session_is_settled_and_unsettled_by_whoever_changes_the_memberships(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    begin(place, session(1, 1)).await;
    let acme = place.store.account(account_id(1));
    let id = session(1, 1).id;
    let limits = Limits { idle_seconds: 900, lifetime_seconds: Some(3_600) };
    let settled = acme.write(move |tx| {
        Box::pin(async move {
            sessions::unsettle(tx, user_id(1)).await?;
            let untouched = sessions::by_id(tx, id).await?.unwrap().0.settled;
            assert!(sessions::lock(tx, id).await?);
            sessions::settle(tx, id, limits, Settled::At(7)).await?;
            let (settled, _) = sessions::by_id(tx, id).await?.unwrap();
            sessions::unsettle(tx, user_id(1)).await?;
            Ok::<_, Error>((untouched, settled, sessions::by_id(tx, id).await?.unwrap().0))
        })
    });
    let (untouched, settled, after) = settled.await.unwrap();
    assert_eq!(untouched, Settled::WithoutSettings, "where there are no settings memberships do not matter");
    assert_eq!((settled.limits, settled.settled), (limits, Settled::At(7)));
    assert_eq!((after.limits, after.settled), (limits, Settled::Not));
    let other = place.store.account(account_id(2));
    assert!(!other.write(move |tx| Box::pin(sessions::lock(tx, id))).await.unwrap());
}

fn link(purpose: LinkPurpose) -> Link {
    Link {
        token_hash: [1; 32],
        purpose,
        user: user_id(1),
        created_at: at(0),
        expires_at: at(600),
        license: None,
        email: None,
    }
}

async fn a_link_is_taken_once_for_its_own_purpose(place: &Place) {
    let acme = place.store.account(account_id(1));
    let taken = acme.write(|tx| {
        Box::pin(async move {
            links::insert(tx, &link(LinkPurpose::SetPassword)).await?;
            let found = links::find(tx, &[1; 32]).await?;
            let other = links::take(tx, &[1; 32], LinkPurpose::VerifyEmail, at(1)).await?;
            let first = links::take(tx, &[1; 32], LinkPurpose::SetPassword, at(1)).await?;
            let second = links::take(tx, &[1; 32], LinkPurpose::SetPassword, at(1)).await?;
            Ok::<_, Error>([found, other, first, second])
        })
    });
    let wanted = Some(link(LinkPurpose::SetPassword));
    assert_eq!(taken.await.unwrap(), [wanted.clone(), None, wanted, None]);
}

async fn an_expired_link_allows_nothing_and_is_purged(place: &Place) {
    let acme = place.store.account(account_id(1));
    let found = acme.write(|tx| {
        Box::pin(async move {
            links::insert(tx, &link(LinkPurpose::VerifyEmail)).await?;
            let invitation = Link { token_hash: [2; 32], ..link(LinkPurpose::Invitation) };
            links::insert(tx, &invitation).await?;
            let newest = links::newest(tx, user_id(1), LinkPurpose::VerifyEmail, at(600)).await?;
            let latest = links::latest(tx, user_id(1), LinkPurpose::Invitation).await?;
            assert_eq!((newest, latest), (None, Some((at(0), at(600), None))));
            links::take(tx, &[1; 32], LinkPurpose::VerifyEmail, at(600)).await
        })
    });
    assert_eq!(found.await.unwrap(), None);
    let purge = |before| {
        place.store.write_bulk(move |tx| Box::pin(async move { links::purge(tx, at(600), at(before)).await }))
    };
    assert_eq!(purge(599).await.unwrap(), 1, "of an invitation it is told that it has expired");
    assert_eq!(purge(600).await.unwrap(), 1);
}

async fn mails_are_listed_newest_first(place: &Place) {
    let mail = |number: u8| Mail {
        id: MailId::from_bytes([number; 16]),
        to: "anna@acme.example".to_owned(),
        subject: format!("Mail {number}"),
        body_text: "Hello,\n\nhttps://acme.example/verify/x\n".to_owned(),
        created_at: at(i64::from(number)),
        delivery: outbox::Delivery::Kept,
    };
    for (number, account) in [(1, 1), (2, 2), (3, 1)] {
        let written = place
            .store
            .account(account_id(account))
            .write(move |tx| Box::pin(async move { outbox::insert(tx, &mail(number)).await }));
        written.await.unwrap();
    }
    let acme = place.store.account(account_id(1));
    let own = acme.read(|tx| Box::pin(async move { outbox::list(tx, 10).await })).await.unwrap();
    assert!(own == [mail(3), mail(1)]);
    let all = place.store.read(|tx| Box::pin(async move { outbox::list_all(tx, 2).await })).await.unwrap();
    assert!(all == [(account_id(1), mail(3)), (account_id(2), mail(2))]);
}
