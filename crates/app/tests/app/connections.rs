//! Several connections of one account: who comes by which, and that none answers for another.

use crate::account::Account;
use crate::browser::{Browser, SignedIn, requested};
use crate::cases;
use crate::provider::{Answer, ISSUER, Person, SIGN_IN_URL};
use crate::wanted::Wanted;
use crate::world::World;
use toml::{Table, Value};
use vestibule_app::sign_in::{self, Start, Way};
use vestibule_app::{Kind, accounts};
use vestibule_model::account::Label;
use vestibule_model::id::ConnectionId;
use vestibule_saml::request::AuthnRequest;

cases! {
    an_address_goes_to_the_connection_of_its_domain,
    a_vanity_url_has_its_own_connection,
    p07_the_identity_provider_of_one_connection_never_answers_a_request_of_another,
    p07_a_connection_vouches_for_the_addresses_of_its_own_domains_alone,
    connections_that_are_exported_apply_to_nothing,
    p10_a_connection_that_the_file_does_not_name_any_more_refuses,
    t03_a_vanity_url_belongs_to_one_account,
    two_connections_for_the_same_people_are_refused_by_name,
    two_connections_of_one_issuer_at_one_vanity_url_are_refused_by_name,
}

/// The entity ID of the second identity provider.
pub const OTHER_ISSUER: &str = "https://other.example/metadata";
/// Where it takes requests.
pub const OTHER_SIGN_IN_URL: &str = "https://other.example/sso";

