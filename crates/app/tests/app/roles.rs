//! Roles that the account made for itself: what they open, who gives them, and what hangs on them.

use crate::account::Account;
use crate::admission::known;
use crate::cases;
use crate::imports::{applied, checked, told};
use crate::oauth::{asking, by_client, code, opened, refused, waiting};
use crate::provider::Person;
use crate::rules::custom;
use crate::wanted::Wanted;
use crate::world::World;
use vestibule_app::authorize::{self, NewClient};
use vestibule_app::configuration::edit_mapping::{self, Change};
use vestibule_app::roles::{self, Saved};
use vestibule_app::tokens::{self, NewToken};
use vestibule_app::users::{self, Query, Whom};
use vestibule_app::{AdminCtx, Error, Kind, imports, response_log, sso};
use vestibule_model::id::UserId;
use vestibule_model::import::{Options, Verdict};
use vestibule_model::mapping::CategoryName;
use vestibule_model::permission::{Permission, Permissions};
use vestibule_model::response_log::Filter;
use vestibule_model::user::{Logins, Role, User};

cases! {
    a_role_opens_what_it_permits_at_once_and_nothing_else,
    p20_nobody_gives_more_than_they_hold_and_nobody_raises_themselves,
    p20_a_file_changes_nobody_who_may_do_more_than_whoever_brought_it,
    what_a_role_permits_no_more_its_holders_tokens_permit_no_more,
    a_file_says_which_roles_there_are_and_whoever_had_another_is_a_member,
}

const ANNA: &str = "anna@acme.example";
const BOB: &str = "bob@acme.example";

fn said(name: &str, permissions: &[Permission]) -> Saved {
    Saved { name: name.to_owned(), permissions: permissions.iter().copied().collect() }
}

fn whom(email: &str) -> Whom {
    Whom::parse(email).unwrap()
}

fn forbidden<T>(outcome: Result<T, Error>) -> String {
    let error = outcome.err().unwrap();
    assert_eq!(error.kind(), Kind::Forbidden, "{error}");
    assert!(error.advice().is_some(), "{error}");
    error.message().to_owned()
}

/// Anna's session, with a role of these permissions that the owner gave her.
async fn holder(acme: &Account, owner: &AdminCtx, role: &Saved) -> String {
    let session = acme.sign_in(&Person::anna()).await.session;
    roles::create(owner, role).await.unwrap();
    roles::set_role(&owner.people(), &whom(ANNA), &role.name).await.unwrap();
    session
}

async fn admin(acme: &Account, session: &str) -> AdminCtx {
    acme.member(session).await.unwrap().admin().unwrap()
}

async fn a_role_opens_what_it_permits_at_once_and_nothing_else(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let session = acme.sign_in(&Person::anna()).await.session;
    assert!(forbidden(acme.member(&session).await.unwrap().admin()).contains("for administrators"));
    let desk = said("Help desk", &[Permission::UserRead, Permission::LogRead]);
    holder(&acme, &owner, &desk).await;
    let anna = admin(&acme, &session).await;
    assert_eq!(anna.permissions(), desk.permissions);
    users::list(&anna.people(), &Query { limit: 5, ..Query::default() }).await.unwrap();
    response_log::search(&anna, &Filter { limit: 1, ..Filter::default() }).await.unwrap();
    assert!(forbidden(users::deactivate(&anna.people(), &whom(BOB)).await).contains("User:Edit"));
    assert!(forbidden(sso::list(&anna).await).contains("SSO:Read"));
    assert!(forbidden(roles::list(&anna).await).contains("Role:Read"));
    assert!(roles::assignable(&anna).is_empty());

    let shown = roles::show(&owner, "Help desk").await.unwrap();
    assert_eq!((shown.people, shown.given_by_rules), (1, false));
    roles::save(&owner, &said("Help desk", &[Permission::SsoEdit])).await.unwrap();
    let anna = admin(&acme, &session).await;
    assert!(forbidden(users::list(&anna.people(), &Query::default()).await).contains("User:Read"));
    assert_eq!(sso::list(&anna).await.unwrap().len(), 1, "who edits something sees it");
    roles::remove(&owner, "Help desk").await.unwrap();
    forbidden(acme.member(&session).await.unwrap().admin());
    assert_eq!(acme.user(ANNA).await.role, Role::Member);
    assert!(roles::list(&owner).await.unwrap().is_empty());

    for name in ["", "owner", "a:b", "\u{202e}x"] {
        assert_eq!(
            roles::create(&owner, &said(name, &[])).await.unwrap_err().kind(),
            Kind::Invalid,
            "{name}"
        );
    }
    roles::create(&owner, &said("Front desk", &[])).await.unwrap();
    assert_eq!(roles::create(&owner, &said("FRONT desk", &[])).await.unwrap_err().kind(), Kind::Invalid);
    assert_eq!(roles::save(&owner, &said("Other", &[])).await.unwrap_err().kind(), Kind::NotFound);
}

const LEAD: [Permission; 5] = [
    Permission::RoleEdit,
    Permission::UserEdit,
    Permission::GroupEdit,
    Permission::TokenEdit,
    Permission::MappingEdit,
];

