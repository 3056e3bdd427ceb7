//! What is done about groups: made, renamed, deleted, joined and left, and what follows from it for people, rules and sessions.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::rules::{GROUPS, USER_GROUPS, group, groups as given, keeping, removing, rule};
use crate::world::{World, minutes};
use std::collections::BTreeMap;
use vestibule_app::groups::{self, Query, Which};
use vestibule_app::users::{self, PeopleCtx, Whom};
use vestibule_app::{Error, Kind};
use vestibule_model::group::{GroupKind, Origin, primary};
use vestibule_model::id::GroupId;
use vestibule_model::mapping::{CategoryName, Grant};
use vestibule_model::user::Role;

cases! {
    t16_a_renamed_group_keeps_members_settings_and_rules,
    t16_a_group_that_the_mapping_names_is_not_deleted_and_one_that_it_does_not_name_is,
    t16_a_group_made_again_under_an_old_name_is_another_group,
    t16_whoever_leaves_an_exempt_group_gets_the_role_of_the_rules_in_the_session_that_is_open,
    t16_auto_mapping_makes_a_group_of_the_old_name_and_says_so_before,
    somebody_is_put_in_by_hand_and_taken_out_and_what_others_gave_stays,
    the_primary_group_stays_the_one_of_the_mapping,
    a_name_is_one_group_of_its_kind,
    groups_and_members_come_page_by_page,
    t06_groups_of_another_account_are_out_of_reach,
    many_sign_ins_while_a_group_is_deleted_and_made_leave_everybody_in_it,
}

const EMAIL: &str = "anna@acme.example";
const KIND: GroupKind = GroupKind::UserGroup;

pub async fn operator(account: &Account) -> PeopleCtx {
    account.app.operator().people(account.label.as_str()).await.unwrap()
}

pub fn named(name: &str) -> Which {
    Which::parse(KIND, name).unwrap()
}

fn whom(text: &str) -> Whom {
    Whom::parse(text).unwrap()
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Kind {
    let error = outcome.unwrap_err();
    assert!(error.advice().is_some(), "{error}");
    error.kind()
}

fn anna(groups: &[&str]) -> Person {
    Person::anna().with(GROUPS, groups)
}

/// The names of the groups, in their order.
async fn of(account: &Account, email: &str) -> Vec<String> {
    account.memberships(email).await.into_iter().map(|m| m.group.name.to_string()).collect()
}

async fn ruled(account: &Account) {
    account
        .map(|mapping| {
            let mut category = keeping([rule("marketing", given(&["Marketing", "All staff"]))]);
            category.exempt.groups.insert(group("executives"));
            mapping.categories.insert(USER_GROUPS, category);
        })
        .await;
}

async fn t16_a_renamed_group_keeps_members_settings_and_rules(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    acme.sign_in(&anna(&["marketing"])).await;
    let ctx = acme.owner().await.people();
    let form = BTreeMap::from([("session_idle".to_owned(), "30m".to_owned())]);
    let before = groups::show(&ctx, &named("Marketing")).await.unwrap();
    assert_eq!(before.named_by, ["User groups: rule 1 gives it"]);
    groups::set(&ctx, &named("Marketing"), before.summary.version, &form).await.unwrap();
    let changed = groups::rename(&ctx, &named("marketing"), "Growth").await.unwrap();
    let fields: Vec<&str> = changed.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["name", "mapping.user_group[1]"]);
    assert_eq!(changed.changes[0].rule, "by owner@acme.example");
    let after = groups::show(&ctx, &named("growth")).await.unwrap();
    assert_eq!((after.summary.id, after.summary.members), (before.summary.id, 1));
    assert_eq!(after.summary.settings["session_idle"].value, "30m");
    assert_eq!(kind(groups::show(&ctx, &named("Marketing")).await), Kind::NotFound);
    // The next sign-in finds the group that the rule names now.
    acme.sign_in(&anna(&["marketing"])).await;
    assert_eq!(of(&acme, EMAIL).await, ["Growth", "All staff"]);
    assert_eq!(world.count("groups"), 2);
    let again = groups::rename(&ctx, &named("growth"), "Growth").await.unwrap();
    assert!(again.changes.is_empty());
    let executives = groups::create(&ctx, KIND, "Executives").await.unwrap();
    groups::rename(&ctx, &executives.id.into(), "Board").await.unwrap();
    let board = groups::show(&ctx, &executives.id.into()).await.unwrap();
    assert_eq!(board.named_by, ["User groups: its members are exempt"]);
}

