//! The files of the repository, as they lie in the folder: what was written but not yet committed counts too.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, shell};

/// Folders that hold what tools made.
const MADE: [&str; 5] = ["target", ".git", "corpus", "artifacts", "node_modules"];

/// Endings of files that people write.
const TEXT: [&str; 13] =
    ["rs", "md", "toml", "html", "css", "js", "sql", "sh", "py", "php", "c", "svg", "txt"];

/// A file that people write.
pub struct File {
    /// Its path from the root of the repository, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it is a file of tests as a whole.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.starts_with("tests/")
    }
}

/// Every text file of the repository, sorted by path.
pub fn files() -> Outcome<Vec<File>> {
    let mut found = Vec::new();
    let mut waiting = vec![shell::root().to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for path in entries(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !MADE.contains(&name.as_str()) {
                waiting.push(path);
            } else if path.is_file() && is_text(&path, &name) {
                found.push(read(&path)?);
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Every folder under the folders that hold test cases, with the folder that it is in: `accept/x01_signed`.
pub fn case_folders() -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    let mut waiting: Vec<PathBuf> = entries(&shell::root().join("crates"))?
        .into_iter()
        .map(|room| room.join("tests"))
        .filter(|tests| tests.is_dir())
        .collect();
    while let Some(folder) = waiting.pop() {
        for path in entries(&folder)?.into_iter().filter(|path| path.is_dir()) {
            let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            names.push(format!("{}/{}", name(&folder), name(&path)));
            waiting.push(path);
        }
    }
    Ok(names)
}

fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let list = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    list.map(|entry| entry.map(|entry| entry.path()).map_err(|error| error.to_string())).collect()
}

fn is_text(path: &Path, name: &str) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
    name == "run" || ending.is_some_and(|ending| TEXT.contains(&ending.as_str()))
}

fn read(path: &Path) -> Outcome<File> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let path = path.strip_prefix(shell::root()).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Ok(File { path, text })
}
