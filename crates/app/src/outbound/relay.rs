//! The server that takes our mails, as the operator names it: `smtp://…` or `smtps://…`, a sender, and a password.
//!
//! How it is spoken to is in [`super::smtp`]. What is refused here is refused at start, so that no mail waits for a setting
//! that can never work. The password is in no error and in no log.

use crate::error::{Error, Kind};
use lettre::message::Mailbox;
use std::fmt;
use std::net::IpAddr;
use url::Url;
use zeroize::Zeroizing;

/// Port of mail submission (RFC 6409, section 3.1), and of the same inside TLS (RFC 8314, section 7.3).
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// What becomes of mails.
#[derive(Debug, Clone, Default)]
pub enum Transport {
    /// They are kept, to be read by the operator.
    #[default]
    Outbox,
    /// They are sent.
    Smtp(Box<Relay>),
}

/// A mail server, and how it is spoken to.
#[derive(Clone)]
pub struct Relay {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Tls,
    pub(crate) login: Option<Login>,
    pub(crate) from: Mailbox,
}

/// How the way to the server is encrypted. A certificate is checked whenever there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    /// From the first byte on (RFC 8314, section 3.3).
    Implicit,
    /// By STARTTLS; where it is not offered nothing is sent (RFC 3207).
    Required,
    /// By STARTTLS where it is offered: whoever stands between can take the offer away.
    Opportunistic,
    /// Not at all.
    None,
}

/// Who we are to the server. It has no `Debug`.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: Zeroizing<String>,
}

/// The settings as they are written.
#[derive(Clone, Copy)]
pub struct Written<'a> {
    /// `mail.transport`.
    pub transport: &'a str,
    /// `mail.from`.
    pub from: Option<&'a str>,
    /// `mail.password`.
    pub password: Option<&'a str>,
}

impl Transport {
    /// Reads the settings.
    ///
    /// # Errors
    /// Names the key that cannot be used, why, and what to write there; never the value, which may hold a password.
    pub fn read(written: Written<'_>) -> Result<Self, Error> {
        if written.transport == "outbox" {
            return Ok(Self::Outbox);
        }
        let url = Url::parse(written.transport).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps"));
        let url = url.ok_or_else(|| {
            transport("expected \"outbox\", smtp://… or smtps://…").hint(
                "For example \"smtps://user@mail.example.com\", with the password in `mail.password_file`.",
            )
        })?;
        let host = host(&url)?;
        let tls = tls(&url, is_loopback(&host))?;
        let port = url.port().unwrap_or(if tls == Tls::Implicit { SUBMISSIONS } else { SUBMISSION });
        let login = login(&url, written.password)?;
        if login.is_some() && tls == Tls::None && !is_loopback(&host) {
            return Err(transport("tls=none would send the password in the clear")
                .hint("Use smtps://, or ?tls=required; without a user, tls=none is possible."));
        }
        let from = sender(written.from)?;
        Ok(Self::Smtp(Box::new(Relay { host, port, tls, login, from })))
    }
}

impl Relay {
    /// Whether the way to it stays on this machine.
    pub(crate) fn is_near(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.tls {
            Tls::Implicit => "inside TLS",
            Tls::Required => "STARTTLS required",
            Tls::Opportunistic => "STARTTLS if offered",
            Tls::None => "not encrypted",
        };
        write!(f, "{}:{}, {how}", self.host, self.port)
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({self})")
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outbox => f.write_str("mails are kept in the outbox"),
            Self::Smtp(relay) => write!(f, "mails are sent through {relay}"),
        }
    }
}

