//! Second factors: set up, asked for after the password, used once, limited, recovered and reset.

use crate::account::{Account, PASSWORD};
use crate::cases;
use crate::world::{World, minutes};
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use jiff::SignedDuration;
use vestibule_app::second_factor::{self, Own, RECOVERY_CODES};
use vestibule_app::sign_in::{Entered, Glass, Knock, break_glass, forgotten, with_password};
use vestibule_app::users::Whom;
use vestibule_app::{Error, Kind, MemberCtx, links, outbox};
use vestibule_model::audit::Deed;
use vestibule_model::user::{Role, User};

cases! {
    a_code_is_asked_for_wherever_a_password_lets_in_and_works_once,
    s09_codes_are_limited_and_neither_they_nor_the_secret_stand_in_the_database,
    who_lost_the_device_comes_in_by_a_recovery_code_or_has_it_reset,
    an_account_may_want_one_of_those_who_administer,
}

const OWNER: &str = "owner@acme.example";

/// The code that an authenticator app with this secret shows: another implementation than the one that is tested.
pub fn code(world: &World, secret: &str) -> String {
    let mut bits = String::new();
    for letter in secret.chars() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
        bits.push_str(&format!("{value:05b}"));
    }
    let key: Vec<u8> =
        (0..bits.len() / 8).map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap()).collect();
    let step = world.time.now().as_second() / 30;
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), &step.to_be_bytes());
    let offset = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

pub fn a_step_later(world: &World) {
    world.time.pass(SignedDuration::from_secs(30));
}

/// Sets one up; the answer is the secret and the recovery codes.
pub async fn set_up(world: &World, member: &MemberCtx) -> (String, Vec<String>) {
    second_factor::begin(member, PASSWORD, Knock::default()).await.unwrap();
    let Own::Waiting(setup) = second_factor::look(member).await.unwrap() else { panic!("nothing waits") };
    assert!(setup.address.contains(&setup.secret) && setup.address.contains("%40acme.example"));
    let codes = second_factor::confirm(member, &code(world, &setup.secret)).await.unwrap();
    a_step_later(world);
    (setup.secret, codes)
}

