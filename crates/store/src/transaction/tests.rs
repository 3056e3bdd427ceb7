//! What a transaction promises, with statements of the tests' own, on both engines.

mod turns;

use crate::statement::Statement;
use crate::store::{Options, Store};
use crate::value::params;
use crate::{Error, Location, Tx};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Waker};
use std::time::Duration;
use tokio::sync::Barrier;
use vestibule_model::id::AccountId;
use vestibule_testkit::Postgres;

// Column by column in another order than the parameters': an engine that numbers parameters by first appearance would
// swap them.
static INSERT: Statement = Statement::new(
    "test.INSERT",
    "INSERT INTO seats (used, total, license, account_id) VALUES ($4, $3, $2, $1)",
);
static SELECT: Statement = Statement::new(
    "test.SELECT",
    "SELECT license, total, used FROM seats WHERE license = $2 AND account_id = $1 AND total <> $3",
);
static COUNT: Statement = Statement::new("test.COUNT", "SELECT COUNT(*) AS count FROM seats");
static EMPTY: Statement = Statement::new("test.EMPTY", "DELETE FROM seats WHERE account_id = $1");
static WRONG: Statement = Statement::new("test.WRONG", "INSERT INTO seats (license) VALUES ($1)");

fn account() -> AccountId {
    AccountId::from_bytes([7; 16])
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

/// Runs a case on SQLite, and on PostgreSQL where there is one.
fn on_both<F: Future<Output = ()>>(case: impl Fn(Store) -> F) {
    let folder = tempfile::tempdir().unwrap();
    run(async { case(open("sqlite:test.db", folder.path(), &Options::default()).await).await });
    if let Some(database) = Postgres::fresh() {
        run(async { case(open(database.url(), folder.path(), &Options::default()).await).await });
    }
}

async fn open(url: &str, folder: &Path, options: &Options) -> Store {
    Store::open(&Location::parse(url, folder).unwrap(), options).await.unwrap()
}

async fn insert(tx: &Tx<'_>, license: &str) -> Result<(), Error> {
    tx.execute(&INSERT, params![tx.account(), license, 2_i64, 1_i64]).await.map(drop)
}

async fn put(store: &Store, license: String) -> Result<(), Error> {
    let written = store.account(account()).write(move |tx| {
        let license = license.clone();
        Box::pin(async move { insert(tx, &license).await })
    });
    written.await
}

async fn count(store: &Store) -> i64 {
    let counted = store
        .account(account())
        .read(|tx| Box::pin(async move { tx.row(&COUNT, params![]).await?.unwrap().integer("count") }));
    counted.await.unwrap()
}

#[test]
fn parameters_are_bound_by_their_number_and_not_by_their_place() {
    on_both(|store| async move {
        put(&store, "basic".to_owned()).await.unwrap();
        let read = store.account(account()).read(|tx| {
            Box::pin(async move {
                let mut row = tx.row(&SELECT, params![tx.account(), "basic", 9_i64]).await?.unwrap();
                Ok::<_, Error>((row.text("license")?, row.integer("total")?, row.integer("used")?))
            })
        });
        assert_eq!(read.await.unwrap(), ("basic".to_owned(), 2, 1));
    });
}

#[test]
fn a_text_with_nul_is_refused_before_it_reaches_the_database() {
    on_both(|store| async move {
        assert!(matches!(put(&store, "a\0b".to_owned()).await, Err(Error::Nul)));
        assert_eq!(count(&store).await, 0);
    });
}

#[test]
fn a_body_cannot_go_on_after_a_failed_statement() {
    on_both(|store| async move {
        let written = store.account(account()).write(|tx| {
            Box::pin(async move {
                insert(tx, "before").await?;
                tx.execute(&WRONG, params!["wrong"]).await.unwrap_err();
                Ok::<_, Error>(())
            })
        });
        assert!(matches!(written.await, Err(Error::Aborted)));
        assert_eq!(count(&store).await, 0);
    });
}

#[test]
fn a_read_cannot_write() {
    on_both(|store| async move {
        let written =
            store.account(account()).read(|tx| Box::pin(async move { insert(tx, "basic").await })).await;
        assert!(matches!(written, Err(Error::Database { .. })), "{written:?}");
        assert_eq!(count(&store).await, 0);
    });
}

#[test]
fn a_glance_sees_what_was_just_written_and_cannot_write() {
    on_both(|store| async move {
        let glance = async || {
            let counted = store.account(account()).glance(|tx| {
                Box::pin(async move { tx.row(&COUNT, params![]).await?.unwrap().integer("count") })
            });
            counted.await.unwrap_or_else(|error: Error| panic!("{error}"))
        };
        for number in 1..20 {
            put(&store, format!("seat {number}")).await.unwrap();
            assert_eq!(glance().await, number);
            let written = store
                .account(account())
                .glance(|tx| Box::pin(async move { insert(tx, "basic").await }))
                .await;
            assert!(matches!(written, Err(Error::Database { .. })), "{written:?}");
        }
        assert_eq!((glance().await, count(&store).await), (19, 19));
    });
}

#[test]
fn what_is_deferred_is_written_at_the_end_and_undone_with_the_body() {
    on_both(|store| async move {
        let run = |fails: bool, license: &'static str| {
            store.account(account()).write(move |tx| {
                Box::pin(async move {
                    tx.defer(&INSERT, params![tx.account(), license, 2_i64, 1_i64])?;
                    assert_eq!(tx.row(&COUNT, params![]).await?.unwrap().integer("count")?, 0);
                    (!fails).then_some(()).ok_or(Error::Stale)
                })
            })
        };
        assert!(matches!(run(true, "basic").await, Err(Error::Stale)));
        assert_eq!(count(&store).await, 0);
        run(false, "basic").await.unwrap();
        assert_eq!(count(&store).await, 1);
    });
}