async fn p20_nobody_gives_more_than_they_hold_and_nobody_raises_themselves(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let session = holder(&acme, &owner, &said("Lead", &LEAD)).await;
    roles::create(&owner, &said("Keeper", &[Permission::SsoEdit])).await.unwrap();
    acme.sign_in(&Person::of(BOB)).await;
    acme.sign_in(&Person::of("carla@acme.example")).await;
    roles::set_role(&owner.people(), &whom("carla@acme.example"), "admin").await.unwrap();
    let anna = admin(&acme, &session).await;
    let people = anna.people();
    let more = "cannot give what you may not do yourself";

    assert!(forbidden(roles::create(&anna, &said("Mine", &[Permission::SsoRead])).await).contains(more));
    assert!(forbidden(roles::save(&anna, &said("Lead", &[Permission::LogRead])).await).contains(more));
    assert!(forbidden(roles::save(&anna, &said("Keeper", &[])).await).contains("SSO:Edit"));
    forbidden(roles::remove(&anna, "Keeper").await);
    for role in ["admin", "Keeper"] {
        assert!(forbidden(roles::set_role(&people, &whom(BOB), role).await).contains(more), "{role}");
    }
    assert!(forbidden(roles::set_role(&people, &whom(ANNA), "member").await).contains("your own role"));
    for (email, role) in [("owner@acme.example", "member"), (BOB, "owner")] {
        assert!(forbidden(roles::set_role(&people, &whom(email), role).await).contains("Ownership"));
    }
    forbidden(roles::set_role(&people, &whom("carla@acme.example"), "member").await);
    let carla = whom("carla@acme.example");
    assert!(forbidden(users::deactivate(&people, &carla).await).contains("may do more than you"));
    forbidden(users::add_sso_login(&people, &carla).await);
    forbidden(users::replace_employee_id(&people, &carla, Some("e-1")).await);
    assert_eq!(roles::set_role(&people, &whom(BOB), "Nobody").await.unwrap_err().kind(), Kind::Invalid);

    let seen = edit_mapping::seen(&anna).await.unwrap().version;
    let form = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect::<edit_mapping::Form>()
    };
    let rule = |role| {
        let form = form(&[("attribute", "groups"), ("operator", "equals"), ("value", "x"), ("result", role)]);
        Change::PutRule { category: CategoryName::Role, replaces: None, form }
    };
    let address = Change::Basic { target: "email".to_owned(), form: form(&[("source", "nickname")]) };
    for change in [rule("admin"), rule("Keeper"), address] {
        forbidden(edit_mapping::edit_mapping(&anna, seen, &change).await);
    }
    edit_mapping::edit_mapping(&owner, seen, &rule("admin")).await.unwrap();
    let anna = admin(&acme, &session).await;
    // Whatever is changed among rules that give more.
    forbidden(edit_mapping::edit_mapping(&anna, seen + 1, &rule("Lead")).await);

    // What they hold they give.
    roles::create(&anna, &said("Mine", &LEAD[1..3])).await.unwrap();
    let titles: Vec<String> = roles::assignable(&anna).iter().map(|role| role.title().to_owned()).collect();
    assert_eq!(titles, ["Member", "Lead"], "of before the role was made");
    let changed = roles::set_role(&people, &whom(BOB), "Mine").await.unwrap();
    assert_eq!(
        (changed.changes[0].before.as_deref(), changed.changes[0].after.as_deref()),
        (Some("member"), Some("custom:Mine"))
    );
    users::add_sso_login(&people, &whom(BOB)).await.unwrap();
    roles::remove(&anna, "Mine").await.unwrap();
    assert_eq!(acme.user(BOB).await.role, Role::Member);
    roles::remove(&owner, "Keeper").await.unwrap();
}

async fn p20_a_file_changes_nobody_who_may_do_more_than_whoever_brought_it(world: &World) {
    const ADMIN: &str = "adele@acme.example";
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let session = holder(&acme, &owner, &said("Help desk", &[Permission::UserEdit])).await;
    let anna = admin(&acme, &session).await.people();
    for (id, email, role) in [(8, ADMIN, Role::Admin), (9, BOB, Role::Member)] {
        let email = vestibule_model::email::Email::parse(email).unwrap();
        acme.add(User { id: UserId::from_bytes([id; 16]), email, role, ..known(Logins::SSO) }).await;
    }
    // Whoever has the Employee Unique ID comes in by it.
    let file = format!("email,employee id\n{ADMIN},e-of-anna\n{BOB},e-1\n");
    let import = applied(&anna, &file, Options::default()).await;
    let rows = told(&anna, &import).await;
    assert_eq!((rows[0].1, rows[1].1), (Verdict::Refused, Verdict::Changed), "{rows:?}");
    assert!(rows[0].2.contains("may do more than whoever brought the file"), "{rows:?}");
    assert_eq!(acme.user(ADMIN).await.employee_id, None);
    assert_eq!(acme.user(BOB).await.employee_id.as_deref(), Some("e-1"));
    // What an administrator brought, an administrator applies.
    let import = checked(&owner.people(), &file.replace("e-1", "e-2"), Options::default()).await;
    forbidden(imports::apply(&anna, import.id, &import.file_hash).await);
    applied(&owner.people(), &file.replace("e-1", "e-2"), Options::default()).await;
    assert_eq!(acme.user(ADMIN).await.employee_id.as_deref(), Some("e-of-anna"));
}

