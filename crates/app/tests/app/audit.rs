//! The audit log: each deed that changes something leaves its record, and the chain of them is whole.

use crate::account::{Account, PASSWORD};
use crate::admission::known;
use crate::cases;
use crate::idp_metadata::{Follower, REVIEW};
use crate::oauth;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_app::audit::{self, Export};
use vestibule_app::configuration::account::{self, AccountSettings};
use vestibule_app::configuration::edit::{self, Put};
use vestibule_app::configuration::edit_mapping::{self, Change};
use vestibule_app::domains::{self, Policy};
use vestibule_app::groups::{self, Which};
use vestibule_app::imports::{self, Intake};
use vestibule_app::roles::Saved;
use vestibule_app::sso::versions;
use vestibule_app::tokens::NewToken;
use vestibule_app::users::{self, Action, PeopleCtx, Said, Whom};
use vestibule_app::{AdminCtx, accounts, authorize, idp_metadata, keys, links, ownership, roles, tokens};
use vestibule_model::audit::{Actor, Deed, Entrance, Filter, Head, Record, Thing};
use vestibule_model::domain::Domain;
use vestibule_model::group::GroupKind;
use vestibule_model::id::ConnectionId;
use vestibule_model::import::Options;
use vestibule_model::permission::Permission;
use vestibule_model::publication::Consent;
use vestibule_model::rotation::KeyState;
use vestibule_model::user::{Field, Logins, Status};

cases! {
    every_deed_that_changes_something_leaves_its_record,
    what_is_so_already_and_what_is_refused_leaves_none,
}

/// Deeds whose records are asserted elsewhere: `domains/claims` has a name server, `invitations` waits, `second_factors` has codes.
/// This list only shrinks.
const ELSEWHERE: &[Deed] = &[Deed::DomainChecked, Deed::UserInvited, Deed::UserSecondFactor];

const EMAIL: &str = "anna@acme.example";

pub async fn records(account: &Account, about: Option<&str>) -> Vec<Record> {
    let about = about.map(str::to_owned);
    let filter = Filter { about, limit: 200, ..Filter::default() };
    let found = audit::list(&account.app.operator(), account.label.as_str(), &filter).await.unwrap();
    found.into_iter().map(|listed| listed.record).collect()
}

async fn admin(account: &Account, session: &str) -> AdminCtx {
    let visitor = account.visitor().await.from_address(Some("192.0.2.7".parse().unwrap()));
    visitor.member(session).await.unwrap().admin().unwrap()
}

fn whom(text: &str) -> Whom {
    Whom::parse(text).unwrap()
}

/// Somebody is invited, changed and goes; a role comes and goes.
async fn people_and_roles(people: &PeopleCtx, owner: &AdminCtx) {
    let cara = whom("cara@beta.example");
    let said = Said { email: Some("cara@beta.example".to_owned()), ..Said::default() };
    users::create(people, &Action::Invite, &said).await.unwrap();
    let named = BTreeMap::from([(Field::FirstName, Some("Cara".to_owned()))]);
    users::edit(people, &cara, &Said { profile: named, ..Said::default() }).await.unwrap();
    users::set_license(people, &cara, None).await.unwrap();
    users::withdraw(people, &cara).await.unwrap();
    let role = |permission: Permission| Saved {
        name: "Help desk".to_owned(),
        permissions: [permission].into_iter().collect(),
    };
    roles::create(owner, &role(Permission::UserRead)).await.unwrap();
    roles::save(owner, &role(Permission::LogRead)).await.unwrap();
    roles::remove(owner, "Help desk").await.unwrap();
}

/// A file is applied, and another one discarded.
async fn imports_of(people: &PeopleCtx) {
    for apply in [true, false] {
        let mut intake = Intake::begin(people, "people.csv", Options::default()).await.unwrap();
        intake.take(b"email,first_name\nbob@beta.example,Bob\n").await.unwrap();
        let mut import = imports::show(people, intake.end().await.unwrap()).await.unwrap();
        while import.state.is_under_way() {
            import = imports::go_on(people, import.id).await.unwrap();
        }
        if apply {
            imports::apply(people, import.id, &import.file_hash).await.unwrap();
        } else {
            imports::discard(people, import.id).await.unwrap();
        }
    }
}