#[test]
fn a_deferred_statement_that_fails_undoes_the_body() {
    on_both(|store| async move {
        let written = store.account(account()).write(|tx| {
            Box::pin(async move {
                insert(tx, "basic").await?;
                tx.defer(&WRONG, params!["wrong"])
            })
        });
        assert!(matches!(written.await, Err(Error::Database { doing: "test.WRONG", .. })));
        assert_eq!(count(&store).await, 0);
    });
}

#[test]
fn a_body_that_panics_is_undone_and_the_store_goes_on() {
    on_both(|store| async move {
        let written = store.account(account()).write(|tx| {
            Box::pin(async move {
                insert(tx, "basic").await?;
                if tx.account() == account() {
                    panic!("this panic belongs to a test");
                }
                Ok::<_, Error>(())
            })
        });
        assert!(matches!(written.await, Err(Error::Panicked)));
        put(&store, "after".to_owned()).await.unwrap();
        assert_eq!(count(&store).await, 1);
    });
}

#[test]
fn a_statement_with_the_wrong_number_of_parameters_is_an_error() {
    on_both(|store| async move {
        let written = store
            .account(account())
            .write(|tx| Box::pin(async move { tx.execute(&INSERT, params!["basic"]).await }))
            .await;
        assert!(matches!(written, Err(Error::Database { .. })), "{written:?}");
    });
}

/// A SQLite store whose writer stands still inside a body until the gate is opened.
struct Gated {
    store: Store,
    gate: mpsc::Sender<()>,
    _folder: tempfile::TempDir,
}

async fn gated(options: &Options) -> (Gated, tokio::task::JoinHandle<Result<(), Error>>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open("sqlite:test.db", folder.path(), options).await;
    let (gate, opened) = mpsc::channel();
    let (entered, inside) = tokio::sync::oneshot::channel();
    let (opened, entered) = (Mutex::new(opened), Mutex::new(Some(entered)));
    let theirs = store.clone();
    #[expect(clippy::disallowed_methods, reason = "a test runs two things at once")]
    let held = tokio::spawn(async move {
        let write = theirs.account(account()).write(move |_| {
            // Once: a body may run again.
            if let Some(entered) = entered.lock().unwrap().take() {
                entered.send(()).unwrap();
                opened.lock().unwrap().recv().unwrap();
            }
            Box::pin(async { Ok(()) })
        });
        write.await
    });
    inside.await.unwrap();
    (Gated { store, gate, _folder: folder }, held)
}

type Write<'s> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 's>>;