/// The secret of the link in the mail to somebody who forgot the password.
async fn reset_link(acme: &Account, to: &str) -> String {
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    let is_it =
        |mail: &&outbox::Mail| mail.to.starts_with(to) && mail.subject.starts_with("Set a new password");
    let text = &mails.iter().find(is_it).unwrap().body_text;
    text.split_once("/reset/").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

async fn owner(acme: &Account) -> MemberCtx {
    let session = links::set_password(&acme.visitor().await, &acme.owner_token, PASSWORD).await.unwrap();
    acme.member(&session.inside().unwrap().session).await.unwrap()
}

/// The ticket of somebody whose password was right.
async fn ticket(acme: &Account) -> String {
    match with_password(&acme.visitor().await, (OWNER, PASSWORD), Knock::default()).await.unwrap() {
        Entered::Code(ticket) => ticket,
        Entered::Inside(_) => panic!("no code was asked for"),
    }
}

async fn enter(acme: &Account, ticket: &str, code: &str) -> Result<MemberCtx, Error> {
    let inside = second_factor::enter(&acme.visitor().await, ticket, code, Knock::default()).await?;
    Ok(acme.member(&inside.session).await.unwrap())
}

/// The break-glass door asks for a code too.
async fn at_the_glass(world: &World, acme: &Account, secret: &str) {
    let Glass::Code(glass) = break_glass(&acme.app, (OWNER, PASSWORD), Knock::default()).await.unwrap()
    else {
        panic!("no code was asked for")
    };
    let right = code(world, secret);
    assert!(second_factor::enter_at_the_glass(&acme.app, &glass, "000000", Knock::default()).await.is_err());
    second_factor::enter_at_the_glass(&acme.app, &glass, &right, Knock::default()).await.unwrap();
    a_step_later(world);
}

async fn a_code_is_asked_for_wherever_a_password_lets_in_and_works_once(world: &World) {
    let acme = world.account("acme").await;
    let member = owner(&acme).await;
    assert_eq!(second_factor::look(&member).await.unwrap(), Own::Off);
    let wrong = second_factor::begin(&member, "another password", Knock::default()).await.unwrap_err();
    assert_eq!((wrong.kind(), wrong.key()), (Kind::Invalid, Some("current")));
    assert_eq!(
        second_factor::confirm(&member, "000000").await.unwrap_err().kind(),
        Kind::Conflict,
        "nothing was begun"
    );
    second_factor::begin(&member, PASSWORD, Knock::default()).await.unwrap();
    assert!(second_factor::confirm(&member, "000000").await.is_err());
    with_password(&acme.visitor().await, (OWNER, PASSWORD), Knock::default())
        .await
        .unwrap()
        .inside()
        .unwrap();
    let (secret, codes) = set_up(world, &member).await;
    assert_eq!(codes.len(), RECOVERY_CODES);
    assert!(matches!(second_factor::look(&member).await.unwrap(), Own::On { codes_left: 10, .. }));
    assert_eq!(
        second_factor::begin(&member, PASSWORD, Knock::default()).await.unwrap_err().kind(),
        Kind::Conflict
    );

    let sessions = world.count("sessions");
    let (first, second) = (ticket(&acme).await, ticket(&acme).await);
    assert_eq!(world.count("sessions"), sessions, "the password alone begins none");
    assert_eq!(enter(&acme, &first, "000000").await.err().unwrap().kind(), Kind::Invalid);
    let right = code(world, &secret);
    assert!(enter(&acme, &first, &right).await.unwrap().session().second_factor);
    let again = enter(&acme, &second, &right).await.err().unwrap();
    assert_eq!((again.kind(), again.message()), (Kind::Invalid, "The code was used already."));
    a_step_later(world);
    assert_eq!(
        enter(&acme, &first, &code(world, &secret)).await.err().unwrap().kind(),
        Kind::NotFound,
        "a ticket works once"
    );
    enter(&acme, &second, &code(world, &secret)).await.unwrap();
    let late = ticket(&acme).await;
    world.time.pass(minutes(10));
    assert_eq!(enter(&acme, &late, &code(world, &secret)).await.err().unwrap().kind(), Kind::NotFound);
    assert_eq!(enter(&acme, "no ticket", "000000").await.err().unwrap().kind(), Kind::NotFound);

    at_the_glass(world, &acme, &secret).await;

    // And after a link: the mailbox is one factor, not two.
    forgotten::ask(&acme.visitor().await, OWNER, Knock::default()).await.unwrap();
    let waiting = ticket(&acme).await;
    let token = reset_link(&acme, "owner").await;
    let set = links::set_password(&acme.visitor().await, &token, PASSWORD).await.unwrap();
    let Entered::Code(after) = set else { panic!("no code was asked for") };
    assert!(
        enter(&acme, &waiting, &code(world, &secret)).await.is_err(),
        "what an older password opened is over"
    );
    enter(&acme, &after, &code(world, &secret)).await.unwrap();
}

async fn s09_codes_are_limited_and_neither_they_nor_the_secret_stand_in_the_database(world: &World) {
    let acme = world.account("acme").await;
    let (secret, codes) = set_up(world, &owner(&acme).await).await;
    let waiting = ticket(&acme).await;
    for _ in 0..5 {
        assert_eq!(enter(&acme, &waiting, "000000").await.err().unwrap().kind(), Kind::Invalid);
    }
    let other = ticket(&acme).await;
    for right in [code(world, &secret), codes[0].clone()] {
        assert_eq!(enter(&acme, &other, &right).await.err().unwrap().kind(), Kind::TooOften);
    }
    world.time.pass(minutes(10));
    let other = ticket(&acme).await;
    enter(&acme, &other, &code(world, &secret)).await.unwrap();
    for (table, rows) in &world.dump() {
        for word in [&secret, &codes[1], &codes[1].replace('-', "")] {
            assert!(!rows.contains(word.as_str()), "{table}");
        }
    }
}

/// How many resets the audit log knows.
async fn resets(acme: &Account) -> usize {
    let told = crate::audit::records(acme, None).await;
    told.iter().filter(|record| record.deed == Deed::UserSecondFactor).count()
}

async fn who_lost_the_device_comes_in_by_a_recovery_code_or_has_it_reset(world: &World) {
    let acme = world.account("acme").await;
    let member = owner(&acme).await;
    let (_, codes) = set_up(world, &member).await;
    let shouted = codes[0].to_uppercase().replace('-', " ");
    let inside = enter(&acme, &ticket(&acme).await, &shouted).await.unwrap();
    let again = enter(&acme, &ticket(&acme).await, &codes[0]).await.err().unwrap();
    assert_eq!(again.kind(), Kind::Invalid, "each works once");
    let renewed = second_factor::renew_codes(&inside, (PASSWORD, &codes[1]), Knock::default()).await.unwrap();
    assert!(enter(&acme, &ticket(&acme).await, &codes[2]).await.is_err(), "those from before are of no use");
    for (password, code) in [("another password", renewed[0].as_str()), (PASSWORD, "000000")] {
        let refused = second_factor::remove(&inside, (password, code), Knock::default()).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Invalid);
    }
    second_factor::remove(&inside, (PASSWORD, &renewed[0]), Knock::default()).await.unwrap();
    with_password(&acme.visitor().await, (OWNER, PASSWORD), Knock::default())
        .await
        .unwrap()
        .inside()
        .unwrap();
    assert_eq!((world.count("second_factors"), world.count("recovery_codes")), (0, 0));

    // Another administrator resets that of a colleague, not the owner's; the operator resets any.
    world.time.pass(minutes(60));
    set_up(world, &inside).await;
    let colleague = User {
        id: vestibule_model::id::UserId::from_bytes([3; 16]),
        email: vestibule_model::email::Email::parse("colleague@acme.example").unwrap(),
        role: Role::Admin,
        ..acme.user(OWNER).await
    };
    acme.add(colleague.clone()).await;
    let whom = Whom::parse(OWNER).unwrap();
    let owner = inside.clone().admin().unwrap().people();
    assert_eq!(second_factor::reset(&owner, &whom).await.unwrap_err().kind(), Kind::Forbidden, "one's own");
    assert!(second_factor::reset(&owner, &Whom::from(colleague.id)).await.unwrap().changes.is_empty());
    forgotten::ask(&acme.visitor().await, "colleague@acme.example", Knock::default()).await.unwrap();
    let colleague =
        links::set_password(&acme.visitor().await, &reset_link(&acme, "colleague").await, PASSWORD).await;
    let colleague = acme.member(&colleague.unwrap().inside().unwrap().session).await.unwrap();
    let admin = colleague.clone().admin().unwrap().people();
    assert_eq!(second_factor::reset(&admin, &whom).await.unwrap_err().kind(), Kind::Forbidden, "the owner's");
    second_factor::begin(&colleague, PASSWORD, Knock::default()).await.unwrap();
    let Own::Waiting(setup) = second_factor::look(&colleague).await.unwrap() else { panic!("nothing waits") };
    second_factor::confirm(&colleague, &code(world, &setup.secret)).await.unwrap();
    for (ctx, whom) in [
        (&owner, Whom::from(colleague.user().id)),
        (&acme.app.operator().people("acme").await.unwrap(), whom),
    ] {
        let done = second_factor::reset(ctx, &whom).await.unwrap();
        assert_eq!(done.changes[0].field, "second_factor");
        assert!(second_factor::reset(ctx, &whom).await.unwrap().changes.is_empty());
    }
    assert_eq!(resets(&acme).await, 2, "each that took something away is told");
    with_password(&acme.visitor().await, (OWNER, PASSWORD), Knock::default())
        .await
        .unwrap()
        .inside()
        .unwrap();
    assert_eq!((world.count("second_factors"), world.count("recovery_codes")), (0, 0));
}

