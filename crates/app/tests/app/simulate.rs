//! What an edited configuration would do, told before it is applied. That it is so then is in `foretold`.

use crate::account::{Account, source};
use crate::cases;
use crate::provider::Person;
use crate::snapshot;
use crate::wanted::Wanted;
use crate::world::{MILLISECOND, World, hours};
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};
use vestibule_app::simulate::{self, Progress, Scope, Simulation};
use vestibule_app::{Error, Kind};
use vestibule_model::trace::Change;

cases! {
    the_totals_come_first_and_name_what_somebody_would_lose,
    seats_are_taken_in_order_the_one_who_signed_in_last_first,
    a_person_of_whose_response_nothing_was_kept_is_counted_and_named,
    of_several_responses_of_a_person_the_latest_verified_one_counts,
    whoever_was_refused_by_admission_is_simulated_too,
    a_page_simulates_without_a_file,
    a_simulation_whose_time_is_over_says_how_many_responses_it_looked_at,
    a_simulation_writes_nothing,
    a_file_of_another_account_is_not_simulated,
}

async fn try_simulate(world: &World, acme: &Account, wanted: &Wanted) -> Result<Simulation, Error> {
    let source = source(&wanted.text(), Path::new("/nowhere"));
    let since = world.time.now() - hours(24 * 7);
    simulate::file(&world.app.operator(), acme.label.as_str(), &source, since, &|_: Progress| {}).await
}

pub async fn simulate(world: &World, acme: &Account, wanted: &Wanted) -> Simulation {
    try_simulate(world, acme, wanted).await.unwrap()
}

pub fn person(number: usize) -> Person {
    Person::of(&format!("p{number}@acme.example"))
}

/// Signs somebody in, well or badly; what the log says of it.
pub async fn sign_in(
    world: &World,
    acme: &Account,
    person: &Person,
) -> (Option<u16>, BTreeMap<String, Change>) {
    world.time.pass(MILLISECOND);
    let _ = acme.attempt(person).await;
    let latest = acme.log().await.remove(0);
    let changes = acme.explained(latest.tracking_id).await.detail.changes;
    let changes = changes.into_iter().map(|change| (change.field.clone(), change)).collect();
    (latest.code.map(|code| code.number()), changes)
}

pub fn rule(attribute: &str, value: &str, result: Option<Value>) -> Table {
    let mut rule = Table::from_iter([
        ("attribute".to_owned(), attribute.into()),
        ("operator".to_owned(), "equals".into()),
        ("value".to_owned(), value.into()),
    ]);
    rule.extend(result.map(|result| ("result".to_owned(), result)));
    rule
}

/// Anna and Ben are licensed by their group, Cleo is not.
async fn three_people(world: &World, acme: &Account) -> Wanted {
    let file = acme.usual().set(["licenses", "licensed"], 5);
    let licensed =
        file.clone().set(["mapping", "license"], vec![rule("groups", "red", Some("licensed".into()))]);
    acme.apply(licensed).await;
    for (number, groups) in [(1, &["red"][..]), (2, &["red", "grey"]), (3, &["blue"])] {
        sign_in(world, acme, &person(number).with("groups", groups)).await;
    }
    file
}

async fn the_totals_come_first_and_name_what_somebody_would_lose(world: &World) {
    let acme = world.acme().await;
    let file = three_people(world, &acme).await;
    let wanted = file
        .set(
            ["mapping", "license"],
            vec![rule("groups", "grey", Some("none".into())), rule("groups", "red", Some("basic".into()))],
        )
        .set(["mapping", "user_group"], vec![rule("groups", "blue", Some(vec!["Blue", "All"].into()))]);
    let mut simulation = simulate(world, &acme, &wanted).await;
    let sentences: Vec<String> = simulation.totals.iter().map(simulate::Total::sentence).collect();
    assert_eq!(
        sentences,
        [
            "1 would be refused (1030)",
            "1 would lose Licensed",
            "1 would gain Basic",
            "1 would join All",
            "1 would join Blue"
        ]
    );
    assert_eq!((simulation.responses, simulation.people, simulation.changed), (3, 3, 3));
    for item in &mut simulation.items {
        "WEB_".clone_into(&mut item.tracking_id);
    }
    snapshot::check_json("simulation.json", &simulation);
    // What changes nothing for anybody says so.
    let same = simulate(world, &acme, &Wanted::of("acme")).await;
    assert_eq!((same.people, same.changed, same.totals.len(), same.items.len()), (3, 0, 0, 0));
}

async fn seats_are_taken_in_order_the_one_who_signed_in_last_first(world: &World) {
    let acme = world.acme().await;
    for number in 1..=3 {
        sign_in(world, &acme, &person(number)).await;
    }
    let wanted = acme.usual().set(["licenses", "licensed"], 2).set(
        ["mapping", "license"],
        vec![rule("<NameID>", "p9@acme.example", Some("basic".into())), {
            Table::from_iter([
                ("otherwise".to_owned(), true.into()),
                ("result".to_owned(), "licensed".into()),
            ])
        }],
    );
    let simulation = simulate(world, &acme, &wanted).await;
    let users: Vec<&str> = simulation.items.iter().map(|item| item.user.as_str()).collect();
    assert_eq!(users, ["p3@acme.example", "p2@acme.example"]);
}

