//! The configuration: `vestibule.toml`, overridden by `VESTIBULE__SECTION__KEY`, secrets also by `…_FILE`.
//!
//! This is the one room that reads the environment. Unknown keys are errors that name the nearest known one; paths are
//! relative to the folder of the file.

mod limits;
mod mail;
mod passwords;
mod scim;

use crate::output::Failure;
use limits::Limits;
use mail::Mail;
use passwords::Passwords;
use scim::Scim;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::{Table, Value};
use url::Url;
use vestibule_app::outbound::{Dns as NameServer, Transport};

/// What an operator configures.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) mail: Mail,
    pub(crate) dns: Dns,
    pub(crate) accounts: Accounts,
    pub(crate) outbound: Outbound,
    pub(crate) limits: Limits,
    pub(crate) scim: Scim,
    pub(crate) passwords: Passwords,
    /// What `scim` comes to.
    #[serde(skip)]
    pub(crate) schemas: vestibule_scim::Registry,
    /// What `mail` comes to.
    #[serde(skip)]
    pub(crate) transport: Transport,
    #[serde(skip)]
    pub(crate) folder: PathBuf,
    #[serde(skip)]
    pub(crate) shown: String,
}

/// `[server]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) base_url: Url,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
}

/// `[store]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Store {
    pub(crate) url: String,
}

/// `[keys]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Keys {
    pub(crate) file: PathBuf,
}

/// `[dns]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Dns {
    #[serde(deserialize_with = "name_server")]
    pub(crate) server: NameServer,
}

/// `system`, or an address with a port.
fn name_server<'de, D: serde::Deserializer<'de>>(from: D) -> Result<NameServer, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

/// `[accounts]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Accounts {
    pub(crate) approve_vanity_urls: bool,
}

/// `[outbound]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Outbound {
    pub(crate) allow: Vec<ipnet::IpNet>,
    pub(crate) ca_file: Option<PathBuf>,
}

impl Default for Server {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant that a test reads")]
        let base_url = Url::parse("http://localhost:8080").expect("the default base URL is a URL");
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self { listen, base_url, metrics_listen: None, trusted_proxies: Vec::new() }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { url: "sqlite:vestibule.db".to_owned() }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { file: PathBuf::from("vestibule.key") }
    }
}

impl Default for Accounts {
    fn default() -> Self {
        Self { approve_vanity_urls: true }
    }
}

/// How a value in the environment is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Switch,
    List,
    Number,
}

/// Every key there is.
const KEYS: &[(&str, &str, Shape)] = &[
    ("server", "listen", Shape::Text),
    ("server", "base_url", Shape::Text),
    ("server", "metrics_listen", Shape::Text),
    ("server", "trusted_proxies", Shape::List),
    ("store", "url", Shape::Text),
    ("keys", "file", Shape::Text),
    ("mail", "transport", Shape::Text),
    ("mail", "from", Shape::Text),
    ("mail", "password", Shape::Text),
    ("mail", "password_file", Shape::Text),
    ("dns", "server", Shape::Text),
    ("accounts", "approve_vanity_urls", Shape::Switch),
    ("outbound", "allow", Shape::List),
    ("outbound", "ca_file", Shape::Text),
    ("limits", "api_requests_per_second", Shape::Number),
    ("limits", "api_burst", Shape::Number),
    ("scim", "schemas", Shape::List),
    ("passwords", "breached_list", Shape::Text),
];

const PREFIX: &str = "VESTIBULE__";
const DEFAULT_FILE: &str = "vestibule.toml";

impl Config {
    /// Reads the file (the default one only if it is there) and the environment.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Failure> {
        let path = file.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_path_buf);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::usage(format!("{}: {error}", path.display()))),
        };
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((
                name.into_string().ok().filter(|name| name.starts_with(PREFIX))?,
                value.into_string().ok()?,
            ))
        });
        let shown = path.display().to_string();
        let mut config = Self::read(&shown, &text, environment)?;
        config.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        config.transport = mail::read(&config, &shown)?;
        config.schemas = scim::read(&config, &shown)?;
        config.shown = shown;
        Ok(config)
    }

    fn read(
        name: &str,
        text: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Failure> {
        let wrong =
            |error: toml::de::Error| Failure::usage(format!("{name}: {}", error.to_string().trim_end()));
        let mut table: Table = toml::from_str(text).map_err(wrong)?;
        check_keys(name, &table)?;
        for (variable, value) in environment {
            override_key(&mut table, &variable, value)?;
        }
        let config: Self = table.try_into().map_err(wrong)?;
        config.check(name)?;
        Ok(config)
    }

    /// A path of the configuration, relative to its file.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    fn check(&self, name: &str) -> Result<(), Failure> {
        let url = &self.server.base_url;
        let host = url.host_str().unwrap_or_default();
        let local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return Err(Failure::usage(format!("{name}: `server.base_url`: {url} is not https."))
                .hint("Browsers keep secure cookies on https only, and on http://*.localhost."));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || host.is_empty() {
            return Err(Failure::usage(format!(
                "{name}: `server.base_url`: expected scheme, host and port alone, not {url}"
            )));
        }
        Ok(())
    }
}

