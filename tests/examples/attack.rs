//! The round of bad responses as a command; `cargo xtask attack` runs it and says what it takes.

use std::process::{Command, ExitCode};

use serde_json::Value;
use vestibule_system_tests::attacks;
use vestibule_testkit::{Process, Program, free_port};

/// Where the server is, and how to ask for its log.
struct Target {
    vanity: String,
    program: String,
    config: String,
    /// The demo that was started for it.
    _demo: Option<(Process, Program)>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let target = match arguments.as_slice() {
        [] => Target::demo(),
        ["--base", base, "--account", account, "--config", config] => Target::running(base, account, config),
        _ => {
            say("usage: cargo xtask attack [--base URL --account LABEL --config FILE]");
            return ExitCode::from(2);
        }
    };
    say(&attacks::head());
    let (mut good, mut all) = (0, 0);
    for row in attacks::round(&target.vanity, |tracking_id| target.explain(tracking_id)) {
        say(&row.line());
        good += usize::from(row.is_good());
        all += 1;
    }
    let left_out = attacks::left_out(&target.vanity);
    if !left_out.is_empty() {
        say(&format!("left out, for the account's connection has no use for them: {}", left_out.join(" ")));
    }
    say(&format!("{good} of {all} as promised, {}", target.vanity));
    if good == all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Target {
    /// A demo of its own.
    fn demo() -> Self {
        let port = free_port();
        let program = Program::configured("");
        let (process, ()) =
            program.start(&["demo", "--port", &port.to_string()], |line| (line == "Ready.").then_some(()));
        let printed = process.printed();
        let command = printed.lines().find(|line| line.contains(" log --config ")).unwrap_or_default();
        let (path, config) = command.trim().split_once(" log --config ").unwrap_or_default();
        Self {
            vanity: format!("http://acme.localhost:{port}"),
            program: path.to_owned(),
            config: config.to_owned(),
            _demo: Some((process, program)),
        }
    }

    /// A server that runs already.
    fn running(base: &str, account: &str, config: &str) -> Self {
        let program = vestibule_testkit::program().display().to_string();
        let vanity = base.trim_end_matches('/').replacen("://", &format!("://{account}."), 1);
        Self { vanity, program, config: config.to_owned(), _demo: None }
    }

    fn explain(&self, tracking_id: &str) -> Result<Value, String> {
        let mut command = Command::new(&self.program);
        command.args(["explain", tracking_id, "--json", "--config", &self.config]);
        let output = command.output().map_err(|error| format!("{}: {error}", self.program))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
    }
}

#[expect(clippy::print_stdout, reason = "the table is what the command is for")]
fn say(line: &str) {
    println!("{line}");
}
