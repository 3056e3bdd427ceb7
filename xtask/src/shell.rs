//! Running other programs, from the root of the repository.

use std::path::Path;
use std::process::Command;

use crate::Outcome;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// How many things can run at once here.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A program to be run from the root of the repository.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Cargo, the one that runs us.
#[expect(clippy::disallowed_methods, reason = "cargo tells its own path by the environment")]
pub fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    command(&cargo, arguments)
}

/// Runs a program with our own input and output; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{}: {error}", line_of(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", line_of(command))) }
}

/// Runs a program and returns its standard output; an exit code other than 0 is an error with what it said.
pub fn read(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| format!("{}: {error}", line_of(command)))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|error| format!("{}: {error}", line_of(command)));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}\n{}", line_of(command), output.status, said.trim_end()))
}

/// The command as somebody would type it.
fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}
