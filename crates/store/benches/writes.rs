//! What a durable write costs: CPU time of the whole process per transaction, SQLite with `synchronous=FULL` and, where
//! `VESTIBULE_TEST_POSTGRES` names a server, PostgreSQL (its client side alone). `cargo bench -p vestibule-store`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::email::Email;
use vestibule_model::group::Limits;
use vestibule_model::id::{AccountId, ConnectionId, LogId, SessionId, UserId};
use vestibule_model::response_log::{Entry, OutcomeWord, TrackingId};
use vestibule_model::user::{Logins, Profile, Role, Status, User};
use vestibule_store::sessions::{Session, Settled};
use vestibule_store::sign_ins::SignIn;
use vestibule_store::{
    Error, Location, Options, Store, Tx, accounts, replays, response_log, sessions, sign_ins, users,
};
use vestibule_testkit::Postgres;

const ACCOUNT: [u8; 16] = [1; 16];
const PEOPLE: u32 = 1000;
/// Deeds of one round: as many sign-ins are on their way at a time.
const ROUND: u32 = 1024;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!(
        "{:<12}{:<34}{:>8}{:>12}{:>12}{:>14}",
        "engine", "what", "at once", "CPU µs", "wall µs", "per commit"
    );
    runtime.block_on(measure("sqlite", "sqlite:bench.db", folder.path()));
    if let Some(database) = Postgres::fresh() {
        runtime.block_on(measure("postgresql", database.url(), folder.path()));
    }
}

async fn measure(engine: &str, url: &str, folder: &std::path::Path) {
    let location = Location::parse(url, folder).unwrap();
    let store = Store::open(&location, &Options::default()).await.unwrap();
    furnish(&store).await.unwrap();
    let bench = Bench { engine, store, number: Arc::default() };
    bench.run("read: account by label", 64, 40, by_label).await;
    bench.run("write: one narrow row", 64, 40, burn).await;
    bench.run("write: one narrow row", 1, 2, burn).await;
    bench.run("write: start of a sign-in", 64, 20, start).await;
    bench.forget().await;
    bench.run("write: end of a sign-in, 6 KB log", 64, 20, finish).await;
    bench.run("write: end of a sign-in, 6 KB log", 1, 2, finish).await;
}

struct Bench<'b> {
    engine: &'b str,
    store: Store,
    number: Arc<AtomicU32>,
}

impl Bench<'_> {
    async fn run<F>(&self, what: &str, at_once: u32, rounds: u32, deed: fn(Store, u32) -> F)
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        if !std::env::args().skip(1).filter(|word| !word.starts_with('-')).all(|word| what.contains(&word)) {
            return;
        }
        let (mut cpu, mut wall) = (Duration::ZERO, Duration::ZERO);
        let (mut commits, mut bodies, mut bytes) = (0, 0, 0);
        for _ in 0..rounds {
            // The sign-ins that `finish` ends have begun outside of the measurement.
            if what.contains("end of a sign-in") {
                let first = self.number.load(Ordering::Relaxed);
                self.all(64, start).await;
                self.number.store(first, Ordering::Relaxed);
            }
            let activity = self.store.activity();
            let before = (cpu_time(), Instant::now(), activity.commits(), activity.bodies(), written());
            self.all(at_once, deed).await;
            cpu += cpu_time().saturating_sub(before.0);
            wall += before.1.elapsed();
            commits += activity.commits() - before.2;
            bodies += activity.bodies() - before.3;
            bytes += written() - before.4;
        }
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(rounds * ROUND);
        let together = bodies as f64 / commits.max(1) as f64;
        let (cpu, wall) = (each(cpu), each(wall));
        let kilobytes = bytes as f64 / 1024.0 / f64::from(rounds * ROUND);
        println!(
            "{:<12}{what:<34}{at_once:>8}{cpu:>10.1}{wall:>10.1}{together:>12.1}{kilobytes:>12.1}",
            self.engine
        );
    }

    /// Leaves as little in the tables as a running service would have in them.
    async fn forget(&self) {
        loop {
            let purged = self.store.write_bulk(|tx| {
                Box::pin(async move {
                    let end = Timestamp::MAX;
                    let purged = sign_ins::purge(tx, end, SignedDuration::from_hours(1)).await?;
                    Ok::<_, Error>(purged + replays::purge(tx, end).await?)
                })
            });
            if purged.await.unwrap() == 0 {
                return;
            }
        }
    }

    /// Does the deed [`ROUND`] times, so many at once.
    async fn all<F>(&self, at_once: u32, deed: fn(Store, u32) -> F)
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..at_once {
            let (store, numbers) = (self.store.clone(), Arc::clone(&self.number));
            writers.spawn(async move {
                for _ in 0..ROUND / at_once {
                    deed(store.clone(), numbers.fetch_add(1, Ordering::Relaxed)).await.unwrap();
                }
            });
        }
        writers.join_all().await;
    }
}

