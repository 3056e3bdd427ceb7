//! People whom an administrator brings in the portal, and their invitations.

use crate::account::{Account, PASSWORD};
use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours, minutes};
use std::collections::BTreeMap;
use vestibule_app::sign_in::{Knock, with_password};
use vestibule_app::users::{self, Action, Changed, PeopleCtx, Said, Whom};
use vestibule_app::{Error, Kind, jobs, links, outbox};
use vestibule_model::audit::Deed;
use vestibule_model::license::License;
use vestibule_model::user::{Field, Logins, Role, Status};

cases! {
    somebody_is_invited_once_more_and_comes_in_within_thirty_days,
    an_invitation_that_was_withdrawn_or_has_expired_says_so_and_frees_the_seat,
    an_sso_user_is_made_before_the_first_sign_in,
    a_record_is_mended_and_the_owner_keeps_the_address,
}

fn said(email: &str) -> Said {
    let profile = BTreeMap::from([(Field::FirstName, Some("Bea".to_owned()))]);
    Said { email: Some(email.to_owned()), license: Some(License::Basic), profile, ..Said::default() }
}

fn whom(email: &str) -> Whom {
    Whom::parse(email).unwrap()
}

fn kind(outcome: Result<Changed, Error>) -> Kind {
    outcome.unwrap_err().kind()
}

/// The secrets of the invitations to somebody, the newest first.
async fn invitations_to(acme: &Account, to: &str) -> Vec<String> {
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    let mails = mails.into_iter().filter(|mail| mail.to == to && mail.subject.starts_with("You are invited"));
    let secret =
        |text: &str| text.split_once("/welcome/").unwrap().1.split_whitespace().next().unwrap().to_owned();
    mails.map(|mail| secret(&mail.body_text)).collect()
}

/// The account with two seats of Basic, of which the owner has one.
async fn acme(world: &World) -> (Account, PeopleCtx) {
    let acme = world.acme().await;
    acme.grant(License::Basic, 2).await;
    let owner = acme.owner().await.people();
    (acme, owner)
}

const BEA: &str = "bea@acme.example";

async fn somebody_is_invited_once_more_and_comes_in_within_thirty_days(world: &World) {
    let (acme, owner) = acme(world).await;
    let made = users::create(&owner, &Action::Invite, &said(BEA)).await.unwrap();
    assert_eq!(kind(users::create(&owner, &Action::Invite, &said(BEA)).await), Kind::Conflict, "somebody's");
    let cat = users::create(&owner, &Action::Invite, &said("cat@acme.example")).await.unwrap_err();
    assert!(cat.message().contains("no seat"), "{cat}");
    let bea = acme.user(BEA).await;
    assert_eq!(
        (bea.id, bea.status, &bea.role, bea.logins),
        (made.id, Status::Active, &Role::Member, Logins::WORK_EMAIL)
    );
    assert_eq!(bea.profile.value(&Field::FirstName), Some("Bea"));
    assert_eq!(kind(users::invite_again(&owner, &whom(BEA)).await), Kind::Conflict, "a moment ago");
    world.time.pass(minutes(5));
    users::invite_again(&owner, &whom(BEA)).await.unwrap();
    assert_eq!(crate::audit::records(&acme, Some(BEA)).await[0].deed, Deed::UserInvited);
    let [second, first] = invitations_to(&acme, BEA).await.try_into().unwrap();
    let visitor = acme.visitor().await;
    assert!(links::inspect(&visitor, &first).await.is_err(), "one link waits");
    world.time.pass(hours(24 * 30) - minutes(1));
    jobs::forget(&acme.app).await.unwrap();
    let invited = users::invitations(&owner).await.unwrap();
    assert_eq!(
        invited.iter().map(|one| (one.email.as_str(), one.expired)).collect::<Vec<_>>(),
        [(BEA, false)]
    );
    let inside = links::set_password(&visitor, &second, PASSWORD).await.unwrap().inside().unwrap();
    assert_eq!(acme.member(&inside.session).await.unwrap().user().email.as_str(), BEA);
    assert!(users::invitations(&owner).await.unwrap().is_empty());
    assert_eq!(kind(users::invite_again(&owner, &whom(BEA)).await), Kind::Conflict, "there is a password");
    assert_eq!(kind(users::withdraw(&owner, &whom(BEA)).await), Kind::Conflict);
    assert_eq!(kind(users::withdraw(&owner, &whom("owner@acme.example")).await), Kind::Conflict);
    assert_eq!(users::show(&owner, &whom(BEA)).await.unwrap().invitation, None);
}

