//! Connections that are not in force (P10): by every way in they refuse, and by every way in those that are in force work.

use crate::account::Account;
use crate::browser::Browser;
use crate::cases;
use crate::connections::{self, OTHER_ISSUER, at_subsidiary, by_vanity_url};
use crate::provider::{ISSUER, Person};
use crate::wanted::Wanted;
use crate::world::{World, minutes};
use vestibule_app::logout::{self, Arrived, Received};
use vestibule_app::sign_in::{self, Finished, Start, Started};
use vestibule_app::sso::test::{self, Which};
use vestibule_app::{AdminCtx, Error, Kind, accounts, configuration, sso};
use vestibule_model::id::ConnectionId;
use vestibule_saml::NameId;
use vestibule_saml::binding::Binding;
use vestibule_saml::logout::{LogoutRequest, Sent};

cases! {
    p10_a_disabled_connection_refuses_by_every_way_in,
    p10_a_draft_alone_refuses_by_every_way_in_but_its_test,
    p10_a_retired_connection_refuses_by_every_way_in,
    p10_a_test_that_was_begun_before_its_connection_was_retired_is_not_judged,
    p10_of_two_connections_the_disabled_one_lets_nobody_in,
    p10_a_vanity_url_that_is_not_approved_answers_nothing_and_approving_it_opens_it,
}

/// The connection of `[sso]` with single logout.
fn usual(account: &Account) -> Wanted {
    account.usual().set(["sso", "sign_out_url"], "https://idp.example/slo")
}

/// A signed request of an identity provider to end the sessions of Anna.
async fn logout(account: &Account, issuer: &str, id: &str) -> Result<Received, Error> {
    let now = account.app.now();
    let url = format!("https://{}.vestibule.example/saml/SingleLogout", account.label);
    let request = LogoutRequest {
        id: id.to_owned(),
        issue_instant: now,
        issuer: issuer.to_owned(),
        destination: Some(url.clone()),
        not_on_or_after: Some(now + minutes(5)),
        name_id: NameId { value: "anna@acme.example".to_owned(), ..NameId::default() },
        session_indexes: Vec::new(),
    };
    let sent = request.parcel(Binding::Redirect, url).pack(Some(account.idp.signer())).unwrap();
    let Sent::Redirect(url) = sent else { panic!() };
    logout::receive(&account.visitor().await, Arrived::Query(url.split_once('?').unwrap().1), None).await
}

/// A sign-in that was begun while the connection was in force.
struct Begun {
    browser: Browser,
    answer: String,
}

impl Begun {
    async fn of(account: &Account) -> Self {
        let mut browser = Browser::default();
        let request = browser.start(account).await;
        let answer = account.idp.answer(account, &request, &Person::anna()).form_value();
        Self { browser, answer }
    }

    async fn end(&self, account: &Account) -> Result<Finished, Error> {
        self.browser.post(account, &self.answer).await
    }
}

/// Start, assertion consumer service and single logout, with and without the id.
async fn refuses(account: &Account, id: ConnectionId, begun: &Begun) {
    for connection in [None, Some(id)] {
        let start = Start { connection, ..Start::default() };
        let error = sign_in::start(&account.visitor().await, start).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound, "{error}");
    }
    assert_eq!(begun.end(account).await.unwrap_err().kind(), Kind::NotFound);
    let unsolicited = account.idp.unsolicited(account, &Person::anna()).form_value();
    let error = Browser::default().post(account, &unsolicited).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(logout(account, ISSUER, "_refused").await.unwrap_err().kind(), Kind::NotFound);
}

/// All of these, and nothing changes by them.
async fn works(account: &Account, begun: &Begun) {
    assert!(matches!(begun.end(account).await, Ok(Finished::SignedIn { .. })));
    account.sign_in(&Person::anna()).await;
    assert!(matches!(logout(account, ISSUER, "_works").await, Ok(Received::Answer(_))));
}

async fn start_test(owner: &AdminCtx, id: ConnectionId, which: Which) -> Result<Started, Error> {
    test::start(owner, id, which, None).await
}

async fn p10_a_disabled_connection_refuses_by_every_way_in(world: &World) {
    let acme = world.account("acme").await;
    acme.apply(usual(&acme)).await;
    let owner = acme.owner().await;
    let id = acme.overview(&owner).await.id;
    let begun = Begun::of(&acme).await;
    acme.apply(usual(&acme).set(["sso", "enabled"], false)).await;
    let before = world.dump();
    refuses(&acme, id, &begun).await;
    assert_eq!(start_test(&owner, id, Which::Published).await.unwrap_err().kind(), Kind::Invalid);
    assert_eq!(world.dump(), before);
    assert!(!acme.visitor().await.has_sso());
    acme.apply(usual(&acme)).await;
    works(&acme, &begun).await;
    start_test(&owner, id, Which::Published).await.unwrap();
}

