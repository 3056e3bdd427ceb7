//! The repository's own tool, `cargo xtask <command>`: it holds the rules that a compiler does not know, and runs the tests
//! with the real counterparts they need. Nothing that ships is here.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks on standard output, and says on standard error why it failed"
)]

mod attack;
mod check;
mod fuzz;
mod keycloak;
mod layers;
mod scim;
mod shell;
mod stages;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

/// What a part of the tool ends with: nothing to say, or what is wrong.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
usage: cargo xtask <command>

  check                       before each commit: format, clippy, layers, tidy, and the tests that need no service
  test [--offline-only]       the whole, with every real counterpart; the same without any of them
  keycloak                    the whole-system tests with Keycloak, which is fetched with Maven; not part of `test`
  layers                      which crate may depend on which
  tidy                        sizes, first lines, forbidden words, documents against code, attacks against tests
  attack [--base URL --account LABEL --config FILE]
                              sends every bad response to a demo, or to a server that runs, and compares its log with what is promised
  scim-conformance [--collections DIR]
                              the public SCIM suites against the program; those of Okta and Microsoft where DIR has them
  fuzz --seconds N [TARGET]   every fuzz target, or one, for N seconds each";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["check"] => check::run(),
        ["test"] => test::run(test::Scope::Whole),
        ["test", "--offline-only"] => test::run(test::Scope::Offline),
        ["layers"] => told(layers::run()),
        ["tidy"] => told(tidy::run()),
        ["attack", rest @ ..] => told(attack::run(rest)),
        ["scim-conformance"] => told(scim::run(None)),
        ["scim-conformance", "--collections", folder] => told(scim::run(Some(folder))),
        ["keycloak"] => told(keycloak::run()),
        ["fuzz", "--seconds", seconds] => told(fuzz_for(seconds, None)),
        ["fuzz", "--seconds", seconds, target] => told(fuzz_for(seconds, Some(target))),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn fuzz_for(seconds: &str, target: Option<&str>) -> Outcome {
    let seconds = seconds.parse().map_err(|_| format!("{seconds} is not a number of seconds"))?;
    fuzz::run(seconds, target)
}

/// Says what is wrong, and ends accordingly.
fn told(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
