//! What a directory does by SCIM, on two nodes at once where it matters. Addresses, headers and statuses are tested in `server`.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::races::race;
use crate::world::{World, minutes};
use serde_json::{Value, json};
use vestibule_app::provisioning::groups::{self, Shows};
use vestibule_app::provisioning::{Expected, Failure, everything, users};
use vestibule_app::tokens::{self, NewToken};
use vestibule_app::{Error, Kind, ScimCtx};
use vestibule_model::license::License;
use vestibule_model::token::Access;
use vestibule_model::user::{Logins, Role, Status};
use vestibule_scim::resource::{Mode, read};
use vestibule_scim::{Document, Patch, Query, patch as patches};

cases! {
    somebody_is_created_changed_replaced_and_deleted_and_each_deed_is_told,
    an_email_user_gains_the_sso_login_type_by_any_change,
    s06_of_many_creates_of_one_name_on_two_nodes_one_wins,
    s06_many_patches_of_one_person_at_once_lose_nothing,
    seats_are_never_exceeded_by_many_creates_and_a_deactivation_frees_one,
    t15_who_is_shielded_stays_as_they_are_and_the_neighbor_does_not,
    s06_many_members_join_one_group_at_once_each_once,
    s06_of_many_groups_of_one_name_one_is_made,
    a_version_that_is_gone_by_changes_nothing,
    s08_a_search_over_everything_is_followed_by_cursor_in_any_order,
    s08_a_search_over_everything_takes_what_a_type_lacks_for_a_missing_value,
    s08_people_and_groups_are_sorted_by_memberships,
}

/// The address of the interface.
const BASE: &str = "https://vestibule.example/scim2";

/// A directory that is connected to the account.
pub async fn directory(account: &Account) -> ScimCtx {
    let people = account.app.operator().people(account.label.as_str()).await.unwrap();
    let wanted = NewToken { scopes: vec!["scim2".to_owned()], ..NewToken::default() };
    let made = tokens::create(&people, &wanted).await.unwrap();
    account.app.api(&made.token).await.unwrap().scim(Access::Write).unwrap()
}

fn user(mut attributes: Value) -> Document {
    attributes["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User"]);
    read(users::kind().unwrap(), attributes, Mode::Create).unwrap()
}

fn group(name: &str, members: &[String]) -> Document {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    read(groups::kind().unwrap(), json!({ "displayName": name, "members": members }), Mode::Create).unwrap()
}

fn patch(operations: Value) -> Patch {
    let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    patches::parse(json!({ "schemas": [schema], "Operations": operations })).unwrap()
}

pub fn turned(active: bool) -> Patch {
    patch(json!([{ "op": "replace", "path": "active", "value": active }]))
}

async fn made(ctx: &ScimCtx, name: &str) -> String {
    users::create(ctx, BASE, user(json!({ "userName": name }))).await.unwrap().resource.meta.id
}

pub async fn changed(ctx: &ScimCtx, id: &str, how: Patch) -> Result<Vec<String>, Failure> {
    Ok(users::patch(ctx, (BASE, id), how, Expected::Any).await?.told.story)
}

pub async fn replaced(ctx: &ScimCtx, id: &str, attributes: Value) -> Result<(), Failure> {
    users::replace(ctx, (BASE, id), user(attributes), Expected::Any).await.map(drop)
}

pub async fn deleted(ctx: &ScimCtx, id: &str) -> Result<(), Failure> {
    users::delete(ctx, id, Expected::Any).await.map(drop)
}