async fn an_invitation_that_was_withdrawn_or_has_expired_says_so_and_frees_the_seat(world: &World) {
    let (acme, owner) = acme(world).await;
    users::create(&owner, &Action::Invite, &said(BEA)).await.unwrap();
    let secret = invitations_to(&acme, BEA).await.remove(0);
    let visitor = acme.visitor().await;
    let told = async |secret: &str| links::inspect(&visitor, secret).await.unwrap_err().message().to_owned();
    world.time.pass(hours(24 * 30));
    jobs::forget(&acme.app).await.unwrap();
    assert_eq!(told(&secret).await, "This invitation has expired.");
    assert!(links::set_password(&visitor, &secret, PASSWORD).await.is_err());
    assert!(users::invitations(&owner).await.unwrap()[0].expired);
    let shown = users::show(&owner, &whom(BEA)).await.unwrap().invitation.unwrap();
    assert!(!shown.open && shown.expires_at.is_some() && shown.again_at.is_none());
    world.time.pass(hours(24 * 30));
    jobs::forget(&acme.app).await.unwrap();
    assert_eq!(told(&secret).await, "This link does not work any more.");
    users::invite_again(&owner, &whom(BEA)).await.unwrap();
    assert_eq!(acme.seats(License::Basic).await.used, 2);
    users::withdraw(&owner, &whom(BEA)).await.unwrap();
    assert!(acme.find_user(BEA).await.is_none());
    assert_eq!(acme.seats(License::Basic).await.used, 1);
    let secret = invitations_to(&acme, BEA).await.remove(0);
    assert_eq!(told(&secret).await, "This link does not work any more.");
    // Somebody who has another way in stays.
    let both = Said { gains: Logins::SSO, ..said(BEA) };
    users::create(&owner, &Action::Invite, &both).await.unwrap();
    users::withdraw(&owner, &whom(BEA)).await.unwrap();
    assert_eq!(acme.user(BEA).await.logins, Logins::SSO);
}

async fn an_sso_user_is_made_before_the_first_sign_in(world: &World) {
    let bare = world.account("bare").await;
    let ctx = bare.owner().await.people();
    assert_eq!(
        kind(users::create(&ctx, &Action::Sso, &said("x@bare.example")).await),
        Kind::Conflict,
        "no SSO"
    );
    let (acme, owner) = acme(world).await;
    users::create(&owner, &Action::Sso, &said("anna@acme.example")).await.unwrap();
    let anna = acme.user("anna@acme.example").await;
    assert_eq!((anna.logins, anna.status, anna.license), (Logins::SSO, Status::Active, Some(License::Basic)));
    acme.sign_in(&Person::anna()).await;
    assert_eq!(acme.user("anna@acme.example").await.id, anna.id);
    assert!(invitations_to(&acme, "anna@acme.example").await.is_empty());
    // Outsiders confirm their mailboxes first.
    users::create(&owner, &Action::Sso, &said("kim@freelance.example")).await.unwrap();
    assert_eq!(acme.user("kim@freelance.example").await.status, Status::Pending);
}

async fn a_record_is_mended_and_the_owner_keeps_the_address(world: &World) {
    let (acme, owner) = acme(world).await;
    users::create(&owner, &Action::Invite, &said(BEA)).await.unwrap();
    let secret = invitations_to(&acme, BEA).await.remove(0);
    for (wrong, about) in [
        (Said { email: Some("no address".to_owned()), ..Said::default() }, "email"),
        (
            Said { profile: BTreeMap::from([(Field::Phone1, Some("x".to_owned()))]), ..Said::default() },
            "phone_1",
        ),
    ] {
        let error = users::edit(&owner, &whom(BEA), &wrong).await.unwrap_err();
        assert_eq!((error.kind(), error.key()), (Kind::Invalid, Some(about)));
    }
    let elsewhere = Said { email: Some("bea@other.example".to_owned()), ..Said::default() };
    assert_eq!(kind(users::edit(&owner, &whom(BEA), &elsewhere).await), Kind::Conflict);
    let profile = BTreeMap::from([(Field::FirstName, None), (Field::Department, Some("Sales".to_owned()))]);
    let mended = Said { email: Some("beatrix@acme.example".to_owned()), profile, ..Said::default() };
    let changed = users::edit(&owner, &whom(BEA), &mended).await.unwrap();
    let fields: Vec<_> = changed.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["email", "first_name", "department"]);
    let error = links::set_password(&acme.visitor().await, &secret, PASSWORD).await.err().unwrap();
    assert_eq!(error.kind(), Kind::NotFound, "the old mailbox sets no password");
    // An administrator who is not the owner does not get at the owner's mailbox.
    users::invite_again(&owner, &whom("beatrix@acme.example")).await.unwrap();
    let secret = invitations_to(&acme, "beatrix@acme.example").await.remove(0);
    links::set_password(&acme.visitor().await, &secret, PASSWORD).await.unwrap();
    acme.change("beatrix@acme.example", |bea| bea.role = Role::Admin).await;
    let inside =
        with_password(&acme.visitor().await, ("beatrix@acme.example", PASSWORD), Knock::default()).await;
    let admin =
        acme.member(&inside.unwrap().inside().unwrap().session).await.unwrap().admin().unwrap().people();
    let mine = Said { email: Some("mine@acme.example".to_owned()), ..Said::default() };
    assert_eq!(kind(users::edit(&admin, &whom("owner@acme.example"), &mine).await), Kind::Forbidden);
    users::edit(&owner, &whom("owner@acme.example"), &mine).await.unwrap();
}
