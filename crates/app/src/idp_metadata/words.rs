//! The words of the mails about the identity provider's metadata and certificates.

use crate::context::App;
use crate::mail::{Words, connection_page, left};
use jiff::Timestamp;
use vestibule_model::account::Account;
use vestibule_model::id::ConnectionId;
use vestibule_saml::Certificate;

/// To those who administer an account: a certificate of the identity provider ends.
pub(super) fn certificate_ends(
    app: &App,
    (account, id): (&Account, ConnectionId),
    certificate: &Certificate,
    now: Timestamp,
) -> Words {
    let day = certificate.not_after().strftime("%-d %B %Y");
    let left = left(certificate.not_after(), now);
    let body = format!(
        "Hello,\n\na certificate by which \"{}\" knows its identity provider ends on {day}: {left}.\n\n{}\nSHA-256 {}\n\n\
         It goes on verifying responses here, but your identity provider is likely to sign with another one soon. Ask \
         whoever runs it for the next certificate, or see whether its metadata lists it already:\n\n{}\n",
        account.name,
        certificate.subject(),
        certificate.fingerprint_sha256(),
        connection_page(app, account, id)
    );
    Words { subject: format!("A certificate of your identity provider ends on {day}"), body }
}

/// To those who administer an account: the identity provider's metadata ends, and nobody renews it.
pub(super) fn metadata_ends(
    app: &App,
    (account, id): (&Account, ConnectionId),
    (url, ends_at): (&str, Timestamp),
    now: Timestamp,
) -> Words {
    let (day, left) = (ends_at.strftime("%-d %B %Y"), left(ends_at, now));
    let body = format!(
        "Hello,\n\nthe metadata of the identity provider of \"{}\" is valid until {day}: {left}. It is fetched from\n\n{url}\n\n\
         and was not renewed there. People go on signing in with what it said, but a new certificate would not be noticed. \
         Ask whoever runs the identity provider to renew it.\n\n{}\n",
        account.name,
        connection_page(app, account, id)
    );
    Words { subject: format!("The metadata of your identity provider ends on {day}"), body }
}

/// To those who administer an account: the identity provider's metadata says something that waits for them.
pub(super) fn waits(app: &App, account: &Account, id: ConnectionId, lines: &[String]) -> Words {
    let body = format!(
        "Hello,\n\nthe metadata of the identity provider of \"{}\" says something new:\n\n{}\n\nNothing was changed. Look at \
         it, and accept or dismiss it:\n\n{}\n\nIf your identity provider is about to sign with a new certificate, \
         sign-ins fail from then on unless it was accepted before.\n",
        account.name,
        lines.join("\n"),
        connection_page(app, account, id)
    );
    Words { subject: format!("Your identity provider changed its metadata ({})", account.name), body }
}

/// To those who administer an account: what the identity provider's metadata says was taken over.
pub(super) fn taken_over(app: &App, account: &Account, id: ConnectionId, lines: &[String]) -> Words {
    let body = format!(
        "Hello,\n\nthe metadata of the identity provider of \"{}\" said something new, and it was taken over, as the account \
         is set to:\n\n{}\n\nYou need not do anything. If you did not expect this, look at it:\n\n{}\n",
        account.name,
        lines.join("\n"),
        connection_page(app, account, id)
    );
    Words {
        subject: format!(
            "The connection to your identity provider was brought up to date ({})",
            account.name
        ),
        body,
    }
}
