//! Fuzzing: builds the targets of `fuzz/` with coverage, gives them the messages of the crates' tests to begin with,
//! and runs each for a while.
//!
//! What must never happen is in the targets themselves. The one thing to know: the coverage that libFuzzer needs is a
//! pass of the stable compiler, so this needs neither another toolchain nor a tool to be installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::{Outcome, shell};

/// A target: its name, the longest input, and where its first inputs are.
struct Target {
    name: &'static str,
    max_len: u32,
    seeds: &'static [&'static str],
}

const MESSAGES: &[&str] = &["crates/dsig/tests", "crates/saml/tests"];

const TARGETS: [Target; 13] = [
    Target { name: "xml_parse", max_len: 8_192, seeds: &["crates/xml/tests", "crates/dsig/tests"] },
    Target { name: "signature_verify", max_len: 16_384, seeds: MESSAGES },
    Target { name: "response_read", max_len: 16_384, seeds: MESSAGES },
    Target { name: "response_signed", max_len: 16_384, seeds: MESSAGES },
    Target { name: "decrypt", max_len: 16_384, seeds: MESSAGES },
    Target { name: "redirect_inflate", max_len: 4_096, seeds: MESSAGES },
    Target { name: "base64_read", max_len: 4_096, seeds: MESSAGES },
    Target { name: "metadata_read", max_len: 16_384, seeds: MESSAGES },
    Target {
        name: "logout",
        max_len: 16_384,
        seeds: &["crates/saml/tests/logout", "crates/saml/tests/accept"],
    },
    Target { name: "expression", max_len: 1_024, seeds: &["crates/model/tests/expression"] },
    Target { name: "scim_json", max_len: 4_096, seeds: &["crates/scim/tests/read"] },
    Target { name: "scim_filter", max_len: 1_024, seeds: &[] },
    Target {
        name: "scim_patch",
        max_len: 4_096,
        seeds: &["crates/scim/tests/patch", "crates/scim/tests/members"],
    },
];

/// Endings of files that are inputs; all else in the folders is about them.
const INPUTS: [&str; 5] = ["xml", "b64", "c14n", "query", "deflate"];
/// Files that are inputs by their whole name; others of their ending are about them.
const BODIES: [&str; 2] = ["body.json", "patch.json"];
/// The ending of files that hold many inputs, with an empty line between two.
const MANY: &str = "cases";

/// What makes the compiler count what is covered, as libFuzzer reads it.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cforce-frame-pointers=yes",
    "--cfg=fuzzing",
];

/// Runs every target, or the one called `only`, for so many seconds; a finding is an error that says where it is.
pub fn run(seconds: u64, only: Option<&str>) -> Outcome {
    let wanted: Vec<&Target> =
        TARGETS.iter().filter(|target| only.is_none_or(|only| only == target.name)).collect();
    if wanted.is_empty() {
        let names = TARGETS.map(|target| target.name).join(", ");
        return Err(format!("there is no such fuzz target; there are {names}"));
    }
    let binaries = build()?;
    let waiting = Mutex::new(wanted.into_iter());
    let lane = || {
        let mut findings = Vec::new();
        while let Some(target) = next(&waiting) {
            match target.run(&binaries, seconds) {
                Ok(executions) => println!("{:<18}{executions:>12} executions", target.name),
                Err(finding) => {
                    println!("{:<18}     FINDING", target.name);
                    findings.push(finding);
                }
            }
        }
        findings
    };
    let findings: Vec<String> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..shell::cores()).map(|_| scope.spawn(lane)).collect();
        lanes
            .into_iter()
            .flat_map(|lane| lane.join().unwrap_or_else(|_| vec!["a lane panicked".to_owned()]))
            .collect()
    });
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n\n")) }
}

/// The next target that nobody runs yet.
fn next<'a>(waiting: &Mutex<impl Iterator<Item = &'a Target>>) -> Option<&'a Target> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Builds all targets, and says where they are.
fn build() -> Outcome<PathBuf> {
    let host = host()?;
    // Without a named target the flags would reach build scripts too, which are linked with no libFuzzer.
    let mut cargo = shell::cargo(&[
        "build",
        "--quiet",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        &host,
    ]);
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    cargo.env("CARGO_TARGET_DIR", folder("target"));
    shell::run(&mut cargo)?;
    Ok(folder("target").join(host).join("release"))
}

fn host() -> Outcome<String> {
    let version = shell::read(&mut shell::command("rustc", &["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say which host it is for".to_owned())
}

impl Target {
    /// Runs the target; how often it ran, or what it found.
    fn run(&self, binaries: &Path, seconds: u64) -> Outcome<u64> {
        let (corpus, artifacts) = (folder("corpus").join(self.name), folder("artifacts").join(self.name));
        for folder in [&corpus, &artifacts] {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        for seeds in self.seeds {
            sow(&shell::root().join(seeds), &corpus)?;
        }
        let output = shell::command(&binaries.join(self.name).to_string_lossy(), &[])
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={}", self.max_len))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(format!("-dict={}", self.dictionary().display()))
            .args(["-rss_limit_mb=512", "-timeout=5", "-print_final_stats=1", "-verbosity=0"])
            .arg(&corpus)
            .output()
            .map_err(|error| format!("{}: {error}", self.name))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{}: {}\n{}", self.name, output.status, last(&said)));
        }
        let executions = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
        let executions = executions.and_then(|count| count.trim().parse().ok());
        executions.ok_or_else(|| format!("{}: it does not say how often it ran\n{}", self.name, last(&said)))
    }

    /// The tokens that inputs are made of: the target's own, else those of XML.
    fn dictionary(&self) -> PathBuf {
        let own = folder(&format!("{}.dict", self.name));
        if own.exists() { own } else { folder("xml.dict") }
    }
}

/// Copies the inputs in a folder, or the parts of a file with many, into a corpus, under names that say where they are from.
fn sow(seeds: &Path, corpus: &Path) -> Outcome {
    let mut waiting = vec![seeds.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            let name = path.strip_prefix(shell::root()).unwrap_or(&path).to_string_lossy().replace('/', "-");
            let failed = |error| format!("{}: {error}", path.display());
            if INPUTS.contains(&ending.as_str()) || BODIES.iter().any(|body| path.ends_with(body)) {
                fs::copy(&path, corpus.join(name)).map_err(failed)?;
            } else if ending == MANY {
                let text = fs::read_to_string(&path).map_err(failed)?;
                for (part, number) in text.split("\n\n").zip(1..) {
                    fs::write(corpus.join(format!("{name}-{number}")), part).map_err(failed)?;
                }
            } else if path.is_dir() {
                waiting.push(path);
            }
        }
    }
    Ok(())
}

/// The end of what a program said, where it says what it found.
fn last(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines.get(lines.len().saturating_sub(40)..).unwrap_or_default().join("\n")
}

fn folder(name: &str) -> PathBuf {
    shell::root().join("fuzz").join(name)
}
