//! Writes what the cases of `tests` come to: `cargo run -p vestibule-scim --example cases`. Look at what changed.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a broken case folder stops the program")]

use std::fs;
use std::io::Write as _;

#[path = "../tests/case/mod.rs"]
mod case;

fn main() -> std::io::Result<()> {
    let mut changed = 0;
    for kind in case::KINDS {
        for folder in case::folders(kind) {
            let (path, outcome) = (folder.join("expected.json"), case::outcome(kind, &folder));
            if fs::read_to_string(&path).unwrap_or_default() != outcome {
                fs::write(&path, outcome)?;
                writeln!(std::io::stdout(), "{}", path.display())?;
                changed += 1;
            }
        }
    }
    writeln!(std::io::stdout(), "{changed} of what is expected changed")
}