async fn every_deed_that_changes_something_leaves_its_record(world: &World) {
    let beta = world.configured_account("beta").await;
    let session = links::set_password(&beta.visitor().await, &beta.owner_token, PASSWORD)
        .await
        .unwrap()
        .inside()
        .unwrap()
        .session;
    connections(&beta, &session).await;
    let people = admin(&beta, &session).await.people();
    domains_and_mapping(&beta, &session).await;
    let owner = admin(&beta, &session).await;
    let secrets = programs(&beta, &owner).await;
    let mut anna = known(Logins::WORK_EMAIL);
    anna.status = Status::Pending;
    beta.add(anna).await;
    users::send_verification(&people, &whom(EMAIL)).await.unwrap();
    beta.change(EMAIL, |anna| anna.status = Status::Active).await;
    users::add_sso_login(&people, &whom(EMAIL)).await.unwrap();
    users::replace_employee_id(&people, &whom(EMAIL), Some("e-1")).await.unwrap();
    users::deactivate(&people, &whom(EMAIL)).await.unwrap();
    users::activate(&people, &whom(EMAIL)).await.unwrap();
    people_and_roles(&people, &admin(&beta, &session).await).await;
    roles::set_role(&people, &whom(EMAIL), "admin").await.unwrap();
    groups_of(&people).await;
    imports_of(&people).await;
    retire(&beta, &session).await;

    let mut follower = Follower::begin(world, REVIEW).await;
    follower.waits_and_is_dismissed_and_waits_and_is_accepted().await;
    let app = world.configured(|deployment| deployment.approve_vanity_urls = false).await;
    accounts::create(&app.operator(), "gamma", "Gamma", "owner@gamma.example").await.unwrap();
    accounts::approve(&app.operator(), "gamma").await.unwrap();
    accounts::approve(&app.operator(), "gamma").await.unwrap();
    ownership::transfer_as_operator(&beta.app.operator(), "beta", &whom(EMAIL)).await.unwrap();
    let gamma =
        audit::list(&app.operator(), "gamma", &Filter { limit: 9, ..Filter::default() }).await.unwrap();
    assert_eq!(gamma.len(), 2, "approved once");

    crate::consolidation::everything(&follower.account, &beta).await;

    let of_beta = records(&beta, None).await;
    let all = of_beta.iter().chain(gamma.iter().map(|listed| &listed.record));
    let of_acme = records(&follower.account, None).await;
    let left: BTreeSet<Deed> = all.chain(&of_acme).map(|record| record.deed).collect();
    let expected = Deed::ALL.iter().filter(|deed| !ELSEWHERE.contains(deed));
    assert_eq!(left, expected.copied().collect(), "each deed leaves a record of its own");
    told(&of_beta);
    let mut export = Export::of(&owner).unwrap();
    let lines = export.next().await.unwrap().unwrap();
    assert_eq!(lines.lines().count(), of_beta.len());
    assert!(export.next().await.unwrap().is_none());
    for secret in secrets.iter().map(String::as_str).chain([PASSWORD, "PRIVATE KEY", "$argon2"]) {
        assert!(!lines.contains(secret), "no secret is in a record");
    }
    whole(world, &beta, &of_beta).await;
}

