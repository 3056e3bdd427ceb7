//! The identity provider's metadata after a connection began to follow it: what is taken over, what waits, what fails.

use crate::account::Account;
use crate::cases;
use crate::provider::{ISSUER, Person, Provider, registrar};
use crate::site::Site;
use crate::wanted::Wanted;
use crate::world::{World, hours};
use std::collections::BTreeSet;
use vestibule_app::idp_metadata::{self, Status};
use vestibule_app::{AdminCtx, Kind, jobs, outbox};
use vestibule_model::connection::Connection;
use vestibule_model::idp_metadata::PendingState;
use vestibule_saml::Certificate;
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::Endpoint;
use vestibule_saml::metadata::idp::{self, IdentityProvider};
use vestibule_store as store;

cases! {
    a_new_certificate_waits_until_it_is_accepted,
    a_difference_that_was_dismissed_is_not_brought_up_again,
    what_was_seen_is_what_is_accepted,
    p11_metadata_that_cannot_be_used_changes_nothing_and_is_shown,
    certificates_are_taken_over_from_the_origin_of_the_sign_in_address_alone,
    p11_only_https_at_the_same_origin_vouches_for_a_certificate,
    p11_signed_metadata_is_taken_over_whole_and_unsigned_is_refused,
    a_certificate_that_is_not_listed_any_more_is_given_up_after_three_days,
    a_document_that_did_not_change_is_not_sent_again,
    it_is_looked_at_as_often_as_it_wishes,
    a_draft_stays_a_draft_and_gets_the_certificates,
    p19_a_server_whose_authority_nobody_named_is_not_trusted,
    the_end_of_a_certificate_is_announced_once_a_step,
    the_end_of_metadata_that_nobody_renews_is_announced,
}

/// An account that follows the metadata of a site.
pub struct Follower {
    pub account: Account,
    pub owner: AdminCtx,
    pub site: Site,
    pub metadata: IdentityProvider,
}

pub const REVIEW: &str = "review";
pub const ORIGIN: &str = "same_origin_https";
pub const SIGNED: &str = "signed_metadata";

impl Follower {
    /// People sign in at the origin of the site; the policy is one of the words above.
    pub async fn begin(world: &World, policy: &str) -> Self {
        Self::at(world, Site::secure(), policy).await
    }

    pub async fn at(world: &World, site: Site, policy: &str) -> Self {
        let follower = Self::prepare(world, "acme", site).await;
        follower.publish(policy == SIGNED);
        follower.account.apply(follower.file(policy)).await;
        follower.look().await;
        follower
    }

    async fn prepare(world: &World, label: &str, site: Site) -> Self {
        let node = world.configured(|deployment| site.opens(deployment)).await;
        let account = world.account(label).await.at(&node);
        let metadata = IdentityProvider {
            entity_id: ISSUER.to_owned(),
            sso: vec![Endpoint::new(Binding::Redirect, format!("{}/sso", site.origin()))],
            slo: Vec::new(),
            signing_certificates: vec![account.idp.certificate().clone()],
            name_id_formats: Vec::new(),
            valid_until: None,
            cache_duration: None,
            want_authn_requests_signed: false,
        };
        Self { owner: account.owner().await, account, site, metadata }
    }

    pub fn file(&self, policy: &str) -> Wanted {
        let file = Wanted::of(self.account.label.as_str())
            .set(["sso", "idp_metadata_url"], self.site.url.as_str())
            .set(["sso", "new_idp_certificates"], policy)
            .set(["sso", "signing_key"], "ecdsa-p256")
            .domain(&format!("{}.example", self.account.label));
        if policy != SIGNED {
            return file;
        }
        file.set(["sso", "metadata_certificates"], vec![registrar().certificate.to_pem()])
    }

    /// Publishes the metadata as it is now.
    pub fn publish(&self, signed: bool) {
        self.site.publishes(&if signed {
            idp::write_signed(&self.metadata, "_m", registrar()).unwrap()
        } else {
            idp::write(&self.metadata)
        });
    }

