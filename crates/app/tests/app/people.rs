//! What an administrator or the operator does about one person, and what the person notices of it.

use crate::account::Account;
use crate::admission::known;
use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours};
use vestibule_app::users::{self, PeopleCtx, Query, Whom};
use vestibule_app::{Error, Kind, jobs};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::{AddOn, License};
use vestibule_model::user::{Logins, Role, Status, User};
use vestibule_store as store;

cases! {
    who_is_refused_with_1020_is_given_the_login_type_and_comes_in,
    an_employee_id_is_replaced_taken_away_and_belongs_to_one_user,
    t17_whoever_is_deactivated_is_out_at_once_and_frees_every_seat,
    whoever_is_activated_takes_the_seats_again_or_is_told_that_there_is_none,
    t15_the_owner_is_never_deactivated_and_nobody_deactivates_themselves,
    people_are_listed_page_by_page_and_by_the_beginning_of_the_address,
    t06_an_administrator_reaches_nobody_of_another_account,
    many_who_deactivate_and_activate_one_person_at_once_leave_the_seats_right,
}

const EMAIL: &str = "anna@acme.example";

fn whom(text: &str) -> Whom {
    Whom::parse(text).unwrap()
}

async fn operator(account: &Account) -> PeopleCtx {
    account.app.operator().people(account.label.as_str()).await.unwrap()
}

/// What changed: field, before, after.
fn changes(changed: &users::Changed) -> Vec<(&str, Option<&str>, Option<&str>)> {
    let changes = changed.changes.iter();
    changes.map(|change| (change.field.as_str(), change.before.as_deref(), change.after.as_deref())).collect()
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Kind {
    let error = outcome.unwrap_err();
    assert!(error.advice().is_some(), "{error}");
    error.kind()
}

async fn who_is_refused_with_1020_is_given_the_login_type_and_comes_in(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await;
    acme.add(known(Logins::WORK_EMAIL)).await;
    assert_eq!(acme.refusal(&Person::anna()).await.code, Some(1020));
    let owner = acme.owner().await.people();
    let changed = users::add_sso_login(&owner, &whom(EMAIL)).await.unwrap();
    assert_eq!(changes(&changed), [("login_types", Some("work_email"), Some("work_email, sso"))]);
    assert_eq!(changed.changes[0].rule, "by owner@acme.example");
    acme.sign_in(&Person::anna()).await;
    let before = world.dump();
    let again = users::add_sso_login(&operator(&acme).await, &whom(EMAIL)).await.unwrap();
    assert!(again.changes.is_empty());
    assert_eq!(world.dump(), before, "what is so already is not written");
}

async fn an_employee_id_is_replaced_taken_away_and_belongs_to_one_user(world: &World) {
    let acme = world.acme().await;
    acme.add(User { employee_id: Some("e-1".to_owned()), ..known(Logins::SSO) }).await;
    acme.sign_in(&Person::of("bob@acme.example")).await;
    let ctx = operator(&acme).await;
    let replace = async |email: &str, id: Option<&'static str>| {
        users::replace_employee_id(&ctx, &whom(email), id).await
    };
    let changed = replace(EMAIL, Some(" e-2 ")).await.unwrap();
    assert_eq!(changes(&changed), [("employee_id", Some("e-1"), Some("e-2"))]);
    assert_eq!(changed.changes[0].rule, "by the operator");
    let taken = replace("bob@acme.example", Some("e-2")).await.unwrap_err();
    assert_eq!(taken.kind(), Kind::Conflict);
    assert!(taken.message().contains(EMAIL), "{taken}");
    replace("bob@acme.example", Some("e-1")).await.unwrap();
    assert_eq!(changes(&replace(EMAIL, None).await.unwrap()), [("employee_id", Some("e-2"), None)]);
    assert!(replace(EMAIL, None).await.unwrap().changes.is_empty());
    for unusable in ["", "  ", "a\u{0}", "a\nb", "a\u{202e}b"] {
        assert_eq!(kind(replace(EMAIL, Some(unusable)).await), Kind::Invalid, "{unusable:?}");
    }
    assert_eq!(acme.user(EMAIL).await.employee_id, None);
}

fn add_on(word: &str) -> AddOn {
    AddOn::from_word(word).unwrap()
}

async fn take(account: &Account, product: impl Into<vestibule_model::license::Product>) -> bool {
    let product = product.into();
    let taken = account
        .store
        .account(account.id)
        .write(move |tx| Box::pin(async move { store::licenses::take(tx, product).await }));
    taken.await.unwrap()
}

