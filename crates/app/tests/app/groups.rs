//! Groups at a sign-in: made, joined, replaced, and kept by where the membership came from.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::rules::{GROUPS, USER_GROUPS, group, groups, keeping, removing, rule};
use crate::world::World;
use vestibule_model::group::{GroupKind, Origin, primary};
use vestibule_model::mapping::{CategoryName, NoMatch};

cases! {
    groups_are_made_once_and_joined_and_the_first_is_primary,
    a_match_replaces_what_mapping_gave_and_nothing_else,
    without_a_match_memberships_are_kept_removed_or_set,
    auto_mapping_makes_groups_of_the_values_that_no_rule_is_about,
    kinds_of_groups_are_apart,
    whoever_is_exempt_keeps_what_they_have,
    groups_of_accounts_are_apart,
    many_first_sign_ins_make_a_group_once,
}

const EMAIL: &str = "anna@acme.example";
const USER_GROUP: GroupKind = GroupKind::UserGroup;

fn anna(groups: &[&str]) -> Person {
    Person::anna().with(GROUPS, groups)
}

async fn ruled(account: &Account) {
    account
        .map(|mapping| {
            let rules = keeping([
                rule("marketing", groups(&["Marketing", "All staff"])),
                rule("sales", groups(&["Sales", "all STAFF"])),
            ]);
            mapping.categories.insert(USER_GROUPS, rules);
        })
        .await;
}

/// The memberships: group and origin, in their order.
async fn of(account: &Account, email: &str) -> Vec<(String, Origin)> {
    let memberships = account.memberships(email).await;
    memberships.into_iter().map(|m| (m.group.name.to_string(), m.origin)).collect()
}

fn mapped(names: &[&str]) -> Vec<(String, Origin)> {
    names.iter().map(|name| ((*name).to_owned(), Origin::Mapping)).collect()
}

async fn groups_are_made_once_and_joined_and_the_first_is_primary(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    let signed_in = acme.sign_in(&anna(&["marketing"])).await;
    assert_eq!(of(&acme, EMAIL).await, mapped(&["Marketing", "All staff"]));
    assert_eq!(primary(&acme.memberships(EMAIL).await).unwrap().name, group("Marketing"));
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    let change = changes.iter().find(|change| change.field == "user_group").unwrap();
    assert_eq!((change.before.as_deref(), change.after.as_deref()), (None, Some("Marketing, All staff")));
    acme.sign_in(&Person::of("bob@acme.example").with(GROUPS, &["sales"])).await;
    assert_eq!(of(&acme, "bob@acme.example").await, mapped(&["Sales", "All staff"]), "case does not matter");
    assert_eq!((world.count("groups"), world.count("memberships")), (3, 4));
    // The same again changes nothing.
    let before = acme.user(EMAIL).await;
    acme.sign_in(&anna(&["marketing"])).await;
    assert_eq!(acme.user(EMAIL).await.version, before.version);
}

async fn a_match_replaces_what_mapping_gave_and_nothing_else(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    acme.sign_in(&anna(&["marketing"])).await;
    acme.join(EMAIL, (USER_GROUP, "Marketing"), Origin::Manual, 5).await;
    acme.join(EMAIL, (USER_GROUP, "Directory"), Origin::Scim, 6).await;
    acme.join(EMAIL, (USER_GROUP, "Imported"), Origin::Csv, 7).await;
    acme.sign_in(&anna(&["sales"])).await;
    let mut expected = mapped(&["Sales", "All staff"]);
    expected.push(("Marketing".to_owned(), Origin::Manual));
    expected.push(("Directory".to_owned(), Origin::Scim));
    expected.push(("Imported".to_owned(), Origin::Csv));
    assert_eq!(of(&acme, EMAIL).await, expected);
    acme.sign_in(&anna(&["marketing"])).await;
    acme.sign_in(&anna(&["sales"])).await;
    assert_eq!(of(&acme, EMAIL).await, expected, "who was put there by hand stays, whatever mapping gives");
}

async fn without_a_match_memberships_are_kept_removed_or_set(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    let no_match = async |wanted: NoMatch| {
        acme.map(|mapping| mapping.categories.get_mut(&USER_GROUPS).unwrap().no_match = wanted).await;
    };
    acme.sign_in(&anna(&["marketing"])).await;
    acme.join(EMAIL, (USER_GROUP, "By hand"), Origin::Manual, 9).await;
    acme.sign_in(&anna(&["other"])).await;
    assert_eq!(of(&acme, EMAIL).await.len(), 3);
    no_match(NoMatch::Give(groups(&["Guests"]))).await;
    acme.sign_in(&anna(&["other"])).await;
    let by_hand = ("By hand".to_owned(), Origin::Manual);
    assert_eq!(of(&acme, EMAIL).await, [mapped(&["Guests"]), vec![by_hand.clone()]].concat());
    no_match(NoMatch::Remove).await;
    acme.sign_in(&anna(&["other"])).await;
    assert_eq!(of(&acme, EMAIL).await, [by_hand]);
}