    /// Publishes these certificates.
    pub fn list(&mut self, providers: &[&Provider], signed: bool) {
        self.metadata.signing_certificates =
            providers.iter().map(|provider| provider.certificate().clone()).collect();
        self.publish(signed);
    }

    /// Does what is due.
    pub async fn look(&self) {
        jobs::run_due(&self.account.app).await.unwrap();
    }

    /// The connection of `[sso]`, which follows it.
    pub async fn connection(&self) -> Connection {
        let account = self.account.store.account(self.account.id);
        let listed = account.read(|tx| Box::pin(store::connections::list(tx))).await.unwrap();
        listed.into_iter().find(|connection| connection.name.is_empty()).unwrap()
    }

    pub async fn version(&self) -> i64 {
        self.connection().await.published.unwrap().number
    }

    /// The same account with the key that the identity provider uses next.
    pub fn next(&self) -> Account {
        Account { idp: self.account.idp.with_next_key(), ..self.account.clone() }
    }

    pub async fn status(&self) -> Status {
        idp_metadata::status(&self.owner, self.connection().await.id).await.unwrap().unwrap()
    }

    async fn subjects(&self) -> Vec<String> {
        let mails = outbox::list(&self.account.app.operator()).await.unwrap();
        let mut subjects: Vec<String> = mails.into_iter().map(|mail| mail.subject).collect();
        subjects.retain(|subject| subject.contains("identity provider"));
        subjects.reverse();
        subjects
    }

    /// That the file, applied again, would change nothing.
    pub async fn is_as_the_file_says(&self, policy: &str) {
        assert_eq!(self.account.plan(&self.file(policy)).await.unwrap().changes, []);
        let exported = self.account.export().await;
        assert_eq!(self.account.plan_text(&exported).await.unwrap().changes, []);
    }
}

fn anna() -> Person {
    Person::of("anna@acme.example")
}

fn next(follower: &Follower) -> Provider {
    follower.account.idp.with_next_key()
}

async fn a_new_certificate_waits_until_it_is_accepted(world: &World) {
    let mut follower = Follower::begin(world, REVIEW).await;
    let owner = follower.owner.clone();
    let old = follower.account.idp.clone();
    follower.list(&[&old, &next(&follower)], false);
    for _ in 0..2 {
        world.time.pass(hours(6));
        follower.look().await;
        assert_eq!(follower.version().await, 1);
        follower.account.sign_in(&anna()).await;
        assert_eq!(follower.next().refusal(&anna()).await.code, Some(1004));
        assert_eq!(
            follower.subjects().await,
            ["Your identity provider changed its metadata (The acme company)"]
        );
    }
    let status = follower.status().await;
    let waiting = status.waiting.unwrap();
    assert_eq!((waiting.state, waiting.difference.added.len()), (PendingState::Waits, 1));
    assert!(waiting.difference.removed.is_empty() && waiting.difference.values.is_empty());
    idp_metadata::accept(&owner, follower.connection().await.id, waiting.since).await.unwrap();
    assert_eq!(follower.version().await, 2);
    follower.account.sign_in(&anna()).await;
    follower.next().sign_in(&anna()).await;
    assert!(follower.status().await.waiting.is_none());
    follower.is_as_the_file_says(REVIEW).await;
}