/// A connection of the second identity provider, which signs with the next key.
pub fn other(account: &Account, keys: &[(&str, Value)]) -> Table {
    let certificate: Value = vec![account.idp.with_next_key().certificate_pem()].into();
    let usual = [
        ("issuer", OTHER_ISSUER.into()),
        ("sign_in_url", OTHER_SIGN_IN_URL.into()),
        ("sign_out_url", "https://other.example/slo".into()),
        ("certificates", certificate),
        ("signing_key", "ecdsa-p256".into()),
    ];
    usual.iter().chain(keys).map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

fn listed(account: &Account, connections: Vec<Table>) -> Wanted {
    account.usual().domain("other.example").set(["connection"], connections)
}

/// A connection for the addresses of one domain.
pub fn by_domain(account: &Account, name: &str) -> Wanted {
    let keys = [("name", name.into()), ("email_domains", vec!["other.example"].into())];
    listed(account, vec![other(account, &keys)])
}

/// A connection for those who visit the vanity URL `subsidiary`.
pub fn by_vanity_url(account: &Account) -> Wanted {
    listed(account, vec![other(account, &[("vanity_url", "subsidiary".into())])])
}

/// The account as the second identity provider sees it, at the account's own vanity URL.
pub fn with_other(account: &Account) -> Account {
    Account { idp: account.idp.with_next_key(), ..account.clone() }
}

/// The same at the vanity URL `subsidiary`.
pub fn at_subsidiary(account: &Account) -> Account {
    Account { label: Label::parse("subsidiary").unwrap(), ..with_other(account) }
}

/// The connection to which this address is sent.
pub async fn way(account: &Account, email: &str) -> ConnectionId {
    let way = sign_in::identify(&account.visitor().await, email).await.unwrap();
    let Way::Sso(connection) = way else { panic!("{email} goes by {way:?}") };
    connection
}

/// Begins a sign-in by this connection.
pub async fn begin(account: &Account, browser: &mut Browser, connection: ConnectionId) -> AuthnRequest {
    let start =
        Start { browser: browser.binding.as_deref(), connection: Some(connection), ..Start::default() };
    let started = sign_in::start(&account.visitor().await, start).await.unwrap();
    browser.binding = Some(started.browser);
    requested(&started.go)
}

/// What the second identity provider says.
pub fn others_answer(account: &Account, request: &AuthnRequest, person: &Person) -> Answer {
    issued(account.idp.answer(account, request, person), OTHER_ISSUER)
}

fn issued(mut answer: Answer, issuer: &str) -> Answer {
    issuer.clone_into(&mut answer.response.issuer);
    issuer.clone_into(&mut answer.assertion().issuer);
    answer
}

async fn an_address_goes_to_the_connection_of_its_domain(world: &World) {
    let acme = world.acme().await;
    acme.apply(by_domain(&acme, "Other")).await;
    let there = with_other(&acme);
    let [own, others] = [way(&acme, "anna@acme.example").await, way(&acme, "bert@other.example").await];
    assert_ne!(own, others);
    assert_eq!(way(&acme, "BERT@Other.Example").await, others);
    for elsewhere in ["bert@sub.other.example", "bert@another.example", "nobody@nowhere.example"] {
        assert_eq!(way(&acme, elsewhere).await, own, "{elsewhere}");
    }
    let mut browser = Browser::default();
    let request = begin(&acme, &mut browser, others).await;
    assert_eq!(request.destination.as_deref(), Some(OTHER_SIGN_IN_URL));
    let bert = Person::of("bert@other.example");
    let answer = others_answer(&there, &request, &bert);
    let signed_in = SignedIn::of(browser.post(&acme, &answer.form_value()).await);
    let member = acme.member(&signed_in.session).await.unwrap();
    assert_eq!(member.user().email.as_str(), "bert@other.example");
    assert_eq!(member.session().connection, Some(others));
    // Everybody else comes as before, whether a connection was chosen or not.
    let request = begin(&acme, &mut browser, own).await;
    assert_eq!(request.destination.as_deref(), Some(SIGN_IN_URL));
    let session = acme.sign_in(&Person::anna()).await.session;
    assert_eq!(acme.member(&session).await.unwrap().session().connection, Some(own));
}

async fn a_vanity_url_has_its_own_connection(world: &World) {
    let acme = world.acme().await;
    acme.apply(by_vanity_url(&acme)).await;
    let there = at_subsidiary(&acme);
    let [own, others] = [way(&acme, "anna@acme.example").await, way(&there, "anna@acme.example").await];
    assert_ne!(own, others, "the visited address decides, not the address of the person");
    let mut browser = Browser::default();
    let request = browser.start(&there).await;
    assert_eq!(request.destination.as_deref(), Some(OTHER_SIGN_IN_URL));
    assert_eq!(request.issuer, "https://subsidiary.vestibule.example");
    assert_eq!(request.acs_url.as_deref(), Some("https://subsidiary.vestibule.example/saml/SSO"));
    let answer = others_answer(&there, &request, &Person::of("bert@other.example"));
    let signed_in = SignedIn::of(browser.post(&there, &answer.form_value()).await);
    let member = there.member(&signed_in.session).await.unwrap();
    assert_eq!((member.account().id, member.session().connection), (acme.id, Some(others)));
    acme.sign_in(&Person::anna()).await;
    // Nobody begins at one vanity URL what is used at the other.
    for (account, foreign) in [(&acme, others), (&there, own)] {
        let start = Start { connection: Some(foreign), ..Start::default() };
        let error = sign_in::start(&account.visitor().await, start).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
    }
}

async fn p07_the_identity_provider_of_one_connection_never_answers_a_request_of_another(world: &World) {
    let acme = world.acme().await;
    acme.apply(by_domain(&acme, "Other")).await;
    let there = with_other(&acme);
    let [own, others] = [way(&acme, "anna@acme.example").await, way(&acme, "bert@other.example").await];
    let before = world.dump();
    let person = Person::anna();
    for (connection, claimed, signer, code) in [
        // Honest in itself, but the other one was asked.
        (others, ISSUER, &acme, 1009),
        (own, OTHER_ISSUER, &there, 1009),
        // In the name of the one that was asked, with a key of its own.
        (others, OTHER_ISSUER, &acme, 1004),
        (own, ISSUER, &there, 1004),
    ] {
        let mut browser = Browser::default();
        let request = begin(&acme, &mut browser, connection).await;
        let answer = issued(signer.idp.answer(signer, &request, &person), claimed);
        let outcome = browser.post(&acme, &answer.form_value()).await;
        assert_eq!(acme.code(outcome).await, Some(code), "{claimed}");
    }
    // The message names one, the assertion in it the other.
    for (connection, outside, inside, signer) in
        [(own, ISSUER, OTHER_ISSUER, &there), (others, OTHER_ISSUER, ISSUER, &acme)]
    {
        let mut browser = Browser::default();
        let request = begin(&acme, &mut browser, connection).await;
        let mut answer = issued(signer.idp.answer(signer, &request, &person), inside);
        outside.clone_into(&mut answer.response.issuer);
        let code = acme.code(browser.post(&acme, &answer.form_value()).await).await;
        assert!(matches!(code, Some(1004 | 1005)), "{outside}: {code:?}");
    }
    assert_eq!(world.dump(), before);
    // Each answers what it was asked.
    let mut browser = Browser::default();
    let request = begin(&acme, &mut browser, others).await;
    let bert = Person::of("bert@other.example");
    SignedIn::of(browser.post(&acme, &others_answer(&there, &request, &bert).form_value()).await);
    acme.sign_in(&person).await;
}

async fn p07_a_connection_vouches_for_the_addresses_of_its_own_domains_alone(world: &World) {
    let acme = world.acme().await;
    acme.apply(by_domain(&acme, "Other")).await;
    let there = with_other(&acme);
    let [own, others] = [way(&acme, "anna@acme.example").await, way(&acme, "bert@other.example").await];
    acme.sign_in(&Person::anna()).await;
    let (anna, bert) = (Person::of("anna@acme.example"), Person::of("bert@other.example"));
    // An identity provider that speaks for somebody whom it does not keep.
    let mut browser = Browser::default();
    let request = begin(&acme, &mut browser, others).await;
    let outcome = browser.post(&acme, &others_answer(&there, &request, &anna).form_value()).await;
    assert_eq!(acme.code(outcome).await, Some(1014), "the subsidiary does not say who is of the parent");
    let request = begin(&acme, &mut browser, own).await;
    let outcome = browser.post(&acme, &acme.idp.answer(&acme, &request, &bert).form_value()).await;
    assert_eq!(acme.code(outcome).await, Some(1014), "and the other way round");
    // Each for its own.
    let request = begin(&acme, &mut browser, others).await;
    SignedIn::of(browser.post(&acme, &others_answer(&there, &request, &bert).form_value()).await);
    let request = begin(&acme, &mut browser, own).await;
    SignedIn::of(browser.post(&acme, &acme.idp.answer(&acme, &request, &anna).form_value()).await);
}

async fn connections_that_are_exported_apply_to_nothing(world: &World) {
    let acme = world.acme().await;
    let keys: [(&str, Value); 8] = [
        ("name", "Everything".into()),
        ("vanity_url", "subsidiary".into()),
        ("email_domains", vec!["other.example", "third.example"].into()),
        ("authn_contexts", vec!["urn:oasis:names:tc:SAML:2.0:ac:classes:X509"].into()),
        ("name_id_format", "persistent".into()),
        ("automatic_logout", "8h".into()),
        ("accepted_acs", vec!["/old/acs"].into()),
        ("enabled", false.into()),
    ];
    let draft = [("email_domains", vec!["draft.example"].into()), ("draft", true.into())];
    let wanted = listed(&acme, vec![other(&acme, &keys), other(&acme, &draft)]);
    acme.apply(wanted.clone()).await;
    assert_eq!(acme.plan(&wanted).await.unwrap().changes, []);
    let exported = acme.export().await;
    assert!(exported.contains("[[connection]]") && exported.contains("subsidiary"), "{exported}");
    let before = world.dump();
    assert_eq!(acme.plan_text(&exported).await.unwrap().changes, []);
    let again = acme.apply(Wanted::read(&exported)).await;
    assert_eq!((again.changes.len(), world.dump()), (0, before));
    // A file that names no connection leaves them alone.
    acme.apply(acme.usual().domain("other.example")).await;
    assert_eq!(acme.export().await, exported);
}

async fn p10_a_connection_that_the_file_does_not_name_any_more_refuses(world: &World) {
    let acme = world.acme().await;
    acme.apply(by_domain(&acme, "Other")).await;
    let there = with_other(&acme);
    let [own, others] = [way(&acme, "anna@acme.example").await, way(&acme, "bert@other.example").await];
    let mut browser = Browser::default();
    let request = begin(&acme, &mut browser, others).await;
    let bert = Person::of("bert@other.example");
    let pending = others_answer(&there, &request, &bert).form_value();
    let changes = acme.apply(listed(&acme, Vec::new())).await.changes;
    assert!(changes.iter().all(|change| change.key.starts_with("connection.\"Other\".")), "{changes:?}");
    assert!(changes.iter().all(|change| change.after.is_none()), "{changes:?}");
    assert_eq!(way(&acme, "bert@other.example").await, own);
    let before = world.dump();
    let start = Start { connection: Some(others), ..Start::default() };
    assert_eq!(sign_in::start(&acme.visitor().await, start).await.unwrap_err().kind(), Kind::NotFound);
    // Another connection looks at what its identity provider says, and does not know it.
    let outcome = browser.post(&acme, &pending).await;
    assert!(matches!(acme.code(outcome).await, Some(1004 | 1005)));
    assert_eq!(world.dump(), before);
    acme.sign_in(&Person::anna()).await;
    // Named again, it is the same connection, and works.
    acme.apply(by_domain(&acme, "Other")).await;
    assert_eq!(way(&acme, "bert@other.example").await, others);
    let request = begin(&acme, &mut browser, others).await;
    SignedIn::of(browser.post(&acme, &others_answer(&there, &request, &bert).form_value()).await);
}

async fn t03_a_vanity_url_belongs_to_one_account(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    acme.apply(by_vanity_url(&acme)).await;
    let before = world.dump();
    for taken in ["subsidiary", "acme"] {
        let connection = other(&beta, &[("name", "Ours".into()), ("vanity_url", taken.into())]);
        let error = beta.try_apply(&beta.usual().set(["connection"], vec![connection])).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert!(error.message().contains(&format!("`vanity_url`: \"{taken}\"")), "{error}");
    }
    let operator = world.app.operator();
    let error = accounts::create(&operator, "subsidiary", "Gamma", "o@gamma.example").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict, "{error}");
    assert_eq!(world.dump(), before);
    // One that is free is given.
    let connection = other(&beta, &[("vanity_url", "betas".into())]);
    beta.apply(beta.usual().set(["connection"], vec![connection])).await;
    acme.apply(by_vanity_url(&acme)).await;
}

