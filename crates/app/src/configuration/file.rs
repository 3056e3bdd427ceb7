//! The shape of an account file (TOML).
//!
//! Every value is read here into what the model knows, and everything wrong is named with file, line and key.

use super::keys;
use crate::error::{Error, Kind};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// An account file as it was handed in.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The folder to which its paths are relative.
    pub folder: PathBuf,
}

impl Source {
    /// Where a byte of the text is, as people look for it.
    pub(super) fn place(&self, offset: usize) -> String {
        let line = self.text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1);
        format!("{}, line {line}", self.name)
    }

    /// An error about a key of this file.
    pub(super) fn wrong(&self, key: &str, problem: impl std::fmt::Display) -> Error {
        Error::new(Kind::Invalid, format!("{}: `{key}`: {problem}.", self.name))
    }

    /// The path that a value names.
    pub(super) fn path(&self, value: &str) -> PathBuf {
        self.folder.join(Path::new(value))
    }
}

/// A section of a file that describes a connection, for messages: `sso`, or `connection."name"`.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    pub(super) source: &'a Source,
    pub(super) name: &'a str,
    pub(super) files: Files,
}

/// Whether values may name files of this machine: only what an operator hands in at the command line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// They may.
    Readable,
    /// They may not: a form on a page.
    OutOfReach,
}

impl Section<'_> {
    /// An error about a key of this section.
    pub(super) fn wrong(&self, key: &str, problem: impl std::fmt::Display) -> Error {
        match self.files {
            Files::Readable => self.source.wrong(&format!("{}.{key}", self.name), problem).about(key),
            Files::OutOfReach => Error::new(Kind::Invalid, format!("`{key}`: {problem}.")).about(key),
        }
    }

    /// An error about the section as a whole.
    pub(super) fn wrong_itself(&self, problem: impl std::fmt::Display) -> Error {
        match self.files {
            Files::Readable => self.source.wrong(self.name, problem),
            Files::OutOfReach => Error::new(Kind::Invalid, format!("This cannot be saved: {problem}.")),
        }
    }

    /// The content of a file that a value names.
    pub(super) fn read_file(&self, key: &str, value: &str) -> Result<Vec<u8>, Error> {
        if self.files == Files::OutOfReach {
            return Err(self.wrong(key, "this is neither a certificate in PEM nor one in Base64"));
        }
        let path = self.source.path(value);
        std::fs::read(&path).map_err(|error| self.wrong(key, format!("{}: {error}", path.display())))
    }
}

/// An account file.
#[derive(Debug, Deserialize)]
pub(super) struct AccountFile {
    pub(super) account: String,
    pub(super) sso: Option<Sso>,
    pub(super) connection: Option<Vec<Sso>>,
    pub(super) licenses: Option<BTreeMap<String, toml::Value>>,
    pub(super) domains: Option<BTreeMap<String, DomainTable>>,
    pub(super) mapping: Option<toml::Table>,
    pub(super) roles: Option<toml::Table>,
    pub(super) settings: Option<toml::Table>,
    pub(super) groups: Option<toml::Table>,
    pub(super) passwords: Option<toml::Table>,
    pub(super) provisioning: Option<toml::Table>,
}

impl AccountFile {
    /// The sections that it has.
    pub(super) fn sections(&self) -> BTreeSet<String> {
        let sections = [
            ("sso", self.sso.is_some() || self.connection.is_some()),
            ("licenses", self.licenses.is_some()),
            ("domains", self.domains.is_some()),
            ("mapping", self.mapping.is_some()),
            ("roles", self.roles.is_some()),
            ("settings", self.settings.is_some()),
            ("groups", self.groups.is_some()),
            ("provisioning", self.provisioning.is_some()),
        ];
        sections.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect()
    }
}

/// `[sso]`, or one of `[[connection]]`, which has `name`, `vanity_url` and `email_domains` besides; what is absent has
/// its default.
#[derive(Debug, Deserialize)]
pub(super) struct Sso {
    pub(super) name: Option<String>,
    pub(super) vanity_url: Option<String>,
    pub(super) email_domains: Option<Vec<String>>,
    pub(super) enabled: Option<bool>,
    pub(super) idp_metadata_url: Option<String>,
    pub(super) idp_metadata_file: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) sign_in_url: Option<String>,
    pub(super) sign_out_url: Option<String>,
    pub(super) sign_out_response_url: Option<String>,
    pub(super) sign_out_binding: Option<String>,
    pub(super) certificates: Option<Vec<String>>,
    pub(super) sp_entity_id: Option<String>,
    pub(super) binding: Option<String>,
    pub(super) signature_hash: Option<String>,
    pub(super) sign_requests: Option<bool>,
    pub(super) sign_logout: Option<bool>,
    pub(super) encrypted_assertions: Option<bool>,
    pub(super) force_authn: Option<bool>,
    pub(super) authn_contexts: Option<Vec<String>>,
    pub(super) name_id_format: Option<String>,
    pub(super) unsolicited: Option<String>,
    pub(super) provision: Option<String>,
    pub(super) automatic_logout: Option<String>,
    pub(super) save_response_logs: Option<bool>,
    pub(super) clock_skew: Option<String>,
    pub(super) allow: Option<Vec<String>>,
    pub(super) signing_key: Option<String>,
    pub(super) certificate_rotation: Option<String>,
    pub(super) new_idp_certificates: Option<String>,
    pub(super) metadata_certificates: Option<Vec<String>>,
    pub(super) accepted_acs: Option<Vec<String>>,
    pub(super) accepted_entity_ids: Option<Vec<String>>,
    pub(super) accepted_certificates: Option<Vec<String>>,
    pub(super) imported_keys: Option<Vec<String>>,
    pub(super) draft: Option<bool>,
    /// Metadata that was pasted into a form; no file has it.
    #[serde(skip)]
    pub(super) pasted_metadata: Option<String>,
}

/// `[domains."…"]`.
#[derive(Debug, Deserialize)]
pub(super) struct DomainTable {
    #[serde(default)]
    pub(super) managed: bool,
    #[serde(default)]
    pub(super) consolidate: bool,
    #[serde(default)]
    pub(super) enforce_sso: bool,
    #[serde(default)]
    pub(super) exempt: Vec<String>,
}

/// Largest account file, in bytes.
const LARGEST: usize = 1024 * 1024;

impl AccountFile {
    /// Reads an account file.
    pub(super) fn parse(source: &Source) -> Result<Self, Error> {
        if source.text.len() > LARGEST {
            return Err(Error::new(Kind::Invalid, format!("{}: larger than {LARGEST} bytes.", source.name)));
        }
        let unreadable = |error: toml::de::Error| {
            let place = source.place(error.span().map_or(0, |span| span.start));
            Error::new(Kind::Invalid, format!("{place}: {}.", error.message().trim_end_matches('.')))
        };
        let table = DeTable::parse(&source.text).map_err(unreadable)?;
        keys::check(source, &table)?;
        toml::from_str(&source.text).map_err(unreadable)
    }
}

/// Makes a value of a word.
pub(super) type Reader<T> = fn(&str) -> Option<T>;

/// Reads one of a few words.
pub(super) fn word<T>(
    section: Section<'_>,
    key: &str,
    value: Option<&str>,
    (default, read, words): (T, Reader<T>, &[&str]),
) -> Result<T, Error> {
    let Some(value) = value else { return Ok(default) };
    read(value).ok_or_else(|| section.wrong(key, format!("\"{value}\" is not one of {}", words.join(", "))))
}