/// Why a deed was not done.
pub fn refused<T>(outcome: Result<T, Failure>) -> Error {
    match outcome.err().unwrap() {
        Failure::Deed(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The status with which the language says it.
fn said<T>(outcome: Result<T, Failure>) -> u16 {
    match outcome.err().unwrap() {
        Failure::Said(error) => error.status,
        other => panic!("{other:?}"),
    }
}

async fn somebody_is_created_changed_replaced_and_deleted_and_each_deed_is_told(world: &World) {
    let acme = world.acme().await;
    let ctx = directory(&acme).await;
    let named =
        json!({ "userName": "anna@acme.example", "name": { "givenName": "Anna", "familyName": "Berg" } });
    let done = users::create(&ctx, BASE, user(named)).await.unwrap();
    let id = done.resource.meta.id;
    assert_eq!(done.told.story[0], "created anna@acme.example");
    let anna = acme.user("anna@acme.example").await;
    assert_eq!((anna.status, anna.logins, anna.license), (Status::Active, Logins::SSO, Some(License::Basic)));
    let session = acme.sign_in(&Person::of("anna@acme.example")).await.session;
    acme.member(&session).await.unwrap();

    let stein = patch(json!([{ "op": "replace", "path": "name.familyName", "value": "Stein" }]));
    let told = changed(&ctx, &id, stein.clone()).await.unwrap();
    assert_eq!(told, ["changed anna@acme.example: last name", "Last name: Berg → Stein"]);
    let told = changed(&ctx, &id, stein).await.unwrap();
    assert_eq!(told, ["changed nothing about anna@acme.example: it was so already"]);
    let bare = user(json!({ "userName": "anna@acme.example", "title": "Lead" }));
    let done = users::replace(&ctx, (BASE, &id), bare, Expected::Any).await.unwrap();
    assert!(done.told.story[0].starts_with("changed anna@acme.example: "), "{:?}", done.told.story);
    let shown = users::get(&ctx, BASE, &id, false).await.unwrap().document().into_owned();
    assert_eq!((shown.text("title"), shown.get("name")), (Some("Lead"), None), "what it wrote it takes away");

    assert_eq!(changed(&ctx, &id, turned(false)).await.unwrap()[0], "deactivated anna@acme.example");
    assert!(acme.member(&session).await.is_err(), "the session is over at once");
    assert_eq!(acme.refusal(&Person::of("anna@acme.example")).await.code, Some(1013));
    assert_eq!(changed(&ctx, &id, turned(true)).await.unwrap()[0], "reactivated anna@acme.example");
    let told = users::delete(&ctx, &id, Expected::Any).await.unwrap();
    assert_eq!(told.story, ["deleted anna@acme.example"]);
    assert!(acme.find_user("anna@acme.example").await.is_none());
    assert_eq!(said(users::get(&ctx, BASE, &id, false).await), 404);
    made(&ctx, "anna@acme.example").await;
}

async fn an_email_user_gains_the_sso_login_type_by_any_change(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await;
    let ctx = directory(&acme).await;
    made(&ctx, "anna@acme.example").await;
    acme.change("anna@acme.example", |anna| anna.logins = Logins::WORK_EMAIL).await;
    assert_eq!(acme.refusal(&Person::of("anna@acme.example")).await.code, Some(1020));
    let id = acme.user("anna@acme.example").await.id.to_string();
    let title = patch(json!([{ "op": "add", "path": "title", "value": "Lead" }]));
    let told = changed(&ctx, &id, title).await.unwrap();
    assert!(told[0].contains("SSO login type added"), "{told:?}");
    acme.sign_in(&Person::of("anna@acme.example")).await;
}

async fn s06_of_many_creates_of_one_name_on_two_nodes_one_wins(world: &World) {
    let acme = world.acme().await;
    let before = acme.seats(License::Basic).await.used;
    let outcomes = race(world, &acme, 16, |account, number| async move {
        let ctx = directory(&account).await;
        let name = if number % 4 < 2 { "Anna@acme.example" } else { "anna@ACME.example" };
        users::create(&ctx, BASE, user(json!({ "userName": name }))).await
    });
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 15));
    for outcome in lost {
        assert_eq!(refused(outcome).kind(), Kind::Conflict);
    }
    assert_eq!(acme.users().await.len(), 2, "she and the owner");
    assert_eq!(acme.seats(License::Basic).await.used, before + 1, "and one seat");
}

async fn s06_many_patches_of_one_person_at_once_lose_nothing(world: &World) {
    let acme = world.acme().await;
    let id = made(&directory(&acme).await, "anna@acme.example").await;
    let fields =
        ["title", "nickName", "name.givenName", "name.familyName", "preferredLanguage", "displayName"];
    let outcomes = race(world, &acme, 6, |account, number| {
        let id = id.clone();
        let operation = json!([{ "op": "add", "path": fields[number as usize], "value": "de" }]);
        async move { changed(&directory(&account).await, &id, patch(operation)).await }
    });
    assert!(outcomes.await.iter().all(Result::is_ok));
    let document =
        users::get(&directory(&acme).await, BASE, &id, false).await.unwrap().document().into_owned();
    for field in ["title", "nickName", "preferredLanguage", "displayName"] {
        assert_eq!(document.text(field), Some("de"), "{field} is kept");
    }
    let name = document.get("name").unwrap();
    assert_eq!((&name["givenName"], &name["familyName"]), (&json!("de"), &json!("de")));
}

async fn seats_are_never_exceeded_by_many_creates_and_a_deactivation_frees_one(world: &World) {
    let acme = world.acme().await;
    acme.grant(License::Licensed, 3).await;
    let licensed =
        |number: u32| user(json!({ "userName": format!("p{number}@acme.example"), "userType": "Licensed" }));
    let outcomes = race(world, &acme, 10, |account, number| {
        let document = licensed(number);
        async move { users::create(&directory(&account).await, BASE, document).await }
    });
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (3, 7));
    for outcome in lost {
        let error = refused(outcome);
        assert_eq!((error.kind(), error.number()), (Kind::Conflict, Some(1031)), "{error}");
    }
    assert_eq!((acme.seats(License::Licensed).await.used, acme.users().await.len()), (3, 4));
    let ctx = directory(&acme).await;
    let first = won.into_iter().next().unwrap().unwrap().resource.meta.id;
    changed(&ctx, &first, turned(false)).await.unwrap();
    assert_eq!(acme.seats(License::Licensed).await.used, 2);
    users::create(&ctx, BASE, licensed(99)).await.unwrap();
    assert_eq!(acme.seats(License::Licensed).await.used, 3);
}