async fn p10_a_draft_alone_refuses_by_every_way_in_but_its_test(world: &World) {
    let acme = world.account("acme").await;
    acme.apply(usual(&acme)).await;
    let begun = Begun::of(&acme).await;
    let beta = world.account("beta").await;
    beta.apply(usual(&beta).set(["sso", "draft"], true)).await;
    let owner = beta.owner().await;
    let id = beta.overview(&owner).await.id;
    let before = world.dump();
    refuses(&beta, id, &begun).await;
    assert_eq!(start_test(&owner, id, Which::Published).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(world.dump(), before);
    start_test(&owner, id, Which::Draft).await.unwrap();
    works(&acme, &begun).await;
}

async fn p10_a_retired_connection_refuses_by_every_way_in(world: &World) {
    let acme = world.account("acme").await;
    acme.apply(usual(&acme)).await;
    let owner = acme.owner().await;
    let id = acme.overview(&owner).await.id;
    let begun = Begun::of(&acme).await;
    configuration::edit::retire(&owner, id).await.unwrap();
    let before = world.dump();
    refuses(&acme, id, &begun).await;
    for which in [Which::Draft, Which::Published] {
        assert_eq!(start_test(&owner, id, which).await.unwrap_err().kind(), Kind::NotFound);
    }
    assert_eq!(world.dump(), before);
    acme.apply(usual(&acme)).await;
    works(&acme, &begun).await;
}

async fn p10_a_test_that_was_begun_before_its_connection_was_retired_is_not_judged(world: &World) {
    let acme = world.account("acme").await;
    acme.apply(usual(&acme)).await;
    let owner = acme.owner().await;
    let id = acme.overview(&owner).await.id;
    let started = start_test(&owner, id, Which::Published).await.unwrap();
    let request = crate::browser::requested(&started.go);
    let browser = Browser { binding: Some(started.browser), ..Browser::default() };
    let answer = acme.idp.answer(&acme, &request, &Person::anna()).form_value();
    configuration::edit::retire(&owner, id).await.unwrap();
    let before = world.dump();
    assert_eq!(browser.post(&acme, &answer).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(world.dump(), before);
    // In force again, the same answer is.
    acme.apply(usual(&acme)).await;
    assert!(matches!(browser.post(&acme, &answer).await, Ok(Finished::Tested { .. })));
}

async fn p10_of_two_connections_the_disabled_one_lets_nobody_in(world: &World) {
    let acme = world.acme().await;
    acme.apply(connections::by_domain(&acme, "Other")).await;
    let there = connections::with_other(&acme);
    let others = connections::way(&acme, "bert@other.example").await;
    let mut browser = Browser::default();
    let request = connections::begin(&acme, &mut browser, others).await;
    let bert = Person::of("bert@other.example");
    let answer = connections::others_answer(&there, &request, &bert).form_value();
    let disabled = connections::other(
        &acme,
        &[
            ("name", "Other".into()),
            ("email_domains", vec!["other.example"].into()),
            ("enabled", false.into()),
        ],
    );
    let off = acme.usual().domain("other.example").set(["connection"], vec![disabled]);
    acme.apply(off).await;
    let before = world.dump();
    let start = Start { connection: Some(others), ..Start::default() };
    assert_eq!(sign_in::start(&acme.visitor().await, start).await.unwrap_err().kind(), Kind::NotFound);
    // The connection that is left looks at it, and does not know the identity provider.
    let code = acme.code(browser.post(&acme, &answer).await).await;
    assert!(matches!(code, Some(1004 | 1005)), "{code:?}");
    assert_eq!(logout(&there, OTHER_ISSUER, "_refused").await.unwrap_err().kind(), Kind::Refused);
    assert_eq!(world.dump(), before);
    acme.sign_in(&Person::anna()).await;
    acme.apply(connections::by_domain(&acme, "Other")).await;
    assert!(matches!(browser.post(&acme, &answer).await, Ok(Finished::SignedIn { .. })));
    assert!(matches!(logout(&there, OTHER_ISSUER, "_works").await, Ok(Received::Answer(_))));
}

async fn p10_a_vanity_url_that_is_not_approved_answers_nothing_and_approving_it_opens_it(world: &World) {
    let app = world.configured(|deployment| deployment.approve_vanity_urls = false).await;
    let acme = world.acme().await.at(&app);
    acme.apply(by_vanity_url(&acme)).await;
    let there = at_subsidiary(&acme);
    // Without a visit there is no deed: no start, no response, no logout, no test, no metadata.
    let visit = async || app.visitor(&there.label).await;
    assert_eq!(visit().await.err().unwrap().kind(), Kind::NotFound);
    let owner = acme.owner().await;
    let listed = sso::list(&owner).await.unwrap();
    let id = listed.iter().find(|listed| !listed.connection.name.is_empty()).unwrap().connection.id;
    assert_eq!(start_test(&owner, id, Which::Published).await.unwrap_err().kind(), Kind::Invalid);
    let start = Start { connection: Some(id), ..Start::default() };
    let error = sign_in::start(&acme.visitor().await, start).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound, "not at the approved address either");
    acme.sign_in(&Person::anna()).await;
    accounts::approve(&app.operator(), "subsidiary").await.unwrap();
    visit().await.unwrap();
    let mut browser = Browser::default();
    let request = browser.start(&there).await;
    let answer = connections::others_answer(&there, &request, &Person::of("bert@other.example"));
    let outcome = browser.post(&there, &answer.form_value()).await;
    assert!(matches!(outcome, Ok(Finished::SignedIn { .. })), "{outcome:?}");
    assert_eq!(acme.plan(&by_vanity_url(&acme)).await.unwrap().changes, []);
}