async fn t16_a_group_that_the_mapping_names_is_not_deleted_and_one_that_it_does_not_name_is(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    acme.sign_in(&anna(&["marketing"])).await;
    let ctx = operator(&acme).await;
    let executives = groups::create(&ctx, KIND, "Executives").await.unwrap();
    let before = world.dump();
    for (name, place) in
        [("Marketing", "User groups: rule 1 gives it"), ("Executives", "User groups: its members are exempt")]
    {
        let error = groups::delete(&ctx, &named(name)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(error.message().contains(place) && error.advice().is_some(), "{error}");
    }
    // A name that a rule gives too would lock the members in.
    assert_eq!(kind(groups::rename(&ctx, &named("Executives"), "Marketing").await), Kind::Conflict);
    assert_eq!(world.dump(), before, "nothing of it is done");
    acme.map(|mapping| mapping.categories.clear()).await;
    for origin in Origin::ALL {
        acme.join(EMAIL, (KIND, "Executives"), origin, 9).await;
    }
    let changed = groups::delete(&ctx, &executives.id.into()).await.unwrap();
    let told: Vec<_> = changed.changes.iter().map(|c| (c.field.as_str(), c.before.as_deref())).collect();
    assert_eq!(told, [("name", Some("Executives")), ("members", Some("1"))]);
    assert_eq!(of(&acme, EMAIL).await, ["Marketing", "All staff"], "whoever put them there");
    assert_eq!(kind(groups::delete(&ctx, &executives.id.into()).await), Kind::NotFound);
}

async fn t16_a_group_made_again_under_an_old_name_is_another_group(world: &World) {
    let acme = world.acme().await;
    acme.sign_in(&Person::anna()).await;
    let ctx = operator(&acme).await;
    let first = groups::create(&ctx, KIND, "Executives").await.unwrap();
    groups::join(&ctx, &first.id.into(), &whom(EMAIL)).await.unwrap();
    groups::delete(&ctx, &first.id.into()).await.unwrap();
    let second = groups::create(&ctx, KIND, "executives").await.unwrap();
    assert_ne!(first.id, second.id);
    let shown = groups::show(&ctx, &second.id.into()).await.unwrap();
    assert_eq!((shown.summary.members, shown.summary.settings.len()), (0, 0));
    assert_eq!(kind(groups::join(&ctx, &first.id.into(), &whom(EMAIL)).await), Kind::NotFound);
    // Who was exempt as a member of the first is no member of the second, until somebody says so.
    acme.map(|mapping| {
        let mut category = removing([rule("x", Grant::Role(Role::Admin))]);
        category.exempt.groups.insert(group("Executives"));
        mapping.categories.insert(CategoryName::Role, category);
    })
    .await;
    let session = acme.sign_in(&anna(&["x"])).await.session;
    assert!(acme.member(&session).await.unwrap().admin().is_ok());
    acme.sign_in(&anna(&[])).await;
    assert!(acme.member(&session).await.unwrap().admin().is_err());
    acme.sign_in(&anna(&["x"])).await;
    groups::join(&ctx, &second.id.into(), &whom(EMAIL)).await.unwrap();
    acme.sign_in(&anna(&[])).await;
    assert!(acme.member(&session).await.unwrap().admin().is_ok(), "now exempt: the role stays");
}

async fn t16_whoever_leaves_an_exempt_group_gets_the_role_of_the_rules_in_the_session_that_is_open(
    world: &World,
) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    let board = groups::create(&ctx, KIND, "Board").await.unwrap();
    let [anna, bob] = [EMAIL, "bob@acme.example"];
    for email in [anna, bob] {
        acme.sign_in(&Person::of(email)).await;
        acme.change(email, |user| user.role = Role::Admin).await;
        groups::join(&ctx, &board.id.into(), &whom(email)).await.unwrap();
    }
    acme.map(|mapping| {
        let mut category = removing([rule("x", Grant::Role(Role::Admin))]);
        category.exempt.groups.insert(group("Board"));
        mapping.categories.insert(CategoryName::Role, category);
    })
    .await;
    let anna_is = acme.sign_in(&Person::of(anna)).await.session;
    let bob_is = acme.sign_in(&Person::of(bob)).await.session;
    assert!(acme.member(&anna_is).await.unwrap().admin().is_ok(), "exempt");
    groups::leave(&ctx, &board.id.into(), &whom(anna)).await.unwrap();
    acme.sign_in(&Person::of(anna)).await;
    acme.sign_in(&Person::of(bob)).await;
    assert!(acme.member(&anna_is).await.unwrap().admin().is_err(), "an open session has the role of now");
    assert!(acme.member(&bob_is).await.unwrap().admin().is_ok(), "who stayed stays exempt");
    let renamed = groups::rename(&ctx, &board.id.into(), "Directors").await.unwrap();
    assert_eq!(renamed.changes[1].field, "mapping.exempt.role");
    acme.sign_in(&Person::of(bob)).await;
    assert!(acme.member(&bob_is).await.unwrap().admin().is_ok(), "the exemption follows the name");
}

