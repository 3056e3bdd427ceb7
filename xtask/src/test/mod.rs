//! `cargo xtask test`: the whole. It installs and starts the real counterparts, runs every check and every test, and ends
//! with the sum of the tests alone on the last line.

mod install;
mod lanes;
mod postgres;
pub mod suite;

use std::process::ExitCode;

use crate::stages::Stages;
use crate::{check, fuzz, scim};
use postgres::Cluster;
use suite::{Environment, Sum};

/// For how long each fuzz target runs; `cargo xtask fuzz` runs them for longer.
const FUZZ_SECONDS: u64 = 10;

/// How much is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything, with the real counterparts.
    Whole,
    /// Only what needs none of them.
    Offline,
}

/// Runs everything, whatever fails on the way.
pub fn run(scope: Scope) -> ExitCode {
    let mut stages = Stages::default();
    let mut environment = Environment::offline();
    let mut cluster = None;
    if scope == Scope::Whole {
        stages.run("install", install::run);
        stages.run("postgres", || {
            cluster = Cluster::start()?;
            environment = Environment::with(cluster.as_ref().map(Cluster::url));
            Ok(())
        });
    }
    check::lint(&mut stages);
    let mut sum = Sum::default();
    if scope == Scope::Whole || install::on_path("g++") {
        stages.run("fuzz", || fuzz::run(FUZZ_SECONDS, None));
    } else {
        sum.leave_out("fuzz", "needs a C++ compiler (Debian: g++)");
    }
    suite::stages(&mut stages, &environment, &mut sum);
    if scope == Scope::Whole {
        stages.run("scim", || scim::stage(&mut sum));
    }
    drop(cluster);
    suite::report(&sum, &stages)
}
