//! Saying that a test was skipped. Rust's own harness knows no such outcome, so a skipped test counts as passed there;
//! each skip is written to the file that `cargo xtask test` names, which takes it out of the sum and lists it with its reason.

use std::fs::OpenOptions;
use std::io::Write;

use crate::environment;

/// Whether only tests that need no real counterpart are wanted (`cargo xtask test --offline-only`).
pub fn offline() -> bool {
    environment("VESTIBULE_TEST_OFFLINE").is_some()
}

/// Records that the running test is skipped, and why. The caller returns right after.
pub fn skip(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    println!("skipped: {test}: {reason}");
    let Some(file) = environment("VESTIBULE_TEST_SKIPS") else { return };
    let mut file =
        OpenOptions::new().create(true).append(true).open(file).expect("the list of skipped tests");
    // One write call each: lines of tests that run side by side do not mix.
    file.write_all(format!("{test}\t{reason}\n").as_bytes()).expect("a line in the list of skipped tests");
}
