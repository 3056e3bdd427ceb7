//! What deciding one sign-in costs: `cargo bench -p vestibule-model --bench decide`.
//!
//! CPU time of this process, not wall time, of the whole decision about somebody who is known: who is meant, the rules of
//! every category, seats, groups, and the profile. The person belongs to 60 groups at the identity provider, whose names
//! are as long as each other, and there are 200 rules; in the worst row the last rule of each category is the one that
//! applies. The target is 20 microseconds. Nothing is written but a table.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;

use cpu_time::ProcessTime;
use jiff::Timestamp;
use vestibule_model::admission::{Facts, Place, Rules, Standing, decide};
use vestibule_model::connection::Provision;
use vestibule_model::email::Email;
use vestibule_model::expression::Context;
use vestibule_model::group::{Group, GroupKind, GroupName, Membership, Origin};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::{Inventory, License, Product, Seats};
use vestibule_model::mapping::{
    Asserted, Attribute, Category, CategoryName, Condition, Exempt, Grant, Input, Mapping, NoMatch, Operator,
    Pattern, Rule, Source, identity,
};
use vestibule_model::user::{Field, Holdings, Logins, Profile, Role, Status, User};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 31;
const ITERATIONS: u32 = 500;
const RULES: usize = 200;
const GROUPS: usize = 60;

/// The name of a group at the identity provider: as long as the object IDs that some send.
fn sent(number: usize) -> String {
    format!("8f14e45f-ceea-467f-a0e6-{number:012}")
}

/// How the rules compare.
#[derive(Clone, Copy)]
enum Kind {
    /// All by `equals`, as is usual.
    Equals,
    /// Of ten rules six by `equals`, and one by each of four others.
    Mixed,
    /// All by patterns, of several shapes; each match of one has a text in it that is known beforehand.
    Patterns,
    /// All by patterns of which nothing is known beforehand.
    Shapes,
}

fn test(kind: Kind, number: usize, value: String) -> Outcome<Operator> {
    Ok(match (kind, number % 10) {
        (Kind::Mixed, 6) => Operator::StartsWith(value),
        (Kind::Mixed, 7) => Operator::Contains(value),
        (Kind::Mixed, 8) => Operator::EndsWith(value),
        (Kind::Mixed, 9) => Operator::Regex(Pattern::parse(&format!("^{value}$"))?),
        (Kind::Patterns, _) => Operator::Regex(Pattern::parse(&match number % 4 {
            0 => format!("^{value}$"),
            1 => format!("(?i)^.+-{}$", value.get(24..).unwrap_or_default()),
            2 => format!("^[0-9a-f]{{8}}-.*{}$", value.get(24..).unwrap_or_default()),
            _ => format!("^(a|b)-.*-{}", value.get(24..).unwrap_or_default()),
        })?),
        (Kind::Shapes, _) => {
            Operator::Regex(Pattern::parse(&format!("^[g-z0-9]{{{}}}[^-]{{2}}-", 6 + number % 9))?)
        }
        _ => Operator::Equals(value),
    })
}

const CATEGORIES: [&str; 8] = [
    "license",
    "addon.webinar-500",
    "addon.large-meeting-500",
    "phone_site",
    "role",
    "user_group",
    "channel",
    "im_group",
];

fn grant(name: CategoryName) -> Outcome<Grant> {
    Ok(match name {
        CategoryName::License => Grant::License(Some(License::Licensed)),
        CategoryName::PhoneSite => Grant::PhoneSite("Berlin".to_owned()),
        CategoryName::Role => Grant::Role(Role::Member),
        CategoryName::Groups(_) => {
            Grant::Groups(vec![GroupName::parse("Marketing")?, GroupName::parse("Staff")?])
        }
        CategoryName::AddOn(_) | CategoryName::PhonePlan | CategoryName::SubAccount => Grant::Held,
    })
}

/// Two hundred rules in eight categories; in each the one in this place (counted from the end) applies.
fn mapping(kind: Kind, applies_from_end: usize) -> Outcome<Mapping> {
    let mut categories = BTreeMap::new();
    let each = RULES / CATEGORIES.len();
    for (place, word) in CATEGORIES.into_iter().enumerate() {
        let name = CategoryName::from_word(word).ok_or("no category")?;
        let mut rules = Vec::new();
        for number in 0..each {
            let applies = number + 1 + applies_from_end == each;
            let value = if applies { sent(place) } else { sent(1_000 + place * each + number) };
            // The rule that applies is an `equals`, so that every kind of row ends alike.
            let test = if applies { Operator::Equals(value) } else { test(kind, number, value)? };
            rules.push(Rule::new(Condition::When { attribute: "groups".to_owned(), test }, grant(name)?));
        }
        categories.insert(name, Category { rules, no_match: NoMatch::Keep, exempt: Exempt::default() });
    }
    let source = |attribute: &str| Source { input: Input::attribute(attribute), update: true };
    let fields = BASIC.map(|(field, attribute, _)| (field, source(attribute)));
    let email = Some(Input::attribute("mail"));
    Ok(Mapping {
        default_license: Some(License::Basic),
        email,
        fields: fields.into(),
        categories,
        ..Mapping::default()
    })
}