async fn t15_who_is_shielded_stays_as_they_are_and_the_neighbor_does_not(world: &World) {
    let acme = world.acme().await;
    let exempt = vec!["glass@acme.example"];
    acme.apply(acme.usual().set(["domains", "acme.example", "exempt"], exempt)).await;
    let ctx = directory(&acme).await;
    let (glass, admin) = (made(&ctx, "glass@acme.example").await, made(&ctx, "ada@acme.example").await);
    acme.change("ada@acme.example", |ada| ada.role = Role::Admin).await;
    let owner = acme.user("owner@acme.example").await.id.to_string();
    let neighbor = made(&ctx, "neighbor@acme.example").await;
    let before = world.dump();
    for (id, word) in [(&glass, "exempt"), (&admin, "admin"), (&owner, "owner")] {
        for error in [
            refused(changed(&ctx, id, turned(false)).await),
            refused(users::delete(&ctx, id, Expected::Any).await),
        ] {
            assert_eq!(error.kind(), Kind::Forbidden, "{error}");
            assert!(error.message().contains(word), "{word}: {error}");
        }
    }
    assert_eq!(world.dump(), before, "nothing of it was done");
    changed(&ctx, &neighbor, turned(false)).await.unwrap();
    users::delete(&ctx, &neighbor, Expected::Any).await.unwrap();
}

