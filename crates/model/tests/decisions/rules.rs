//! Advanced mapping: one row for each operator and shape of values, for each policy, for each exemption.

use crate::people::*;
use vestibule_model::admission::After;
use vestibule_model::group::{GroupKind, Origin};
use vestibule_model::license::{AddOn, License};
use vestibule_model::mapping::{Condition, Exempt, Grant, Mapping, NoMatch, Rule};
use vestibule_model::trace::DOES_NOT_APPLY;
use vestibule_model::user::{Holdings, Role, RoleName, User};

const ADMIN: Grant = Grant::Role(Role::Admin);

fn applies(word: &str, value: &str, sent: &[&str]) -> bool {
    let mapping = mapping([category("role", vec![rule(word, value, ADMIN)])]);
    Case::of(&mapping, &anna()).admitted(&of_groups(sent)).role == Role::Admin
}

#[test]
fn every_operator_on_every_shape_of_values() {
    let none: &[&str] = &[];
    for (word, value, sent, expected) in [
        ("equals", "sales", &["sales"] as &[&str], true),
        ("equals", "sales", &["it", "sales"], true),
        ("equals", "sales", &["sales team"], false),
        ("equals", "sales", &["Sales"], false),
        ("equals", "sales", &[" sales"], false),
        ("equals", "sales", none, false),
        ("contains", "ale", &["it", "sales"], true),
        ("contains", "sales", &["sales"], true),
        ("contains", "ALE", &["sales"], false),
        ("contains", "salesit", &["sales", "it"], false),
        ("contains", "ale", none, false),
        ("starts_with", "sa", &["it", "sales"], true),
        ("starts_with", "sales", &["sales"], true),
        ("starts_with", "ales", &["sales"], false),
        ("starts_with", "SA", &["sales"], false),
        ("starts_with", "sa", none, false),
        ("ends_with", "les", &["it", "sales"], true),
        ("ends_with", "sales", &["sales"], true),
        ("ends_with", "sale", &["sales"], false),
        ("ends_with", "les", none, false),
        ("regex", "^s.*s$", &["it", "sales"], true),
        ("regex", "ale", &["sales"], true),
        ("regex", "^ale", &["sales"], false),
        ("regex", "SALES", &["sales"], false),
        ("regex", "(?i)SALES", &["sales"], true),
        ("regex", ".*", none, false),
        ("not_equals", "sales", &["it"], true),
        ("not_equals", "sales", &["it", "sales"], false),
        ("not_equals", "sales", &["Sales"], true),
        ("not_equals", "sales", none, true),
        ("present", "", &["anything"], true),
        ("present", "", &["", "anything"], true),
        ("present", "", &[""], false),
        ("present", "", &[" "], false),
        ("present", "", none, false),
    ] {
        assert_eq!(applies(word, value, sent), expected, "{word} \"{value}\" on {sent:?}");
        // The same among so many values that they are looked up another way.
        let others: Vec<String> = (0..40).map(|n| format!("other group {n}")).collect();
        let many: Vec<&str> = others.iter().map(String::as_str).chain(sent.iter().copied()).collect();
        let expected = match (word, value) {
            ("present", _) | ("regex", ".*") => true,
            ("not_equals", _) => !sent.contains(&value),
            _ => expected,
        };
        assert_eq!(applies(word, value, &many), expected, "{word} \"{value}\" on {sent:?} among others");
    }
}

#[test]
fn a_rule_finds_its_attribute_by_name_friendly_name_and_name_id() {
    for (attribute, expected) in [
        ("urn:oid:1.3.6.1.4.1.5923.1.5.1.1", true),
        ("isMemberOf", true),
        ("<NameID>", false),
        ("ismemberof", false),
    ] {
        let when = Condition::When { attribute: attribute.to_owned(), test: test("equals", "sales") };
        let mapping = mapping([category("role", vec![Rule::new(when, ADMIN)])]);
        let sent = asserted(&[("urn:oid:1.3.6.1.4.1.5923.1.5.1.1", &["sales"])]);
        let role = Case::of(&mapping, &anna()).admitted(&sent).role;
        assert_eq!(role == Role::Admin, expected, "{attribute}");
    }
    let when = Condition::When { attribute: "<NameID>".to_owned(), test: test("ends_with", "@acme.example") };
    let mapping = mapping([category("role", vec![Rule::new(when, ADMIN)])]);
    assert_eq!(Case::of(&mapping, &anna()).admitted(&asserted(&[])).role, Role::Admin);
}