/// Polls each write once, which puts it in line.
fn in_line(writes: &mut [Write<'_>]) {
    for write in writes {
        assert!(write.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
}

#[test]
fn writes_that_wait_together_are_committed_together() {
    run(async {
        let (Gated { store, gate, _folder }, held) = gated(&Options::default()).await;
        let mut writes: Vec<Write<'_>> =
            (0..300).map(|number| Box::pin(put(&store, format!("seat {number}"))) as _).collect();
        in_line(&mut writes);
        let before = store.activity().commits();
        gate.send(()).unwrap();
        for write in writes {
            write.await.unwrap();
        }
        held.await.unwrap().unwrap();
        assert_eq!(count(&store).await, 300);
        // The one that held the gate took 255 with it; 45 were left.
        assert_eq!((before, store.activity().commits(), store.activity().bodies()), (0, 2, 301));
    });
}

#[test]
fn a_body_that_fails_or_panics_does_not_undo_its_neighbors() {
    run(async {
        let (Gated { store, gate, _folder }, held) = gated(&Options::default()).await;
        let failing = store.account(account()).write(|tx| {
            Box::pin(async move {
                insert(tx, "failing").await?;
                Err::<(), _>(Error::Stale)
            })
        });
        let panicking = store.account(account()).write(|_| panic!("this panic belongs to a test"));
        let clashing = put(&store, "first".to_owned());
        let mut writes: Vec<Write<'_>> = vec![
            Box::pin(put(&store, "first".to_owned())),
            Box::pin(failing),
            Box::pin(panicking),
            Box::pin(clashing),
            Box::pin(put(&store, "last".to_owned())),
        ];
        in_line(&mut writes);
        gate.send(()).unwrap();
        let mut answers = Vec::new();
        for write in writes {
            answers.push(write.await);
        }
        held.await.unwrap().unwrap();
        assert!(matches!(
            answers.as_slice(),
            [Ok(()), Err(Error::Stale), Err(Error::Panicked), Err(Error::Database { .. }), Ok(())]
        ));
        assert_eq!((count(&store).await, store.activity().commits()), (2, 1));
    });
}

async fn insert_unless(fails: bool, tx: &Tx<'_>) -> Result<(), Error> {
    if fails { Err(Error::Stale) } else { insert(tx, "counted").await }
}

#[test]
fn a_body_that_fails_before_it_writes_makes_nobody_run_again() {
    run(async {
        let (Gated { store, gate, _folder }, held) = gated(&Options::default()).await;
        let runs = Arc::new(AtomicU32::new(0));
        let counting = |fails: bool| {
            let (runs, store) = (Arc::clone(&runs), &store);
            store.account(account()).write(move |tx| {
                runs.fetch_add(1, Ordering::Relaxed);
                Box::pin(insert_unless(fails, tx))
            })
        };
        let mut writes: Vec<Write<'_>> = vec![Box::pin(counting(false)), Box::pin(counting(true))];
        in_line(&mut writes);
        gate.send(()).unwrap();
        let mut answers = Vec::new();
        for write in writes {
            answers.push(write.await);
        }
        held.await.unwrap().unwrap();
        assert!(matches!(answers.as_slice(), [Ok(()), Err(Error::Stale)]));
        assert_eq!((count(&store).await, runs.load(Ordering::Relaxed)), (1, 2));
    });
}

#[test]
fn a_full_queue_says_busy_and_bulk_work_has_a_queue_of_its_own() {
    run(async {
        let options = Options { waiting_writes: 2, waiting_bulk_writes: 1, ..Options::default() };
        let (Gated { store, gate, _folder }, held) = gated(&options).await;
        let bulk = |license: &'static str| {
            let write = store.account(account()).bulk();
            write.write(move |tx| Box::pin(async move { insert(tx, license).await }))
        };
        let mut writes: Vec<Write<'_>> = vec![
            Box::pin(put(&store, "one".to_owned())),
            Box::pin(put(&store, "two".to_owned())),
            Box::pin(bulk("bulk")),
        ];
        in_line(&mut writes);
        assert!(matches!(put(&store, "three".to_owned()).await, Err(Error::Busy)));
        assert!(matches!(bulk("more bulk").await, Err(Error::Busy)));
        gate.send(()).unwrap();
        for write in writes {
            write.await.unwrap();
        }
        held.await.unwrap().unwrap();
        assert_eq!(count(&store).await, 3);
    });
}

#[test]
fn interactive_writes_go_before_bulk_ones_that_came_earlier() {
    run(async {
        let (Gated { store, gate, _folder }, held) = gated(&Options::default()).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let door = store.account(account());
        let mut writes: Vec<Write<'_>> = Vec::new();
        for (door, what) in [(door.bulk(), "bulk"), (door, "interactive")] {
            let order = Arc::clone(&order);
            writes.push(Box::pin(door.write(move |_| {
                order.lock().unwrap().push(what);
                Box::pin(async { Ok(()) })
            })));
        }
        in_line(&mut writes);
        gate.send(()).unwrap();
        for write in writes {
            write.await.unwrap();
        }
        held.await.unwrap().unwrap();
        assert_eq!(*order.lock().unwrap(), ["interactive", "bulk"]);
    });
}

