//! Sub-accounts: where a sign-in is decided, and what the account above may do and learn there (attack T19).

use crate::people::*;
use vestibule_model::account::Label;
use vestibule_model::admission::{
    Decision, Destination, Outcome, Place, Routing, SUB_ACCOUNT, Standing, route,
};
use vestibule_model::code::Code;
use vestibule_model::group::{GroupKind, GroupName, Origin};
use vestibule_model::license::{AddOn, License};
use vestibule_model::mapping::{Asserted, Category, CategoryName, Exempt, Grant, Mapping, NoMatch, Rule};
use vestibule_model::user::{Role, Status, User};

const ADMIN: Grant = Grant::Role(Role::Admin);

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

fn to(text: &str) -> Grant {
    Grant::SubAccount(label(text))
}

/// Whoever is in the group `beta` belongs to the sub-account beta, whoever is in `gamma` to gamma.
fn category_of_sub_accounts(exempt: Exempt, no_match: NoMatch) -> (CategoryName, Category) {
    let rules: Vec<Rule> = vec![equals("beta", to("beta")), equals("gamma", to("gamma"))];
    (name("sub_account"), Category { rules, no_match, exempt })
}

fn routing() -> Mapping {
    mapping([category_of_sub_accounts(Exempt::default(), NoMatch::Keep)])
}

fn routed(case: &Case<'_>, asserted: &Asserted) -> Routing {
    route(case.mapping, &case.identity, case.facts(Place::Own), asserted)
}

fn sent_to(case: &Case<'_>, groups: &[&str]) -> Option<String> {
    match routed(case, &of_groups(groups)).to {
        Destination::SubAccount(label, _) => Some(label.to_string()),
        Destination::Own => None,
        Destination::Refused(code) => panic!("refused with {code}"),
    }
}

#[test]
fn the_first_rule_that_applies_says_which_sub_account_and_without_one_the_person_stays() {
    let mapping = routing();
    let case = Case::of_nobody(&mapping);
    assert_eq!(sent_to(&case, &["beta"]).as_deref(), Some("beta"));
    assert_eq!(sent_to(&case, &["gamma", "beta"]).as_deref(), Some("beta"));
    assert_eq!(sent_to(&case, &["gamma"]).as_deref(), Some("gamma"));
    assert_eq!(sent_to(&case, &["main"]), None);
    let said: Vec<String> =
        routed(&case, &of_groups(&["main"])).trace.iter().map(|step| step.found.to_string()).collect();
    assert_eq!(said.last().map(String::as_str), Some("nothing applies: signs in here"));
    let elsewhere = vestibule_model::mapping::Mapping::default();
    let unruled = routed(&Case::of_nobody(&elsewhere), &of_groups(&["beta"]));
    assert_eq!((unruled.to, unruled.trace.len()), (Destination::Own, 0), "no rules, no steps");
}

#[test]
fn whom_nothing_matches_may_be_sent_to_a_sub_account_too() {
    let mapping = mapping([category_of_sub_accounts(Exempt::default(), NoMatch::Give(to("rest")))]);
    assert_eq!(sent_to(&Case::of_nobody(&mapping), &["main"]).as_deref(), Some("rest"));
}

#[test]
fn the_owner_and_whoever_is_exempt_stays() {
    let mapping = mapping([category_of_sub_accounts(
        Exempt {
            users: ["anna@acme.example".to_owned()].into(),
            groups: [GroupName::parse("Board").unwrap()].into(),
        },
        NoMatch::Keep,
    )]);
    let (member, owner) = (anna(), User { role: Role::Owner, ..anna() });
    assert_eq!(sent_to(&Case::of(&mapping, &member), &["beta"]), None, "exempt by address");
    let bob = User { email: address("bob@acme.example"), ..anna() };
    assert_eq!(sent_to(&Case::of(&mapping, &bob), &["beta"]).as_deref(), Some("beta"));
    let memberships = vec![membership("Board", GroupKind::UserGroup, Origin::Manual, 1)];
    let of_board = Case { memberships, ..Case::of(&mapping, &bob) };
    assert_eq!(sent_to(&of_board, &["beta"]), None, "exempt by group");
    let routing = routing();
    assert_eq!(sent_to(&Case::of(&routing, &owner), &["beta"]), None);
    assert_eq!(sent_to(&Case::of(&routing, &member), &["beta"]).as_deref(), Some("beta"));
}

fn in_beta<'a>(above: Option<&'a User>, label: &'a Label) -> Place<'a> {
    Place::SubAccount { label, reason: "groups equals \"beta\": beta", above }
}

fn everything() -> Mapping {
    let mut mapping = mapping([
        category("license", vec![otherwise(Grant::License(Some(License::OnPrem)))]),
        category("addon.webinar-500", vec![otherwise(Grant::Held)]),
        category("role", vec![otherwise(ADMIN)]),
        category("phone_site", vec![otherwise(Grant::PhoneSite("Rome".to_owned()))]),
        category("user_group", vec![otherwise(groups(&["Sales"]))]),
    ]);
    mapping.auto = [(GroupKind::Channel, "groups".to_owned())].into();
    mapping
}