/// User and system time of this process, in the kernel's hundredths of a second.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
    Duration::from_millis(fields.map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum())
}

/// Bytes that this process gave to the system to write.
fn written() -> u64 {
    let counts = std::fs::read_to_string("/proc/self/io").unwrap();
    counts.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap().parse().unwrap()
}

fn id(number: u32) -> [u8; 16] {
    ((u128::from(1_800_000_000_000_u64) << 80) | u128::from(number)).to_be_bytes()
}

fn hash(number: u32) -> [u8; 32] {
    let mut hash = [0; 32];
    let mixed = number.wrapping_mul(2_654_435_769);
    hash.iter_mut().zip(mixed.to_be_bytes().into_iter().chain(id(number))).for_each(|(to, from)| *to = from);
    hash
}

fn at(seconds: u32) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + i64::from(seconds)).unwrap()
}

fn person(number: u32) -> User {
    User {
        id: UserId::from_bytes(id(number)),
        email: Email::parse(&format!("person{number}@acme.example")).unwrap(),
        status: Status::Active,
        role: Role::Member,
        logins: Logins::SSO,
        license: None,
        holdings: vestibule_model::user::Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

async fn furnish(store: &Store) -> Result<(), Error> {
    let account = Account {
        id: AccountId::from_bytes(ACCOUNT),
        label: Label::parse("acme").unwrap(),
        name: "Acme".to_owned(),
        state: VanityState::Approved,
        version: 1,
        created_at: at(0),
    };
    let created = store.write(move |tx| {
        let account = account.clone();
        Box::pin(async move { accounts::create(tx, &account).await })
    });
    created.await?;
    let people = store.account(AccountId::from_bytes(ACCOUNT)).write(|tx| {
        Box::pin(async move {
            for number in 0..PEOPLE {
                users::insert(tx, &person(number)).await?;
            }
            Ok(())
        })
    });
    people.await
}

async fn by_label(store: Store, _: u32) -> Result<(), Error> {
    let label = Label::parse("acme").unwrap();
    let read = store.read(move |tx| {
        let label = label.clone();
        Box::pin(async move { accounts::by_label(tx, &label).await })
    });
    read.await.map(drop)
}

async fn burn(store: Store, number: u32) -> Result<(), Error> {
    let burned = store
        .account(AccountId::from_bytes(ACCOUNT))
        .write(move |tx| Box::pin(async move { replays::insert(tx, &hash(number), at(number)).await }));
    burned.await.map(drop)
}

async fn start(store: Store, number: u32) -> Result<(), Error> {
    let started = store.account(AccountId::from_bytes(ACCOUNT)).write(move |tx| {
        let sign_in = SignIn {
            request_id: format!("_{:08x}{:024x}", number.wrapping_mul(2_654_435_769), number),
            connection: ConnectionId::from_bytes([1; 16]),
            browser_hash: hash(number),
            return_to: "/".to_owned(),
            created_at: at(0),
            expires_at: at(600),
        };
        Box::pin(async move { sign_ins::insert(tx, &sign_in).await })
    });
    started.await
}

async fn finish(store: Store, number: u32) -> Result<(), Error> {
    let finished =
        store.account(AccountId::from_bytes(ACCOUNT)).write(move |tx| Box::pin(sign_in(tx, number)));
    finished.await
}

/// The transaction that ends the sign-in of a known user.
async fn sign_in(tx: &Tx<'_>, number: u32) -> Result<(), Error> {
    let request = format!("_{:08x}{:024x}", number.wrapping_mul(2_654_435_769), number);
    let (browser, key) = (hash(number), hash(number ^ 0x8000_0000));
    let folded = format!("person{}@acme.example", number % PEOPLE);
    let (taken, burned, user) = tokio::join!(
        sign_ins::take(tx, &request, ConnectionId::from_bytes([1; 16]), &browser, at(1)),
        replays::insert(tx, &key, at(number)),
        users::by_email(tx, &folded),
    );
    assert!(taken?.is_some() && burned?);
    let session = Session {
        id: SessionId::from_bytes(id(number)),
        user: user?.ok_or(Error::Stale)?.id,
        token_hash: browser,
        connection: Some(ConnectionId::from_bytes([1; 16])),
        name_id: Some(folded.clone()),
        name_qualifiers: None,
        session_index: Some(request),
        created_at: at(1),
        seen_at: at(number),
        expires_at: None,
        limits: Limits::default(),
        settled: Settled::WithoutSettings,
        second_factor: false,
        held: false,
    };
    sessions::insert(tx, &session).await?;
    let entry = Entry {
        id: LogId::from_bytes(id(number)),
        tracking_id: TrackingId::from_bytes(hash(number)[..16].try_into().unwrap()),
        time: at(1),
        connection: Some(ConnectionId::from_bytes([1; 16])),
        user: Some(folded),
        outcome: OutcomeWord::Accepted,
        code: None,
    };
    response_log::insert(tx, &entry, &[number as u8; 6 * 1024]).await
}
