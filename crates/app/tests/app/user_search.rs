//! Looking through people, and doing something for many of them.

use crate::account::Account;
use crate::admission::known;
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::groups::{self, Which};
use vestibule_app::users::bulk::{self, Action, Count, Meant};
use vestibule_app::users::{self, Filter, LoginFilter, PeopleCtx, Whom};
use vestibule_model::email::Email;
use vestibule_model::group::GroupKind;
use vestibule_model::id::UserId;
use vestibule_model::license::License;
use vestibule_model::user::{Entry, Field, Logins, Role, Status, User};

cases! {
    people_are_found_by_what_they_are_called_and_by_what_they_are,
    many_are_done_in_batches_and_the_report_names_whoever_is_refused,
}

/// Somebody with this number; every third one is inactive, every fourth one has no SSO.
fn somebody(number: u8) -> User {
    let domain = if number.is_multiple_of(2) { "acme.example" } else { "beta.example" };
    let mut user = User {
        id: UserId::from_bytes([number; 16]),
        email: Email::parse(&format!("p{number:03}@{domain}")).unwrap(),
        status: if number.is_multiple_of(3) { Status::Inactive } else { Status::Active },
        license: None,
        ..known(if number.is_multiple_of(4) { Logins::WORK_EMAIL } else { Logins::SSO })
    };
    let entry = |value: String| Entry { value, source: None };
    user.profile.0.insert(Field::FirstName, entry(format!("Zoë{number}")));
    user.profile.0.insert(Field::LastName, entry("Ångström".to_owned()));
    user
}

async fn crowd(world: &World) -> (Account, PeopleCtx) {
    let acme = world.acme().await;
    for number in 1..=12 {
        acme.add(somebody(number)).await;
    }
    let owner = acme.owner().await.people();
    (acme, owner)
}

async fn found(ctx: &PeopleCtx, filter: &Filter) -> Vec<String> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = users::find(ctx, filter, after.as_deref(), 2).await.unwrap();
        names.extend(page.items.iter().map(|user| user.email.to_string()));
        after = page.next;
        if after.is_none() {
            return names.iter().filter_map(|name| name.split('@').next()).map(str::to_owned).collect();
        }
    }
}

async fn people_are_found_by_what_they_are_called_and_by_what_they_are(world: &World) {
    let (_, owner) = crowd(world).await;
    let filter = |change: &dyn Fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    };
    let text = |text: &str| Filter { text: text.to_owned(), ..Filter::default() };
    assert_eq!(found(&owner, &Filter::default()).await.len(), 13);
    for (typed, expected) in [
        ("P00", vec!["p001", "p002"]),
        ("p012@acme.example", vec!["p012"]),
        ("zoë12", vec!["p012"]),
        ("zoë3 Ång", vec!["p003"]),
        ("%", vec![]),
        ("usr_nobody", vec![]),
    ] {
        assert_eq!(found(&owner, &text(typed)).await, expected, "{typed}");
    }
    let by_last_name = users::find(&owner, &text("ångs"), None, 50).await.unwrap();
    assert_eq!((by_last_name.items.len(), by_last_name.more), (12, false));
    assert!(users::find(&owner, &text("Ångs"), None, 5).await.unwrap().more);
    let id = somebody(7).id.to_string();
    assert_eq!(found(&owner, &text(&id)).await, ["p007"]);
    let inactive = filter(&|filter| filter.status = Some(Status::Inactive));
    assert_eq!(found(&owner, &inactive).await, ["p003", "p006", "p009", "p012"]);
    let here = |filter: &mut Filter| filter.domain = Some("acme.example".to_owned().try_into().unwrap());
    let no_sso = filter(&|filter| {
        filter.login = Some(LoginFilter::NoSso);
        filter.status = Some(Status::Active);
        here(filter);
    });
    assert_eq!(found(&owner, &no_sso).await, ["owner", "p004", "p008"]);
    assert_eq!(found(&owner, &filter(&|filter| filter.role = Some(Role::Owner))).await, ["owner"]);
    assert_eq!(found(&owner, &filter(&|filter| filter.license = Some(None))).await.len(), 12);
    for number in [2, 5, 11] {
        groups::create(&owner, GroupKind::UserGroup, "Board").await.ok();
        let which = Which::parse(GroupKind::UserGroup, "Board").unwrap();
        groups::join(&owner, &which, &Whom::Id(somebody(number).id)).await.unwrap();
    }
    let board = Which::parse(GroupKind::UserGroup, "board").unwrap();
    let members = Filter { group: Some(board), ..Filter::default() };
    assert_eq!(found(&owner, &members).await, ["p002", "p005", "p011"]);
    assert_eq!(found(&owner, &Filter { text: "zoë1".to_owned(), ..members.clone() }).await, ["p011"]);
    let other = world.configured_account("gamma").await.owner().await.people();
    assert_eq!(found(&other, &text("p0")).await, [""; 0], "nobody of another account");
}

async fn many_are_done_in_batches_and_the_report_names_whoever_is_refused(world: &World) {
    let (acme, owner) = crowd(world).await;
    let everybody = Meant::Filtered(Filter::default(), None);
    assert_eq!(bulk::count(&owner, &everybody).await.unwrap(), Count::Exactly(13));
    let report = bulk::carry_out(&owner, Action::AddSsoLogin, everybody.clone()).await.unwrap();
    assert_eq!((report.done, report.unchanged, report.refused.len()), (4, 9, 0), "the owner too");
    assert!(report.next.is_none());
    acme.grant(License::Licensed, 3).await;
    let ticked = Meant::These((1..=5).map(|number| somebody(number).id).collect());
    let action = Action::SetLicense(Some(License::Licensed));
    let report = bulk::carry_out(&owner, action, ticked).await.unwrap();
    assert_eq!(report.done + report.refused.len(), 5, "{report:?}");
    assert_eq!(acme.seats(License::Licensed).await.used, 3, "never more than there are");
    assert!(report.refused.iter().all(|(_, why)| why.contains("no seat of Licensed")), "{report:?}");
    let report = bulk::carry_out(&owner, Action::Deactivate, everybody.clone()).await.unwrap();
    assert_eq!((report.done, report.unchanged), (8, 4));
    let [(Some(email), why)] = report.refused.as_slice() else { panic!("{report:?}") };
    assert!(email.as_str() == "owner@acme.example" && why.contains("owner"), "{report:?}");
    assert_eq!(acme.seats(License::Licensed).await.used, 0);
    assert_eq!(acme.refusal(&Person::of("p002@acme.example")).await.code, Some(1013));
    let other = world.configured_account("gamma").await.owner().await.people();
    let foreign = Meant::These(vec![somebody(1).id]);
    let report = bulk::carry_out(&other, Action::Activate, foreign).await.unwrap();
    assert_eq!((report.done, report.refused.len()), (0, 1), "of this account alone");
}
