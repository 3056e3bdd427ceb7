//! `cargo xtask attack`: every bad response of the test identity provider against a running server. What is sent and
//! compared is in `tests/src/attacks.rs`, which the whole-system tests use too; here is only the way to it.

use crate::test::suite;
use crate::{Outcome, shell};

/// Builds the program, and sends everything to a demo of it, or to the server that the arguments name.
pub fn run(arguments: &[&str]) -> Outcome {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--package", "vestibule"]))?;
    let round = ["run", "--quiet", "--package", "vestibule-system-tests", "--example", "attack", "--"];
    let mut command = shell::cargo(&round);
    shell::run(command.args(arguments).env("VESTIBULE_TEST_PROGRAM", suite::program()?))
}