async fn used(account: &Account, product: impl Into<vestibule_model::license::Product>) -> i64 {
    account.seats(product).await.used
}

/// Somebody with a license and an add-on, who holds their seats.
async fn licensed(account: &Account) -> User {
    let mut anna = User { license: Some(License::Licensed), ..known(Logins::SSO) };
    anna.holdings.add_ons.insert(add_on("webinar-500"));
    account.grant(License::Licensed, 1).await;
    account.grant(add_on("webinar-500"), 1).await;
    assert!(take(account, License::Licensed).await && take(account, add_on("webinar-500")).await);
    account.add(anna.clone()).await;
    anna
}

async fn t17_whoever_is_deactivated_is_out_at_once_and_frees_every_seat(world: &World) {
    let acme = world.acme().await;
    let anna = licensed(&acme).await;
    let sessions = [acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::anna()).await];
    let bob = acme.sign_in(&Person::of("bob@acme.example")).await;
    let ctx = operator(&acme.at(&world.node(2).await)).await;
    let changed = users::deactivate(&ctx, &Whom::Id(anna.id)).await.unwrap();
    assert_eq!(
        changes(&changed),
        [
            ("status", Some("active"), Some("inactive")),
            ("seat.licensed", Some("taken"), None),
            ("seat.webinar-500", Some("taken"), None)
        ]
    );
    for session in &sessions {
        assert_eq!(acme.member(&session.session).await.err().unwrap().kind(), Kind::SignedOut);
    }
    acme.member(&bob.session).await.unwrap();
    assert_eq!((used(&acme, License::Licensed).await, used(&acme, add_on("webinar-500")).await), (0, 0));
    assert_eq!(acme.refusal(&Person::anna()).await.code, Some(1013));
    assert!(users::deactivate(&ctx, &Whom::Id(anna.id)).await.unwrap().changes.is_empty());
    assert_eq!(used(&acme, License::Licensed).await, 0);
    let shown = users::show(&ctx, &Whom::Id(anna.id)).await.unwrap();
    assert_eq!((shown.summary.status, shown.summary.license), (Status::Inactive, Some(License::Licensed)));
    users::activate(&ctx, &Whom::Id(anna.id)).await.unwrap();
    for session in &sessions {
        let over = acme.member(&session.session).await.err().unwrap();
        assert_eq!(over.kind(), Kind::SignedOut, "what ended does not come back with the person");
    }
    acme.member(&acme.sign_in(&Person::anna()).await.session).await.unwrap();
    acme.member(&bob.session).await.unwrap();
    world.time.pass(hours(3));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("sessions"), 0, "the rows go when they have been idle");
}

async fn whoever_is_activated_takes_the_seats_again_or_is_told_that_there_is_none(world: &World) {
    let acme = world.acme().await;
    let anna = licensed(&acme).await;
    let ctx = operator(&acme).await;
    users::deactivate(&ctx, &anna.id.into()).await.unwrap();
    users::activate(&ctx, &anna.id.into()).await.unwrap();
    let back = acme.user(EMAIL).await;
    assert_eq!((back.status, back.license, &back.holdings), (Status::Active, anna.license, &anna.holdings));
    assert_eq!((used(&acme, License::Licensed).await, used(&acme, add_on("webinar-500")).await), (1, 1));
    acme.sign_in(&Person::anna()).await;
    assert!(users::activate(&ctx, &anna.id.into()).await.unwrap().changes.is_empty());
    // Somebody else takes the seats meanwhile.
    users::deactivate(&ctx, &anna.id.into()).await.unwrap();
    assert!(take(&acme, License::Licensed).await && take(&acme, add_on("webinar-500")).await);
    let before = world.dump();
    let full = users::activate(&ctx, &anna.id.into()).await.unwrap_err();
    assert!(full.message().contains("No Licensed seat is left") && full.advice().is_some(), "{full}");
    assert_eq!((full.kind(), world.dump()), (Kind::Conflict, before));
    // One more seat of the license, none of the add-on: the person comes back without it.
    acme.grant(License::Licensed, 2).await;
    let changed = users::activate(&ctx, &anna.id.into()).await.unwrap();
    assert_eq!(
        changes(&changed),
        [
            ("status", Some("inactive"), Some("active")),
            ("addon.webinar-500", Some("granted"), None),
            ("seat.licensed", None, Some("taken"))
        ]
    );
    assert_eq!((used(&acme, License::Licensed).await, used(&acme, add_on("webinar-500")).await), (2, 1));
}

