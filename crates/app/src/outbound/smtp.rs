//! Handing one mail to the operator's mail server (RFC 5321), encrypted as [`super::relay`] says.
//!
//! There is no address guard here: the server is the operator's own choice, not an account's. What went wrong is sorted into
//! what may be better later and what never will; the words are for the operator's eyes, since servers like to repeat
//! addresses in them.

use super::relay::{Relay, Tls};
use super::{Outbound, Root};
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use std::time::Duration;

/// How long one address of the server may take to answer the call.
const CONNECT: Duration = Duration::from_secs(15);
/// How long the whole conversation may take: well below the time for which a job is claimed.
const TIMEOUT: Duration = Duration::from_secs(120);
/// How long is waited for the answer to QUIT.
const FAREWELL: Duration = Duration::from_secs(5);
/// How much is kept of what a server says, in characters.
const LONGEST_ANSWER: usize = 500;
/// "Authentication required" (RFC 4954, section 6) and "Must issue a STARTTLS command first" (RFC 3207, section 4): about us, not
/// about the mail.
const NOT_LIKE_THIS: u16 = 530;

/// A mail, ready to be handed over.
pub(crate) struct Parcel {
    pub(crate) envelope: Envelope,
    pub(crate) message: Vec<u8>,
}

/// Why a server did not take a mail.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Whether it may be otherwise later.
    pub(crate) outlook: Outlook,
    /// What the server said, or what was in the way. It may name the address: not for the log.
    pub(crate) words: String,
    /// The code of the server, if one answered.
    pub(crate) code: Option<u16>,
}

/// What is to be expected of another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// It may succeed.
    Later,
    /// It would fail again.
    Never,
}

impl Outbound {
    /// Hands over a mail; the answer is what the server said. `hello` is our name to it.
    pub(crate) async fn send(&self, relay: &Relay, hello: &str, parcel: &Parcel) -> Result<String, Refusal> {
        let talk = talk(relay, ClientId::Domain(hello.to_owned()), &self.roots, parcel);
        let Ok(talked) = tokio::time::timeout(TIMEOUT, talk).await else {
            return Err(later(format!("{relay}: no end of it within {} seconds", TIMEOUT.as_secs()), None));
        };
        let (answer, mut connection) = talked?;
        // The mail is the server's now, however it answers our farewell.
        let _ = tokio::time::timeout(FAREWELL, connection.abort()).await;
        Ok(said(&answer))
    }
}

async fn talk(
    relay: &Relay,
    hello: ClientId,
    roots: &[Root],
    parcel: &Parcel,
) -> Result<(Response, AsyncSmtpConnection), Refusal> {
    let mut connection = connect(relay, &hello, roots).await?;
    if let Some(login) = &relay.login {
        if !connection.is_encrypted() && !relay.is_near() {
            connection.abort().await;
            let words =
                format!("{relay}: the server offers no STARTTLS, and the password does not go in the clear.");
            return Err(later(words, None));
        }
        let credentials = Credentials::new(login.user.clone(), login.password.to_string());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let logged_in = connection.auth(&mechanisms, &credentials).await;
        logged_in.map_err(|error| in_the_way(relay, "logging in", &error))?;
    }
    let sent = connection.send(&parcel.envelope, &parcel.message).await;
    Ok((sent.map_err(|error| sort(relay, &error))?, connection))
}

/// Connects, and encrypts as the settings want it; nothing of the mail has been said yet.
async fn connect(relay: &Relay, hello: &ClientId, roots: &[Root]) -> Result<AsyncSmtpConnection, Refusal> {
    let implicit = if relay.tls == Tls::Implicit { Some(parameters(relay, roots)?) } else { None };
    let address = (relay.host.as_str(), relay.port);
    let connected = AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), hello, implicit, None);
    let mut connection = connected.await.map_err(|error| in_the_way(relay, "connecting", &error))?;
    let offered = connection.can_starttls();
    match relay.tls {
        Tls::Required if !offered => {
            connection.abort().await;
            let words = format!(
                "{relay}: the server offers no STARTTLS, so nothing was sent. Use smtps:// if it has that, or, if the way to it is \
                 safe, ?tls=none in `mail.transport`."
            );
            Err(later(words, None))
        }
        Tls::Required | Tls::Opportunistic if offered => {
            let encrypted = connection.starttls(parameters(relay, roots)?, hello).await;
            encrypted.map_err(|error| in_the_way(relay, "STARTTLS", &error))?;
            Ok(connection)
        }
        Tls::Implicit | Tls::Required | Tls::Opportunistic | Tls::None => Ok(connection),
    }
}

fn parameters(relay: &Relay, roots: &[Root]) -> Result<TlsParameters, Refusal> {
    let builder = TlsParameters::builder(relay.host.clone());
    let builder = roots.iter().fold(builder, |builder, root| builder.add_root_certificate(root.mail.clone()));
    builder.build_rustls().map_err(|error| in_the_way(relay, "preparing TLS", &error))
}

/// Before the mail was named everything is about the way, and may be mended: even a login that is refused.
fn in_the_way(relay: &Relay, doing: &str, error: &SmtpError) -> Refusal {
    later(format!("{relay}: {doing}: {}", words(error)), error.status().map(u16::from))
}

/// What a server says to a mail (RFC 5321, section 4.2.1): 4 to be tried again, 5 never.
fn sort(relay: &Relay, error: &SmtpError) -> Refusal {
    let code = error.status().map(u16::from);
    let never = (error.is_permanent() && code != Some(NOT_LIKE_THIS)) || error.is_client();
    let outlook = if never { Outlook::Never } else { Outlook::Later };
    let words = match code {
        Some(_) => words(error),
        None => format!("{relay}: {}", words(error)),
    };
    Refusal { outlook, words: readable(&words), code }
}

fn later(words: String, code: Option<u16>) -> Refusal {
    Refusal { outlook: Outlook::Later, words: readable(&words), code }
}

/// What is behind an error: the server's words, or the innermost cause.
fn words(error: &SmtpError) -> String {
    if error.is_response() {
        return "the server's answer is not SMTP".to_owned();
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    match error.status() {
        Some(code) => format!("{code} {inner}"),
        None => inner.to_string(),
    }
}

fn said(answer: &Response) -> String {
    let lines: Vec<&str> = answer.message().collect();
    readable(&format!("{} {}", answer.code(), lines.join(" ")))
}

/// One line of bounded length, without characters that do something.
fn readable(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.trim().chars().map(plain).take(LONGEST_ANSWER).collect()
}