/// The host, without the brackets of an IPv6 address.
fn host(url: &Url) -> Result<String, Error> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let named = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if host.is_empty() || !(named || host.parse::<IpAddr>().is_ok()) {
        return Err(transport("the URL names no host")
            .hint("Write it as smtps://user@mail.example.com; in a user name write % for what is special, @ as %40."));
    }
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(transport("nothing may stand behind the host and the port but ?tls=…")
            .hint("If the password has a / or a #, give it as `mail.password`."));
    }
    Ok(host.to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    let name = host == "localhost" || host.ends_with(".localhost");
    name || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn tls(url: &Url, near: bool) -> Result<Tls, Error> {
    let unknown = || {
        transport("expected ?tls=required, ?tls=opportunistic or ?tls=none behind smtp://")
            .hint("smtps:// is always encrypted, and takes no such parameter.")
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    match (url.scheme(), pairs.as_slice()) {
        ("smtps", []) => Ok(Tls::Implicit),
        ("smtp", []) if near => Ok(Tls::None),
        ("smtp", []) => Ok(Tls::Required),
        ("smtp", [(key, value)]) if key == "tls" => match value.as_str() {
            "required" => Ok(Tls::Required),
            "opportunistic" => Ok(Tls::Opportunistic),
            "none" => Ok(Tls::None),
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn login(url: &Url, apart: Option<&str>) -> Result<Option<Login>, Error> {
    let decode = |text: &str| {
        let decoded = urlencoding::decode(text).map(std::borrow::Cow::into_owned);
        decoded.map_err(|_| transport("the user or the password is not UTF-8"))
    };
    let user = decode(url.username())?;
    let inside = url.password().map(decode).transpose()?;
    let password = match (inside, apart) {
        (Some(_), Some(_)) => return Err(password("it stands in `mail.transport` too: give it once")),
        (Some(inside), None) => Some(inside),
        (None, apart) => apart.map(str::to_owned),
    };
    match (user.is_empty(), password) {
        (true, None) => Ok(None),
        (true, Some(_)) => Err(password_without_user()),
        (false, Some(password)) => Ok(Some(Login { user, password: Zeroizing::new(password) })),
        (false, None) => Err(transport("there is a user, but no password")
            .hint("Give it as `mail.password_file`, or as VESTIBULE__MAIL__PASSWORD_FILE.")),
    }
}

fn sender(from: Option<&str>) -> Result<Mailbox, Error> {
    let missing = || {
        Error::new(Kind::Invalid, "mails are sent by SMTP, and nothing says who sends them")
            .about("mail.from")
            .hint("For example from = \"Vestibule <no-reply@example.com>\", an address that your mail server lets us use.")
    };
    let from = from.ok_or_else(missing)?;
    let mailbox: Mailbox = from.parse().map_err(|_| {
        Error::new(Kind::Invalid, "expected an address like \"Vestibule <no-reply@example.com>\"")
            .about("mail.from")
    })?;
    Ok(mailbox)
}

fn transport(problem: &str) -> Error {
    Error::new(Kind::Invalid, problem).about("mail.transport")
}

fn password(problem: &str) -> Error {
    Error::new(Kind::Invalid, problem).about("mail.password")
}

fn password_without_user() -> Error {
    password("there is a password, but no user")
        .hint("The user stands in `mail.transport`: smtps://user@mail.example.com.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: Option<&str> = Some("Vestibule <no-reply@example.com>");

    fn read(transport: &str, password: Option<&str>) -> Result<Relay, Error> {
        match Transport::read(Written { transport, from: FROM, password })? {
            Transport::Smtp(relay) => Ok(*relay),
            Transport::Outbox => panic!("{transport}"),
        }
    }

    #[test]
    fn ports_and_encryption_follow_from_the_scheme_and_the_host() {
        for (url, expected) in [
            ("smtps://mail.example.com", "mail.example.com:465, inside TLS"),
            ("smtp://mail.example.com", "mail.example.com:587, STARTTLS required"),
            ("smtp://MAIL.example.com:25?tls=none", "mail.example.com:25, not encrypted"),
            ("smtp://10.0.0.7/?tls=opportunistic", "10.0.0.7:587, STARTTLS if offered"),
            ("smtp://localhost:25", "localhost:25, not encrypted"),
            ("smtp://127.0.0.1:25", "127.0.0.1:25, not encrypted"),
            ("smtp://[::1]", "::1:587, not encrypted"),
            ("smtp://[2001:db8::1]:25", "2001:db8::1:25, STARTTLS required"),
            ("smtp://localhost.example.com", "localhost.example.com:587, STARTTLS required"),
            ("smtp://127.0.0.1.example.com", "127.0.0.1.example.com:587, STARTTLS required"),
            ("smtp://localhost:25?tls=required", "localhost:25, STARTTLS required"),
        ] {
            assert_eq!(read(url, None).unwrap().to_string(), expected, "{url}");
        }
    }

    #[test]
    fn a_login_is_in_the_url_or_its_password_stands_apart() {
        let login = |relay: Relay| relay.login.map(|login| (login.user, login.password.to_string()));
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        let inside = read("smtps://bob%40example.com:p%2Fw%3A+@mail.example.com", None).unwrap();
        assert_eq!(login(inside), pair("bob@example.com", "p/w:+"));
        assert_eq!(login(read("smtps://bob@mail.example.com", Some("p@/#")).unwrap()), pair("bob", "p@/#"));
        assert_eq!(login(read("smtps://mail.example.com", None).unwrap()), None);
        for (url, password) in [
            ("smtps://bob@mail.example.com", None),
            ("smtps://bob:once@mail.example.com", Some("twice")),
            ("smtps://mail.example.com", Some("secret")),
        ] {
            assert!(read(url, password).is_err(), "{url}");
        }
    }

    #[test]
    fn a_password_is_never_meant_to_go_over_the_network_in_the_clear() {
        let error = read("smtp://bob:secret@mail.example.com?tls=none", None).unwrap_err();
        assert!(error.message().contains("in the clear"), "{error}");
        assert!(read("smtp://bob:secret@localhost?tls=none", None).is_ok(), "it stays on this machine");
        assert!(read("smtp://bob:secret@mail.example.com", None).is_ok(), "STARTTLS is required");
    }

    #[test]
    fn what_cannot_be_used_names_its_key_and_never_the_value() {
        for url in [
            "https://bob:secret@mail.example.com",
            "mail.example.com",
            "smtp:bob:secret@mail.example.com",
            "smtp:///secret",
            "smtp://bob:se/cret@mail.example.com",
            "smtp://mail.example.com/secret",
            "smtp://mail.example.com?tls=secret",
            "smtp://mail.example.com?tls=none&tls=secret",
            "smtp://mail.example.com?secret=none",
            "smtps://mail.example.com?tls=none",
            "smtp://mail%20secret.example.com",
        ] {
            let error = read(url, None).unwrap_err();
            assert_eq!(error.key(), Some("mail.transport"), "{url}");
            assert!(!format!("{error} {:?}", error.advice()).contains("secret"), "{url}: {error}");
        }
        for from in [
            None,
            Some("Vestibule"),
            Some("a@b.example, c@d.example"),
            Some("x <a@b.example>\r\nBcc: c@d.example"),
        ] {
            let written = Written { transport: "smtp://localhost", from, password: None };
            assert_eq!(Transport::read(written).unwrap_err().key(), Some("mail.from"), "{from:?}");
        }
        let kept = Transport::read(Written { transport: "outbox", from: None, password: None });
        assert!(matches!(kept, Ok(Transport::Outbox)));
    }
}
