//! Mappings that are refused, and beside each the one that is not.

use super::*;
use crate::expression::Expression;
use crate::license::{AddOn, License};
use crate::mapping::{Pattern, Rule, Source};
use crate::user::CustomName;

fn when(test: Operator) -> Condition {
    Condition::When { attribute: "groups".to_owned(), test }
}

fn equals(value: &str) -> Condition {
    when(Operator::Equals(value.to_owned()))
}

fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

fn category(rules: Vec<Rule>) -> Category {
    Category { rules, no_match: NoMatch::Keep, exempt: Exempt::default() }
}

fn of(name: &str, category: Category) -> Mapping {
    let name = CategoryName::from_word(name).unwrap();
    Mapping { categories: [(name, category)].into(), ..Mapping::default() }
}

fn licensed(count: usize) -> Vec<Rule> {
    vec![Rule::new(equals("a"), Grant::License(Some(License::Licensed))); count]
}

fn problem(mapping: &Mapping) -> String {
    mapping.check().unwrap_err().to_string()
}

#[test]
fn a_category_has_at_most_five_hundred_rules_and_a_mapping_two_thousand() {
    assert_eq!(of("license", category(licensed(500))).check(), Ok(()));
    let refused = problem(&of("license", category(licensed(501))));
    assert!(refused.starts_with("mapping.license: there are 501 rules"), "{refused}");

    let role = || vec![Rule::new(equals("a"), Grant::Role(Role::Admin)); 500];
    let mut mapping = of("license", category(licensed(500)));
    for word in ["addon.webinar-500", "addon.whiteboard", "addon.webinar-1000"] {
        let held = vec![Rule::new(equals("a"), Grant::Held); 500];
        mapping.categories.extend(of(word, category(held)).categories);
    }
    assert_eq!(mapping.check(), Ok(()));
    mapping.categories.extend(of("role", category(role())).categories);
    assert!(problem(&mapping).starts_with("mapping: there are 2500 rules"));
}

#[test]
fn otherwise_is_the_last_rule() {
    let otherwise = Rule::new(Condition::Otherwise, Grant::License(None));
    let mut rules = licensed(2);
    rules.push(otherwise.clone());
    assert_eq!(of("license", category(rules.clone())).check(), Ok(()));
    rules.rotate_right(1);
    let refused = problem(&of("license", category(rules)));
    assert!(
        refused.starts_with("mapping.license, rule 1: rules behind `otherwise` never apply"),
        "{refused}"
    );
}

#[test]
fn a_category_gives_what_it_is_about_and_nothing_else() {
    let plan = AddOn::from_word("phone-national").unwrap();
    let webinar = AddOn::from_word("webinar-500").unwrap();
    let grants = [
        ("license", Grant::License(None)),
        ("addon.webinar-500", Grant::Held),
        ("phone_plan", Grant::PhonePlan(plan)),
        ("phone_site", Grant::PhoneSite("Berlin".to_owned())),
        ("role", Grant::Role(Role::Admin)),
        ("user_group", Grant::Groups(vec![group("Sales")])),
        ("sub_account", Grant::SubAccount(crate::account::Label::parse("acme-sub").unwrap())),
    ];
    for (name, _) in &grants {
        for (giver, grant) in &grants {
            let rules = of(name, category(vec![Rule::new(equals("a"), grant.clone())]));
            assert_eq!(rules.check().is_ok(), name == giver, "{name} gives {grant}");
            let no_match = Category { no_match: NoMatch::Give(grant.clone()), ..category(vec![]) };
            assert_eq!(of(name, no_match).check().is_ok(), name == giver, "{name} gives {grant}");
        }
    }
    for (name, grant) in [
        ("phone_plan", Grant::PhonePlan(webinar)),
        ("addon.phone-national", Grant::Held),
        ("role", Grant::Role(Role::Owner)),
        ("user_group", Grant::Groups(vec![])),
        ("channel", Grant::Groups(vec![group("x"); MOST_GROUPS_OF_A_RULE + 1])),
        ("phone_site", Grant::PhoneSite(" ".to_owned())),
    ] {
        let refused = problem(&of(name, category(vec![Rule::new(equals("a"), grant)])));
        assert!(refused.starts_with(&format!("mapping.{name}")), "{refused}");
    }
}