#[test]
fn t19_in_a_sub_account_only_license_and_add_ons_apply() {
    let (mapping, user, beta) = (everything(), anna(), label("beta"));
    let webinar = AddOn::from_word("webinar-500").unwrap();
    let case = Case::of(&mapping, &user);
    let decision = case.decide_at(in_beta(None, &beta), &of_groups(&["beta"]));
    let Outcome::Admit(routed) = decision.outcome else { panic!("{:#?}", decision.trace) };
    assert_eq!(routed.sub_account, Some(beta));
    assert_eq!((routed.license, routed.holdings.add_ons.contains(&webinar)), (Some(License::OnPrem), true));
    assert_eq!((routed.role, routed.holdings.phone_site, routed.groups.len()), (Role::Member, None, 0));
    assert!(
        !decision.trace.iter().any(|step| step.check == "mapping.role"),
        "rules that mean nothing there are not even looked at"
    );
    let stays = case.admitted(&of_groups(&["beta"]));
    assert_eq!(stays.sub_account, None);
    assert_eq!(
        (stays.role, stays.holdings.phone_site.as_deref(), stays.groups.len()),
        (Role::Admin, Some("Rome"), 2)
    );
}

#[test]
fn t19_whoever_is_created_in_a_sub_account_is_a_member_and_the_rule_is_named() {
    let (mapping, beta) = (everything(), label("beta"));
    let decision = Case::of_nobody(&mapping).decide_at(in_beta(None, &beta), &of_groups(&["beta"]));
    let Outcome::Admit(created) = &decision.outcome else { panic!("{:#?}", decision.trace) };
    assert_eq!((&created.role, created.status), (&Role::Member, Status::Active));
    assert_eq!(changes(&decision)["sub_account"], "- -> beta");
    let change = decision.changes.iter().find(|change| change.field == "sub_account").unwrap();
    assert_eq!(change.rule, "groups equals \"beta\": beta");
}

fn refused(decision: &Decision) -> (Code, String) {
    let Outcome::Refuse(code) = decision.outcome else { panic!("let in: {:#?}", decision.trace) };
    let last = decision.trace.last().unwrap();
    assert!(!last.ok && decision.changes.is_empty());
    (code, last.check.to_string())
}

#[test]
fn t19_the_owner_of_a_sub_account_does_not_come_by_the_account_above_and_its_administrators_keep_their_role()
{
    let (mapping, beta) = (everything(), label("beta"));
    for (role, comes_in) in [(Role::Owner, false), (Role::Admin, true), (Role::Member, true)] {
        let user = User { role: role.clone(), ..anna() };
        let decision = Case::of(&mapping, &user).decide_at(in_beta(None, &beta), &of_groups(&["beta"]));
        match &decision.outcome {
            Outcome::Admit(after) => assert!(comes_in && after.role == role, "{role:?}"),
            Outcome::Refuse(_) => {
                assert!(!comes_in, "{role:?}");
                assert_eq!(refused(&decision), (Code::NotHere, SUB_ACCOUNT.to_owned()));
            }
        }
    }
}

#[test]
fn no_rule_moves_a_user_of_the_account_above() {
    let (mapping, user, beta) = (routing(), anna(), label("beta"));
    let known_above = Case { by_email: Standing::Elsewhere, ..Case::of_nobody(&mapping) };
    let decision = known_above.decide_at(in_beta(Some(&user), &beta), &of_groups(&["beta"]));
    assert_eq!(refused(&decision), (Code::NotHere, SUB_ACCOUNT.to_owned()));
    // Known there by the Employee Unique ID alone, under another address.
    let renamed = Case::of_nobody(&mapping).decide_at(in_beta(Some(&user), &beta), &of_groups(&["beta"]));
    assert_eq!(refused(&renamed).0, Code::NotHere);
    let stranger = Case::of_nobody(&mapping).decide_at(in_beta(None, &beta), &of_groups(&["beta"]));
    assert!(matches!(stranger.outcome, Outcome::Admit(_)));
}

#[test]
fn t19_the_log_of_the_account_above_does_not_tell_what_the_sub_account_knew() {
    let beta = label("beta");
    let mut mapping = everything();
    let department = vestibule_model::user::Field::from_word("department").unwrap();
    let input = vestibule_model::mapping::Input::attribute("department");
    mapping.fields = [(department, vestibule_model::mapping::Source { input, update: true })].into();
    let mut user = anna();
    user.employee_id = Some("secret-7".to_owned());
    let first = asserted(&[("department", &["Research"])]);
    let known = Case::of(&mapping, &user).admitted(&first);
    user.profile = known.profile;
    let moved = asserted(&[("department", &["Sales"])]);
    let case = Case::of(&mapping, &user);
    assert_eq!(changes(&case.decide(&moved))["department"], "Research -> Sales");
    let decision = case.decide_at(in_beta(None, &beta), &moved);
    assert_eq!(changes(&decision)["department"], "(known to the sub-account) -> Sales");
    assert_eq!(changes(&decision)["license"], "licensed -> on-prem", "what its own rules are about");
    let other = vestibule_model::mapping::Identity {
        email: Some(user.email.clone()),
        employee_id: Some("sent-8".to_owned()),
    };
    let clash = Case { identity: other, ..Case::of(&mapping, &user) };
    let told = |decision: &Decision| decision.trace.iter().any(|step| step.found.contains("secret-7"));
    assert!(told(&clash.decide(&moved)), "the account itself is told");
    let in_beta = clash.decide_at(in_beta(None, &beta), &moved);
    assert_eq!(refused(&in_beta).0, Code::EmailTaken);
    assert!(!told(&in_beta));
}