async fn a_difference_that_was_dismissed_is_not_brought_up_again(world: &World) {
    let mut follower = Follower::begin(world, REVIEW).await;
    let owner = follower.owner.clone();
    let id = follower.connection().await.id;
    let old = follower.account.idp.clone();
    follower.list(&[&next(&follower)], false);
    idp_metadata::fetch_now(&owner, id).await.unwrap();
    let since = follower.status().await.waiting.unwrap().since;
    idp_metadata::dismiss(&owner, id, since).await.unwrap();
    world.time.pass(hours(6));
    follower.look().await;
    let waiting = follower.status().await.waiting.unwrap();
    assert_eq!((waiting.state, waiting.since), (PendingState::Dismissed, since));
    assert_eq!(follower.subjects().await.len(), 1);
    // Something else waits anew; and what is as before waits no more.
    follower.metadata.sso[0].url = "https://elsewhere.example/sso".to_owned();
    follower.list(&[&old], false);
    world.time.pass(hours(6));
    follower.look().await;
    let waiting = follower.status().await.waiting.unwrap();
    assert_eq!((waiting.state, waiting.difference.values[0].name), (PendingState::Waits, "Sign-in URL"));
    assert_eq!(follower.subjects().await.len(), 2);
    follower.metadata.sso[0].url = format!("{}/sso", follower.site.origin());
    follower.publish(false);
    world.time.pass(hours(6));
    follower.look().await;
    assert!(follower.status().await.waiting.is_none());
    assert_eq!((follower.subjects().await.len(), follower.version().await), (2, 1));
}

async fn what_was_seen_is_what_is_accepted(world: &World) {
    let mut follower = Follower::begin(world, REVIEW).await;
    let owner = follower.owner.clone();
    let id = follower.connection().await.id;
    let old = follower.account.idp.clone();
    follower.list(&[&old, &next(&follower)], false);
    idp_metadata::fetch_now(&owner, id).await.unwrap();
    let seen = follower.status().await.waiting.unwrap().since;
    world.time.pass(hours(1));
    follower.metadata.sso[0].url = "https://elsewhere.example/sso".to_owned();
    follower.publish(false);
    idp_metadata::fetch_now(&owner, id).await.unwrap();
    for outcome in
        [idp_metadata::accept(&owner, id, seen).await, idp_metadata::dismiss(&owner, id, seen).await]
    {
        assert_eq!(outcome.unwrap_err().kind(), Kind::Conflict);
    }
    assert_eq!(follower.version().await, 1);
    let seen = follower.status().await.waiting.unwrap().since;
    idp_metadata::accept(&owner, id, seen).await.unwrap();
    let published = follower.connection().await.published.unwrap().settings.identity_provider;
    assert_eq!(published.sign_in_url, "https://elsewhere.example/sso");
    assert_eq!(published.metadata_url.as_ref(), Some(&follower.site.url));
}

async fn p11_metadata_that_cannot_be_used_changes_nothing_and_is_shown(world: &World) {
    let follower = Follower::begin(world, ORIGIN).await;
    let good = follower.connection().await.published.unwrap();
    let genuine = idp::write(&follower.metadata);
    let keyless = genuine.replace("use=\"signing\"", "use=\"encryption\"");
    let expired = genuine.replace("entityID=", "validUntil=\"2026-03-01T12:00:00Z\" entityID=");
    let soap = genuine.replace(Binding::Redirect.uri(), "urn:oasis:names:tc:SAML:2.0:bindings:SOAP");
    let other = genuine.replace(ISSUER, "https://other.example");
    let two = format!(
        "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{other}{}</EntitiesDescriptor>",
        genuine.replace(ISSUER, "https://third.example")
    );
    let mut failing_since = None;
    for (head, body, word) in [
        ("503 Service Unavailable", genuine.as_str(), "503"),
        ("200 OK", "<html/>", "is not SAML metadata"),
        ("200 OK", &keyless, "no certificate for signing"),
        ("200 OK", &expired, "was valid until 2026-03-01T12:00:00Z"),
        ("200 OK", &soap, "offers urn:oasis:names:tc:SAML:2.0:bindings:SOAP"),
        ("200 OK", &two, "https://other.example, https://third.example"),
    ] {
        follower.site.answers(head, body.as_bytes());
        world.time.pass(hours(7));
        follower.look().await;
        let status = follower.status().await;
        let failure = status.failure.unwrap();
        assert!(failure.message.contains(word), "{word}: {}", failure.message);
        assert_eq!(*failing_since.get_or_insert(failure.since), failure.since, "it fails since then");
        assert!(status.next_at.unwrap() > world.time.now());
        assert_eq!(follower.connection().await.published.unwrap(), good);
        follower.account.sign_in(&anna()).await;
    }
    follower.publish(false);
    world.time.pass(hours(7));
    follower.look().await;
    let status = follower.status().await;
    assert!(status.failure.is_none());
    assert_eq!(status.fetched_at, Some(world.time.now()));
}