/// Who, from where, what, before and after.
fn told(records: &[Record]) {
    let of = |deed: Deed| records.iter().find(|record| record.deed == deed).unwrap();
    let made = of(Deed::AccountCreated);
    assert_eq!((made.number, &made.actor, made.entrance), (1, &Actor::Operator, Entrance::CommandLine));
    let decided = of(Deed::DomainDecided);
    let Actor::Person { name, .. } = &decided.actor else { panic!("{decided:?}") };
    assert_eq!((name.as_str(), decided.entrance), ("owner@beta.example", Entrance::Portal));
    assert_eq!(decided.address.as_deref(), Some("192.0.2.7"));
    assert_eq!((decided.subject.kind, decided.subject.name.as_str()), (Thing::Domain, "beta.example"));
    let managed = &decided.changes[0];
    assert_eq!((managed.field.as_str(), managed.after.as_deref()), ("managed", Some("true")));
    assert_eq!(managed.before.as_deref(), Some("false"));
    let drafted = of(Deed::ConnectionDrafted);
    let skew = drafted.changes.iter().find(|change| change.field == "sso.clock_skew").unwrap();
    assert!(skew.before.is_some() && skew.after.is_some(), "{drafted:?}");
    assert_eq!(of(Deed::UserActivated).subject.name, EMAIL);
    assert_eq!(of(Deed::ImportApplied).changes[0].field, "sha256");
}

/// The chain leads to its head, and nowhere else.
async fn whole(world: &World, account: &Account, records: &[Record]) {
    let operator = world.app.operator();
    let verified = audit::verify(&operator, account.label.as_str(), None).await.unwrap();
    assert_eq!((verified.records as usize, &verified.broken), (records.len(), &None));
    let kept = Head { number: 3, hash: records[records.len() - 4].previous };
    let earlier = audit::verify(&operator, account.label.as_str(), Some(kept)).await.unwrap();
    assert_eq!(earlier.broken, None, "a head that was kept earlier lies on the way");
    let beyond = Head { number: verified.head.number + 1, ..verified.head };
    let cut = audit::verify(&operator, account.label.as_str(), Some(beyond)).await.unwrap().broken.unwrap();
    assert_eq!((cut.kind, cut.number), ("cut", beyond.number));
    let other = Head { number: 2, ..kept };
    let other = audit::verify(&operator, account.label.as_str(), Some(other)).await.unwrap().broken.unwrap();
    assert_eq!((other.kind, other.number), ("changed", 2));
    let all = audit::verify_all(&operator).await.unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|verified| verified.broken.is_none() && verified.records > 0), "{all:?}");
}

async fn draft(account: &Account, session: &str, skew: &str) -> (ConnectionId, i64) {
    let ctx = admin(account, session).await;
    let overview = account.overview(&ctx).await;
    let mut form = edit::form(&overview.draft.as_ref().or(overview.published.as_ref()).unwrap().settings);
    form.insert("clock_skew".to_owned(), skew.to_owned());
    edit::save(&ctx, overview.id, &form).await.unwrap();
    (overview.id, account.overview(&admin(account, session).await).await.draft.unwrap().number)
}

async fn connections(beta: &Account, session: &str) {
    let (id, number) = draft(beta, session, "60s").await;
    versions::publish(&admin(beta, session).await, id, number, Consent::Untested).await.unwrap();
    let (id, number) = draft(beta, session, "90s").await;
    versions::discard(&admin(beta, session).await, id, number).await.unwrap();
    versions::restore(&admin(beta, session).await, id, 1, Put::Published).await.unwrap();
    keys::prepare(&admin(beta, session).await, id).await.unwrap();
    let pairs = keys::overview(&admin(beta, session).await, Some(id)).await.unwrap().unwrap().keys;
    let of = |state| pairs.iter().find(|key| key.life.state == state).unwrap().id;
    let (signs, next) = (of(KeyState::Active), of(KeyState::Next));
    keys::activate(&admin(beta, session).await, next).await.unwrap();
    keys::remove(&admin(beta, session).await, signs).await.unwrap();
}

async fn retire(beta: &Account, session: &str) {
    let ctx = admin(beta, session).await;
    edit::retire(&ctx, beta.overview(&ctx).await.id).await.unwrap();
}

