//! Our certificate changes while people sign in, and none of them notices.
//!
//! The identity provider here has two nodes. Each knows our metadata as it last read it, at its own pace, refuses a request
//! that no certificate in there verifies, and encrypts its assertions for any of those that are offered there.

use crate::account::Account;
use crate::browser::{Browser, SignedIn, requested};
use crate::cases;
use crate::encryption::{GCM, metadata};
use crate::provider::Person;
use crate::rotation::read_by;
use crate::world::{World, hours};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::RwLock;
use vestibule_app::sign_in::Go;
use vestibule_app::{AdminCtx, jobs, keys};
use vestibule_model::id::SpKeyId;
use vestibule_model::rotation::KeyState;
use vestibule_saml::binding::{self, redirect_decode};
use vestibule_saml::write::{Recipient, Signed};
use vestibule_saml::{Allowed, Certificate};

cases! {
    nobody_notices_that_our_certificate_changes_and_changes_back,
}

const DAY: i64 = 24;
/// How often each node of the identity provider reads our metadata, in hours: less often than once a day none does.
const PACES: [i64; 2] = [7, 19];

/// What a node of the identity provider knows of us. It encrypts for either certificate, in turn.
#[derive(Clone, Default)]
struct Known {
    signing: Vec<Certificate>,
    encryption: Vec<Certificate>,
}

/// What everybody of the story shares.
struct Stage {
    account: Account,
    /// What each node of the identity provider knows of us.
    known: [Mutex<Known>; 2],
    /// Held while somebody signs in: the time does not jump meanwhile. Everything else goes on.
    time: RwLock<()>,
    over: AtomicBool,
    signed_in: AtomicUsize,
}

impl Stage {
    /// A node of the identity provider reads our metadata.
    async fn fetch(&self, node: usize) {
        let ours = metadata(&self.account).await;
        *self.known[node].lock().unwrap() =
            Known { signing: ours.signing_certificates, encryption: ours.encryption_certificates };
        read_by(&self.account, "ShibbolethIdp/5.1").await;
    }

    /// Somebody signs in again and again.
    async fn trickle(&self, account: Account, person: Person) {
        for turn in 0_usize.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            let steady = self.time.read().await;
            let mut browser = Browser::default();
            let go = browser.begin(&account, None).await.go;
            tokio::task::yield_now().await;
            let known = self.known[turn % 2].lock().unwrap().clone();
            verify(&go, &known.signing);
            let answer = account.idp.answer(&account, &requested(&go), &person);
            let recipient = Recipient {
                certificate: known.encryption[turn % known.encryption.len()].clone(),
                encryption: GCM,
            };
            let xml = answer.response.write_encrypted(Signed::Both, &answer.signer, &recipient).unwrap();
            SignedIn::of(browser.post(&account, &binding::post_value(xml)).await);
            drop(steady);
            self.signed_in.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Time goes on: our job does its work each hour, and the identity provider comes at its pace.
    async fn days(&self, world: &World, count: i64) {
        for hour in 0..count * DAY {
            let steady = self.time.write().await;
            world.time.pass(hours(1));
            drop(steady);
            jobs::run_due(&self.account.app).await.unwrap();
            for (node, pace) in PACES.into_iter().enumerate() {
                if hour % pace == 0 {
                    self.fetch(node).await;
                }
            }
            let so_far = self.signed_in.load(Ordering::Relaxed);
            while self.signed_in.load(Ordering::Relaxed) < so_far + 1 {
                tokio::task::yield_now().await;
            }
        }
    }
}

fn verify(go: &Go, known: &[Certificate]) {
    let Go::Redirect(url) = go else { panic!("{go:?}") };
    let carried = redirect_decode(url.split_once('?').unwrap().1).unwrap();
    carried.verify(known, Allowed::default()).unwrap();
}

async fn signing(admin: &AdminCtx) -> Vec<(KeyState, String)> {
    let view = keys::overview(admin, None).await.unwrap().unwrap();
    view.keys
        .into_iter()
        .filter(|key| key.signs)
        .map(|key| (key.life.state, key.certificate.fingerprint_sha256))
        .collect()
}

async fn nobody_notices_that_our_certificate_changes_and_changes_back(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "encrypted_assertions"], true)).await;
    let owner = acme.owner().await;
    world.time.pass(hours((3 * 365 - 92) * DAY));
    let stage = Arc::new(Stage {
        account: acme.clone(),
        known: Default::default(),
        time: RwLock::new(()),
        over: AtomicBool::new(false),
        signed_in: AtomicUsize::new(0),
    });
    stage.fetch(0).await;
    stage.fetch(1).await;
    let mut people = tokio::task::JoinSet::new();
    for (number, account) in [acme.clone(), acme.at(&world.node(3).await)].into_iter().enumerate() {
        let (stage, email) = (Arc::clone(&stage), format!("person{number}@acme.example"));
        let person = Person::of(&email).with("mail", &[&email]);
        people.spawn(async move { stage.trickle(account, person).await });
    }
    let first = signing(&owner).await;
    tokio::select! {
        () = story(world, &stage, &owner) => {}
        Some(failed) = people.join_next() => panic!("somebody could not sign in: {failed:?}"),
    }
    stage.over.store(true, Ordering::Relaxed);
    people.join_all().await;
    assert_ne!(signing(&owner).await[0].1, first[0].1);
}

/// The one of the kind that signs which does not.
async fn other(owner: &AdminCtx) -> SpKeyId {
    let keys = keys::overview(owner, None).await.unwrap().unwrap().keys;
    keys.into_iter().find(|key| key.signs && key.life.state != KeyState::Active).unwrap().id
}

async fn story(world: &World, stage: &Stage, owner: &AdminCtx) {
    let first = signing(owner).await;
    stage.days(world, 5).await;
    let changed = signing(owner).await;
    assert_eq!(changed[0].0, KeyState::Active);
    assert_eq!((changed[1].0, &changed[1].1), (KeyState::Former, &first[0].1), "it took over by itself");
    let former = other(owner).await;
    keys::activate(owner, former).await.unwrap();
    stage.days(world, 1).await;
    let back = signing(owner).await;
    assert_eq!((&back[0].1, back[1].0), (&first[0].1, KeyState::Next));
    let next = other(owner).await;
    keys::activate(owner, next).await.unwrap();
    stage.days(world, 1).await;
}
