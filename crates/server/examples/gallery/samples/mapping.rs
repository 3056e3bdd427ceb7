//! Samples of the mapping's pages, of people and of licenses.

use super::{HOSTILE, MAIL, admin, days, detail, entry, person, text};
use vestibule_app::assistant::{Advice, Overage, Proposal, Reach, Received, Value, Values};
use vestibule_app::configuration::Configuration;
use vestibule_app::configuration::edit_mapping::Seen;
use vestibule_app::cures::{Cure, Offer};
use vestibule_app::users::bulk::{Action, Report};
use vestibule_app::users::{Belonging, Found, Person, Pictured, Summary, Verification};
use vestibule_model::account::Label;
use vestibule_model::code::Code;
use vestibule_model::email::Email;
use vestibule_model::group::{GroupKind, GroupName, Origin};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::{AddOn, Inventory, License, Product, Seats};
use vestibule_model::mapping::{
    Category, CategoryName, Condition, Exempt, Grant, Input, Mapping, NoMatch, Operator, Rule, Source,
};
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::user::{Field, Role, Status};
use vestibule_server::portal::Here;
use vestibule_server::portal::attributes::{AttributesPage, MapPage};
use vestibule_server::portal::cure::CurePart;
use vestibule_server::portal::licenses::LicensesPage;
use vestibule_server::portal::mapping::MappingPage;
use vestibule_server::portal::mapping::form::{self, Outlook, Piece, PiecePage, QuestionPage};
use vestibule_server::portal::people::{Past, PersonPage};
use vestibule_server::portal::response::ResponsePage;
use vestibule_server::portal::users::{Asked, Listed, ReportPage, UsersPage};

fn when(attribute: &str, test: Operator) -> Condition {
    Condition::When { attribute: text(attribute), test }
}

fn groups(names: &[&str]) -> Grant {
    Grant::Groups(names.iter().filter_map(|name| GroupName::parse(name).ok()).collect())
}

fn configuration() -> Configuration {
    let licenses = Category {
        rules: vec![
            Rule::new(when("groups", Operator::Equals(text("Contractors"))), Grant::License(None)),
            Rule::new(
                when("groups", Operator::Contains(text("Hosts"))),
                Grant::License(Some(License::Licensed)),
            ),
            Rule::new(
                when("title", Operator::StartsWith(text(HOSTILE))),
                Grant::License(Some(License::OnPrem)),
            ),
            Rule::new(Condition::Otherwise, Grant::License(Some(License::Basic))),
        ],
        no_match: NoMatch::Keep,
        exempt: Exempt {
            users: [text("ceo@acme.example")].into(),
            groups: GroupName::parse("Board").into_iter().collect(),
        },
    };
    let many = (1..=14).map(|number| {
        let value = Operator::Equals(format!("Site {number}"));
        Rule::new(
            when("physicalDeliveryOfficeName", value),
            groups(&[&format!("Office {number}"), "Everyone"]),
        )
    });
    let kind = CategoryName::Groups(GroupKind::UserGroup);
    let user_groups =
        Category { rules: many.collect(), no_match: NoMatch::Remove, exempt: Exempt::default() };
    let source = |name: &str| Source { input: Input::attribute(name), update: false };
    let fields = [
        (Field::FirstName, Source { update: true, ..source("givenName") }),
        (Field::LastName, source("sn")),
        (Field::Department, source("department")),
        (Field::CostCenter, source("http://schemas.acme.example/claims/costCenter")),
    ];
    let mapping = Mapping {
        default_license: Some(License::Basic),
        email: Some(Input::attribute("mail")),
        employee_id: Some(Input::attribute("employeeNumber")),
        fields: fields.into(),
        categories: [
            (CategoryName::SubAccount, sub_accounts()),
            (CategoryName::License, licenses),
            (kind, user_groups),
        ]
        .into(),
        auto: [(GroupKind::Channel, text("team"))].into(),
        ..Mapping::default()
    };
    Configuration { mapping, fallback_license: Some(License::Basic), ..Configuration::default() }
}

/// Whom the mapping sends to a sub-account.
fn sub_accounts() -> Category {
    let rule = Label::parse("acme-labs").map(|label| {
        Rule::new(when("department", Operator::Equals(text("research"))), Grant::SubAccount(label))
    });
    Category { rules: rule.into_iter().collect(), no_match: NoMatch::Keep, exempt: Exempt::default() }
}

fn seen() -> Seen {
    let sub_accounts = ["acme-labs", "acme-retail"].into_iter().filter_map(|label| Label::parse(label).ok());
    Seen { version: 7, configuration: configuration(), sub_accounts: sub_accounts.collect() }
}

