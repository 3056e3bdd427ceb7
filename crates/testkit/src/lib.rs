//! What only tests need: real counterparts (PostgreSQL, SimpleSAMLphp, LemonLDAP::NG, pysaml2, Keycloak, aiosmtpd, Knot DNS, Chromium
//! with axe-core), the built program, and a way to
//! say that a test was skipped. No rule of Vestibule lives here, and nothing that ships depends on this crate.
//! Everything stops and cleans up after itself when it is dropped; whatever cannot be set up fails the test loudly.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test whose scenery cannot be built must fail at once, and say why on the test's own output"
)]

mod browser;
pub mod http;
mod keycloak;
mod lemonldap_ng;
mod mail_server;
mod name_server;
mod ports;
mod postgres;
mod process;
mod program;
mod pysaml2;
mod simplesamlphp;
mod skip;

pub use browser::{Appearance, Axe, Browser, Key};
pub use keycloak::Keycloak;
pub use lemonldap_ng::{Exchange, LemonLdapNg};
pub use mail_server::{MailHabit, MailServer, Received};
pub use name_server::NameServer;
pub use ports::free_port;
pub use postgres::Postgres;
pub use process::Process;
pub use program::{Ended, Program, program};
pub use pysaml2::{Habit, Pysaml2};
pub use simplesamlphp::{Habits, PEOPLE, Person, Signed, SimpleSamlPhp};
pub use skip::{offline, skip};
pub use tempfile::TempDir;

/// A temporary folder, removed when it is dropped.
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("vestibule-test-").tempdir().expect("a temporary folder")
}

/// Reads one environment variable; unset and empty are the same.
#[expect(clippy::disallowed_methods, reason = "tests are told by xtask what was started for them")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folder in which pictures of pages are wanted (`VESTIBULE_PICTURES`), if they are.
pub fn pictures() -> Option<std::path::PathBuf> {
    environment("VESTIBULE_PICTURES").map(Into::into)
}

/// Whether a program of this name stands on the search path.
fn installed(program: &str) -> bool {
    let path = environment("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The folder `target`, beside the profile folder that the running test was built into.
fn target() -> std::path::PathBuf {
    let program = std::env::current_exe().expect("the path of the running test");
    program.ancestors().nth(3).expect("a test stands in target/<profile>/deps").to_path_buf()
}