async fn domains_and_mapping(beta: &Account, session: &str) {
    let owner = admin(beta, session).await;
    let seen = edit_mapping::seen(&owner).await.unwrap().version;
    let form = [("default_license", "none"), ("fallback", "none")];
    let form = form.map(|(key, word)| (key.to_owned(), word.to_owned())).into();
    edit_mapping::edit_mapping(&owner, seen, &Change::Licenses(form)).await.unwrap();
    let people = owner.people();
    let seen = account::look(&owner).await.unwrap();
    let renamed = AccountSettings { name: "Beta & Co".to_owned(), ..seen.settings };
    account::change(&owner, seen.version, &renamed).await.unwrap();
    let policy = Policy { managed: true, ..Policy::default() };
    domains::decide(&people, &Domain::parse("beta.example").unwrap(), &policy).await.unwrap();
    domains::claim(&people, "beta-company.example").await.unwrap();
    domains::remove(&people, &Domain::parse("beta-company.example").unwrap()).await.unwrap();
}

/// What was shown once.
async fn programs(beta: &Account, owner: &AdminCtx) -> [String; 2] {
    let wanted = NewToken { scopes: vec!["scim2".to_owned()], ..NewToken::default() };
    let token = tokens::create(&owner.people(), &wanted).await.unwrap();
    tokens::revoke(&owner.people(), token.id).await.unwrap();
    let client = oauth::register(beta, &["scim2"]).await;
    oauth::code(owner, &beta.app, &client).await;
    authorize::revoke(&owner.people(), &client.id).await.unwrap();
    [token.token, client.secret]
}

async fn groups_of(people: &vestibule_app::PeopleCtx) {
    let made = groups::create(people, GroupKind::UserGroup, "Sales").await.unwrap();
    let sales = Which::from(made.id);
    groups::join(people, &sales, &whom(EMAIL)).await.unwrap();
    groups::leave(people, &sales, &whom(EMAIL)).await.unwrap();
    let form = [("session_idle".to_owned(), "1h".to_owned())];
    groups::set(people, &sales, made.version, &form.clone().into()).await.unwrap();
    groups::rename(people, &sales, "Trade").await.unwrap();
    groups::delete(people, &sales).await.unwrap();
    let seen = groups::everybody(people).await.unwrap().version;
    groups::set_everybody(people, seen, &form.into()).await.unwrap();
}

impl Follower {
    /// A new certificate is dismissed, the next one accepted.
    async fn waits_and_is_dismissed_and_waits_and_is_accepted(&mut self) {
        let id = self.connection().await.id;
        let (old, next) = (self.account.idp.clone(), self.account.idp.with_next_key());
        for accept in [false, true] {
            let listed = if accept { vec![&old, &next] } else { vec![&next] };
            self.list(&listed, false);
            idp_metadata::fetch_now(&self.owner, id).await.unwrap();
            let waiting = idp_metadata::status(&self.owner, id).await.unwrap().unwrap().waiting.unwrap();
            if accept {
                idp_metadata::accept(&self.owner, id, waiting.since).await.unwrap();
            } else {
                idp_metadata::dismiss(&self.owner, id, waiting.since).await.unwrap();
            }
        }
    }
}

async fn what_is_so_already_and_what_is_refused_leaves_none(world: &World) {
    let acme = world.acme().await;
    acme.add(known(Logins::SSO)).await;
    let owner = acme.owner().await.people();
    users::deactivate(&owner, &whom(EMAIL)).await.unwrap();
    let before = records(&acme, None).await;
    users::deactivate(&owner, &whom(EMAIL)).await.unwrap();
    users::add_sso_login(&owner, &whom(EMAIL)).await.unwrap();
    assert!(users::deactivate(&owner, &whom("owner@acme.example")).await.is_err());
    assert!(domains::claim(&owner, "acme.example").await.is_err());
    acme.apply(acme.usual()).await;
    assert_eq!(records(&acme, None).await, before);
    assert_eq!(records(&acme, Some(EMAIL)).await.len(), 1, "found by whom it was done to");
}