#[test]
fn t15_no_policy_for_those_whom_no_rule_fits_makes_an_owner() {
    let give = |role| Category { no_match: NoMatch::Give(Grant::Role(role)), ..category(vec![]) };
    assert_eq!(of("role", give(Role::Member)).check(), Ok(()));
    assert!(
        problem(&of("role", give(Role::Owner))).starts_with("mapping.no_match.role: no rule makes an owner")
    );
}

#[test]
fn nobody_is_taken_out_of_a_sub_account() {
    let remove = Category { no_match: NoMatch::Remove, ..category(vec![]) };
    assert_eq!(of("role", remove.clone()).check(), Ok(()));
    assert!(of("sub_account", remove).check().is_err());
}

#[test]
fn a_rule_that_puts_people_into_a_group_that_is_exempt_from_it_is_refused() {
    let give = Grant::Groups(vec![group("Sales"), group("All staff")]);
    let exempt = |name: &str| Exempt { groups: [group(name)].into(), ..Exempt::default() };
    let rules = vec![Rule::new(equals("a"), give.clone())];
    let with = |name: &str| Category { exempt: exempt(name), ..category(rules.clone()) };
    assert_eq!(of("user_group", with("Executives")).check(), Ok(()));
    assert_eq!(
        of("channel", with("Sales")).check(),
        Ok(()),
        "exempting members of user groups is no cycle here"
    );
    let refused = problem(&of("user_group", with("ALL STAFF")));
    assert!(refused.starts_with("mapping.exempt.user_group: whom a rule puts into All staff"), "{refused}");
    let by_default = Category { rules: vec![], no_match: NoMatch::Give(give), exempt: exempt("Sales") };
    assert!(of("user_group", by_default).check().is_err());
}

#[test]
fn what_a_rule_compares_with_is_there_and_not_endless() {
    let check = |test: Operator| {
        of("license", category(vec![Rule::new(when(test), Grant::License(None))])).check().is_ok()
    };
    for value in ["", &"x".repeat(LONGEST_RULE_VALUE + 1)] {
        let value = || value.to_owned();
        assert!(!check(Operator::Equals(value())) && !check(Operator::Contains(value())));
        assert!(!check(Operator::StartsWith(value())) && !check(Operator::EndsWith(value())));
        assert!(!check(Operator::NotEquals(value())));
    }
    assert!(check(Operator::Present) && check(Operator::Contains("x".repeat(LONGEST_RULE_VALUE))));
    assert!(check(Operator::Regex(Pattern::parse("^a").unwrap())));
    let unnamed = Condition::When { attribute: " ".to_owned(), test: Operator::Present };
    assert!(of("license", category(vec![Rule::new(unnamed, Grant::License(None))])).check().is_err());
}

#[test]
fn an_exempt_user_is_an_address() {
    let users = |user: &str| Category {
        exempt: Exempt { users: [user.to_owned()].into(), ..Exempt::default() },
        ..category(licensed(1))
    };
    assert_eq!(of("license", users("ceo@acme.example")).check(), Ok(()));
    assert!(of("license", users("ceo")).check().is_err());
    assert!(of("license", users("CEO@acme.example")).check().is_err(), "it would never be found");
}

#[test]
fn there_are_at_most_five_custom_attributes() {
    let custom = |count: usize| {
        let source = || Source { input: Input::attribute("a"), update: true };
        let field = |n: usize| Field::Custom(CustomName::parse(&format!("Custom {n}")).unwrap());
        Mapping { fields: (0..count).map(|n| (field(n), source())).collect(), ..Mapping::default() }
    };
    assert_eq!(custom(5).check(), Ok(()));
    assert!(problem(&custom(6)).starts_with("mapping.basic.custom: there are 6"));
}

#[test]
fn who_signs_in_is_not_concealed() {
    let expression = |source: &str| Some(Input::Expression(Expression::parse(source).unwrap()));
    let mapping = |source: &str| Mapping { employee_id: expression(source), ..Mapping::default() };
    assert_eq!(mapping("ToUpper([id])").check(), Ok(()));
    assert!(problem(&mapping("Redact([id])")).starts_with("mapping.basic.employee_id: Redact hides nothing"));
}

#[test]
fn an_attribute_has_a_name() {
    let auto =
        |name: &str| Mapping { auto: [(GroupKind::Channel, name.to_owned())].into(), ..Mapping::default() };
    assert_eq!(auto("department").check(), Ok(()));
    assert!(problem(&auto(" ")).starts_with("mapping.auto.channel: the name of the attribute is empty"));
    assert!(auto(&"x".repeat(LONGEST_ATTRIBUTE + 1)).check().is_err());
}
