//! The stages of a run: each is announced, timed and remembered; a failed one does not stop those that follow,
//! so that one run shows everything that is wrong.

use std::time::{Duration, Instant};

use crate::Outcome;

/// A stage that was run.
struct Stage {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

/// The stages run so far.
#[derive(Default)]
pub struct Stages {
    done: Vec<Stage>,
}

impl Stages {
    /// Runs one stage, and says whether it went well.
    #[expect(clippy::disallowed_methods, reason = "minutes for a person to read; nothing is decided by them")]
    pub fn run(&mut self, name: &'static str, stage: impl FnOnce() -> Outcome) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let failure = stage().err();
        let took = start.elapsed();
        if let Some(message) = &failure {
            println!("{message}\n== {name} failed");
        }
        let good = failure.is_none();
        self.done.push(Stage { name, took, failure });
        good
    }

    /// The names of the stages that failed.
    pub fn failed(&self) -> Vec<&'static str> {
        self.done.iter().filter(|stage| stage.failure.is_some()).map(|stage| stage.name).collect()
    }

    /// Prints how long each took, and what failed once more, since the reason has long scrolled away.
    pub fn report(&self) {
        println!("\n== minutes");
        for Stage { name, took, failure } in &self.done {
            let mark = if failure.is_some() { "  failed" } else { "" };
            println!("{name:<10} {:>6}{mark}", minutes(*took));
        }
        let total: Duration = self.done.iter().map(|stage| stage.took).sum();
        println!("{:<10} {:>6}", "together", minutes(total));
        for Stage { name, failure, .. } in &self.done {
            if let Some(message) = failure {
                println!("\n{name} failed: {message}");
            }
        }
    }
}

/// Minutes and seconds, as 3:07.
fn minutes(took: Duration) -> String {
    let seconds = took.as_secs_f64().round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
