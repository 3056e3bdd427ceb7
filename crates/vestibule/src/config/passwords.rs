//! `[passwords]`: the list of passwords that nobody may choose. How it is read is said in `app`.

use super::Config;
use crate::output::Failure;
use serde::Deserialize;
use std::path::PathBuf;
use vestibule_app::sign_in::BreachedList;

/// `[passwords]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Passwords {
    pub(crate) breached_list: Option<PathBuf>,
}

impl Config {
    /// The list, opened and looked at.
    pub(crate) fn breached_list(&self) -> Result<Option<BreachedList>, Failure> {
        let Some(file) = &self.passwords.breached_list else { return Ok(None) };
        let path = self.path(file);
        BreachedList::open(&path).map(Some).map_err(|problem| {
            let sentence =
                format!("{}: `passwords.breached_list`: {}: {problem}.", self.shown, path.display());
            Failure::usage(sentence).hint(
                "docs/passwords.md says where such a list comes from. Without the key there is no check.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    #[test]
    fn a_list_that_cannot_be_used_is_named_with_its_key() {
        let mut config = Config::default();
        assert!(config.breached_list().unwrap().is_none());
        config.passwords.breached_list = Some("no such file".into());
        let failure = config.breached_list().unwrap_err();
        assert!(failure.message.contains("`passwords.breached_list`"), "{failure:?}");
    }
}