const BASIC: [(Field, &str, &str); 10] = [
    (Field::FirstName, "givenName", "Anna"),
    (Field::LastName, "sn", "Berg"),
    (Field::DisplayName, "displayName", "Anna Berg"),
    (Field::JobTitle, "title", "Head of Marketing"),
    (Field::Department, "department", "Marketing"),
    (Field::Company, "company", "Acme"),
    (Field::Manager, "manager", "boss@acme.example"),
    (Field::Phone1, "telephoneNumber", "+49 30 901820"),
    (Field::Language, "preferredLanguage", "de-DE"),
    (Field::TimeZone, "timeZone", "W. Europe Standard Time"),
];

fn asserted() -> Asserted {
    let attribute =
        |name: &str, values: Vec<String>| Attribute { name: name.to_owned(), friendly_name: None, values };
    let basic = BASIC.map(|(_, name, value)| attribute(name, vec![value.to_owned()]));
    let mut attributes = vec![attribute("mail", vec!["anna@acme.example".to_owned()])];
    attributes.extend(basic);
    attributes.push(attribute("groups", (0..GROUPS).map(sent).collect()));
    Asserted { name_id: Some("anna@acme.example".to_owned()), attributes }
}

fn user() -> Outcome<User> {
    Ok(User {
        id: UserId::from_bytes([7; 16]),
        email: Email::parse("anna@acme.example")?,
        status: Status::Active,
        role: Role::Member,
        logins: Logins::SSO,
        license: Some(License::Licensed),
        holdings: Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    })
}

fn memberships() -> Outcome<Vec<Membership>> {
    let of = |kind, name: &str, position: u8| -> Outcome<Membership> {
        let group = Group { id: GroupId::from_bytes([position; 16]), kind, name: GroupName::parse(name)? };
        Ok(Membership { group, origin: Origin::Mapping, position: i64::from(position) })
    };
    let mut all = Vec::new();
    for (kind, first) in GroupKind::ALL.into_iter().zip([1, 11, 21]) {
        all.extend([of(kind, "Marketing", first)?, of(kind, "Staff", first + 1)?]);
    }
    Ok(all)
}

/// A profile that the sign-in finds as it leaves it, which is what most of them do.
fn settled(user: User, mapping: &Mapping, asserted: &Asserted) -> User {
    let context = Context::new(Timestamp::UNIX_EPOCH, [7; 32]);
    let mapped = vestibule_model::mapping::apply(mapping, asserted, &user.profile, true, &context);
    User { profile: mapped.profile, ..user }
}

fn main() -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:52} {:>9} {:>9}", "microseconds of CPU", "minimum", "median")?;
    let rows = [
        ("60 groups, 200 rules by equals, the last applies", mapping(Kind::Equals, 0)?),
        ("60 groups, 200 rules by equals, none applies", mapping(Kind::Equals, RULES)?),
        ("60 groups, 200 rules by equals, the middle applies", mapping(Kind::Equals, 12)?),
        ("60 groups, 200 rules of all kinds, the last applies", mapping(Kind::Mixed, 0)?),
        ("60 groups, 200 rules by patterns, the last applies", mapping(Kind::Patterns, 0)?),
        ("60 groups, 200 rules by shapes, the last applies", mapping(Kind::Shapes, 0)?),
        ("60 groups, no rules", Mapping { categories: BTreeMap::new(), ..mapping(Kind::Equals, 0)? }),
        (
            "60 groups, nothing mapped",
            Mapping { default_license: Some(License::Basic), ..Mapping::default() },
        ),
    ];
    for (name, mapping) in rows {
        let (minimum, median) = measure(&mapping)?;
        writeln!(out, "{name:52} {minimum:>9.2} {median:>9.2}")?;
    }
    Ok(())
}

fn measure(mapping: &Mapping) -> Outcome<(f64, f64)> {
    let asserted = asserted();
    let user = settled(user()?, mapping, &asserted);
    let memberships = memberships()?;
    let products = [License::Licensed, License::Basic].map(Product::from);
    let seats = Inventory(products.map(|product| (product, Seats { total: 9, used: 1 })).into());
    let once = || {
        let rules =
            Rules { provision: Provision::AtSignIn, mapping, fallback_license: None, default_domain: None };
        let context = Context::new(Timestamp::UNIX_EPOCH, [7; 32]);
        let (identity, trace) = identity(mapping, black_box(&asserted), &context);
        let facts = Facts {
            place: Place::Own,
            by_email: Standing::Here(&user),
            by_employee_id: None,
            domain_associated: true,
            memberships: &memberships,
            is_last_way_in: false,
            promised: None,
            seats: &seats,
            now: context.now,
            seed: context.seed,
        };
        (decide(rules, &identity, facts, &asserted), trace)
    };
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = ProcessTime::try_now()?;
        for _ in 0..ITERATIONS {
            black_box(once());
        }
        times.push(start.try_elapsed()?.as_secs_f64() * 1e6 / f64::from(ITERATIONS));
    }
    times.sort_by(f64::total_cmp);
    let at = |place: usize| times.get(place).copied().ok_or("nothing was measured");
    Ok((at(0)?, at(ROUNDS / 2)?))
}