async fn t16_auto_mapping_makes_a_group_of_the_old_name_and_says_so_before(world: &World) {
    let acme = world.acme().await;
    acme.map(|mapping| drop(mapping.auto.insert(KIND, GROUPS.to_owned()))).await;
    acme.sign_in(&anna(&["Sales"])).await;
    let ctx = operator(&acme).await;
    let sales = groups::show(&ctx, &named("Sales")).await.unwrap();
    assert_eq!(sales.auto_mapping.as_deref(), Some(GROUPS));
    let renamed = groups::rename(&ctx, &sales.summary.id.into(), "Revenue").await.unwrap();
    assert_eq!(renamed.notes.len(), 1, "{renamed:?}");
    acme.sign_in(&anna(&["Sales"])).await;
    assert_eq!(of(&acme, EMAIL).await, ["Sales"]);
    let again = groups::show(&ctx, &named("Sales")).await.unwrap().summary;
    assert_ne!(again.id, sales.summary.id);
    let deleted = groups::delete(&ctx, &again.id.into()).await.unwrap();
    assert!(deleted.notes[0].contains("Sales"), "{deleted:?}");
    assert!(of(&acme, EMAIL).await.is_empty());
}

async fn somebody_is_put_in_by_hand_and_taken_out_and_what_others_gave_stays(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    acme.sign_in(&anna(&["marketing"])).await;
    let ctx = acme.owner().await.people();
    groups::create(&ctx, KIND, "Pilots").await.unwrap();
    let joined = groups::join(&ctx, &named("pilots"), &whom(EMAIL)).await.unwrap();
    let change = &joined.changes[0];
    assert_eq!((change.field.as_str(), change.after.as_deref()), ("user_group", Some("Pilots")));
    assert_eq!(change.rule, "by owner@acme.example");
    let before = world.dump();
    assert!(groups::join(&ctx, &named("pilots"), &whom(EMAIL)).await.unwrap().changes.is_empty());
    assert_eq!(world.dump(), before, "what is so already is not written");
    groups::join(&ctx, &named("Marketing"), &whom(EMAIL)).await.unwrap();
    assert_eq!(groups::leave(&ctx, &named("Marketing"), &whom(EMAIL)).await.unwrap().changes.len(), 1);
    let by_rule = groups::leave(&ctx, &named("Marketing"), &whom(EMAIL)).await.unwrap_err();
    assert_eq!(by_rule.kind(), Kind::Conflict);
    assert!(by_rule.message().contains("a rule of the mapping"), "{by_rule}");
    for (origin, who) in [(Origin::Scim, "SCIM"), (Origin::Csv, "an import")] {
        acme.join(EMAIL, (KIND, who), origin, 1_010).await;
        let error = groups::leave(&ctx, &named(who), &whom(EMAIL)).await.unwrap_err();
        assert!(error.message().contains(who) && error.advice().is_some(), "{error}");
    }
    groups::leave(&ctx, &named("Pilots"), &whom(EMAIL)).await.unwrap();
    assert!(groups::leave(&ctx, &named("Pilots"), &whom(EMAIL)).await.unwrap().changes.is_empty());
    let mut left = of(&acme, EMAIL).await;
    left.sort();
    assert_eq!(left, ["All staff", "Marketing", "SCIM", "an import"]);
    assert_eq!(kind(groups::join(&ctx, &named("Pilots"), &whom("x@acme.example")).await), Kind::NotFound);
    assert_eq!(kind(groups::join(&ctx, &named("No such"), &whom(EMAIL)).await), Kind::NotFound);
}

async fn the_primary_group_stays_the_one_of_the_mapping(world: &World) {
    let acme = world.acme().await;
    acme.sign_in(&anna(&[])).await;
    let ctx = operator(&acme).await;
    for name in ["Pilots", "Testers"] {
        groups::create(&ctx, KIND, name).await.unwrap();
        groups::join(&ctx, &named(name), &whom(EMAIL)).await.unwrap();
    }
    assert_eq!(primary(&acme.memberships(EMAIL).await).unwrap().name, group("Pilots"), "the first by hand");
    ruled(&acme).await;
    acme.sign_in(&anna(&["marketing"])).await;
    assert_eq!(primary(&acme.memberships(EMAIL).await).unwrap().name, group("Marketing"));
    assert_eq!(of(&acme, EMAIL).await, ["Marketing", "All staff", "Pilots", "Testers"]);
}