pub fn mapping() -> MappingPage {
    MappingPage::new(admin(Here::Mapping), &seen())
}

pub fn mapping_form(wrong: bool) -> PiecePage {
    let piece = Piece::Rule(CategoryName::License, Some(1));
    let seen = seen();
    let mut values: form::Values = piece.values(&seen.configuration).unwrap_or_default();
    if wrong {
        values.insert(text("operator"), text("regex"));
        values.insert(text("value"), text("(Hosts"));
    }
    let why = "The pattern is malformed: unclosed group.";
    let outlook = Outlook {
        totals: vec![text("3 would lose Licensed"), text("1 would be refused (1030)")],
        people: vec![
            (text(MAIL), vec![text("License type: Licensed → Basic, by groups equals \"Hosts\": Basic")]),
            (text("jo@acme.example"), vec![text("would be refused (1030): None, by the rule")]),
        ],
        left_out: 2,
    };
    PiecePage {
        frame: admin(Here::Mapping),
        heading: piece.heading(),
        intro: piece.intro(),
        action: text("/admin/mapping/rules/license/1"),
        version: 7,
        problem: wrong.then(|| format!("Nothing was saved. {why}")),
        fields: piece.fields(&seen, &values, wrong.then_some(("value", why))),
        outlook: (!wrong).then_some(outlook),
    }
}

pub fn licenses() -> LicensesPage {
    let seats = |total, used| Seats { total, used };
    let mut inventory: Inventory = Inventory::default();
    inventory.0.insert(License::Basic.into(), seats(9_999, 412));
    inventory.0.insert(License::Licensed.into(), seats(100, 96));
    inventory.0.extend(AddOn::from_word("webinar-500").map(|add_on| (Product::from(add_on), seats(10, 10))));
    LicensesPage::new(admin(Here::Licenses), &inventory)
}

fn summary(email: &str, status: Status, login_types: Vec<&'static str>) -> Option<Summary> {
    Some(Summary {
        id: UserId::from_bytes([9; 16]),
        email: Email::parse(email).ok()?,
        name: text(if email == MAIL { "Clara Fields" } else { email }),
        status,
        role: Role::Member,
        login_types,
        license: Some(License::Licensed),
        created_at: days(-70),
        updated_at: days(-1),
    })
}

pub fn users(problem: bool) -> UsersPage {
    let items = [
        summary(MAIL, Status::Active, vec!["sso"]),
        summary("jo@acme.example", Status::Inactive, vec!["work_email", "sso"]),
        summary("kim@freelance.example", Status::Pending, vec![]),
    ];
    let found = Found { items: items.into_iter().flatten().collect(), next: Some(text("x")), more: false };
    let problem = problem.then(|| text("Nobody is ticked. Tick those whom you mean."));
    let listed = Listed { found: Ok(found), roles: vec![text("Help desk")], problem };
    UsersPage::new(admin(Here::People), Asked::default(), listed)
}

pub fn users_none() -> UsersPage {
    let found = Found { items: Vec::new(), next: None, more: false };
    let listed = Listed { found: Ok(found), roles: Vec::new(), problem: None };
    let asked = Asked::of_fields(|key| if key == "status" { "inactive" } else { "" });
    UsersPage::new(admin(Here::People), asked, listed)
}

pub fn users_report() -> ReportPage {
    let refused =
        vec![(Email::parse("o@acme.example").ok(), text("The owner of the account cannot be deactivated."))];
    let report = Report { done: 498, unchanged: 2, refused, refused_unnamed: 0, next: Some(text("x")) };
    ReportPage::new(admin(Here::People), Action::Deactivate, report, Vec::new(), text("/admin/users"))
}

pub(super) fn clara(login_types: Vec<&'static str>) -> Option<Person> {
    let group = |seed, name: &str, origins, primary| {
        let name = GroupName::parse(name).ok()?;
        let id = GroupId::from_bytes([seed; 16]);
        Some(Belonging { id, kind: GroupKind::UserGroup, name, origins, primary })
    };
    let belongings = [
        group(1, "Marketing", vec![Origin::Mapping], true),
        group(2, "Everyone", vec![Origin::Mapping, Origin::Scim], false),
        group(3, "First aid", vec![Origin::Manual], false),
    ];
    Some(Person {
        summary: summary(MAIL, Status::Active, login_types)?,
        employee_id: Some(text("004711")),
        add_ons: AddOn::from_word("webinar-500").into_iter().collect(),
        phone_site: Some(text("Rotterdam")),
        profile: person(true, Role::Member)?.profile,
        groups: belongings.into_iter().flatten().collect(),
        picture: Some(Pictured {
            state: "failed",
            reason: Some(text("The file is no PNG, JPEG, GIF or WebP picture.")),
            checked_at: Some(days(-3)),
        }),
        verification: None,
        invitation: None,
        second_factor: Some(days(-12)),
        settings: super::groups::holding(),
    })
}