fn check_keys(name: &str, table: &Table) -> Result<(), Failure> {
    for (section, value) in table {
        let inner = value.as_table();
        let keys: Vec<&str> =
            inner.map(|inner| inner.keys().map(String::as_str).collect()).unwrap_or_default();
        if keys.is_empty() && !KEYS.iter().any(|(known, _, _)| known == section) {
            return Err(unknown(name, section));
        }
        if let Some(key) = keys.iter().find(|key| !KEYS.iter().any(|(s, k, _)| s == section && k == *key)) {
            return Err(unknown(name, &format!("{section}.{key}")));
        }
    }
    Ok(())
}

fn unknown(name: &str, key: &str) -> Failure {
    let known = KEYS.iter().map(|(section, key, _)| format!("{section}.{key}"));
    let nearest = known.max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
    let failure = Failure::usage(format!("{name}: unknown key `{key}`."));
    match nearest {
        Some(near) => failure.hint(format!("The nearest known key is `{near}`.")),
        None => failure,
    }
}

/// Takes a variable such as `VESTIBULE__STORE__URL`, or `VESTIBULE__STORE__URL_FILE` with the path of a file that holds it.
fn override_key(table: &mut Table, variable: &str, value: String) -> Result<(), Failure> {
    let path = variable.trim_start_matches(PREFIX).to_lowercase().replace("__", ".");
    let find = |path: &str| KEYS.iter().find(|(section, key, _)| path == format!("{section}.{key}")).copied();
    let (known, value) = match (find(&path), path.strip_suffix("_file").and_then(find)) {
        (Some(known), _) => (known, value),
        (None, Some(known)) => {
            let read = std::fs::read_to_string(&value)
                .map_err(|error| Failure::usage(format!("{variable}: {value}: {error}")))?;
            (known, read.trim_end_matches(['\n', '\r']).to_owned())
        }
        (None, None) => return Err(unknown(variable, &path)),
    };
    let (section, key, shape) = known;
    let value = match shape {
        Shape::Text => Value::String(value),
        Shape::Switch => {
            let switch = value
                .parse()
                .map_err(|_| Failure::usage(format!("{variable}: expected true or false, not {value}")))?;
            Value::Boolean(switch)
        }
        Shape::Number => {
            let number = value.parse();
            let wrong = |_| Failure::usage(format!("{variable}: expected a whole number, not {value}"));
            Value::Integer(number.map_err(wrong)?)
        }
        Shape::List => {
            let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Value::Array(entries.map(|entry| Value::String(entry.to_owned())).collect())
        }
    };
    let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    if let Some(inner) = inner.as_table_mut() {
        inner.insert(key.to_owned(), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, Failure> {
        let pairs = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read("vestibule.toml", text, pairs)
    }

    #[test]
    fn without_a_file_everything_has_a_default() {
        let config = read("", &[]).unwrap();
        assert_eq!(config.server.base_url.as_str(), "http://localhost:8080/");
        assert_eq!(config.store.url, "sqlite:vestibule.db");
    }

    #[test]
    fn an_unknown_key_names_the_nearest_one() {
        let failure = read("[server]\nlisen = \"127.0.0.1:1\"", &[]).unwrap_err();
        assert!(failure.message.contains("server.lisen"), "{failure:?}");
        assert!(failure.hint.unwrap().contains("server.listen"));
        assert!(read("[sever]\nlisten = \"127.0.0.1:1\"", &[]).is_err());
        assert!(read("", &[("VESTIBULE__STORE__URI", "x")]).is_err());
    }

    #[test]
    fn the_environment_comes_after_the_file() {
        let config = read(
            "[store]\nurl = \"sqlite:a.db\"",
            &[
                ("VESTIBULE__STORE__URL", "sqlite:b.db"),
                ("VESTIBULE__OUTBOUND__ALLOW", "127.0.0.0/8, ::1/128"),
                ("VESTIBULE__ACCOUNTS__APPROVE_VANITY_URLS", "false"),
            ],
        );
        let config = config.unwrap();
        assert_eq!(config.store.url, "sqlite:b.db");
        assert_eq!(config.outbound.allow.len(), 2);
        assert!(!config.accounts.approve_vanity_urls);
    }

    #[test]
    fn a_name_server_may_be_named() {
        assert_eq!(read("", &[]).unwrap().dns.server, NameServer::System);
        let named = read("[dns]\nserver = \"127.0.0.1:5353\"", &[]).unwrap().dns.server;
        assert_eq!(named, NameServer::Server(([127, 0, 0, 1], 5353).into()));
        assert!(read("[dns]\nserver = \"ns.example\"", &[]).unwrap_err().message.contains("expected"));
    }

    #[test]
    fn a_plain_http_address_is_refused_unless_it_is_local() {
        assert!(read("[server]\nbase_url = \"http://vestibule.example\"", &[]).is_err());
        assert!(read("[server]\nbase_url = \"https://vestibule.example\"", &[]).is_ok());
        assert!(read("[server]\nbase_url = \"http://localhost:9000\"", &[]).is_ok());
    }
}
