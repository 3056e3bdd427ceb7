//! `[mail]`: what becomes of mails. What an address of a mail server may look like is said in `app/outbound/relay`.

use super::Config;
use crate::output::Failure;
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;
use vestibule_app::outbound::{Transport, Written};

/// `[mail]`.
#[derive(Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Mail {
    pub(crate) transport: String,
    pub(crate) from: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
}

impl Default for Mail {
    fn default() -> Self {
        Self { transport: "outbox".to_owned(), from: None, password: None, password_file: None }
    }
}

/// The address of the server may hold a password too.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail")
    }
}

/// Reads the section; `name` is the file that is named in errors.
pub(super) fn read(config: &Config, name: &str) -> Result<Transport, Failure> {
    let mail = &config.mail;
    let from_file = match (&mail.password, &mail.password_file) {
        (Some(_), Some(_)) => {
            return Err(Failure::usage(format!(
                "{name}: `mail.password`: it stands in `mail.password_file` too: give it once."
            )));
        }
        (None, Some(file)) if mail.transport != "outbox" => {
            let path = config.path(file);
            let read = std::fs::read_to_string(&path).map_err(|error| {
                Failure::usage(format!("{name}: `mail.password_file`: {}: {error}", path.display()))
            })?;
            Some(read.trim_end_matches(['\n', '\r']).to_owned())
        }
        (_, _) => None,
    };
    let password = mail.password.as_deref().or(from_file.as_deref());
    let written = Written { transport: &mail.transport, from: mail.from.as_deref(), password };
    Transport::read(written).map_err(|error| {
        let key = error.key().unwrap_or("mail.transport");
        let failure = Failure::usage(format!("{name}: `{key}`: {error}."));
        match error.advice() {
            Some(advice) => failure.hint(advice),
            None => failure,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The section, in a folder where the file `secret` holds a password.
    fn mail(section: &str, environment: &[(&str, &str)]) -> Result<Transport, Failure> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "sword/fish\n").unwrap();
        let pairs = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut config = Config::read("vestibule.toml", &format!("[mail]\n{section}"), pairs)?;
        config.folder = folder.path().to_owned();
        assert!(!format!("{config:?}").contains("fish"), "{config:?}");
        read(&config, "vestibule.toml")
    }

    const FROM: &str = "from = \"no-reply@example.com\"\n";

    #[test]
    fn a_password_comes_from_the_url_the_key_a_file_or_the_environment() {
        for (transport, more, environment) in [
            ("smtps://me:sword%2Ffish@mail.example.com", "", None),
            ("smtps://me@mail.example.com", "password = \"sword/fish\"", None),
            ("smtps://me@mail.example.com", "password_file = \"secret\"", None),
            ("smtps://me@mail.example.com", "", Some(("VESTIBULE__MAIL__PASSWORD", "sword/fish"))),
            ("smtps://me@mail.example.com", "", Some(("VESTIBULE__MAIL__PASSWORD_FILE", "secret"))),
        ] {
            let section = format!("transport = \"{transport}\"\n{FROM}{more}");
            let read = mail(&section, environment.as_slice()).unwrap();
            assert_eq!(read.to_string(), "mails are sent through mail.example.com:465, inside TLS");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_without_the_secret() {
        let me = "transport = \"smtps://me@mail.example.com\"\n";
        for (section, key) in [
            (
                "transport = \"smtp://me:fish@mail.example.com?tls=none\"\n".to_owned() + FROM,
                "mail.transport",
            ),
            ("transport = \"sendmail:fish\"".to_owned(), "mail.transport"),
            (me.to_owned() + FROM, "mail.transport"),
            (me.to_owned() + "password = \"fish\"", "mail.from"),
            (me.to_owned() + FROM + "password = \"fish\"\npassword_file = \"secret\"", "mail.password"),
            (me.to_owned() + FROM + "password_file = \"missing\"", "mail.password_file"),
        ] {
            let failure = mail(&section, &[]).unwrap_err();
            assert!(failure.message.contains(&format!("vestibule.toml: `{key}`: ")), "{failure:?}");
            assert!(!format!("{failure:?}").contains("fish"), "{failure:?}");
        }
        assert!(matches!(mail("", &[]), Ok(Transport::Outbox)));
        let failure = mail("transprt = \"outbox\"", &[]).unwrap_err();
        assert!(failure.hint.unwrap().contains("mail.transport"));
    }
}
