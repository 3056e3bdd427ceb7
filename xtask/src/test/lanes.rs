//! The test binaries, run beside each other: most of their time tests wait for databases, browsers and other processes, and a
//! binary ends with its slowest test while all its other threads are idle.
//!
//! Cargo builds them and says where they are; each is run as cargo would run it, in the folder of its package.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::{Outcome, shell};

/// A binary that holds tests.
#[derive(Debug, PartialEq, Eq)]
pub struct Binary {
    /// What it tests, as a person would look for it.
    name: String,
    program: PathBuf,
    folder: PathBuf,
}

/// What a binary said, and how it ended.
pub struct Ended {
    /// The binary.
    pub name: String,
    /// Both of its outputs.
    pub said: String,
    /// Whether every test of it passed.
    pub passed: bool,
}

/// Builds the tests of a selection of cargo's; the largest first, which hold most of the tests.
pub fn build(selection: &[&str]) -> Outcome<Vec<Binary>> {
    let mut cargo = shell::cargo(&["test", "--no-run", "--message-format=json-render-diagnostics"]);
    let output = cargo.args(selection).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cargo test --no-run: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo test --no-run: {}", output.status));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut found: Vec<Binary> = messages.lines().filter_map(binary).collect();
    let size = |binary: &Binary| fs::metadata(&binary.program).map_or(0, |metadata| metadata.len());
    found.sort_by_key(|binary| std::cmp::Reverse(size(binary)));
    Ok(found)
}

/// The binary of one message of cargo's, if it is one about a binary with tests.
fn binary(message: &str) -> Option<Binary> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message.pointer("/profile/test")? != &Value::Bool(true) {
        return None;
    }
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    let folder = PathBuf::from(text("/manifest_path")?).parent()?.to_owned();
    let package = folder.file_name()?.to_string_lossy().into_owned();
    let (kind, target) = (text("/target/kind/0")?, text("/target/name")?);
    Some(Binary { name: format!("{package}, {kind} {target}"), program: text("/executable")?.into(), folder })
}

/// Runs all of them, as many at once as there are cores; each is told of as a whole when it ends.
pub fn run(
    binaries: Vec<Binary>,
    prepare: impl Fn(&mut Command) + Sync,
    tell: impl FnMut(Ended) + Send,
) -> Outcome {
    let (waiting, tell) = (Mutex::new(binaries.into_iter()), Mutex::new(tell));
    let lane = || -> Outcome {
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(Binary { name, program, folder }) = next else { return Ok(()) };
            let mut command = Command::new(&program);
            prepare(command.current_dir(folder));
            let output = command.output().map_err(|error| format!("{}: {error}", program.display()))?;
            let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
            let ended = Ended { name, said: said.concat(), passed: output.status.success() };
            let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
            tell(ended);
        }
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..shell::cores()).map(|_| scope.spawn(lane)).collect();
        let ends =
            lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|_| Err("a lane panicked".to_owned())));
        ends.collect::<Outcome<Vec<()>>>().map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::{Binary, binary};
    use std::path::Path;

    #[test]
    fn a_message_about_a_binary_with_tests_says_what_to_run_and_where() {
        let message = |test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/v/crates/xml/Cargo.toml","target":{{"kind":["test"],
                "name":"canonical"}},"profile":{{"test":{test}}},"executable":"/v/target/debug/deps/canonical-1"}}"#
            )
        };
        let expected = Binary {
            name: "xml, test canonical".to_owned(),
            program: Path::new("/v/target/debug/deps/canonical-1").to_owned(),
            folder: Path::new("/v/crates/xml").to_owned(),
        };
        assert_eq!(binary(&message(true)), Some(expected));
        assert_eq!(binary(&message(false)), None);
        assert_eq!(binary(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(binary("warning: something else"), None);
    }
}
