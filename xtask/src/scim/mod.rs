//! `cargo xtask scim-conformance [--collections DIR]`: the public SCIM 2.0 suites against the built program, each against a fresh
//! deployment, and a table of what came out. Those of the Python package index are fetched, and are a stage of `cargo xtask test`;
//! the request collections of Okta and Microsoft, which are no packages, are run where DIR has them with their runner
//! `scim_suites.sh`. How a deployment is made is in `deployment`, what a suite says in `report`, where we and a suite disagree in
//! `deviations`.

mod deployment;
mod deviations;
mod report;

use crate::test::suite::{self, Sum};
use crate::{Outcome, shell};
use deployment::Deployment;
use report::Report;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is fetched, by name and version.
const PYTHON: [&str; 3] = ["scim2-cli==0.6.0", "scim2-tester==0.5.2", "scim-sanity==0.7.4"];

/// A public suite.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Suite {
    /// scim2-tester, by way of scim2-cli: checks that are driven by our own schemas.
    Tester,
    /// scim-sanity in strict mode.
    Sanity,
    /// Okta's test of the specification.
    Okta,
    /// Microsoft's reference collection.
    Microsoft,
}

impl Suite {
    const PACKAGES: [Self; 2] = [Self::Tester, Self::Sanity];
    const COLLECTIONS: [Self; 2] = [Self::Okta, Self::Microsoft];

    const fn name(self) -> &'static str {
        match self {
            Self::Tester => "scim2-tester",
            Self::Sanity => "scim-sanity",
            Self::Okta => "Okta",
            Self::Microsoft => "Microsoft",
        }
    }

    /// The folder of its deployment, and the word of its runner.
    const fn word(self) -> &'static str {
        match self {
            Self::Tester => "tester",
            Self::Sanity => "sanity",
            Self::Okta => "okta",
            Self::Microsoft => "postman",
        }
    }

    /// How many checks pass at the least: a suite that ends early is no success.
    const fn least(self) -> usize {
        match self {
            Self::Tester => 150,
            Self::Sanity => 27,
            Self::Okta => 92,
            Self::Microsoft => 100,
        }
    }
}

/// Runs every suite there is, and prints the table.
pub fn run(collections: Option<&str>) -> Outcome {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--package", "vestibule"]))?;
    let tools = python()?;
    let mut reports = packages(&tools)?;
    match collections {
        Some(folder) => {
            for suite in Suite::COLLECTIONS {
                reports.push((suite, collection(suite, Path::new(folder))?));
            }
        }
        None => {
            println!("Okta, Microsoft: not run; name the folder of the collections with --collections DIR")
        }
    }
    judged(&reports)
}

/// The stage of `cargo xtask test`: the packages alone, and each of their checks counted. Without the packages it is left out, by name.
pub fn stage(sum: &mut Sum) -> Outcome {
    let tools = match python() {
        Ok(tools) => tools,
        Err(error) => {
            println!("{error}");
            sum.leave_out(
                "scim-conformance",
                "needs scim2-cli and scim-sanity from the Python package index",
            );
            return Ok(());
        }
    };
    let reports = packages(&tools)?;
    sum.add(reports.iter().map(|(_, report)| report.passed).sum());
    judged(&reports)
}

fn packages(tools: &Path) -> Outcome<Vec<(Suite, Report)>> {
    let run = |suite| Ok((suite, packaged(tools, suite)?));
    Suite::PACKAGES.into_iter().map(run).collect()
}

/// Prints the table, and fails on whatever is not as it is known to be.
fn judged(reports: &[(Suite, Report)]) -> Outcome {
    println!("\n| suite | passed | failed | of these, expected |\n|---|---|---|---|");
    let mut wrong = Vec::new();
    for (suite, report) in reports {
        let judged = deviations::judge(*suite, report);
        let expected = report.failed.len() - judged.unexpected.len();
        println!("| {} | {} | {} | {expected} |", suite.name(), report.passed, report.failed.len());
        let told = |text: &str| format!("{}: {text}", suite.name());
        wrong.extend(judged.unexpected.iter().map(|check| told(&format!("failed, and should not: {check}"))));
        wrong.extend(judged.unmet.iter().map(|check| {
            told(&format!("{check} is a known deviation, and did not occur: take it off the list"))
        }));
        if report.passed < suite.least() {
            wrong.push(told(&format!("{} checks passed, and {} should", report.passed, suite.least())));
        }
    }
    for (suite, _) in reports {
        for deviation in deviations::of(*suite) {
            println!("expected of {}: {}: {}", suite.name(), deviation.check, deviation.clause);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The folder of the Python programs, with what is missing fetched.
fn python() -> Outcome<PathBuf> {
    let place = shell::root().join("target/scim-suites/python");
    let bin = place.join("bin");
    if !bin.join("scim-sanity").exists() {
        println!("Fetching from the Python package index: {}", PYTHON.join(" "));
        let path = place.to_string_lossy();
        shell::run(&mut shell::command("python3", &["-m", "venv", "--clear", &path]))?;
        let pip = bin.join("pip");
        let mut fetch = shell::command(&pip.to_string_lossy(), &["install", "--quiet"]);
        shell::run(fetch.args(PYTHON))?;
    }
    Ok(bin)
}

/// What a suite of the package index says.
fn packaged(tools: &Path, suite: Suite) -> Outcome<Report> {
    let deployment = Deployment::start(&suite::program()?, suite)?;
    let base = deployment.base();
    let mut command = match suite {
        Suite::Tester => {
            let mut command = Command::new(tools.join("scim2"));
            // By the environment, so that the token is on no command line.
            command.env("SCIM_CLI_HEADERS", format!("Authorization: Bearer {}", deployment.token));
            command.args(["--url", &base, "test", "-v"]);
            command
        }
        _ => {
            let mut command = Command::new(tools.join("scim-sanity"));
            command.args(["probe", &base, "--token", &deployment.token]);
            command.args(["--strict", "--i-accept-side-effects"]);
            command
        }
    };
    let output = command.output().map_err(|error| format!("{}: {error}", suite.name()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let file = deployment.folder.join("out.txt");
    fs::write(&file, &text).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("{}: all of it in {}", suite.name(), file.display());
    Ok(match suite {
        Suite::Tester => report::tester(&text),
        _ => report::sanity(&text),
    })
}

/// What a suite that is no package says; its runner stands in the folder.
fn collection(suite: Suite, folder: &Path) -> Outcome<Report> {
    let deployment = Deployment::start(&suite::program()?, suite)?;
    let script = folder.join("scim_suites.sh");
    let out = deployment.folder.join("out");
    let mut command = Command::new(&script);
    command.args([deployment.base().as_str(), &deployment.token]);
    command.arg(&out).arg(suite.word()).env("SUITES_DIR", shell::root().join("target/scim-suites/node"));
    // What failed is read from what it wrote.
    let status = command.status().map_err(|error| format!("{}: {error}", script.display()))?;
    println!("{}: {status}; all of it in {}", suite.name(), out.display());
    let read = |name: &str| {
        let file = out.join(name);
        fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
    };
    match suite {
        Suite::Okta => Ok(report::okta(&read("okta.txt")?)),
        _ => report::newman(&read("postman.json")?),
    }
}
