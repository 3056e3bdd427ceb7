//! Which migrations are applied, and which histories are refused.

use super::{MIGRATIONS, Migration, checksum, missing};
use crate::error::{Error, Migration as Problem};

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
fn numbers_grow_and_names_carry_them() {
    assert!(MIGRATIONS.windows(2).all(|pair| pair[0].number < pair[1].number));
    for migration in MIGRATIONS {
        assert!(migration.name.starts_with(&format!("{:04}_", migration.number)), "{}", migration.name);
    }
}
