//! Writes the cases of `crates/saml/tests/{accept,reject}`: `cargo run -p vestibule-idp --example cases`.
//!
//! What lives here: files. What is in them is said in `build.rs` and its neighbors, which a test includes to see that
//! the files are what would be written. Folders that nothing here writes (messages signed by other programs), and messages
//! whose signatures are random, stay as they are; all folders get a new snapshot: look at what changed before it is committed.
#![expect(clippy::unwrap_used, reason = "it writes test cases, and stops where a test would")]

use std::fs;
use std::io::{self, Write as _};

use case::{Case, folders, snapshot, tests_folder};

mod build;
#[path = "../../../saml/tests/case/mod.rs"]
mod case;

fn main() -> io::Result<()> {
    for built in build::all() {
        let folder = tests_folder().join(built.kind()).join(&built.name);
        fs::create_dir_all(&folder)?;
        for (name, content) in built.files() {
            if !(built.once && folder.join(name).exists()) {
                fs::write(folder.join(name), content)?;
            }
        }
    }
    let mut count = 0;
    for folder in folders("accept").into_iter().chain(folders("reject")) {
        let message = Case::message(&folder);
        let case = Case::read(&folder);
        let outcome = message.as_ref().map(|message| case.verify_bytes(message)).map_err(Clone::clone);
        fs::write(folder.join("expected.json"), snapshot(&outcome))?;
        count += 1;
    }
    writeln!(io::stdout(), "{count} cases")
}