async fn certificates_are_taken_over_from_the_origin_of_the_sign_in_address_alone(world: &World) {
    let mut follower = Follower::begin(world, ORIGIN).await;
    let old = follower.account.idp.clone();
    follower.metadata.slo = vec![Endpoint::new(Binding::Redirect, "https://elsewhere.example/slo")];
    follower.list(&[&old, &next(&follower)], false);
    world.time.pass(hours(6));
    follower.look().await;
    follower.account.sign_in(&anna()).await;
    follower.next().sign_in(&anna()).await;
    // The address, which a certificate cannot excuse, waits.
    let owner = follower.owner.clone();
    let waiting = follower.status().await.waiting.unwrap();
    assert!(waiting.difference.added.is_empty());
    assert_eq!(waiting.difference.values[0].name, "Sign-out URL");
    // Both were written at once, so they have no order.
    let subjects: BTreeSet<String> = follower.subjects().await.into_iter().collect();
    let expected = [
        "The connection to your identity provider was brought up to date (The acme company)",
        "Your identity provider changed its metadata (The acme company)",
    ];
    assert!(subjects.iter().eq(expected), "{subjects:?}");
    idp_metadata::accept(&owner, follower.connection().await.id, waiting.since).await.unwrap();
    follower.next().sign_in(&anna()).await;
    follower.is_as_the_file_says(ORIGIN).await;
}

async fn p11_only_https_at_the_same_origin_vouches_for_a_certificate(world: &World) {
    let mut follower = Follower::at(world, Site::open(), ORIGIN).await;
    let old = follower.account.idp.clone();
    let both = [old.certificate().clone(), next(&follower).certificate().clone()];
    follower.metadata.signing_certificates = both.to_vec();
    let document = idp::write(&follower.metadata);
    let waits = async |why: &str| {
        world.time.pass(hours(7));
        follower.look().await;
        assert_eq!(follower.version().await, 1, "{why}");
        assert_eq!(follower.next().refusal(&anna()).await.code, Some(1004), "{why}");
        let status = follower.status().await;
        assert_eq!(status.waiting.unwrap().difference.added.len(), 1, "{why}: {:?}", status.failure);
    };
    follower.site.publishes(&document);
    waits("plain http, although it is the same origin").await;
    // Over https, but people sign in elsewhere.
    let mut elsewhere = Follower::prepare(world, "beta", Site::secure()).await;
    elsewhere.metadata.sso[0].url = "https://idp.example/sso".to_owned();
    elsewhere.publish(false);
    elsewhere.account.apply(elsewhere.file(ORIGIN)).await;
    elsewhere.list(&[&old, &next(&elsewhere)], false);
    elsewhere.look().await;
    assert_eq!((elsewhere.version().await, elsewhere.status().await.waiting.is_some()), (1, true));
    // From there, but through somebody who could have led elsewhere.
    let mut led = Follower::prepare(world, "gamma", Site::secure()).await;
    let open = Site::open();
    led.publish(false);
    open.answers(&format!("302 Found\r\nlocation: {}", led.site.url), b"");
    let file = led.file(ORIGIN).set(["sso", "idp_metadata_url"], open.url.as_str());
    led.account.apply(file).await;
    led.list(&[&old, &next(&led)], false);
    led.look().await;
    assert_eq!((led.version().await, led.status().await.waiting.is_some()), (1, true));
}