async fn a_person_of_whose_response_nothing_was_kept_is_counted_and_named(world: &World) {
    let acme = world.acme().await;
    sign_in(world, &acme, &person(1)).await;
    acme.apply(acme.usual().set(["sso", "save_response_logs"], false)).await;
    sign_in(world, &acme, &person(2)).await;
    let wanted = acme
        .usual()
        .set(["mapping", "license"], vec![rule("<NameID>", "p1@acme.example", Some("none".into()))]);
    let simulation = simulate(world, &acme, &wanted).await;
    assert_eq!((simulation.people, simulation.not_kept.people), (1, 1));
    assert_eq!(simulation.not_kept.named, ["p2@acme.example"]);
    assert_eq!(simulation.items[0].after.code, Some(1030));
}

async fn of_several_responses_of_a_person_the_latest_verified_one_counts(world: &World) {
    let acme = world.acme().await;
    sign_in(world, &acme, &person(1).with("groups", &["red"])).await;
    sign_in(world, &acme, &person(1).with("groups", &["blue"])).await;
    // A response that is not verified says nothing about anybody, and a signature of somebody else verifies nothing.
    let mut browser = crate::browser::Browser::default();
    let request = browser.start(&acme).await;
    let forger = acme.idp.with_next_key();
    let forged = forger.answer(&acme, &request, &person(1).with("groups", &["red"]));
    assert!(browser.post(&acme, &forged.form_value()).await.is_err());
    let refuse =
        |value| acme.usual().set(["mapping", "license"], vec![rule("groups", value, Some("none".into()))]);
    assert_eq!(simulate(world, &acme, &refuse("red")).await.changed, 0);
    assert_eq!(simulate(world, &acme, &refuse("blue")).await.changed, 1);
    // Whoever came too long ago is not looked at.
    world.time.pass(hours(24 * 7 + 1));
    assert_eq!(simulate(world, &acme, &refuse("blue")).await.responses, 0);
}

async fn whoever_was_refused_by_admission_is_simulated_too(world: &World) {
    let acme = world.acme().await;
    let closed = acme.usual().set(["sso", "provision"], "prior_to_sign_in");
    acme.apply(closed.clone()).await;
    assert_eq!(sign_in(world, &acme, &person(1)).await.0, Some(1021));
    let simulation = simulate(world, &acme, &acme.usual()).await;
    assert_eq!(simulation.totals[0].sentence(), "1 would be let in");
    let [item] = simulation.items.as_slice() else { panic!("{:?}", simulation.items) };
    assert_eq!((item.before.code, item.after.admitted), (Some(1021), true));
    assert!(
        item.changes
            .iter()
            .any(|change| change.field == "license" && change.after.as_deref() == Some("basic"))
    );
    assert_eq!(simulate(world, &acme, &closed).await.changed, 0);
}

async fn a_page_simulates_without_a_file(world: &World) {
    let acme = world.acme().await;
    let file = three_people(world, &acme).await;
    let owner = acme.owner().await;
    let wanted = file.set(["mapping", "license"], vec![rule("groups", "red", Some("none".into()))]);
    let by_file = simulate(world, &acme, &wanted).await;
    let mut configuration = vestibule_app::configuration::current(&owner).await.unwrap();
    let category = configuration.mapping.categories.values_mut().next().unwrap();
    category.rules[0] = vestibule_model::mapping::Rule::new(
        category.rules[0].when().clone(),
        vestibule_model::mapping::Grant::License(None),
    );
    let since = world.time.now() - hours(24 * 7);
    let scope = Scope { since, budget: Some(hours(1)), watch: &|_: Progress| {} };
    let by_page = simulate::configuration(&owner, &configuration, scope).await.unwrap();
    assert_eq!(by_page.totals, by_file.totals);
    assert_eq!(by_page.totals[0].sentence(), "2 would be refused (1030)");
}

async fn a_simulation_whose_time_is_over_says_how_many_responses_it_looked_at(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    for number in 0..201 {
        sign_in(world, &acme, &person(number)).await;
    }
    let configuration = vestibule_app::configuration::current(&owner).await.unwrap();
    let since = world.time.now() - hours(24 * 7);
    let time = world.time.clone();
    // An hour goes by before each page.
    let watch = move |_: Progress| time.pass(hours(1));
    for (budget, looked_at) in [(Some(0), 200), (Some(1), 200), (Some(2), 201), (None, 201)] {
        let scope = Scope { since, budget: budget.map(hours), watch: &watch };
        let told = simulate::configuration(&owner, &configuration, scope).await.unwrap();
        assert_eq!((told.looked_at, told.people, told.responses), (looked_at, looked_at, 201), "{budget:?}");
    }
}

async fn a_simulation_writes_nothing(world: &World) {
    let acme = world.acme().await;
    let file = three_people(world, &acme).await;
    let wanted = file.set(["mapping", "auto", "user_group"], "groups").set(["licenses", "licensed"], 3);
    let bytes = || {
        let read = |name: &str| std::fs::read(world.folder.path().join(name)).unwrap_or_default();
        [read("vestibule.db"), read("vestibule.db-wal")]
    };
    let before = (bytes(), world.dump());
    let simulation = simulate(world, &acme, &wanted).await;
    assert_eq!(simulation.changed, 3, "it does something");
    assert!((bytes(), world.dump()) == before);
}

async fn a_file_of_another_account_is_not_simulated(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let error = try_simulate(world, &acme, &beta.usual()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.message().contains("\"beta\""), "{error}");
    let error = try_simulate(world, &acme, &Wanted::of("acme").set(["mapping", "auto", "chanel"], "x")).await;
    assert!(error.unwrap_err().message().contains("`mapping.auto.chanel`"));
}
