//! Opening: statements against schema, migrations, other processes, and what is left after an end without notice.

use crate::cases;
use crate::place::{Place, account, account_id, create_account, insert_user, run, user};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use vestibule_store::{Error, Location, Migration, Options, Store, accounts, users};
use vestibule_testkit::Postgres;

cases! {
    migrations_are_applied_once,
    a_changed_migration_is_refused,
    a_missing_migration_is_refused,
    a_database_of_a_newer_program_is_opened,
    what_was_committed_is_seen_after_the_store_was_dropped_and_opened_again,
    what_was_committed_survives_the_end_of_the_process,
    processes_that_migrate_at_once_get_along,
    a_second_process_writes_beside_a_running_one,
    the_database_gives_a_sign_of_life,
}

#[test]
fn every_statement_prepares_on_both_engines_and_takes_and_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let prepared = |url: &str| {
        let location = Location::parse(url, folder.path()).unwrap();
        run(async { Store::open(&location, &Options::default()).await.unwrap().prepare_all().await.unwrap() })
    };
    let sqlite = prepared("sqlite:test.db");
    assert!(sqlite.len() > 50, "the list of statements is not the whole list");
    let Some(database) = Postgres::fresh() else { return };
    let postgres: BTreeMap<_, _> =
        prepared(database.url()).into_iter().map(|statement| (statement.name, statement)).collect();
    for statement in &sqlite {
        assert_eq!(Some(statement), postgres.get(statement.name));
    }
    assert_eq!(sqlite.len(), postgres.len());
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_the_database_file() {
    use std::os::unix::fs::PermissionsExt;
    crate::place::on_sqlite(async |place| {
        insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
        for name in ["test.db", "test.db-wal", "test.db-shm"] {
            let mode = std::fs::metadata(place.folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    });
}

async fn migrations_are_applied_once(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    for _ in 0..2 {
        let again = place.open().await.unwrap();
        let all = again.read(|tx| Box::pin(async move { accounts::list(tx).await })).await.unwrap();
        assert_eq!(all, [account(1, "acme")]);
    }
}

async fn a_changed_migration_is_refused(place: &Place) {
    place.tamper("UPDATE schema_migrations SET checksum = checksum + 1 WHERE number = 2").await;
    let opened = place.open().await.map(drop);
    assert!(matches!(opened, Err(Error::Migration(Migration::Changed { number: 2, .. }))), "{opened:?}");
}

async fn a_missing_migration_is_refused(place: &Place) {
    place.tamper("DELETE FROM schema_migrations WHERE number = 1").await;
    let opened = place.open().await.map(drop);
    assert!(matches!(opened, Err(Error::Migration(Migration::Missing { number: 1 }))), "{opened:?}");
}

async fn a_database_of_a_newer_program_is_opened(place: &Place) {
    place.tamper("INSERT INTO schema_migrations (number, name, checksum) VALUES (9000, 'later', 1)").await;
    place.open().await.unwrap().ping().await.unwrap();
}

async fn count(store: &Store) -> i64 {
    let acme = store.account(account_id(1));
    acme.read(|tx| Box::pin(async move { users::count(tx).await })).await.unwrap()
}

async fn what_was_committed_is_seen_after_the_store_was_dropped_and_opened_again(place: &Place) {
    let store = place.open().await.unwrap();
    insert_user(&store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    drop(store);
    assert_eq!(count(&place.open().await.unwrap()).await, 1);
}

async fn the_database_gives_a_sign_of_life(place: &Place) {
    place.store.ping().await.unwrap();
}

/// The address of the database that a child process shall use.
const URL: &str = "VESTIBULE_STORE_OF_THE_CHILD";

/// Not a test by itself: other tests run it in processes of their own. It says what it has committed.
#[test]
#[expect(clippy::disallowed_methods, reason = "the environment is how the parent tells its child what to do")]
fn a_child_process_opens_the_store_and_writes() {
    let Ok(task) = std::env::var(URL) else { return };
    let (url, rest) = task.split_once('|').unwrap();
    let (first, last) = rest.split_once("..").unwrap();
    let (first, last): (u8, u8) = (first.parse().unwrap(), last.parse().unwrap());
    run(async {
        let location = Location::parse(url, std::path::Path::new("/")).unwrap();
        let store = Store::open(&location, &Options::default()).await.unwrap();
        for number in first..last {
            let email = format!("user{number}@acme.example");
            insert_user(&store, account_id(1), user(number, &email)).await.unwrap();
            println!("committed {number}");
        }
        if last == u8::MAX {
            // Ended by its parent, in the middle of its life.
            std::future::pending::<()>().await;
        }
    });
}

fn child(url: &str, first: u8, last: u8) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "opening::a_child_process_opens_the_store_and_writes", "--nocapture"]);
    command.env(URL, format!("{url}|{first}..{last}")).stdout(Stdio::piped());
    command.spawn().unwrap()
}

/// The address of the database for a process that works in another folder.
fn absolute(place: &Place) -> String {
    match place.url.strip_prefix("sqlite:") {
        Some(name) => format!("sqlite:{}", place.folder.path().join(name).display()),
        None => place.url.clone(),
    }
}

async fn what_was_committed_survives_the_end_of_the_process(place: &Place) {
    let mut child = child(&absolute(place), 200, u8::MAX);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).filter(|line| line.contains("committed")).take(30).count();
    child.kill().unwrap();
    child.wait().unwrap();
    let found = count(&place.open().await.unwrap()).await;
    assert!(said == 30 && found >= 30, "said {said}, found {found}");
}

async fn processes_that_migrate_at_once_get_along(place: &Place) {
    let fresh = match place.url.as_str() {
        "sqlite:test.db" => absolute(place).replace("test.db", "fresh.db"),
        url => {
            place.tamper("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
            url.to_owned()
        }
    };
    let children: Vec<Child> = (0..4).map(|number| child(&fresh, number, number + 1)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let location = Location::parse(&fresh, place.folder.path()).unwrap();
    assert_eq!(count(&Store::open(&location, &Options::default()).await.unwrap()).await, 4);
}

async fn a_second_process_writes_beside_a_running_one(place: &Place) {
    let child = child(&absolute(place), 100, 130);
    for number in 0..30 {
        let email = format!("user{number}@acme.example");
        insert_user(&place.store, account_id(1), user(number, &email)).await.unwrap();
    }
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(count(&place.store).await, 60);
}