async fn what_a_role_permits_no_more_its_holders_tokens_permit_no_more(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let session =
        holder(&acme, &owner, &said("Programs", &[Permission::TokenEdit, Permission::UserEdit])).await;
    let anna = admin(&acme, &session).await;
    let token = |scope: &str| NewToken { scopes: vec![scope.to_owned()], ..NewToken::default() };
    let client = |scope: &str| NewClient {
        scopes: vec![scope.to_owned()],
        redirect_uris: vec![crate::oauth::CALLBACK.to_owned()],
        ..NewClient::default()
    };
    assert!(forbidden(tokens::create(&anna.people(), &token("scim2:read")).await).contains("Group:Read"));
    // What writes reaches administrators: who may only change others makes none.
    for scope in ["scim2", "users:write"] {
        assert!(forbidden(tokens::create(&anna.people(), &token(scope)).await).contains("SSO:"));
        forbidden(authorize::create(&anna.people(), &client(scope)).await);
        tokens::create(&owner.people(), &token(scope)).await.unwrap();
    }
    let made = tokens::create(&anna.people(), &token("users:read")).await.unwrap().token;
    let registered = authorize::create(&anna.people(), &client("users:read")).await.unwrap();
    let by_itself = by_client(&world.app, &registered).await.unwrap();
    let wide = authorize::create(&owner.people(), &client("scim2")).await.unwrap();
    let request = waiting(&world.app, &asking(&wide, &[])).await;
    forbidden(authorize::inspect(&anna, &request).await);
    forbidden(authorize::decide(&anna, &request, authorize::Decision::Allow).await);
    authorize::inspect(&owner, &request).await.unwrap();
    let permitted = code(&anna, &world.app, &registered).await;
    world.app.api(&made).await.unwrap();
    opened(&world.app, &by_itself).await.unwrap();

    roles::save(&owner, &said("Programs", &[Permission::TokenEdit, Permission::GroupRead])).await.unwrap();
    assert!(world.app.api(&made).await.err().unwrap().message().contains("rests"));
    assert!(opened(&world.app, &by_itself).await.is_err());
    refused(by_client(&world.app, &registered).await);
    refused(crate::oauth::by_code(&world.app, &registered, &permitted).await);
    let states = tokens::list(&owner.people()).await.unwrap();
    let resting = states.iter().filter(|token| token.state == vestibule_model::token::State::Resting);
    assert_eq!((states.len(), resting.count()), (3, 1), "hers, and none of the owner's");
    roles::save(&owner, &said("Programs", &[Permission::UserRead])).await.unwrap();
    world.app.api(&made).await.unwrap();
}

async fn a_file_says_which_roles_there_are_and_whoever_had_another_is_a_member(world: &World) {
    let acme = world.acme().await;
    let usual = acme.usual();
    let list = |words: &[&str]| words.iter().map(|&word| word.into()).collect::<Vec<toml::Value>>();
    let file = usual
        .clone()
        .set(["roles", "Help desk", "permissions"], list(&["Log:Read", "User:Read"]))
        .set(["roles", "Label"], toml::Table::new());
    let planned = acme.plan(&file).await.unwrap().changes;
    let planned: Vec<_> =
        planned.iter().map(|change| (change.key.as_str(), change.after.as_deref())).collect();
    assert_eq!(
        planned,
        [("roles.\"Help desk\"", Some("User:Read, Log:Read")), ("roles.Label", Some("no permissions"))]
    );
    acme.apply(file).await;
    let exported = acme.export().await;
    assert!(acme.plan_text(&exported).await.unwrap().changes.is_empty(), "{exported}");
    for (id, role) in [(8, "Help desk"), (9, "Label")] {
        let email = vestibule_model::email::Email::parse(&format!("p{id}@acme.example")).unwrap();
        acme.add(User { id: UserId::from_bytes([id; 16]), email, role: custom(role), ..known(Logins::SSO) })
            .await;
    }
    let desk = acme.sign_in(&Person::of("p8@acme.example")).await.session;
    let permissions: Permissions = [Permission::UserRead, Permission::LogRead].into_iter().collect();
    assert_eq!(acme.member(&desk).await.unwrap().permissions(), permissions);
    acme.apply(Wanted::of("acme").set(["roles", "Label"], toml::Table::new())).await;
    assert_eq!(acme.user("p8@acme.example").await.role, Role::Member);
    assert_eq!(acme.user("p9@acme.example").await.role, custom("Label"));
    let wrong = usual.set(["roles", "Desk", "permissions"], list(&["User:Reed"]));
    let error = acme.plan(&wrong).await.unwrap_err();
    assert!(error.message().contains("no permission \"User:Reed\""), "{error}");
    assert!(error.advice().unwrap().contains("User:Read"));
}
