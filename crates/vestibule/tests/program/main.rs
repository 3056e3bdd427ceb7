//! The program as scripts see it: what it prints, and how it ends.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail where they stand")]

mod accounts;
mod check_response;
mod domains;
mod groups;
mod idp;
mod import;
mod mail;
mod mapping;
mod tokens;
mod users;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder in which the program runs, with its default configuration.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let output =
            Command::new(env!("CARGO_BIN_EXE_vestibule")).args(arguments).current_dir(self.path()).output();
        Run(output.unwrap())
    }
}

/// How a run ended.
struct Run(Output);

impl Run {
    #[track_caller]
    fn ends_with(self, exit: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(exit), "stdout: {}\nstderr: {}", self.stdout(), self.stderr());
        self
    }

    fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// The one object on stdout.
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout()).unwrap()
    }

    /// The one object on stderr.
    fn error(&self) -> Value {
        serde_json::from_str::<Value>(&self.stderr()).unwrap()["error"].clone()
    }
}

/// The keys of an object, in order of name.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn wrong_usage_ends_with_2_and_is_an_object_when_asked() {
    let folder = Folder::new();
    folder.run(&["no-such-command"]).ends_with(2);
    let run = folder.run(&["account", "create", "--json"]).ends_with(2);
    assert_eq!(keys(&run.error()), ["code", "hint", "message"]);
    folder.run(&["--help"]).ends_with(0);
    folder.run(&["--version"]).ends_with(0);
}

#[test]
fn an_unknown_key_of_the_configuration_names_the_nearest_one() {
    let folder = Folder::new();
    folder.write("vestibule.toml", "[store]\nulr = \"sqlite:x.db\"\n");
    let run = folder.run(&["config", "check", "--json"]).ends_with(2);
    assert!(run.error()["message"].as_str().unwrap().contains("store.ulr"));
    assert!(run.error()["hint"].as_str().unwrap().contains("store.url"));
    folder.write("vestibule.toml", "[store]\nurl = \"sqlite:x.db\"\n");
    folder.run(&["config", "check"]).ends_with(0);
}

#[test]
fn a_missing_configuration_file_is_wrong_usage() {
    Folder::new().run(&["account", "list", "--config", "nowhere.toml"]).ends_with(2);
}

#[cfg(unix)]
#[test]
fn the_deployment_key_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    folder.run(&["account", "list"]).ends_with(0);
    let mode = std::fs::metadata(folder.path().join("vestibule.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