async fn an_account_may_want_one_of_those_who_administer(world: &World) {
    let acme = world.acme().await;
    let member = owner(&acme).await;
    member.clone().admin().unwrap();
    acme.apply(acme.usual().set(["passwords", "second_factor"], "administrators")).await;
    assert!(acme.export().await.contains("second_factor = \"administrators\""));
    let again = || async {
        with_password(&acme.visitor().await, (OWNER, PASSWORD), Knock::default())
            .await
            .unwrap()
            .inside()
            .unwrap()
    };
    let session = again().await.session;
    let member = acme.member(&session).await.unwrap();
    let refused = member.clone().admin().err().unwrap();
    assert_eq!(refused.kind(), Kind::Forbidden);
    assert!(refused.message().contains("second factor"), "{refused}");
    let (secret, _) = set_up(world, &member).await;
    acme.member(&session).await.unwrap().admin().unwrap();
    let inside = enter(&acme, &ticket(&acme).await, &code(world, &secret)).await.unwrap();
    inside.admin().unwrap();
    // Who comes through the identity provider was asked there.
    let anna = acme.sign_in(&crate::provider::Person::anna()).await;
    acme.change("anna@acme.example", |anna| anna.role = Role::Admin).await;
    acme.member(&anna.session).await.unwrap().admin().unwrap();
}