#[test]
fn the_first_rule_that_applies_wins_and_the_trace_says_which() {
    let rules = vec![
        equals("a", Grant::License(Some(License::Basic))),
        equals("b", Grant::License(Some(License::OnPrem))),
        equals("c", Grant::License(Some(License::Licensed))),
        otherwise(Grant::License(None)),
    ];
    let mapping = mapping([category("license", rules)]);
    let user = anna();
    let decision = Case::of(&mapping, &user).decide(&of_groups(&["c", "b"]));
    assert_eq!(changes(&decision)["license"], "licensed -> on-prem");
    let steps: Vec<_> = decision.trace.iter().filter(|step| step.check == "mapping.license").collect();
    let found: Vec<&str> = steps.iter().map(|step| step.found.as_str()).collect();
    assert_eq!(found, [DOES_NOT_APPLY, "applies: \"b\" was sent"], "rules behind it are not looked at");
    assert_eq!(steps[1].expected, "groups equals \"b\": On-Prem");
    assert_eq!(decision.changes[0].rule, "groups equals \"b\": On-Prem");
}

/// A person who has something of every category.
fn equipped() -> User {
    let held = ["webinar-500", "phone-national"].map(|word| AddOn::from_word(word).unwrap());
    let holdings = Holdings { add_ons: held.into(), phone_site: Some("Berlin".to_owned()) };
    User { role: Role::Admin, holdings, ..anna() }
}

/// What the person has of a category after a sign-in.
fn has(after: &After, word: &str) -> String {
    let held = |word: &str| after.holdings.add_ons.contains(&AddOn::from_word(word).unwrap());
    match word {
        "license" => after.license.unwrap().as_str().to_owned(),
        "addon.webinar-500" => held("webinar-500").to_string(),
        "phone_plan" => format!("{} {}", held("phone-national"), held("phone-global")),
        "phone_site" => after.holdings.phone_site.clone().unwrap_or_default(),
        "role" => after.role.as_str().to_owned(),
        "user_group" => format!("{:?}", after.groups.get(&GroupKind::UserGroup)),
        "channel" => format!("{:?}", after.groups.get(&GroupKind::Channel)),
        _ => format!("{:?}", after.groups.get(&GroupKind::ImGroup)),
    }
}

#[test]
fn to_whom_nothing_applies_every_policy_in_every_category() {
    let plan = |word| Grant::PhonePlan(AddOn::from_word(word).unwrap());
    let sales = format!("{:?}", Some(named(&["Sales"])));
    let (none, emptied) = ("None".to_owned(), "Some([])".to_owned());
    let own = |text: &str| text.to_owned();
    let rows = [
        ("license", Grant::License(Some(License::Basic)), own("licensed"), None, own("basic")),
        ("addon.webinar-500", Grant::Held, own("true"), Some(own("false")), own("true")),
        ("phone_plan", plan("phone-global"), own("true false"), Some(own("false false")), own("false true")),
        ("phone_site", Grant::PhoneSite(own("Rome")), own("Berlin"), Some(own("")), own("Rome")),
        ("role", Grant::Role(Role::Member), own("admin"), Some(own("member")), own("member")),
        ("user_group", groups(&["Sales"]), none.clone(), Some(emptied.clone()), sales.clone()),
        ("channel", groups(&["Sales"]), none.clone(), Some(emptied.clone()), sales.clone()),
        ("im_group", groups(&["Sales"]), none, Some(emptied), sales),
    ];
    for (word, grant, kept, removed, given) in rows {
        let memberships = [GroupKind::UserGroup, GroupKind::Channel, GroupKind::ImGroup];
        let memberships = memberships.map(|kind| membership("Before", kind, Origin::Mapping, 1));
        let rules = || vec![equals("nobody has this", grant.clone())];
        let after = |no_match| {
            let mapping = mapping([category_or(word, rules(), no_match)]);
            let user = equipped();
            let case = Case { memberships: memberships.to_vec(), ..Case::of(&mapping, &user) };
            case.outcome(&of_groups(&["sales"])).map(|after| has(&after, word))
        };
        assert_eq!(after(NoMatch::Keep), Ok(kept), "{word}: keep");
        match removed {
            Some(removed) => assert_eq!(after(NoMatch::Remove), Ok(removed), "{word}: remove"),
            // Without a license nobody comes in (1030).
            None => assert_eq!(after(NoMatch::Remove).unwrap_err().number(), 1030, "{word}: remove"),
        }
        assert_eq!(after(NoMatch::Give(grant.clone())), Ok(given), "{word}: a value");
    }
}

#[test]
fn unless_it_is_set_add_ons_are_removed_and_all_else_is_kept() {
    for (word, expected) in [
        ("license", NoMatch::Keep),
        ("addon.webinar-500", NoMatch::Remove),
        ("addon.whiteboard", NoMatch::Remove),
        ("phone_plan", NoMatch::Keep),
        ("phone_site", NoMatch::Keep),
        ("role", NoMatch::Keep),
        ("user_group", NoMatch::Keep),
        ("channel", NoMatch::Keep),
        ("im_group", NoMatch::Keep),
        ("sub_account", NoMatch::Keep),
    ] {
        assert_eq!(name(word).default_no_match(), expected, "{word}");
    }
}

