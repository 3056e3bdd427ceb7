//! Groups: by rules, by auto mapping, and beside those that came another way.

use crate::people::*;
use vestibule_model::group::{GroupKind, GroupName, Membership, Origin, last_place};
use vestibule_model::mapping::{Category, Exempt, Mapping, NoMatch};

const KINDS: [(&str, GroupKind); 3] =
    [("user_group", GroupKind::UserGroup), ("channel", GroupKind::Channel), ("im_group", GroupKind::ImGroup)];

/// What mapping gives of a kind after a sign-in; nothing where it stays as it is.
fn given(mapping: &Mapping, kind: GroupKind, before: &[Membership], sent: &[&str]) -> Option<Vec<String>> {
    let user = anna();
    let case = Case { memberships: before.to_vec(), ..Case::of(mapping, &user) };
    let after = case.admitted(&of_groups(sent));
    after.groups.get(&kind).map(|names| names.iter().map(|name| name.as_str().to_owned()).collect())
}

fn list(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_rule_gives_several_groups_in_its_order_the_first_being_the_primary_one() {
    for (word, kind) in KINDS {
        let mapping = mapping([category(word, vec![equals("m", groups(&["Marketing", "All staff"]))])]);
        assert_eq!(given(&mapping, kind, &[], &["m"]), list(&["Marketing", "All staff"]), "{word}");
        for (_, other) in KINDS.into_iter().filter(|(_, other)| *other != kind) {
            assert_eq!(given(&mapping, other, &[], &["m"]), None);
        }
        let placed = [("Marketing", 1), ("All staff", 2)];
        let placed = placed.map(|(name, place)| membership(name, kind, Origin::Mapping, place));
        assert_eq!(given(&mapping, kind, &placed, &["m"]), None, "{word}: nothing changes");
        let turned = [("Marketing", 2), ("All staff", 1)];
        let turned = turned.map(|(name, place)| membership(name, kind, Origin::Mapping, place));
        assert_eq!(
            given(&mapping, kind, &turned, &["m"]),
            list(&["Marketing", "All staff"]),
            "{word}: order"
        );
    }
}

#[test]
fn a_match_replaces_what_mapping_gave_and_nothing_that_came_another_way() {
    let mapping = mapping([category("user_group", vec![equals("m", groups(&["Marketing"]))])]);
    let user = anna();
    let before = [
        ("Sales", Origin::Mapping),
        ("Sports", Origin::Manual),
        ("Directory", Origin::Scim),
        ("Import", Origin::Csv),
        ("Marketing", Origin::Manual),
    ];
    let before = before.into_iter().zip(1..);
    let memberships =
        before.map(|((name, origin), place)| membership(name, GroupKind::UserGroup, origin, place));
    let case = Case { memberships: memberships.collect(), ..Case::of(&mapping, &user) };
    let decision = case.decide(&of_groups(&["m"]));
    assert_eq!(
        changes(&decision)["user_group"],
        "Sales, Sports, Directory, Import, Marketing -> Marketing, Sports, Directory, Import"
    );
    let after = case.admitted(&of_groups(&["m"]));
    assert_eq!(
        after.groups[&GroupKind::UserGroup],
        named(&["Marketing"]),
        "the same group for a second reason"
    );
}

#[test]
fn t16_a_group_that_was_deleted_or_renamed_is_given_again() {
    let mapping = mapping([category("user_group", vec![equals("m", groups(&["Marketing"]))])]);
    let kind = GroupKind::UserGroup;
    let held = membership("Marketing", kind, Origin::Mapping, 1);
    let renamed = membership("Advertising", kind, Origin::Mapping, 1);
    assert_eq!(given(&mapping, kind, &[held], &["m"]), None, "held already");
    assert_eq!(given(&mapping, kind, &[], &["m"]), list(&["Marketing"]), "deleted");
    assert_eq!(given(&mapping, kind, &[renamed], &["m"]), list(&["Marketing"]), "renamed");
}

#[test]
fn auto_mapping_gives_a_group_for_each_value_that_no_rule_of_the_section_matched() {
    for (word, kind) in KINDS {
        let auto = |rules| {
            let mut mapping = mapping([category(word, rules)]);
            mapping.auto = [(kind, "groups".to_owned())].into();
            mapping
        };
        for (rules, sent, expected) in [
            (vec![], &["a", "b"] as &[&str], list(&["a", "b"])),
            (vec![], &[], None),
            (vec![equals("a", groups(&["A"]))], &["a", "b"], list(&["A", "b"])),
            (vec![equals("a", groups(&["A"]))], &["b"], list(&["b"])),
            // A value that a rule behind the winner matches is mapped all the same.
            (vec![equals("a", groups(&["A"])), equals("b", groups(&["B"]))], &["a", "b"], list(&["A"])),
            (
                vec![rule("starts_with", "team-", groups(&["Teams"]))],
                &["team-1", "team-2", "x"],
                list(&["Teams", "x"]),
            ),
            (vec![rule("present", "", groups(&["All"]))], &["a", "b"], list(&["All"])),
            // Rules that are about what is not there, or about nothing, map no value.
            (vec![rule("not_equals", "z", groups(&["All"]))], &["a"], list(&["All", "a"])),
            (vec![otherwise(groups(&["All"]))], &["a"], list(&["All", "a"])),
            // Names are the same whatever their case, and white space around them is forgiven.
            (vec![], &["a", "A", " a ", "b"], list(&["a", "b"])),
            (vec![equals("x", groups(&["a"]))], &["x", "A"], list(&["a"])),
            (vec![], &["", " "], None),
        ] {
            assert_eq!(given(&auto(rules), kind, &[], sent), expected, "{word}: {sent:?}");
        }
    }
}

#[test]
fn the_attribute_of_auto_mapping_is_the_rules_one_by_whatever_name() {
    let oid = "urn:oid:1.3.6.1.4.1.5923.1.5.1.1";
    let when = vestibule_model::mapping::Condition::When {
        attribute: "isMemberOf".to_owned(),
        test: test("equals", "a"),
    };
    let rules = vec![vestibule_model::mapping::Rule::new(when, groups(&["A"]))];
    let mut mapping = mapping([category("user_group", rules)]);
    mapping.auto = [(GroupKind::UserGroup, oid.to_owned())].into();
    let user = anna();
    let after = Case::of(&mapping, &user).admitted(&asserted(&[(oid, &["a", "b"]), ("other", &["a"])]));
    assert_eq!(after.groups[&GroupKind::UserGroup], named(&["A", "b"]));
}

#[test]
fn auto_mapping_alone_follows_the_policy_when_no_value_is_sent() {
    let kind = GroupKind::Channel;
    let before = [membership("Old", kind, Origin::Mapping, 1)];
    let auto = |no_match| {
        let mut mapping = mapping([category_or("channel", vec![], no_match)]);
        mapping.auto = [(kind, "groups".to_owned())].into();
        mapping
    };
    assert_eq!(given(&auto(NoMatch::Keep), kind, &before, &[]), None);
    assert_eq!(given(&auto(NoMatch::Remove), kind, &before, &[]), list(&[]));
    assert_eq!(given(&auto(NoMatch::Give(groups(&["New"]))), kind, &before, &[]), list(&["New"]));
    assert_eq!(given(&auto(NoMatch::Give(groups(&["New"]))), kind, &before, &["a"]), list(&["a"]));
    assert_eq!(given(&auto(NoMatch::Remove), kind, &before, &["Old"]), None, "held already");
}

#[test]
fn whom_a_section_exempts_auto_mapping_leaves_alone_too() {
    let (name, category) = category("user_group", vec![]);
    let exempt = Exempt { users: ["anna@acme.example".to_owned()].into(), ..Exempt::default() };
    let mut mapping = mapping([(name, Category { exempt, ..category })]);
    mapping.auto = [(GroupKind::UserGroup, "groups".to_owned())].into();
    assert_eq!(given(&mapping, GroupKind::UserGroup, &[], &["a"]), None);
    mapping.categories.clear();
    assert_eq!(given(&mapping, GroupKind::UserGroup, &[], &["a"]), list(&["a"]));
}

#[test]
fn what_is_no_name_or_too_much_is_left_out_with_a_warning() {
    let mut mapping = mapping([]);
    mapping.auto = [(GroupKind::ImGroup, "groups".to_owned())].into();
    let many: Vec<String> = (0..10_000).map(|n| format!("group {n}")).collect();
    let long = "x".repeat(1 << 20);
    let mut sent: Vec<&str> = vec!["good", "a\u{202e}b", &long];
    sent.extend(many.iter().map(String::as_str));
    let user = anna();
    let decision = Case::of(&mapping, &user).decide(&of_groups(&sent));
    let [warning] = warnings(&decision).try_into().unwrap();
    assert!(warning.starts_with("mapping.auto.im_group: 9903 left out"), "{warning}");
    assert!(warning.contains("a\\u{202e}b") && warning.len() < 1_000, "{warning}");
    let after = Case::of(&mapping, &user).admitted(&of_groups(&sent));
    let names = &after.groups[&GroupKind::ImGroup];
    assert_eq!((names.len(), names.first().map(GroupName::as_str)), (100, Some("good")));
}

#[test]
fn t01_somebody_whose_mailbox_has_yet_to_confirm_belongs_to_no_group_and_has_no_role() {
    use vestibule_model::user::{Role, Status};
    let mapping = mapping([
        category("user_group", vec![otherwise(groups(&["All"]))]),
        category("role", vec![otherwise(vestibule_model::mapping::Grant::Role(Role::Admin))]),
    ]);
    let outside = Case { domain_associated: false, ..Case::of_nobody(&mapping) };
    let after = outside.admitted(&of_groups(&[]));
    assert_eq!(
        (after.status, after.role, after.groups.len(), after.license),
        (Status::Pending, Role::Member, 0, None)
    );
    assert!(!changes(&outside.decide(&of_groups(&[]))).contains_key("license"));
    let inside = Case::of_nobody(&mapping).admitted(&of_groups(&[]));
    assert_eq!((inside.status, inside.role, inside.groups.len()), (Status::Active, Role::Admin, 1));
}

/// A mapping that names Marketing in every way.
fn naming_marketing() -> Mapping {
    let rules = vec![equals("m", groups(&["Staff", "MARKETING"])), equals("s", groups(&["Sales"]))];
    let give = NoMatch::Give(groups(&["Marketing", "Ads"]));
    let mut mapping = mapping([
        category_or("user_group", rules, give),
        category("channel", vec![equals("m", groups(&["Marketing"]))]),
        category("role", vec![]),
    ]);
    for category in mapping.categories.values_mut() {
        category.exempt.groups = [GroupName::parse("marketing").unwrap()].into();
    }
    mapping
}

fn places(mapping: &Mapping, kind: GroupKind, name: &str) -> Vec<String> {
    let name = GroupName::parse(name).unwrap();
    mapping.naming(kind, &name).iter().map(vestibule_model::mapping::Naming::key).collect()
}

#[test]
fn every_place_that_names_a_group_is_found_and_follows_its_new_name() {
    let mapping = naming_marketing();
    let named = [
        "mapping.exempt.role",
        "mapping.user_group[1]",
        "mapping.no_match.user_group",
        "mapping.exempt.user_group",
        "mapping.exempt.channel",
    ];
    assert_eq!(places(&mapping, GroupKind::UserGroup, "Marketing"), named);
    assert_eq!(places(&mapping, GroupKind::Channel, "Marketing"), ["mapping.channel[1]"]);
    assert!(places(&mapping, GroupKind::ImGroup, "Marketing").is_empty());
    let [old, new] = ["marketing", "Ads"].map(|name| GroupName::parse(name).unwrap());
    let renamed = mapping.renamed(GroupKind::UserGroup, &old, &new);
    assert!(places(&renamed, GroupKind::UserGroup, "Marketing").is_empty());
    assert_eq!(places(&renamed, GroupKind::UserGroup, "Ads"), named);
    assert_eq!(places(&renamed, GroupKind::Channel, "Marketing"), ["mapping.channel[1]"], "another kind");
    let (_, category) = renamed.categories.iter().find(|(name, _)| name.to_string() == "user_group").unwrap();
    assert_eq!(category.rules[0].grant(), &groups(&["Staff", "Ads"]));
    assert_eq!(category.rules[1].grant(), &groups(&["Sales"]));
    assert_eq!(category.no_match, NoMatch::Give(groups(&["Ads"])), "each name once");
    let back = mapping.renamed(GroupKind::ImGroup, &old, &new);
    assert_eq!(back, mapping, "nothing names an IM group");
}

#[test]
fn whoever_is_put_into_a_group_by_hand_keeps_the_primary_one_that_mapping_gave() {
    let kind = GroupKind::UserGroup;
    let mapped =
        [membership("Marketing", kind, Origin::Mapping, 0), membership("All", kind, Origin::Mapping, 1)];
    assert_eq!(last_place(&[], kind), 1_000);
    assert_eq!(last_place(&mapped, kind), 1_000);
    let by_hand = [Membership { position: 1_000, ..membership("Pilots", kind, Origin::Manual, 2) }];
    assert_eq!(last_place(&by_hand, kind), 1_001);
    assert_eq!(last_place(&by_hand, GroupKind::Channel), 1_000);
}
