//! `cargo xtask tidy`: the rules of STYLE.md that a machine can hold. Each rule is a module that returns what is wrong.

mod attacks;
mod documents;
mod mask;
mod permissions;
mod sizes;
pub mod source;
mod words;

use source::Source;

use crate::tree::File;
use crate::{Outcome, tree};

/// A Rust file with what was found in it.
pub struct Room<'f> {
    /// The file.
    pub file: &'f File,
    /// Its code, read.
    pub source: Source,
}

/// Says everything that is not tidy, and names the longest file and function.
pub fn run() -> Outcome {
    let files = tree::files()?;
    let rust: Vec<Room<'_>> = files
        .iter()
        .filter(|file| file.is_rust())
        .map(|file| Room { file, source: Source::of(&file.text) })
        .collect();
    let mut wrong = sizes::wrong(&rust);
    wrong.extend(words::wrong(&files, &rust));
    wrong.extend(documents::wrong(&files, &rust));
    wrong.extend(attacks::wrong(&files, &rust, &tree::case_folders()?));
    wrong.extend(permissions::wrong(&rust));
    println!("{}", sizes::longest(&rust));
    if wrong.is_empty() {
        println!("tidy: {} files, of them {} of Rust", files.len(), rust.len());
        return Ok(());
    }
    Err(wrong.join("\n"))
}
