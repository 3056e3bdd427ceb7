//! A mail as it goes over the wire: its headers and its text (RFC 5322, RFC 2045), each encoded by lettre.
//!
//! Nothing that anybody typed can become a header: addresses are parsed, the subject is one line and is encoded, and the
//! rest is ours.

use super::Mail;
use crate::outbound::Parcel;
use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox};
use std::time::SystemTime;

/// Tells programs that no person wrote this, so that none of them answers (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail, ready to be handed over. Its message ID is made of its own, so that a server that gets it twice can know.
///
/// # Errors
/// Says why there can be no such message: it never will.
pub(super) fn of(mail: &Mail, from: &Mailbox) -> Result<Parcel, String> {
    let to = mail.to.parse().map_err(|_| "The address cannot be written to by SMTP.".to_owned())?;
    let date = SystemTime::try_from(mail.created_at).map_err(|error| error.to_string())?;
    let id = format!("<{}@{}>", mail.id, from.email.domain());
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        // What looks like an encoded word would be decoded by whoever reads it (RFC 2047, section 2).
        .subject(mail.subject.replace("=?", "= ?"))
        .date(date)
        .message_id(Some(id))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(Body::new(mail.body_text.clone()))
        .map_err(|error| format!("No message can be made of it: {error}."))?;
    let envelope = message.envelope().clone();
    let mut message = message.formatted();
    // The line end before the lone dot is the text's own last one (RFC 5321, section 4.1.1.4).
    if message.ends_with(b"\r\n") {
        message.truncate(message.len() - 2);
    }
    Ok(Parcel { envelope, message })
}