async fn s06_many_members_join_one_group_at_once_each_once(world: &World) {
    let acme = world.acme().await;
    let ctx = directory(&acme).await;
    let mut people = Vec::new();
    for number in 0..8 {
        people.push(made(&ctx, &format!("p{number}@acme.example")).await);
    }
    let sales = groups::create(&ctx, BASE, group("Sales", &people[..1])).await.unwrap();
    assert_eq!(sales.told.story, ["created the group Sales with 1 person"]);
    let sales = sales.resource.unwrap().meta.id;
    let members =
        |op: &str, id: &str| patch(json!([{ "op": op, "path": "members", "value": [{ "value": id }] }]));
    let outcomes = race(world, &acme, 16, |account, number| {
        let (sales, how) = (sales.clone(), members("add", &people[(number / 2) as usize]));
        async move {
            let ctx = directory(&account).await;
            let done = groups::patch(&ctx, (BASE, &sales), &how, (Expected::Any, Shows::Never)).await;
            done.map(|written| written.told.story[0].clone())
        }
    });
    let mut told: Vec<String> = outcomes.await.into_iter().map(Result::unwrap).collect();
    told.retain(|story| story.starts_with("put p"));
    // Two who put the same person in at the same moment may both tell it; the membership is one.
    assert!(told.len() >= 7, "{told:?}");
    assert_eq!(world.count("memberships"), 8, "each joins once, and one was there");
    for number in 0..8 {
        assert_eq!(acme.memberships(&format!("p{number}@acme.example")).await.len(), 1);
    }
    let how = members("remove", &people[0]);
    let gone = groups::patch(&ctx, (BASE, &sales), &how, (Expected::Any, Shows::Never)).await.unwrap();
    assert_eq!(gone.told.story, ["took p0@acme.example out of the group Sales"]);
    let done =
        groups::replace(&ctx, (BASE, &sales), group("Sales", &people[..2]), Expected::Any).await.unwrap();
    assert_eq!(done.told.story, ["put 1 person into the group Sales, and took 6 people out of it"]);
    groups::delete(&ctx, &sales, Expected::Any).await.unwrap();
    assert_eq!(acme.memberships("p1@acme.example").await, []);
}

async fn s06_of_many_groups_of_one_name_one_is_made(world: &World) {
    let acme = world.acme().await;
    let outcomes = race(world, &acme, 10, |account, _| async move {
        groups::create(&directory(&account).await, BASE, group("Sales", &[])).await
    });
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len(), world.count("groups")), (1, 9, 1));
    for outcome in lost {
        assert_eq!(refused(outcome).kind(), Kind::Conflict);
    }
}

async fn a_version_that_is_gone_by_changes_nothing(world: &World) {
    let acme = world.acme().await;
    let ctx = directory(&acme).await;
    let made = users::create(&ctx, BASE, user(json!({ "userName": "anna@acme.example" }))).await.unwrap();
    let (id, first) = (made.resource.meta.id, Expected::OneOf(vec![made.resource.meta.version]));
    world.time.pass(minutes(1));
    let title = |text: &str| patch(json!([{ "op": "replace", "path": "title", "value": text }]));
    users::patch(&ctx, (BASE, &id), title("Lead"), first.clone()).await.unwrap();
    let before = world.dump();
    assert_eq!(said(users::patch(&ctx, (BASE, &id), title("Boss"), first.clone()).await), 412);
    assert_eq!(said(users::delete(&ctx, &id, first).await), 412);
    assert_eq!(world.dump(), before);
}

/// Five people and five groups, made in turns.
async fn crowd(world: &World, ctx: &ScimCtx) {
    for name in ["c", "a", "e", "b", "d"] {
        let named = json!({ "userName": format!("{name}@acme.example"), "displayName": name });
        users::create(ctx, BASE, user(named)).await.unwrap();
        groups::create(ctx, BASE, group(&format!("{name}{name}"), &[])).await.unwrap();
        world.time.pass(minutes(1));
    }
}

async fn s08_a_search_over_everything_is_followed_by_cursor_in_any_order(world: &World) {
    let acme = world.acme().await;
    let ctx = directory(&acme).await;
    crowd(world, &ctx).await;
    let order = |sort_by: Option<&str>, descending| Query {
        sort_by: sort_by.map(str::to_owned),
        descending,
        count: Some(3),
        cursor: Some(String::new()),
        ..Query::default()
    };
    for (mut query, wanted) in [
        (order(None, false), "c a e b d cc aa ee bb dd"),
        (order(Some("displayName"), false), "a aa b bb c cc d dd e ee"),
        (order(Some("displayName"), true), "ee e dd d cc c bb b aa a"),
        (order(Some("userName"), true), "cc aa ee bb dd e d c b a"),
    ] {
        assert_eq!(followed(&ctx, query.clone()).await, wanted, "{query:?}");
        query.cursor = Some("nonsense".to_owned());
        assert_eq!(said(everything::search(&ctx, BASE, &query).await), 400);
    }
}