async fn auto_mapping_makes_groups_of_the_values_that_no_rule_is_about(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    acme.map(|mapping| drop(mapping.auto.insert(USER_GROUP, GROUPS.to_owned()))).await;
    acme.sign_in(&anna(&["marketing", "Project X", "project x", "  ", "a\u{202e}b"])).await;
    assert_eq!(of(&acme, EMAIL).await, mapped(&["Marketing", "All staff", "Project X"]));
    acme.sign_in(&anna(&["Project Y"])).await;
    assert_eq!(of(&acme, EMAIL).await, mapped(&["Project Y"]));
    acme.sign_in(&anna(&[])).await;
    assert_eq!(of(&acme, EMAIL).await, mapped(&["Project Y"]), "nothing was sent: what there is stays");
    let flood: Vec<String> = (0..3_000).map(|number| format!("Group {number}")).collect();
    let flood: Vec<&str> = flood.iter().map(String::as_str).collect();
    acme.sign_in(&anna(&flood)).await;
    assert_eq!(of(&acme, EMAIL).await.len(), 100, "what one response can make is bounded");
}

async fn kinds_of_groups_are_apart(world: &World) {
    let acme = world.acme().await;
    acme.map(|mapping| {
        for kind in GroupKind::ALL {
            let category = removing([rule("x", groups(&["X"]))]);
            mapping.categories.insert(CategoryName::Groups(kind), category);
        }
    })
    .await;
    acme.sign_in(&anna(&["x"])).await;
    assert_eq!((world.count("groups"), of(&acme, EMAIL).await), (3, mapped(&["X", "X", "X"])));
    acme.map(|mapping| drop(mapping.categories.remove(&CategoryName::Groups(GroupKind::Channel)))).await;
    acme.sign_in(&anna(&[])).await;
    let left: Vec<GroupKind> = acme.memberships(EMAIL).await.iter().map(|m| m.group.kind).collect();
    assert_eq!(left, [GroupKind::Channel], "a category without rules changes nothing");
}

async fn whoever_is_exempt_keeps_what_they_have(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    for email in [EMAIL, "bob@acme.example", "cleo@acme.example"] {
        acme.sign_in(&Person::of(email).with(GROUPS, &["marketing"])).await;
    }
    acme.join("bob@acme.example", (USER_GROUP, "Executives"), Origin::Manual, 9).await;
    acme.map(|mapping| {
        let exempt = &mut mapping.categories.get_mut(&USER_GROUPS).unwrap().exempt;
        exempt.users.insert(EMAIL.to_owned());
        exempt.groups.insert(group("executives"));
    })
    .await;
    for (email, kept) in [(EMAIL, true), ("bob@acme.example", true), ("cleo@acme.example", false)] {
        acme.sign_in(&Person::of(email).with(GROUPS, &["sales"])).await;
        let first = of(&acme, email).await.swap_remove(0).0;
        assert_eq!(first == "Marketing", kept, "{email}: {first}");
    }
}

async fn groups_of_accounts_are_apart(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    ruled(&acme).await;
    ruled(&beta).await;
    acme.sign_in(&anna(&["marketing"])).await;
    beta.sign_in(&Person::of("bob@beta.example").with(GROUPS, &["marketing"])).await;
    let [here, there] = [acme.memberships(EMAIL).await, beta.memberships("bob@beta.example").await]
        .map(|mut m| m.swap_remove(0));
    assert_eq!(here.group.name, there.group.name);
    assert_ne!(here.group.id, there.group.id);
}

async fn many_first_sign_ins_make_a_group_once(world: &World) {
    let acme = world.acme().await;
    ruled(&acme).await;
    let outcomes = crate::races::race(world, &acme, 20, |account, number| async move {
        let person = Person::of(&format!("person{number}@acme.example"));
        account.attempt(&person.with(GROUPS, &[["marketing", "sales"][(number % 2) as usize]])).await
    });
    for outcome in outcomes.await {
        crate::browser::SignedIn::of(outcome);
    }
    assert_eq!((world.count("groups"), world.count("memberships")), (3, 40));
}
