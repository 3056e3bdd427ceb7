//! A deployment of a test's own: a fresh database, a clock that the test moves, seeded randomness.

use crate::account::Account;
use crate::provider::Provider;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use tempfile::TempDir;
use vestibule_app::{App, Clock, Deployment, DeploymentKey, Random};
use vestibule_model::account::Label;
use vestibule_model::id::AccountId;
use vestibule_saml::{KeyKind, SigningKey};
use vestibule_store::{Location, Options, Store};
use vestibule_testkit::Postgres;

/// When every story begins.
pub const START: &str = "2026-03-01T12:00:00Z";

/// One deployment.
pub struct World {
    pub app: App,
    pub store: Store,
    pub time: Time,
    pub idp: Provider,
    pub folder: TempDir,
    pub postgres: Option<Postgres>,
}

/// The time here: it stands still until the test moves it.
#[derive(Clone)]
pub struct Time(Arc<Mutex<Timestamp>>);

impl Time {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(START.parse().unwrap())))
    }

    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap() = now;
    }

    pub fn pass(&self, duration: SignedDuration) {
        self.set(self.now() + duration);
    }

    pub fn clock(&self) -> Clock {
        let time = self.clone();
        Clock::from_fn(move || time.now())
    }
}

pub fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

pub const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// Randomness that is the same in every run (SplitMix64).
fn random(seed: u64) -> Random {
    let state = Mutex::new(seed);
    Random::from_fn(move |bytes| {
        let mut state = state.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            chunk.copy_from_slice(&mixed.to_be_bytes()[..chunk.len()]);
        }
    })
    .with_keys(keys())
}

/// Key pairs of RSA are dear, so each is made once for all worlds; in one world none comes twice before all have come.
fn keys() -> impl Fn(KeyKind) -> Result<SigningKey, vestibule_app::Error> {
    static RSA: [OnceLock<SigningKey>; 12] = [const { OnceLock::new() }; 12];
    let next = AtomicUsize::new(0);
    move |kind| {
        let made = || SigningKey::generate(kind).unwrap();
        Ok(match kind {
            KeyKind::Rsa2048 => {
                RSA[next.fetch_add(1, Ordering::Relaxed) % RSA.len()].get_or_init(made).clone()
            }
            _ => made(),
        })
    }
}

impl World {
    async fn new(folder: TempDir, postgres: Option<Postgres>) -> Self {
        let time = Time::new();
        let store = open(&folder, postgres.as_ref()).await;
        let app = compose(store.clone(), deployment(), &time, 1);
        let idp = Provider::new(time.clone());
        Self { app, store, time, idp, folder, postgres }
    }

    /// A deployment over SQLite, for tests that are not run once per engine.
    pub async fn fresh() -> Self {
        Self::new(vestibule_testkit::folder(), None).await
    }

    /// The same deployment after its process ended and began anew.
    pub async fn restarted(self) -> Self {
        let Self { app, store, time, idp, folder, postgres } = self;
        drop((app, store));
        let store = open(&folder, postgres.as_ref()).await;
        let app = compose(store.clone(), deployment(), &time, 2);
        Self { app, store, time, idp, folder, postgres }
    }

    /// An account that is there already.
    pub fn found(&self, label: Label, id: AccountId) -> Account {
        let (app, store, idp) = (self.app.clone(), self.store.clone(), self.idp.clone());
        Account { app, store, idp, label, id, owner_token: String::new() }
    }

    /// Another node over the same database: it shares nothing else.
    pub async fn node(&self, seed: u64) -> App {
        compose(open(&self.folder, self.postgres.as_ref()).await, deployment(), &self.time, seed)
    }

    /// Such a node whose clock is ahead.
    pub async fn ahead(&self, by: SignedDuration, change: impl FnOnce(&mut Deployment)) -> App {
        let time = Time::new();
        time.set(self.time.now() + by);
        let mut changed = deployment();
        change(&mut changed);
        compose(open(&self.folder, self.postgres.as_ref()).await, changed, &time, 77)
    }

    /// A node of a deployment that was configured otherwise.
    pub async fn configured(&self, change: impl FnOnce(&mut Deployment)) -> App {
        let mut changed = deployment();
        change(&mut changed);
        compose(open(&self.folder, self.postgres.as_ref()).await, changed, &self.time, 99)
    }

    /// A new account without any configuration.
    pub async fn account(&self, label: &str) -> Account {
        let owner = format!("owner@{label}.example");
        let created = vestibule_app::accounts::create(
            &self.app.operator(),
            label,
            &format!("The {label} company"),
            &owner,
        )
        .await
        .unwrap();
        let (_, owner_token) = created.owner_link.rsplit_once('/').unwrap();
        Account { owner_token: owner_token.to_owned(), ..self.found(created.account.clone(), created.id) }
    }

    /// An account with the usual configuration: the identity provider, its own domain, a mapping.
    pub async fn configured_account(&self, label: &str) -> Account {
        let account = self.account(label).await;
        account.apply(account.usual()).await;
        account
    }

    /// The account of most stories.
    pub async fn acme(&self) -> Account {
        self.configured_account("acme").await
    }
}

fn deployment() -> Deployment {
    Deployment {
        base_url: "https://vestibule.example".parse().unwrap(),
        approve_vanity_urls: true,
        mail: vestibule_app::outbound::Transport::Outbox,
        outbound_allow: Vec::new(),
        outbound_roots: Vec::new(),
        schemas: std::sync::Arc::new(vestibule_scim::Registry::built_in()),
        api_rate: vestibule_app::limits::Rate::default(),
        breached: None,
        dns: vestibule_app::outbound::Dns::System,
    }
}

fn compose(store: Store, deployment: Deployment, time: &Time, seed: u64) -> App {
    App::new(store, &DeploymentKey::from_bytes([7; 32]), deployment, time.clock(), random(seed)).unwrap()
}

async fn open(folder: &TempDir, postgres: Option<&Postgres>) -> Store {
    let url = postgres.map_or("sqlite:vestibule.db", Postgres::url);
    let location = Location::parse(url, folder.path()).unwrap();
    Store::open(&location, &Options::default()).await.unwrap()
}

pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(work)
}

pub fn on_sqlite(case: impl AsyncFnOnce(&World)) {
    run(async { case(&World::fresh().await).await });
}

pub fn on_postgres(case: impl AsyncFnOnce(&World)) {
    let lay_out = |url: &str| {
        // The pool and its connections end with the runtime.
        drop(run(async {
            Store::open(&Location::parse(url, Path::new("")).unwrap(), &Options::default()).await.unwrap()
        }));
    };
    let Some(database) = Postgres::prepared(lay_out) else { return };
    run(async { case(&World::new(vestibule_testkit::folder(), Some(database)).await).await });
}