async fn two_connections_of_one_issuer_at_one_vanity_url_are_refused_by_name(world: &World) {
    let acme = world.acme().await;
    let named = |name: &str, more: &[(&str, Value)]| {
        let domain = format!("{}.example", name.to_lowercase());
        let keys: Vec<_> = [("name", name.into()), ("email_domains", vec![domain].into())]
            .iter()
            .chain(more)
            .cloned()
            .collect();
        other(&acme, &keys)
    };
    let before = world.dump();
    let error = acme.plan(&listed(&acme, vec![named("One", &[]), named("Two", &[])])).await.unwrap_err();
    for word in ["connection.\"One\"", "connection.\"Two\"", "the same issuer"] {
        assert!(error.message().contains(word), "{error}");
    }
    assert_eq!(world.dump(), before);
    // Apart by issuer, or by vanity URL, they are told apart.
    let issuer = [("issuer", Value::from("https://third.example/metadata"))];
    acme.plan(&listed(&acme, vec![named("One", &[]), named("Two", &issuer)])).await.unwrap();
    let url = [("vanity_url", Value::from("subsidiary"))];
    acme.plan(&listed(&acme, vec![named("One", &[]), named("Two", &url)])).await.unwrap();
}

async fn two_connections_for_the_same_people_are_refused_by_name(world: &World) {
    let acme = world.acme().await;
    let named = |name: &str, more: &[(&str, Value)]| {
        let keys: Vec<_> = [("name", name.into())].iter().chain(more).cloned().collect();
        other(&acme, &keys)
    };
    let domains = |list: &[&str]| ("email_domains", Value::from(list.to_vec()));
    let url = || ("vanity_url", Value::from("subsidiary"));
    let before = world.dump();
    for [one, two] in [
        [vec![domains(&["one.example", "both.example"])], vec![domains(&["both.example"])]],
        [vec![domains(&["both.example"])], vec![domains(&["BOTH.example"])]],
        [vec![url()], vec![url()]],
        [vec![url(), domains(&["both.example"])], vec![url(), domains(&["both.example"])]],
    ] {
        let wanted = listed(&acme, vec![named("First", &one), named("Second", &two)]);
        let error = acme.plan(&wanted).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{error}");
        for name in ["connection.\"First\"", "connection.\"Second\""] {
            assert!(error.message().contains(name), "{error}");
        }
    }
    let twice = listed(&acme, vec![named("Same", &[domains(&["one.example"])]), named("Same", &[url()])]);
    assert!(acme.plan(&twice).await.unwrap_err().message().contains("two of this name"));
    let nobody = listed(&acme, vec![named("Nobody", &[])]);
    assert!(acme.plan(&nobody).await.unwrap_err().message().contains("connection.\"Nobody\""));
    assert_eq!(world.dump(), before);
    // One domain at two vanity URLs are different people.
    let apart = [
        named("First", &[domains(&["both.example"])]),
        named("Second", &[url(), domains(&["both.example"])]),
    ];
    acme.apply(listed(&acme, apart.to_vec())).await;
}
