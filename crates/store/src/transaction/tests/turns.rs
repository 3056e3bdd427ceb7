//! Who writes to SQLite, and what nobody but a thread does.

use super::{COUNT, EMPTY, Gated, Write, account, count, gated, in_line, insert, open, put, run};
use crate::Error;
use crate::store::{Options, Store};
use crate::value::params;
use std::sync::Mutex;
use std::time::Duration;

/// The name of the thread on which a write runs.
async fn writing_thread(store: &Store) -> Option<String> {
    let written = store.account(account()).write(|tx| {
        let name = std::thread::current().name().map(str::to_owned);
        Box::pin(async move { insert(tx, "basic").await.map(|()| name) })
    });
    let name = written.await.unwrap();
    let emptied = store
        .account(account())
        .write(|tx| Box::pin(async move { tx.execute(&EMPTY, params![tx.account()]).await.map(drop) }));
    emptied.await.unwrap_or_else(|error: Error| panic!("{error}"));
    name
}

#[test]
fn whoever_comes_while_nobody_writes_does_it_where_commits_are_quick_and_a_thread_does_elsewhere() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        for (quick_commit, here) in [(Duration::MAX, true), (Duration::ZERO, false)] {
            let options = Options { quick_commit, ..Options::default() };
            let store = open("sqlite:test.db", folder.path(), &options).await;
            let first = writing_thread(&store).await;
            assert_eq!(first.as_deref(), Some("store-writer"), "nothing is known of the disk yet");
            // A thread that was just busy may still be on its way to its sleep.
            let mut others = 0;
            for _ in 0..50 {
                others += i32::from(writing_thread(&store).await.as_deref() != Some("store-writer"));
            }
            assert_eq!(others > 0, here, "{others} of 50");
        }
    });
}

#[test]
fn nobody_waits_by_themselves_for_another_process() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let lock_wait = Duration::from_millis(50);
        let options = Options { lock_wait, quick_commit: Duration::MAX, ..Options::default() };
        let store = open("sqlite:test.db", folder.path(), &options).await;
        for number in 0..10 {
            put(&store, format!("seat {number}")).await.unwrap();
        }
        let other = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut waits: Write<'_> = Box::pin(put(&store, "busy".to_owned()));
        in_line(std::slice::from_mut(&mut waits));
        assert!(matches!(waits.await, Err(Error::Busy)));
        let mut waits: Write<'_> = Box::pin(put(&store, "patient".to_owned()));
        in_line(std::slice::from_mut(&mut waits));
        other.execute_batch("COMMIT").unwrap();
        waits.await.unwrap();
        assert_eq!(count(&store).await, 11);
    });
}

#[test]
fn whoever_glances_waits_for_no_write_and_a_write_that_comes_meanwhile_is_written() {
    run(async {
        let (Gated { store, gate, _folder }, held) = gated(&Options::default()).await;
        let glanced = store
            .account(account())
            .glance(|tx| Box::pin(async move { tx.row(&COUNT, params![]).await?.unwrap().integer("count") }));
        assert_eq!(
            glanced.await.unwrap_or_else(|error: Error| panic!("{error}")),
            0,
            "the writer stands still"
        );
        gate.send(()).unwrap();
        held.await.unwrap().unwrap();
        // It is put in line while the connection is lent, and written when that is given back.
        let write: Mutex<Write<'_>> = Mutex::new(Box::pin(put(&store, "meanwhile".to_owned())));
        let glanced = store.account(account()).glance(|_| {
            in_line(std::slice::from_mut(&mut *write.lock().unwrap()));
            Box::pin(async { Ok::<_, Error>(()) })
        });
        glanced.await.unwrap();
        write.into_inner().unwrap().await.unwrap();
        assert_eq!(count(&store).await, 1);
    });
}

#[test]
fn the_write_ahead_log_is_copied_back_whoever_writes() {
    run(async {
        for quick_commit in [Duration::MAX, Duration::ZERO] {
            let folder = tempfile::tempdir().unwrap();
            let options = Options { quick_commit, ..Options::default() };
            let store = open("sqlite:test.db", folder.path(), &options).await;
            let megabyte = "x".repeat(1024 * 1024);
            for number in 0..70 {
                put(&store, format!("{number} {megabyte}")).await.unwrap();
            }
            let log = std::fs::metadata(folder.path().join("test.db-wal")).unwrap().len();
            assert!(log < 48 * 1024 * 1024, "{log} bytes after 70 megabytes");
        }
    });
}