async fn p11_signed_metadata_is_taken_over_whole_and_unsigned_is_refused(world: &World) {
    let mut follower = Follower::begin(world, SIGNED).await;
    let old = follower.account.idp.clone();
    follower.metadata.sso[0].url = "https://elsewhere.example/sso".to_owned();
    follower.list(&[&old, &next(&follower)], false);
    world.time.pass(hours(6));
    follower.look().await;
    let status = follower.status().await;
    assert!(status.failure.unwrap().message.starts_with("The metadata is not signed"));
    assert_eq!(follower.version().await, 1);
    let unsigned = follower.account.plan(&follower.file(SIGNED)).await.unwrap_err();
    assert!(unsigned.message().contains("`sso.idp_metadata_url`: The metadata is not signed"), "{unsigned}");
    follower.publish(true);
    world.time.pass(hours(1));
    follower.look().await;
    let published = follower.connection().await.published.unwrap();
    assert_eq!(published.number, 2);
    assert_eq!(published.settings.identity_provider.sign_in_url, "https://elsewhere.example/sso");
    follower.next().sign_in(&anna()).await;
    follower.is_as_the_file_says(SIGNED).await;
}

async fn a_certificate_that_is_not_listed_any_more_is_given_up_after_three_days(world: &World) {
    let mut follower = Follower::begin(world, ORIGIN).await;
    follower.list(&[&next(&follower)], false);
    world.time.pass(hours(6));
    follower.look().await;
    for _ in 0..11 {
        follower.account.sign_in(&anna()).await;
        follower.next().sign_in(&anna()).await;
        let status = follower.status().await;
        assert_eq!((status.kept.len(), status.waiting.is_some()), (1, false));
        follower.is_as_the_file_says(ORIGIN).await;
        world.time.pass(hours(6));
        follower.look().await;
    }
    assert_eq!(follower.version().await, 2);
    world.time.pass(hours(6));
    follower.look().await;
    assert_eq!(follower.version().await, 3);
    assert_eq!(follower.account.refusal(&anna()).await.code, Some(1004));
    follower.next().sign_in(&anna()).await;
    follower.is_as_the_file_says(ORIGIN).await;
}

async fn a_document_that_did_not_change_is_not_sent_again(world: &World) {
    let mut follower = Follower::begin(world, REVIEW).await;
    let conditions = || {
        let asked = follower.site.asked();
        asked.iter().map(|head| head.contains("if-none-match: \"version 1\"")).collect::<Vec<_>>()
    };
    assert_eq!(conditions(), [false, false], "once for the file, once by the job");
    world.time.pass(hours(6));
    follower.look().await;
    assert_eq!(conditions(), [false, false, true]);
    // Whoever applies something wants to know for sure.
    follower.account.apply(follower.file(REVIEW).set(["sso", "provision"], "link_at_sign_in")).await;
    follower.look().await;
    assert_eq!(conditions(), [false, false, true, false, false]);
    // While a difference waits the document is read each time.
    let old = follower.account.idp.clone();
    follower.list(&[&old, &next(&follower)], false);
    for _ in 0..2 {
        world.time.pass(hours(6));
        follower.look().await;
    }
    assert!(!follower.site.asked().pop().unwrap().contains("if-none-match"));
}

async fn it_is_looked_at_as_often_as_it_wishes(world: &World) {
    let mut follower = Follower::begin(world, REVIEW).await;
    let owner = follower.owner.clone();
    assert_eq!(follower.status().await.next_at, Some(world.time.now() + hours(6)));
    follower.metadata.cache_duration = Some(hours(2));
    follower.publish(false);
    world.time.pass(hours(1));
    idp_metadata::fetch_now(&owner, follower.connection().await.id).await.unwrap();
    assert_eq!(follower.status().await.next_at, Some(world.time.now() + hours(2)));
    follower.metadata.valid_until = Some(world.time.now() + hours(3));
    follower.publish(false);
    world.time.pass(hours(2));
    follower.look().await;
    let status = follower.status().await;
    assert_eq!(status.next_at, Some(world.time.now() + hours(1) / 2));
    assert_eq!(status.valid_until, follower.metadata.valid_until);
}

