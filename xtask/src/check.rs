//! `cargo xtask check`: the fast part, to be run before each commit.

use std::process::ExitCode;

use crate::stages::Stages;
use crate::test::suite;
use crate::{layers, shell, tidy};

/// Runs every fast check, and says at the end what failed.
pub fn run() -> ExitCode {
    let mut stages = Stages::default();
    lint(&mut stages);
    let mut sum = suite::Sum::default();
    suite::stages(&mut stages, &suite::Environment::offline(), &mut sum);
    suite::report(&sum, &stages)
}

/// Format, lints, and the rules of this repository.
pub fn lint(stages: &mut Stages) {
    stages.run("fmt", || shell::run(&mut shell::cargo(&["fmt", "--all", "--check"])));
    stages.run("clippy", || {
        let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        shell::run(&mut shell::cargo(&arguments))
    });
    stages.run("layers", layers::run);
    stages.run("tidy", tidy::run);
}
