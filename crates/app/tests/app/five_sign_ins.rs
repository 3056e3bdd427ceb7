//! One person who signs in five times: with groups that change, then with seats gone, beside memberships that mapping did
//! not give. What is known of the person after each time is kept as one snapshot, the same on both databases.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::rules::{GROUPS, USER_GROUPS, add_on, custom, groups, keeping, license, removing, rule};
use crate::snapshot;
use crate::world::World;
use std::fmt::Write as _;
use vestibule_model::group::{GroupKind, Origin, primary};
use vestibule_model::license::License;
use vestibule_model::mapping::{CategoryName, Grant};

cases! {
    five_sign_ins_of_one_person,
}

pub const EMAIL: &str = "anna@acme.example";

pub async fn configure(acme: &Account) {
    acme.apply(acme.usual().set(["licenses", "licensed"], 1).set(["licenses", "on-prem"], 0)).await;
    acme.grant(add_on("webinar-500"), 1).await;
    acme.map(|mapping| {
        let licenses =
            keeping([rule("paid", license(License::Licensed)), rule("on site", license(License::OnPrem))]);
        mapping.categories.insert(CategoryName::License, licenses);
        let webinar = removing([rule("hosts", Grant::Held)]);
        mapping.categories.insert(CategoryName::AddOn(add_on("webinar-500")), webinar);
        let roles = removing([rule("leads", Grant::Role(custom("Team lead")))]);
        mapping.categories.insert(CategoryName::Role, roles);
        let teams = keeping([
            rule("marketing", groups(&["Marketing", "All staff"])),
            rule("sales", groups(&["Sales", "All staff"])),
        ]);
        mapping.categories.insert(USER_GROUPS, teams);
        mapping.auto.insert(GroupKind::Channel, "department".to_owned());
    })
    .await;
}

/// Anna as she comes each time, and what happened to her.
pub fn people() -> [(&'static str, Person); 5] {
    let anna = |department: &str, groups: &[&str]| {
        Person::anna().with("department", &[department]).with(GROUPS, groups)
    };
    let mut bare = Person::anna();
    bare.attributes.retain(|attribute| attribute.name == "mail");
    [
        ("1. hired", anna("Research", &["paid", "hosts", "marketing"])),
        ("2. moved to another team, and leads it", anna("Research", &["paid", "hosts", "sales", "leads"])),
        ("3. back, without the add-on and the lead", anna("Trade", &["marketing"])),
        ("4. wants what has no seats left", anna("Trade", &["on site", "hosts", "sales"])),
        ("5. nothing is said of groups", bare),
    ]
}

/// What others do before she comes this time.
pub async fn meddle(acme: &Account, times_before: usize) {
    match times_before {
        // They put her into groups of their own, one of them the same.
        1 => {
            acme.join(EMAIL, (GroupKind::UserGroup, "Volunteers"), Origin::Manual, 10).await;
            acme.join(EMAIL, (GroupKind::UserGroup, "Marketing"), Origin::Scim, 11).await;
            acme.join(EMAIL, (GroupKind::ImGroup, "Lunch"), Origin::Csv, 0).await;
        }
        // Somebody else takes the add-on's last seat.
        3 => {
            acme.grant(License::Licensed, 2).await;
            acme.sign_in(&Person::of("bob@acme.example").with(GROUPS, &["paid", "hosts"])).await;
        }
        _ => {}
    }
}

async fn five_sign_ins_of_one_person(world: &World) {
    let acme = world.acme().await;
    configure(&acme).await;
    let mut told = String::new();
    for (number, (title, anna)) in people().into_iter().enumerate() {
        meddle(&acme, number).await;
        tell(&acme, &mut told, title, &anna).await;
    }
    snapshot::check("five_sign_ins.txt", &told);
}

/// Signs in, and tells everything that is known afterwards.
async fn tell(account: &Account, told: &mut String, title: &str, person: &Person) {
    let signed_in = account.sign_in(person).await;
    let user = account.user(EMAIL).await;
    let add_ons: Vec<&str> = user.holdings.add_ons.iter().map(|add_on| add_on.as_str()).collect();
    writeln!(told, "{title}\n").unwrap();
    writeln!(told, "user         {} {} {}", user.email, user.status.as_str(), user.role.title()).unwrap();
    let license = user.license.map_or("none", License::as_str);
    writeln!(told, "license      {license}, add-ons: {}", add_ons.join(", ")).unwrap();
    let memberships = account.memberships(EMAIL).await;
    let first = primary(&memberships).map(|group| group.id);
    let mut listed: Vec<String> = memberships
        .iter()
        .map(|m| {
            let mark = if first == Some(m.group.id) && m.position == 0 { " (primary)" } else { "" };
            format!(
                "{:<12} {:>2} {} by {}{mark}",
                m.group.kind.as_str(),
                m.position,
                m.group.name,
                m.origin.as_str()
            )
        })
        .collect();
    listed.sort();
    listed.iter().for_each(|line| writeln!(told, "{line}").unwrap());
    for (product, seats) in account.inventory().await.0 {
        writeln!(told, "seats        {} {} of {}", product.as_str(), seats.used, seats.total).unwrap();
    }
    let detail = account.explained(signed_in.tracking_id).await.detail;
    for change in &detail.changes {
        let value = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
        let (before, after) = (value(&change.before), value(&change.after));
        writeln!(told, "change       {}: {before} -> {after} ({})", change.field, change.rule).unwrap();
    }
    let rules = |check: &str| check.starts_with("mapping.") || check.starts_with("admission.");
    for step in detail.trace.iter().filter(|step| rules(&step.check)) {
        let mark = if step.warning { "!!" } else { "ok" };
        writeln!(told, "trace     {mark} {}: {}: {}", step.check, step.expected, step.found).unwrap();
    }
    writeln!(told).unwrap();
}
