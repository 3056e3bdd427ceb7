//! The built program. Tests may not depend on the crate of a program, so they are told where it is
//! (`VESTIBULE_TEST_PROGRAM`, as `cargo xtask test` does) or build it themselves, once a test process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::{Process, TempDir, environment, folder};

/// How a command of the program ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Ended {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The same, after making sure that the command ended with this code.
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// A folder in which commands of the program are run, as an operator would; the configuration file is there.
pub struct Program {
    folder: TempDir,
}

impl Program {
    /// A folder with this `vestibule.toml`.
    pub fn configured(config: &str) -> Self {
        let program = Self { folder: folder() };
        program.write("vestibule.toml", config);
        program
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder().join(name), text).expect("a file in the program's folder");
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let output = self.command(arguments).output().expect("the program starts");
        Ended {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }

    /// Starts a command that stays, and waits for the line in which `ready` finds what it looks for.
    pub fn start<T>(&self, arguments: &[&str], ready: impl FnMut(&str) -> Option<T>) -> (Process, T) {
        Process::start("vestibule", &mut self.command(arguments), ready)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder());
        // A developer's own deployment must not reach into a test.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VESTIBULE__") {
                command.env_remove(name);
            }
        }
        command
    }
}

/// Where the built program is; it is built if nobody did.
pub fn program() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match environment("VESTIBULE_TEST_PROGRAM") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

/// Builds the program beside the running test, in the same profile.
fn build() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the running test");
    let folder = test.ancestors().nth(2).expect("a test stands in target/<profile>/deps");
    let release = folder.file_name().is_some_and(|name| name == "release");
    let cargo = environment("CARGO").unwrap_or_else(|| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "vestibule"]).args(release.then_some("--release"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(command.status().expect("cargo").success(), "the program does not build");
    folder.join("vestibule")
}