#[test]
fn a_body_that_waits_for_something_foreign_is_refused_by_sqlite() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = open("sqlite:test.db", folder.path(), &Options::default()).await;
        let written = store.account(account()).write(|tx| {
            Box::pin(async move {
                insert(tx, "basic").await?;
                std::future::pending::<()>().await;
                Ok::<_, Error>(())
            })
        });
        assert!(matches!(written.await, Err(Error::ForeignWait)));
        assert_eq!(count(&store).await, 0);
    });
}

#[test]
fn a_write_that_nobody_waits_for_any_more_is_not_begun() {
    run(async {
        let (Gated { store, gate, _folder }, held) = gated(&Options::default()).await;
        let mut abandoned: Vec<Write<'_>> = vec![Box::pin(put(&store, "abandoned".to_owned()))];
        in_line(&mut abandoned);
        drop(abandoned);
        gate.send(()).unwrap();
        held.await.unwrap().unwrap();
        put(&store, "wanted".to_owned()).await.unwrap();
        assert_eq!(count(&store).await, 1);
    });
}

#[test]
fn a_write_dropped_in_the_middle_is_undone_by_postgresql() {
    let Some(database) = Postgres::fresh() else { return };
    run(async {
        let options = Options { postgres_connections: 1, ..Options::default() };
        let store = open(database.url(), Path::new("/"), &options).await;
        let (entered, inside) = tokio::sync::oneshot::channel();
        let entered = Mutex::new(Some(entered));
        let mut write: Write<'_> = Box::pin(store.account(account()).write(move |tx| {
            let entered = entered.lock().unwrap().take();
            Box::pin(async move {
                insert(tx, "basic").await?;
                entered.unwrap().send(()).unwrap();
                std::future::pending().await
            })
        }));
        tokio::select! {
            _ = &mut write => panic!("it waits for ever"),
            done = inside => done.unwrap(),
        }
        // The only connection comes back with nothing of the body on it.
        drop(write);
        assert_eq!(count(&store).await, 0);
    });
}

#[test]
fn a_database_that_another_process_holds_for_too_long_is_busy() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { lock_wait: Duration::from_millis(50), ..Options::default() };
        let store = open("sqlite:test.db", folder.path(), &options).await;
        let other = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert!(matches!(put(&store, "basic".to_owned()).await, Err(Error::Busy)));
        assert_eq!(count(&store).await, 0, "reading goes on");
        other.execute_batch("COMMIT").unwrap();
        put(&store, "basic".to_owned()).await.unwrap();
    });
}

#[test]
fn a_pool_without_a_free_connection_is_busy() {
    let Some(database) = Postgres::fresh() else { return };
    run(async {
        let options =
            Options { postgres_connections: 1, lock_wait: Duration::from_millis(500), ..Options::default() };
        let store = open(database.url(), Path::new("/"), &options).await;
        let inner = store.clone();
        let answer = store.account(account()).write(move |_| {
            let store = inner.clone();
            Box::pin(async move { Ok::<_, Error>(put(&store, "basic".to_owned()).await) })
        });
        assert!(matches!(answer.await, Ok(Err(Error::Busy))));
        put(&store, "basic".to_owned()).await.unwrap();
    });
}

#[test]
fn a_body_that_loses_a_conflict_runs_again() {
    let Some(database) = Postgres::fresh() else { return };
    static LOCK: Statement = Statement::new(
        "test.LOCK",
        "UPDATE seats SET used = used + 1 WHERE account_id = $1 AND license = $2",
    );
    run(async {
        let store = open(database.url(), Path::new("/"), &Options::default()).await;
        put(&store, "a".to_owned()).await.unwrap();
        put(&store, "b".to_owned()).await.unwrap();
        let (barrier, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
        // Each locks one row, waits until the other has done so too, and wants the other row: a deadlock.
        let cross = |first: &'static str, second: &'static str| {
            let (barrier, runs) = (Arc::clone(&barrier), Arc::clone(&runs));
            store.account(account()).write(move |tx| {
                // Who runs again meets nobody.
                let first_run = runs.fetch_add(1, Ordering::Relaxed) < 2;
                let barrier = if first_run { Arc::clone(&barrier) } else { Arc::new(Barrier::new(1)) };
                Box::pin(async move {
                    tx.execute(&LOCK, params![tx.account(), first]).await?;
                    barrier.wait().await;
                    tx.execute(&LOCK, params![tx.account(), second]).await
                })
            })
        };
        let (one, other) = tokio::join!(cross("a", "b"), cross("b", "a"));
        assert_eq!((one.unwrap(), other.unwrap()), (1, 1));
        assert!(runs.load(Ordering::Relaxed) >= 3);
    });
}