async fn t15_the_owner_is_never_deactivated_and_nobody_deactivates_themselves(world: &World) {
    let acme = world.acme().await;
    acme.add(User { role: Role::Admin, ..known(Logins::SSO) }).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let admin = acme.member(&session).await.unwrap().admin().unwrap().people();
    let before = world.dump();
    for (ctx, email) in
        [(&admin, "owner@acme.example"), (&operator(&acme).await, "owner@acme.example"), (&admin, EMAIL)]
    {
        assert_eq!(kind(users::deactivate(ctx, &whom(email)).await), Kind::Forbidden, "{email}");
    }
    assert_eq!(world.dump(), before);
    let owner = acme.owner().await.people();
    users::deactivate(&owner, &whom(EMAIL)).await.unwrap();
    assert_eq!(acme.member(&session).await.err().unwrap().kind(), Kind::SignedOut);
}

async fn people_are_listed_page_by_page_and_by_the_beginning_of_the_address(world: &World) {
    let acme = world.acme().await;
    for (number, email) in ["bob@acme.example", "Anna@acme.example", "ann@acme.example", "_x@acme.example"]
        .into_iter()
        .enumerate()
    {
        let id = UserId::from_bytes([10 + u8::try_from(number).unwrap(); 16]);
        acme.add(User { id, email: Email::parse(email).unwrap(), ..known(Logins::SSO) }).await;
    }
    let ctx = operator(&acme).await;
    let page = async |prefix: &str, after: Option<&str>, limit: u32| {
        let query = Query { prefix: prefix.to_owned(), after: after.map(str::to_owned), limit };
        let page = users::list(&ctx, &query).await.unwrap();
        (page.items.into_iter().map(|user| user.email.to_string()).collect::<Vec<_>>(), page.next)
    };
    let (first, next) = page("", None, 3).await;
    assert_eq!(first, ["_x@acme.example", "ann@acme.example", "Anna@acme.example"]);
    let (second, last) = page("", next.as_deref(), 3).await;
    assert_eq!((second.len(), last), (2, None));
    assert_eq!(page(" ANN", None, 50).await.0, ["ann@acme.example", "Anna@acme.example"]);
    assert_eq!(page("ann@", None, 50).await.0, ["ann@acme.example"]);
    for nobody in ["zz", "ann%", "'", "é"] {
        assert!(page(nobody, None, 50).await.0.is_empty(), "{nobody}");
    }
    let odd = Query { prefix: "a\u{0}".to_owned(), ..Query::default() };
    assert_eq!(kind(users::list(&ctx, &odd).await), Kind::Invalid);
}

async fn t06_an_administrator_reaches_nobody_of_another_account(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    acme.add(known(Logins::WORK_EMAIL)).await;
    let anna = acme.user(EMAIL).await.id;
    let owner = beta.owner().await.people();
    let before = world.dump();
    for whom in [Whom::Id(anna), whom(EMAIL)] {
        assert_eq!(kind(users::show(&owner, &whom).await), Kind::NotFound);
        assert_eq!(kind(users::add_sso_login(&owner, &whom).await), Kind::NotFound);
        assert_eq!(kind(users::replace_employee_id(&owner, &whom, Some("e-1")).await), Kind::NotFound);
        assert_eq!(kind(users::deactivate(&owner, &whom).await), Kind::NotFound);
        assert_eq!(kind(users::activate(&owner, &whom).await), Kind::NotFound);
    }
    assert_eq!(world.dump(), before);
    users::show(&acme.owner().await.people(), &whom(EMAIL)).await.unwrap();
}

async fn many_who_deactivate_and_activate_one_person_at_once_leave_the_seats_right(world: &World) {
    let acme = world.acme().await;
    let anna = licensed(&acme).await.id;
    let nodes = [operator(&acme).await, operator(&acme.at(&world.node(1_000).await)).await];
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..40 {
        let ctx = nodes[number % 2].clone();
        racers.spawn(async move {
            match number % 4 {
                0 | 1 => users::deactivate(&ctx, &anna.into()).await.unwrap(),
                _ => users::activate(&ctx, &anna.into()).await.unwrap(),
            }
        });
    }
    racers.join_all().await;
    let active = i64::from(acme.user(EMAIL).await.status == Status::Active);
    assert_eq!(
        (used(&acme, License::Licensed).await, used(&acme, add_on("webinar-500")).await),
        (active, active)
    );
}