#[test]
fn a_category_without_rules_changes_nothing() {
    let categories = ["license", "addon.webinar-500", "phone_plan", "phone_site", "role", "user_group"];
    let categories = categories.map(|word| category_or(word, vec![], NoMatch::Remove));
    let user = equipped();
    let mapping = mapping(categories);
    let memberships = vec![membership("Before", GroupKind::UserGroup, Origin::Mapping, 1)];
    let case = Case { memberships, ..Case::of(&mapping, &user) };
    assert_eq!(changes(&case.decide(&of_groups(&["sales"]))).len(), 0);
}

#[test]
fn whom_a_category_exempts_it_leaves_alone() {
    let with = |exempt: Exempt| {
        let (name, of_role) = category("role", vec![otherwise(ADMIN)]);
        let exempting = vestibule_model::mapping::Category { exempt, ..of_role };
        let mapping = mapping([
            (name, exempting),
            category("phone_site", vec![otherwise(Grant::PhoneSite("Rome".to_owned()))]),
        ]);
        let memberships = vec![
            membership("Executives", GroupKind::UserGroup, Origin::Manual, 1),
            membership("Talk", GroupKind::Channel, Origin::Manual, 2),
        ];
        let user = anna();
        let after = Case { memberships, ..Case::of(&mapping, &user) }.admitted(&of_groups(&[]));
        assert_eq!(after.holdings.phone_site.as_deref(), Some("Rome"), "other categories go on");
        after.role == Role::Member
    };
    let users = |user: &str| Exempt { users: [user.to_owned()].into(), ..Exempt::default() };
    let of = |group: &str| Exempt { groups: named(&[group]).into_iter().collect(), ..Exempt::default() };
    assert!(with(users("anna@acme.example")) && !with(users("ben@acme.example")));
    assert!(with(of("Executives")) && with(of("EXECUTIVES")) && !with(of("Sales")));
    assert!(!with(of("Talk")), "only user groups exempt");
    assert!(!with(Exempt::default()));
}

#[test]
fn t15_no_rule_of_any_category_touches_the_owner() {
    let owner = User { role: Role::Owner, ..equipped() };
    let all = || {
        let mut mapping = mapping([
            category("license", vec![otherwise(Grant::License(None))]),
            category_or("addon.webinar-500", vec![equals("nobody", Grant::Held)], NoMatch::Remove),
            category("phone_site", vec![otherwise(Grant::PhoneSite("Rome".to_owned()))]),
            category("role", vec![otherwise(Grant::Role(Role::Member))]),
            category("user_group", vec![otherwise(groups(&["Sales"]))]),
        ]);
        mapping.auto = [(GroupKind::Channel, "groups".to_owned())].into();
        mapping
    };
    let mapping: Mapping = all();
    let decision = Case::of(&mapping, &owner).decide(&of_groups(&["sales"]));
    assert_eq!(
        (changes(&decision).len(), decision.trace.iter().any(|step| step.check == "mapping.rules")),
        (0, true)
    );
    // The same for anybody else changes everything.
    let member = equipped();
    assert_eq!(Case::of(&mapping, &member).outcome(&of_groups(&["sales"])).unwrap_err().number(), 1030);
}

#[test]
fn t15_nothing_that_a_rule_gives_makes_an_owner() {
    let owner = || Grant::Role(Role::Owner);
    for (rules, no_match) in
        [(vec![otherwise(owner())], NoMatch::Keep), (vec![equals("nobody", owner())], NoMatch::Give(owner()))]
    {
        let mapping = mapping([category_or("role", rules, no_match)]);
        let user = anna();
        let decision = Case::of(&mapping, &user).decide(&of_groups(&[]));
        assert_eq!(changes(&decision).len(), 0);
        assert!(
            warnings(&decision)[0].starts_with("mapping.role: Owner is none"),
            "{:?}",
            warnings(&decision)
        );
    }
}

#[test]
fn roles_are_given_custom_ones_too() {
    let keeper = Role::Custom(RoleName::parse("Log keeper").unwrap());
    let rules = vec![equals("it", ADMIN), equals("audit", Grant::Role(keeper.clone()))];
    let mapping = mapping([category("role", rules)]);
    let user = anna();
    let role = |sent: &[&str]| Case::of(&mapping, &user).admitted(&of_groups(sent)).role;
    assert_eq!((role(&["it"]), role(&["audit"]), role(&["x"])), (Role::Admin, keeper, Role::Member));
    let created = Case::of_nobody(&mapping).admitted(&of_groups(&["it"]));
    assert_eq!(created.role, Role::Admin, "rules apply to new people and to old ones");
}