/// The names of everything that a query by cursor finds, page by page.
async fn followed(ctx: &ScimCtx, mut query: Query) -> String {
    let mut seen = Vec::new();
    loop {
        let found = everything::search(ctx, BASE, &query).await.unwrap();
        for (_, resource) in &found.resources {
            seen.push(resource.document().text("displayName").unwrap().to_owned());
        }
        let Some(next) = found.head.next_cursor else { return seen.join(" ") };
        query.cursor = Some(next);
    }
}

async fn s08_a_search_over_everything_takes_what_a_type_lacks_for_a_missing_value(world: &World) {
    let acme = world.acme().await;
    let ctx = directory(&acme).await;
    crowd(world, &ctx).await;
    for (filter, wanted) in [
        ("userName sw \"a\" or displayName eq \"bb\"", "a bb"),
        ("not (userName pr)", "cc aa ee bb dd"),
        ("not (userName pr) and displayName gt \"b\"", "cc ee bb dd"),
        ("userName eq \"a@acme.example\" or members pr", "a"),
        ("userName ne \"a@acme.example\"", "c e b d cc aa ee bb dd"),
        ("meta.resourceType eq \"User\"", "c a e b d"),
        ("userName pr and members pr", ""),
    ] {
        let query = Query { filter: Some(filter.to_owned()), count: Some(2), ..Query::default() };
        let by_cursor = Query { cursor: Some(String::new()), ..query.clone() };
        assert_eq!(followed(&ctx, by_cursor.clone()).await, wanted, "{filter}");
        let found = everything::search(&ctx, BASE, &query).await.unwrap();
        assert_eq!(found.head.total_results, Some(wanted.split_whitespace().count()), "{filter}");
        let sorted = Query { sort_by: Some("displayName".to_owned()), ..by_cursor };
        let mut names: Vec<&str> = wanted.split_whitespace().collect();
        names.sort_unstable();
        assert_eq!(followed(&ctx, sorted).await, names.join(" "), "{filter}");
    }
    for wrong in ["userName pr or nothing pr", "userName pr or"] {
        let query = Query { filter: Some(wrong.to_owned()), ..Query::default() };
        assert_eq!(said(everything::search(&ctx, BASE, &query).await), 400, "{wrong}");
    }
}

async fn s08_people_and_groups_are_sorted_by_memberships(world: &World) {
    let acme = world.acme().await;
    let ctx = directory(&acme).await;
    let mut people = Vec::new();
    for name in ["c", "a", "b"] {
        let named = json!({ "userName": format!("{name}@acme.example"), "displayName": name });
        people.push(users::create(&ctx, BASE, user(named)).await.unwrap().resource.meta.id);
        world.time.pass(minutes(1));
    }
    for (name, members) in [("zz", &people[..1]), ("xx", &people[1..2]), ("ww", &people[..2]), ("yy", &[])] {
        groups::create(&ctx, BASE, group(name, members)).await.unwrap();
        world.time.pass(minutes(1));
    }
    for (sort_by, descending, wanted) in [
        ("groups.display", false, "a c b zz xx ww yy"),
        ("groups.display", true, "b zz xx ww yy c a"),
        ("groups.value", false, "c a b zz xx ww yy"),
        ("members.display", false, "xx zz ww c a b yy"),
        ("members.value", true, "c a b yy xx zz ww"),
    ] {
        let sort_by = Some(sort_by.to_owned());
        let query =
            Query { sort_by, descending, count: Some(2), cursor: Some(String::new()), ..Query::default() };
        assert_eq!(followed(&ctx, query.clone()).await, wanted, "{query:?}");
    }
}
