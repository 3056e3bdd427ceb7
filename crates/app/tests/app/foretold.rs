//! What a simulation foretells is what happens when the file is applied and everybody signs in again as before: in stories that
//! are rolled with dice, the same in every run, and in the story of one person who signs in five times.

use crate::account::Account;
use crate::cases;
use crate::five_sign_ins;
use crate::provider::Person;
use crate::simulate::{person, sign_in, simulate};
use crate::wanted::Wanted;
use crate::world::World;
use std::collections::BTreeMap;
use toml::{Table, Value};
use vestibule_app::simulate::Simulation;
use vestibule_model::group::{GroupKind, Origin};
use vestibule_model::trace::Change;
use vestibule_model::user::{Role, Status};

cases! {
    what_is_simulated_is_what_happens_then,
    before_and_after_each_of_five_sign_ins_a_simulation_is_right,
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.roll(of.len() as u64)).unwrap();
        of[index]
    }
}

const VALUES: [&str; 4] = ["red", "green", "blue", "grey"];
const OPERATORS: [&str; 8] =
    ["equals", "equals", "contains", "starts_with", "ends_with", "regex", "not_equals", "present"];

fn table<const N: usize>(pairs: [(&str, Value); N]) -> Table {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn random_rule(dice: &mut Dice, is_last: bool) -> Table {
    if is_last && dice.roll(4) == 0 {
        return table([("otherwise", true.into())]);
    }
    let operator = dice.pick(&OPERATORS);
    let mut rule = table([("attribute", "groups".into()), ("operator", operator.into())]);
    if operator != "present" {
        let value = match operator {
            "equals" | "not_equals" => dice.pick(&VALUES),
            _ => dice.pick(&["re", "r", "ee", "e", "gre"]),
        };
        rule.insert("value".to_owned(), value.into());
    }
    rule
}

fn random_rules(dice: &mut Dice, results: &[&str]) -> Vec<Table> {
    let count = dice.roll(4);
    let rule = |place| {
        let mut rule = random_rule(dice, place + 1 == count);
        if !results.is_empty() {
            rule.insert("result".to_owned(), dice.pick(results).into());
        }
        rule
    };
    (0..count).map(rule).collect()
}

/// A configuration with rules of every kind.
fn random_file(dice: &mut Dice, acme: &Account) -> Wanted {
    let mut wanted = acme.usual().set(["licenses", "licensed"], 10).set(["licenses", "webinar-500"], 3);
    wanted = wanted.set(["licenses", "fallback"], "basic").set(["licenses", "phone-metered"], 20);
    wanted = wanted.set(["sso", "provision"], dice.pick(&["at_sign_in", "at_sign_in", "prior_to_sign_in"]));
    wanted = wanted.set(["mapping", "basic", "default_license"], dice.pick(&["none", "basic", "licensed"]));
    if dice.roll(2) == 0 {
        wanted = wanted.set(["mapping", "basic", "job_title"], dice.pick(&["title", "department"]));
    }
    if dice.roll(3) > 0 {
        wanted = wanted.set(["mapping", "basic", "employee_id"], dice.pick(&["number", "badge"]));
    }
    if dice.roll(3) == 0 {
        wanted = wanted.set(["mapping", "auto", "channel"], "groups");
    }
    for (category, results) in [
        ("license", &["none", "basic", "licensed"][..]),
        ("role", &["member", "admin"]),
        ("user_group", &["Colors", "Paint", "Light"]),
        ("im_group", &["Talk", "Chat"]),
        ("phone_plan", &["phone-metered"]),
        ("phone_site", &["Berlin", "Oslo"]),
    ] {
        let rules = random_rules(dice, results);
        if !rules.is_empty() && category != "license" && dice.roll(3) == 0 {
            wanted = wanted.set(["mapping", "no_match", category], "remove");
        }
        if !rules.is_empty() && dice.roll(3) == 0 {
            let users: Vec<Value> = vec![format!("p{}@acme.example", dice.roll(20)).into()];
            let exempt = match dice.roll(2) {
                0 => table([("users", users.into())]),
                _ => table([("groups", vec![Value::from("Crew")].into())]),
            };
            wanted = wanted.set(["mapping", "exempt", category], exempt);
        }
        wanted = wanted.set(["mapping", category], rules);
    }
    wanted.set(["mapping", "addon", "webinar-500"], random_rules(dice, &[]))
}

/// Somebody; every fifth comes from outside, and waits for the mailbox to confirm.
fn random_person(dice: &mut Dice, number: usize) -> Person {
    let groups: Vec<&str> = VALUES.into_iter().filter(|_| dice.roll(3) == 0).collect();
    let department = dice.pick(&["Sales", "Research"]);
    let person = match number % 5 {
        4 => Person::of(&format!("p{number}@partner.example")),
        _ => person(number),
    };
    person
        .with("groups", &groups)
        .with("department", &[department])
        .with("title", &[dice.pick(&["Dr.", "Prof."])])
        .with("number", &[&format!("E-{number}")])
        .with("badge", &[&format!("B-{}", number + usize::try_from(dice.roll(2)).unwrap() * 100)])
}

/// What others do to people meanwhile.
async fn meddle(dice: &mut Dice, acme: &Account, people: &[Person]) {
    for person in people {
        let email = person.name_id.clone().unwrap();
        let Some(user) = acme.find_user(&email).await else { continue };
        match dice.roll(6) {
            0 => acme.change(&email, |user| user.role = Role::Admin).await,
            1 => {
                let origin =
                    [Origin::Manual, Origin::Scim, Origin::Csv][usize::try_from(dice.roll(3)).unwrap()];
                let name = dice.pick(&["Crew", "Colors", "Own"]);
                acme.join(&email, (GroupKind::UserGroup, name), origin, 50).await;
            }
            2 if user.status == Status::Active => {
                let ctx = acme.app.operator().people("acme").await.unwrap();
                let whom = vestibule_app::users::Whom::parse(&email).unwrap();
                vestibule_app::users::deactivate(&ctx, &whom).await.unwrap();
            }
            _ => {}
        }
    }
}

/// Holds what happened to somebody to what was foretold; whether anything was.
fn holds(
    told: &Simulation,
    address: &str,
    (code, changes): &(Option<u16>, BTreeMap<String, Change>),
    before: Option<u16>,
) -> bool {
    let Some(item) = told.items.iter().find(|item| item.user == address) else {
        assert_eq!((*code, changes.len()), (before, 0), "{address}: {changes:?}");
        return false;
    };
    assert_eq!(item.after.code, *code, "{address}: {item:?}");
    assert_eq!(item.before.code, before, "{address}: {item:?}");
    if item.before.admitted {
        let predicted = item.changes.iter().map(|change| (&change.field, &change.before, &change.after));
        let found = changes.values().map(|change| (&change.field, &change.before, &change.after));
        assert_eq!(predicted.collect::<Vec<_>>(), found.collect::<Vec<_>>(), "{address}");
    }
    true
}

async fn what_is_simulated_is_what_happens_then(world: &World) {
    let acme = world.acme().await;
    let mut dice = Dice(17);
    let (mut told, mut codes) = (0, BTreeMap::new());
    for round in 0..10 {
        let people: Vec<Person> = (0..6).map(|number| random_person(&mut dice, round * 4 + number)).collect();
        acme.apply(random_file(&mut dice, &acme)).await;
        for person in &people {
            sign_in(world, &acme, person).await;
        }
        meddle(&mut dice, &acme, &people).await;
        // Whoever got a seat late has it now; nothing changes any more by what is in force.
        let mut before = BTreeMap::new();
        for person in people.iter().chain(&people) {
            before.insert(person.name_id.clone().unwrap(), sign_in(world, &acme, person).await.0);
        }
        let wanted = random_file(&mut dice, &acme);
        let simulation = simulate(world, &acme, &wanted).await;
        acme.apply(wanted).await;
        for person in people.iter().rev() {
            let happened = sign_in(world, &acme, person).await;
            let address = person.name_id.as_deref().unwrap();
            told += usize::from(holds(&simulation, address, &happened, before[address]));
            *codes.entry(happened.0).or_insert(0) += 1;
        }
    }
    assert!(told > 20, "the stories are about something: {told}");
    for code in [None, Some(1013), Some(1015), Some(1021), Some(1022), Some(1030)] {
        assert!(codes.contains_key(&code), "{code:?} happens: {codes:?}");
    }
}

/// The rules turned around: others are licensed, and groups come in other ways.
fn turned(wanted: Wanted) -> Wanted {
    let rule = |value: &str, result: Value| {
        table([("attribute", "groups".into()), ("value", value.into()), ("result", result)])
    };
    let licenses = vec![rule("marketing", "basic".into()), rule("sales", "licensed".into())];
    let everybody = table([
        ("otherwise", true.into()),
        ("result", vec![Value::from("Marketing"), Value::from("Everybody")].into()),
    ]);
    let exempt = table([("groups", vec![Value::from("Volunteers")].into())]);
    wanted
        .set(["mapping", "license"], licenses)
        .set(["mapping", "user_group"], vec![everybody])
        .set(["mapping", "auto", "im_group"], "department")
        .set(["mapping", "exempt", "role"], exempt)
}

async fn before_and_after_each_of_five_sign_ins_a_simulation_is_right(world: &World) {
    let acme = world.acme().await;
    five_sign_ins::configure(&acme).await;
    let usual = Wanted::read(&acme.export().await).set(["roles", "Team lead"], Table::new());
    let usual = usual.without("licenses");
    let turned = turned(usual.clone());
    acme.apply(usual.clone()).await;
    let mut told = 0;
    for (number, (_, anna)) in five_sign_ins::people().into_iter().enumerate() {
        five_sign_ins::meddle(&acme, number).await;
        let mut before = sign_in(world, &acme, &anna).await.0;
        for wanted in [&turned, &usual] {
            let simulation = simulate(world, &acme, wanted).await;
            acme.apply(wanted.clone()).await;
            let happened = sign_in(world, &acme, &anna).await;
            told += usize::from(holds(&simulation, five_sign_ins::EMAIL, &happened, before));
            before = happened.0;
        }
    }
    assert!(told > 5, "something would change: {told}");
}
