//! Roles given by hand, and the one owner that an account has whatever happens.

use crate::account::{Account, PASSWORD};
use crate::admission::known;
use crate::audit::records;
use crate::cases;
use crate::provider::Person;
use crate::provisioning::{changed, deleted, directory, refused, turned};
use crate::world::World;
use vestibule_app::imports::{self, Intake};
use vestibule_app::sign_in::Knock;
use vestibule_app::tokens::{self, NewToken};
use vestibule_app::users::{self, Whom};
use vestibule_app::{Error, Kind, outbox, ownership, rest, roles};
use vestibule_model::audit::Deed;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::import::Options;
use vestibule_model::token::Access;
use vestibule_model::user::{Logins, Role, Status, User};
use vestibule_store as store;

cases! {
    an_account_is_handed_to_an_administrator_who_hands_it_back,
    t15_no_way_makes_a_second_owner_or_takes_the_only_one,
    a_role_is_given_by_hand_and_holds_at_once,
}

const OWNER: &str = "owner@acme.example";
const ANNA: &str = "anna@acme.example";

fn whom(text: &str) -> Whom {
    Whom::parse(text).unwrap()
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Kind {
    let error = outcome.unwrap_err();
    assert!(error.advice().is_some(), "{error}");
    error.kind()
}

async fn owners(account: &Account) -> Vec<String> {
    let users = account.users().await.into_iter();
    users.filter(|user| user.role == Role::Owner).map(|user| user.email.to_string()).collect()
}

async fn an_account_is_handed_to_an_administrator_who_hands_it_back(world: &World) {
    let acme = world.acme().await;
    acme.add(known(Logins::SSO)).await;
    let owner = acme.owner().await;
    let refused = async |to: &str, password: &str| {
        kind(ownership::transfer(&owner, &whom(to), password, Knock::default()).await)
    };
    assert_eq!(ownership::look(&owner).await.unwrap().candidates, []);
    assert_eq!(refused(ANNA, PASSWORD).await, Kind::Conflict, "a member");
    roles::set_role(&owner.people(), &whom(ANNA), "admin").await.unwrap();
    acme.change(ANNA, |anna| anna.status = Status::Inactive).await;
    assert_eq!(refused(ANNA, PASSWORD).await, Kind::Conflict, "inactive");
    acme.change(ANNA, |anna| anna.status = Status::Active).await;
    for wrong in ["", "wrong password here"] {
        assert_eq!(refused(ANNA, wrong).await, Kind::Invalid);
    }
    for nobody in ["nobody@acme.example", "owner@beta.example"] {
        assert_eq!(refused(nobody, PASSWORD).await, Kind::NotFound);
    }
    assert_eq!(refused(OWNER, PASSWORD).await, Kind::Conflict, "oneself");
    assert_eq!(owners(&acme).await, [OWNER]);
    let seen = ownership::look(&owner).await.unwrap();
    assert!(seen.is_own && seen.has_password && seen.candidates[0].as_str() == ANNA);

    let done = ownership::transfer(&owner, &whom(ANNA), PASSWORD, Knock::default()).await.unwrap();
    assert_eq!((done.from.unwrap().as_str(), done.to.as_str()), (OWNER, ANNA));
    assert_eq!(owners(&acme).await, [ANNA]);
    assert_eq!(acme.user(OWNER).await.role, Role::Admin);
    let told = &records(&acme, None).await[0];
    assert_eq!((told.deed, told.changes[0].after.as_deref()), (Deed::OwnerChanged, Some(ANNA)));
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    let mut told: Vec<&str> = mails
        .iter()
        .filter(|mail| mail.subject.contains("has a new owner"))
        .map(|mail| mail.to.as_str())
        .collect();
    told.sort_unstable();
    assert_eq!(told, [ANNA, OWNER]);
    // Whoever was it hands nothing on, by a page that was open either.
    assert_eq!(
        ownership::transfer(&owner, &whom(ANNA), PASSWORD, Knock::default()).await.unwrap_err().kind(),
        Kind::Conflict
    );
    // The new one has no password, and says so by consent alone; and the operator can always.
    let session = acme.sign_in(&Person::anna()).await.session;
    let anna = acme.member(&session).await.unwrap().admin().unwrap();
    assert!(!ownership::look(&anna).await.unwrap().has_password);
    ownership::transfer(&anna, &whom(OWNER), "", Knock::default()).await.unwrap();
    assert_eq!(owners(&acme).await, [OWNER]);
    let by_operator =
        ownership::transfer_as_operator(&acme.app.operator(), "acme", &whom(ANNA)).await.unwrap();
    assert_eq!(by_operator.account.as_str(), "acme");
    assert_eq!(owners(&acme).await, [ANNA]);
}

async fn t15_no_way_makes_a_second_owner_or_takes_the_only_one(world: &World) {
    let acme = world.acme().await;
    acme.add(known(Logins::SSO)).await;
    roles::set_role(&acme.owner().await.people(), &whom(ANNA), "admin").await.unwrap();
    let operator = acme.app.operator().people("acme").await.unwrap();
    let id = acme.user(OWNER).await.id.to_string();
    // By hand, at the command line or in the portal.
    assert_eq!(kind(roles::set_role(&operator, &whom(ANNA), "owner").await), Kind::Forbidden);
    assert_eq!(kind(roles::set_role(&operator, &whom(OWNER), "member").await), Kind::Forbidden);
    assert_eq!(kind(users::deactivate(&operator, &whom(OWNER)).await), Kind::Forbidden);
    // By a directory.
    let scim = directory(&acme).await;
    assert_eq!(refused(changed(&scim, &id, turned(false)).await).kind(), Kind::Forbidden);
    assert_eq!(refused(deleted(&scim, &id).await).kind(), Kind::Forbidden);
    // By a program.
    let wanted = NewToken { scopes: vec!["users:write".to_owned()], ..NewToken::default() };
    let made = tokens::create(&operator, &wanted).await.unwrap();
    let api = acme.app.api(&made.token).await.unwrap().users(Access::Write).unwrap();
    assert_eq!(rest::delete(&api, OWNER).await.err().unwrap().kind(), Kind::Forbidden);
    assert_eq!(rest::set_status(&api, OWNER, "deactivate").await.err().unwrap().kind(), Kind::Forbidden);
    // By a file of people: its row is refused.
    let mut intake = Intake::begin(&operator, "people.csv", Options::default()).await.unwrap();
    intake.take(b"email,first_name\nowner@acme.example,Mallory\n").await.unwrap();
    let mut import = imports::show(&operator, intake.end().await.unwrap()).await.unwrap();
    while import.state.is_under_way() {
        import = imports::go_on(&operator, import.id).await.unwrap();
    }
    assert_eq!((import.planned.refused, import.planned.writes()), (1, 0));
    // By a rule of the mapping: none gives the role, and none takes it.
    let giving = "[[mapping.role]]\notherwise = true\nresult = \"owner\"\n";
    assert!(acme.plan_text(&(acme.usual().text() + giving)).await.is_err());
    let taking = "[[mapping.role]]\notherwise = true\nresult = \"member\"\n";
    let planned = acme.plan_text(&(acme.usual().text() + taking)).await.unwrap();
    vestibule_app::configuration::apply(&acme.app.operator(), planned).await.unwrap();
    acme.sign_in(&Person::of(OWNER)).await;
    assert_eq!(owners(&acme).await, [OWNER]);
    // And past every deed the database refuses a second one.
    let second = User {
        id: UserId::from_bytes([77; 16]),
        email: Email::parse("second@acme.example").unwrap(),
        ..acme.user(OWNER).await
    };
    let written = acme.store.account(acme.id).write(move |tx| {
        let second = second.clone();
        Box::pin(async move { store::users::insert(tx, &second).await })
    });
    assert!(written.await.is_err());
    assert_eq!(owners(&acme).await, [OWNER]);
}

async fn a_role_is_given_by_hand_and_holds_at_once(world: &World) {
    let acme = world.acme().await;
    acme.sign_in(&Person::anna()).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    assert!(acme.member(&session).await.unwrap().admin().is_err());
    let owner = acme.owner().await.people();
    let done = roles::set_role(&owner, &whom(ANNA), "admin").await.unwrap();
    assert_eq!(
        (done.changes[0].before.as_deref(), done.changes[0].after.as_deref()),
        (Some("member"), Some("admin"))
    );
    assert!(roles::set_role(&owner, &whom(ANNA), "admin").await.unwrap().changes.is_empty());
    let anna = acme.member(&session).await.unwrap().admin().unwrap();
    assert_eq!(
        kind(roles::set_role(&anna.people(), &whom(ANNA), "member").await),
        Kind::Forbidden,
        "oneself"
    );
    assert_eq!(kind(roles::set_role(&owner, &whom(ANNA), "Help desk").await), Kind::Invalid);
    roles::set_role(&owner, &whom(ANNA), "member").await.unwrap();
    assert!(acme.member(&session).await.unwrap().admin().is_err());
    assert_eq!(records(&acme, Some(ANNA)).await.len(), 2);
}
