//! The guides in `docs/guides`, as tests use them: their fenced blocks, with the placeholders filled in.
//!
//! The one thing to know: what a real identity provider is configured with in a test comes from here, so that no guide can
//! say anything else.

use std::fs;
use std::path::{Path, PathBuf};

/// A guide.
pub struct Guide {
    text: String,
}

impl Guide {
    /// The guide of this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(id: &str) -> std::io::Result<Self> {
        fs::read_to_string(folder().join(format!("{id}.md"))).map(|text| Self { text })
    }

    /// The ids of all guides, sorted.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn ids() -> std::io::Result<Vec<String>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(folder())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ids.extend(name.strip_suffix(".md").filter(|id| *id != "README").map(str::to_owned));
        }
        ids.sort();
        Ok(ids)
    }

    /// The fenced block that is called so, the language and all, with each placeholder replaced by its value.
    #[must_use]
    pub fn block(&self, name: &str, values: &[(&str, &str)]) -> Option<String> {
        let (_, after) = self.text.split_once(&format!("```{name}\n"))?;
        let (block, _) = after.split_once("\n```")?;
        let fill =
            |block: String, (name, value): &(&str, &str)| block.replace(&format!("{{{{{name}}}}}"), value);
        Some(values.iter().fold(block.to_owned(), fill))
    }

    /// The rows of the table of two columns that are headed so; backquotes are left out.
    #[must_use]
    pub fn table(&self, left: &str, right: &str) -> Option<Vec<(String, String)>> {
        let (_, after) = self.text.split_once(&format!("| {left} | {right} |\n|---|---|\n"))?;
        let row = |line: &str| {
            let (left, right) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
            Some((left.replace('`', ""), right.replace('`', "")))
        };
        Some(after.lines().map_while(row).collect())
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides")
}
