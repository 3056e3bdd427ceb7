//! Which migrations are applied, and which histories are refused.

use super::{MIGRATIONS, Migration, checksum, missing};
use crate::dialect::{Dialect, resolve};
use crate::error::{Error, Migration as Problem};
use rusqlite::Connection;

const KNOWN: &[Migration] = &[
    Migration { number: 1, name: "one", sql: "first" },
    Migration { number: 2, name: "two", sql: "second" },
];

fn check(applied: &[(i64, &str)]) -> Result<Vec<i64>, Problem> {
    let applied: Vec<_> = applied.iter().map(|(number, sql)| (*number, checksum(sql))).collect();
    match missing(KNOWN, &applied) {
        Ok(missing) => Ok(missing.into_iter().map(|migration| migration.number).collect()),
        Err(Error::Migration(problem)) => Err(problem),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_was_not_applied_is_applied_in_order() {
    assert_eq!(check(&[]), Ok(vec![1, 2]));
    assert_eq!(check(&[(1, "first")]), Ok(vec![2]));
    assert_eq!(check(&[(1, "first"), (2, "second")]), Ok(vec![]));
}

#[test]
fn a_database_that_a_newer_program_migrated_is_fine() {
    assert_eq!(check(&[(1, "first"), (2, "second"), (3, "third")]), Ok(vec![]));
}

#[test]
fn a_changed_text_is_refused() {
    let changed = Problem::Changed { number: 1, name: "one".to_owned() };
    assert_eq!(check(&[(1, "fist")]), Err(changed));
}

#[test]
fn a_gap_is_refused() {
    assert_eq!(check(&[(2, "second")]), Err(Problem::Missing { number: 1 }));
}

#[test]
fn numbers_count_from_one_and_names_carry_them() {
    for (index, migration) in MIGRATIONS.iter().enumerate() {
        assert_eq!(migration.number, index as i64 + 1);
        assert!(migration.name.starts_with(&format!("{:04}_", migration.number)), "{}", migration.name);
    }
}

fn apply(connection: &Connection, numbers: impl Fn(i64) -> bool) {
    for migration in MIGRATIONS.iter().filter(|migration| numbers(migration.number)) {
        connection.execute_batch(&resolve(migration.sql, Dialect::Sqlite)).unwrap();
    }
}

#[test]
fn what_a_sign_in_left_before_its_cost_was_cut_is_there_afterwards() {
    let connection = Connection::open_in_memory().unwrap();
    apply(&connection, |number| number < 15);
    connection
        .execute_batch(
            "INSERT INTO sessions (account_id, id, user_id, token_hash, created_at, seen_at) \
             VALUES (x'01', x'02', x'03', x'04', 1, 1);
             INSERT INTO replays (account_id, key, expires_at) VALUES (x'01', x'05', 6);
             INSERT INTO response_log (account_id, id, tracking_id, received_at, person, person_folded, outcome, detail) \
             VALUES (x'01', x'07', x'08', 9, 'Anna', 'anna', 'accepted', x'0a');",
        )
        .unwrap();
    apply(&connection, |number| number >= 15);
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        count("SELECT COUNT(*) FROM sessions WHERE id = x'02' AND person_ended = 0"),
        1,
        "it lives on"
    );
    assert_eq!(count("SELECT COUNT(*) FROM replays WHERE key = x'05' AND in_order = FALSE"), 1);
    assert_eq!(count("SELECT COUNT(*) FROM response_log WHERE person_folded = 'anna' AND id = x'07'"), 1);
}

#[test]
fn who_was_there_before_users_were_counted_in_runs_is_counted() {
    let connection = Connection::open_in_memory().unwrap();
    apply(&connection, |number| number < 25);
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
             INSERT INTO users (account_id, id, email, email_folded, status, role, login_work_email, login_sso, version, \
             created_at, updated_at, profile) \
             SELECT CASE WHEN i <= 4097 THEN x'01' ELSE x'02' END, CAST(printf('%016d', i) AS BLOB), i, i, 'active', \
             'member', 0, 1, 1, 1, 1, '{}' FROM n;",
        )
        .unwrap();
    apply(&connection, |number| number >= 25);
    let mut runs = connection
        .prepare("SELECT HEX(account_id), CAST(first_id AS TEXT), total FROM user_runs ORDER BY 1, first_id")
        .unwrap();
    let runs = runs.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))).unwrap();
    let runs: Vec<(String, String, i64)> = runs.map(Result::unwrap).collect();
    let told: Vec<_> =
        runs.iter().map(|(account, first, total)| (&**account, first.trim_matches('\0'), *total)).collect();
    assert_eq!(
        told,
        [("01", "", 2048), ("01", "0000000000002049", 2048), ("01", "0000000000004097", 1), ("02", "", 903),]
    );
}
