//! The one run of all tests: what they say passes through, and is summed up. Rust's harness has no skipped tests; those that
//! miss a counterpart write themselves into a file (`testkit::skip`), from which they are taken out of the sum and listed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::Value;

use super::lanes::{self, Binary, Ended};
use crate::stages::Stages;
use crate::{Outcome, shell};

/// The same selection for building and for running, so that nothing is built twice.
const SELECTION: [&str; 4] = ["--workspace", "--lib", "--bins", "--tests"];

/// What the tests are told of their surroundings.
pub struct Environment {
    postgres: Option<String>,
    offline: bool,
}

impl Environment {
    /// No counterparts are wanted.
    pub fn offline() -> Self {
        Self { postgres: None, offline: true }
    }

    /// Counterparts are wanted; PostgreSQL is there, unless it could not be had.
    pub fn with(postgres: Option<&str>) -> Self {
        Self { postgres: postgres.map(str::to_owned), offline: false }
    }
}

/// What came out.
#[derive(Default)]
pub struct Sum {
    passed: usize,
    failed: usize,
    failures: Vec<String>,
    skipped: Vec<Skip>,
}

/// A test that was skipped.
#[derive(Debug, PartialEq, Eq)]
struct Skip {
    test: String,
    reason: String,
}

/// Builds every test and the program itself, which the whole-system tests start; then runs every test.
pub fn stages(stages: &mut Stages, environment: &Environment, sum: &mut Sum) {
    let mut binaries = Vec::new();
    let built = stages.run("build", || {
        shell::run(shell::cargo(&["build"]).args(SELECTION))?;
        binaries = lanes::build(&SELECTION)?;
        Ok(())
    });
    if built {
        stages.run("tests", || run(binaries, environment, sum));
    }
}

fn run(binaries: Vec<Binary>, environment: &Environment, sum: &mut Sum) -> Outcome {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let skips = folder.path().join("skipped");
    let program = program()?;
    let prepare = |command: &mut Command| {
        command.env("VESTIBULE_TEST_SKIPS", &skips).env("VESTIBULE_TEST_PROGRAM", &program);
        // Tests wait for databases, browsers and other processes half of their time.
        command.env("RUST_TEST_THREADS", (2 * shell::cores()).to_string());
        command.env_remove("VESTIBULE_TEST_POSTGRES").env_remove("VESTIBULE_TEST_OFFLINE");
        command.envs(environment.postgres.iter().map(|url| ("VESTIBULE_TEST_POSTGRES", url)));
        command.envs(environment.offline.then_some(("VESTIBULE_TEST_OFFLINE", "1")));
    };
    let mut broken = Vec::new();
    lanes::run(binaries, prepare, |Ended { name, said, passed }| {
        println!("\n-- {name}\n{}", said.trim_end());
        said.lines().for_each(|line| sum.read(line));
        if !passed {
            broken.push(name);
        }
    })?;
    sum.skip(&skips);
    if broken.is_empty() { Ok(()) } else { Err(format!("not every test passed: {}", broken.join("; "))) }
}

/// Where cargo puts the program.
pub fn program() -> Outcome<PathBuf> {
    let text = shell::read(&mut shell::cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let target =
        metadata.get("target_directory").and_then(Value::as_str).ok_or("cargo names no target folder")?;
    Ok(Path::new(target).join("debug/vestibule"))
}

impl Sum {
    /// Takes one line of the harness into account.
    fn read(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        let count = |what: &str| {
            let words: Vec<&str> = counts.split([' ', ';']).collect();
            let at = words.iter().position(|word| *word == what)?;
            words.get(at.checked_sub(1)?)?.parse::<usize>().ok()
        };
        self.passed += count("passed").unwrap_or(0);
        self.failed += count("failed").unwrap_or(0);
    }

    /// Takes the skipped tests, which the harness counted as passed, out of those.
    fn skip(&mut self, list: &Path) {
        for line in fs::read_to_string(list).unwrap_or_default().lines() {
            let (test, reason) = line.split_once('\t').unwrap_or((line, "no reason given"));
            if !self.skipped.iter().any(|known| known.test == test) {
                self.leave_out(test, reason);
                self.passed = self.passed.saturating_sub(1);
            }
        }
    }

    /// Counts checks that passed and are no tests of the harness.
    pub fn add(&mut self, passed: usize) {
        self.passed += passed;
    }

    /// Remembers that something was not run.
    pub fn leave_out(&mut self, test: &str, reason: &str) {
        self.skipped.push(Skip { test: test.to_owned(), reason: reason.to_owned() });
    }

    /// The last line.
    fn line(&self, failed_stages: usize) -> String {
        let failed = self.failed + failed_stages;
        format!("summary: {} passed, {failed} failed, {} skipped", self.passed, self.skipped.len())
    }
}

/// Prints what was skipped and what failed, and last the sum. A failed stage counts as one failed test.
pub fn report(sum: &Sum, stages: &Stages) -> ExitCode {
    stages.report();
    for Skip { test, reason } in &sum.skipped {
        println!("skipped: {test}: {reason}");
    }
    for name in &sum.failures {
        println!("failed: {name}");
    }
    let failed = stages.failed();
    // The stage of the tests fails with each failed test; it counts by itself only if none could be run.
    let counted = failed.iter().filter(|&&stage| stage != "tests" || sum.failed == 0).count();
    println!("\n{}", sum.line(counted));
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::Sum;

    #[test]
    fn the_lines_of_the_harness_are_summed_up_and_skips_taken_out() {
        let mut sum = Sum::default();
        for line in [
            "test a ... ok",
            "test b - should panic ... FAILED",
            "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            sum.read(line);
        }
        assert_eq!(sum.failures, ["b - should panic"]);
        let list = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(list.path(), "x::y\tneeds a browser\nx::y\tneeds another\nx::z\tneeds a database\n")
            .unwrap();
        sum.skip(list.path());
        assert_eq!(sum.line(0), "summary: 41 passed, 1 failed, 2 skipped");
        assert_eq!(sum.line(2), "summary: 41 passed, 3 failed, 2 skipped");
    }
}