async fn a_name_is_one_group_of_its_kind(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    groups::create(&ctx, KIND, " Möbel ").await.unwrap();
    assert_eq!(kind(groups::create(&ctx, KIND, "MÖBEL").await), Kind::Conflict);
    groups::create(&ctx, GroupKind::Channel, "Möbel").await.unwrap();
    groups::create(&ctx, KIND, "Other").await.unwrap();
    assert_eq!(kind(groups::rename(&ctx, &named("Other"), "möbel").await), Kind::Conflict);
    for unusable in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(129)] {
        assert_eq!(kind(groups::create(&ctx, KIND, unusable).await), Kind::Invalid, "{unusable:?}");
        assert_eq!(kind(groups::rename(&ctx, &named("Other"), unusable).await), Kind::Invalid);
    }
}

async fn groups_and_members_come_page_by_page(world: &World) {
    let acme = world.acme().await;
    let ctx = operator(&acme).await;
    for name in ["Sales", "Sales East", "Support"] {
        groups::create(&ctx, KIND, name).await.unwrap();
    }
    let query = |prefix: &str, after: Option<String>| Query { prefix: prefix.to_owned(), after, limit: 1 };
    let first = groups::list(&ctx, KIND, &query("sal", None)).await.unwrap();
    let second = groups::list(&ctx, KIND, &query("SAL", first.next.clone())).await.unwrap();
    assert_eq!(first.items[0].name, group("Sales"));
    assert_eq!((&second.items[0].name, second.next), (&group("Sales East"), None));
    for email in ["anna@acme.example", "ann@acme.example", "bob@acme.example"] {
        acme.sign_in(&Person::of(email)).await;
        world.time.pass(minutes(1));
        groups::join(&ctx, &named("Sales"), &whom(email)).await.unwrap();
    }
    let listed = async |prefix: &str| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = groups::members(&ctx, &named("Sales"), &query(prefix, after)).await.unwrap();
            found.extend(page.items.iter().map(|member| member.email.to_string()));
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    };
    assert_eq!(listed("").await, ["anna@acme.example", "ann@acme.example", "bob@acme.example"]);
    assert_eq!(listed("AN").await, ["ann@acme.example", "anna@acme.example"]);
    assert!(listed("x").await.is_empty());
    let bad = query("a\u{7}", None);
    assert_eq!(kind(groups::members(&ctx, &named("Sales"), &bad).await), Kind::Invalid);
    assert_eq!(kind(groups::list(&ctx, KIND, &bad).await), Kind::Invalid);
    let no_id = query("", Some("x".to_owned()));
    assert_eq!(kind(groups::members(&ctx, &named("Sales"), &no_id).await), Kind::Invalid);
}

async fn t06_groups_of_another_account_are_out_of_reach(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    acme.sign_in(&Person::anna()).await;
    let (ours, theirs) = (operator(&acme).await, operator(&beta).await);
    let sales = groups::create(&ours, KIND, "Sales").await.unwrap().id;
    groups::join(&ours, &sales.into(), &whom(EMAIL)).await.unwrap();
    let before = world.dump();
    let which = Which::from(sales);
    for refused in [
        kind(groups::show(&theirs, &which).await),
        kind(groups::members(&theirs, &which, &Query { limit: 9, ..Query::default() }).await),
        kind(groups::rename(&theirs, &which, "Mine").await),
        kind(groups::delete(&theirs, &which).await),
        kind(groups::set(&theirs, &which, 1, &BTreeMap::new()).await),
        kind(groups::join(&theirs, &which, &whom("owner@beta.example")).await),
        kind(groups::leave(&theirs, &which, &whom(EMAIL)).await),
        kind(groups::join(&ours, &Which::from(GroupId::from_bytes([9; 16])), &whom(EMAIL)).await),
    ] {
        assert_eq!(refused, Kind::NotFound);
    }
    assert_eq!(world.dump(), before);
    assert_eq!(groups::show(&ours, &which).await.unwrap().summary.members, 1);
    assert_eq!(users::show(&ours, &whom(EMAIL)).await.unwrap().groups.len(), 1);
}

async fn many_sign_ins_while_a_group_is_deleted_and_made_leave_everybody_in_it(world: &World) {
    let acme = world.acme().await;
    acme.map(|mapping| drop(mapping.auto.insert(KIND, GROUPS.to_owned()))).await;
    let outcomes = crate::races::race(world, &acme, 24, |account, number| async move {
        if number % 4 == 0 {
            let ctx = operator(&account).await;
            let _ = groups::delete(&ctx, &named("Sales")).await;
            return None;
        }
        let person = Person::of(&format!("person{number}@acme.example"));
        Some(account.attempt(&person.with(GROUPS, &["Sales"])).await)
    });
    for outcome in outcomes.await.into_iter().flatten() {
        crate::browser::SignedIn::of(outcome);
    }
    acme.sign_in(&anna(&["Sales"])).await;
    assert_eq!(of(&acme, EMAIL).await, ["Sales"]);
    assert_eq!(world.count("groups"), 1);
}