async fn a_draft_stays_a_draft_and_gets_the_certificates(world: &World) {
    let mut follower = Follower::begin(world, ORIGIN).await;
    let draft =
        follower.file(ORIGIN).set(["sso", "provision"], "prior_to_sign_in").set(["sso", "draft"], true);
    follower.account.apply(draft.clone()).await;
    let old = follower.account.idp.clone();
    follower.list(&[&old, &next(&follower)], false);
    world.time.pass(hours(6));
    follower.look().await;
    let Connection { published, draft: waiting, .. } = follower.connection().await;
    let (published, waiting) = (published.unwrap(), waiting.unwrap());
    assert!(waiting.number > published.number);
    assert_eq!(published.settings.provision.as_str(), "at_sign_in");
    assert_eq!(waiting.settings.provision.as_str(), "prior_to_sign_in");
    let lists = [&published, &waiting].map(|version| version.settings.identity_provider.certificates.clone());
    assert_eq!(lists[0].len(), 2);
    assert_eq!(lists[0], lists[1]);
    assert_eq!(follower.account.plan(&draft).await.unwrap().changes, []);
}

async fn p19_a_server_whose_authority_nobody_named_is_not_trusted(world: &World) {
    let mut site = Site::secure();
    let root = site.root.take();
    let follower = Follower::prepare(world, "acme", site).await;
    follower.publish(false);
    let error = follower.account.plan(&follower.file(REVIEW)).await.unwrap_err();
    assert!(error.message().contains("could not be fetched"), "{error}");
    assert_eq!(follower.site.asked(), Vec::<String>::new());
    let trusting = world
        .configured(|deployment| {
            deployment.outbound_allow = vec!["127.0.0.1/32".parse().unwrap()];
            deployment.outbound_roots = root.into_iter().collect();
        })
        .await;
    follower.account.at(&trusting).apply(follower.file(REVIEW)).await;
}

async fn the_end_of_a_certificate_is_announced_once_a_step(world: &World) {
    let acme = world.acme().await;
    let certificate = Certificate::from_pem(&acme.idp.certificate_pem()).unwrap();
    let page = format!("/admin/sso/{}\n", acme.overview(&acme.owner().await).await.id);
    let mut announced = Vec::new();
    for days in [31, 30, 29, 7, 6, 1, 0, -1] {
        world.time.set(certificate.not_after() - hours(24 * days));
        jobs::run_due(&acme.app).await.unwrap();
        jobs::run_due(&acme.app).await.unwrap();
        let mails = outbox::list(&acme.app.operator()).await.unwrap();
        let about = mails.iter().filter(|mail| {
            mail.body_text.contains(&certificate.fingerprint_sha256()) && mail.body_text.ends_with(&page)
        });
        announced.push((days, about.count()));
    }
    assert_eq!(announced, [(31, 0), (30, 1), (29, 1), (7, 2), (6, 2), (1, 3), (0, 3), (-1, 3)]);
}

async fn the_end_of_metadata_that_nobody_renews_is_announced(world: &World) {
    let mut follower = Follower::begin(world, REVIEW).await;
    let until = world.time.now() + hours(24 * 40);
    follower.metadata.valid_until = Some(until);
    follower.publish(false);
    let mut announced = Vec::new();
    for days in [39, 29, 20, 9, 8, 6] {
        world.time.set(until - hours(24 * days));
        follower.look().await;
        announced.push((days, follower.subjects().await.len()));
    }
    // Three quarters of the time are over with 9.75 days left.
    assert_eq!(announced, [(39, 0), (29, 0), (20, 0), (9, 1), (8, 1), (6, 2)]);
}