pub fn one() -> Option<PersonPage> {
    let responses = vec![
        entry(1, Some(MAIL), OutcomeWord::Accepted, None),
        entry(2, Some(MAIL), OutcomeWord::Refused, Some(Code::NotSsoUser)),
    ];
    Some(PersonPage::new(
        admin(Here::People),
        &clara(vec!["work_email"])?,
        Past { sign_ins: responses, calls: super::calls::entries(), ..Past::default() },
    ))
}

/// The page of a response that one press mends.
pub fn cure(cure: Option<Cure>) -> Option<ResponsePage> {
    let code = match cure {
        Some(Cure::ReplaceEmployeeId { .. }) => Code::EmailTaken,
        Some(Cure::SendVerification(_)) => Code::Unverified,
        _ => Code::NotSsoUser,
    };
    let entry = entry(2, Some(MAIL), OutcomeWord::Refused, Some(code));
    let part = CurePart::new(&entry, &Offer { person: clara(vec!["work_email"])?, cure });
    let page = ResponsePage::new(admin(Here::Log), &entry, detail(false));
    Some(page.with_cure(Some(part)))
}

/// The mail went out a moment ago, or long before.
pub fn mail(is_fresh: bool) -> Cure {
    Cure::SendVerification(Verification { sent_at: Some(days(-1)), again_at: is_fresh.then(|| days(0)) })
}

/// Somebody who is pending.
pub fn pending_person() -> Option<PersonPage> {
    let summary = summary("kim@freelance.example", Status::Pending, vec!["sso"])?;
    let verification = Some(Verification { sent_at: Some(days(-1)), again_at: None });
    let kim = Person { summary, verification, picture: None, ..clara(Vec::new())? };
    Some(PersonPage::new(admin(Here::People), &kim, Past::default()))
}

/// The question before a rule is deleted, with what that would change.
pub fn question() -> QuestionPage {
    QuestionPage {
        frame: admin(Here::Mapping),
        heading: text("Delete rule 2 of License type?"),
        text: text("If groups contains “Hosts”: Licensed. The next sign-ins are decided without it."),
        action: text("/admin/mapping/rules/license/1/remove"),
        version: 7,
        button: "Delete it",
        back: text("/admin/mapping#license"),
        fields: Vec::new(),
        outlook: mapping_form(false).outlook,
    }
}

pub fn other_id() -> Cure {
    Cure::ReplaceEmployeeId { before: text("004711"), sent: text(HOSTILE) }
}

pub fn received() -> AttributesPage {
    let received = |name: &str, friendly: Option<&str>, used: &[&str]| Received {
        name: text(name),
        friendly_name: friendly.map(text),
        sign_ins: 214,
        distinct: 200,
        has_more: name == "groups",
        samples: vec![text("Xxxxx"), text("Xxxxxx Xx")],
        used_by: used.iter().copied().map(text).collect(),
        unruled: Vec::new(),
    };
    let unruled = vec![Value { value: text("Xxxxx (9 letters)"), sign_ins: 12 }];
    let advice = Advice {
        account: text("acme"),
        since: days(-7),
        sign_ins: 214,
        not_kept: 3,
        is_cut: false,
        attributes: vec![
            received("urn:oid:2.5.4.42", Some("givenName"), &["first_name"]),
            Received { unruled, ..received("groups", None, &["license", "user_group"]) },
            received(HOSTILE, None, &[]),
        ],
        proposals: vec![
            Proposal { target: "job_title", attribute: text("title"), sign_ins: 210, line: None },
            Proposal { target: "user_group", attribute: text("memberOf"), sign_ins: 90, line: None },
        ],
        overage: Some(Overage {
            attribute: text("http://schemas.acme.example/claims/groups.link"),
            sign_ins: 4,
            meaning: "The identity provider sends at most 150 groups; whoever is in more comes with a link in place of them.",
            cure: "Let it send only the groups that are assigned to the application.",
        }),
    };
    AttributesPage::new(admin(Here::Mapping), &advice, (Values::Masked, Reach::Newest))
}

pub fn map() -> MapPage {
    MapPage::new(admin(Here::Mapping), "memberOf")
}
