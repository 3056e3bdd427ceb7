//! The words of the mails that are sent. Sending is the outbox's matter.

use crate::context::App;
use crate::outbox::Mail;
use jiff::Timestamp;
use vestibule_model::account::Account;
use vestibule_model::email::Email;
use vestibule_model::id::MailId;
use vestibule_model::user::User;

/// To the owner of a new account: set a password.
pub(crate) fn welcome(app: &App, account: &Account, owner: &User, url: &str, expires_at: Timestamp) -> Mail {
    let body = format!(
        "Hello,\n\nyou are the owner of the account \"{}\". Set your password here:\n\n{url}\n\n\
         The link works once, until {expires_at:.0}. If you did not expect this mail, ignore it.\n",
        account.name
    );
    mail(app, &owner.email, format!("Your account {}", account.name), body)
}

/// To somebody who signed in with an address outside the account's domains: confirm that it is yours.
pub(crate) fn verification(
    app: &App,
    account: &Account,
    to: &Email,
    url: &str,
    expires_at: Timestamp,
) -> Mail {
    let body = format!(
        "Hello,\n\nsomebody signed in to \"{}\" with this address. If it was you, confirm it here:\n\n{url}\n\n\
         The link works once, until {expires_at:.0}. If it was not you, ignore this mail: nobody gets in.\n",
        account.name
    );
    mail(app, to, format!("Confirm your address for {}", account.name), body)
}

fn mail(app: &App, to: &Email, subject: String, body: String) -> Mail {
    let now = app.now();
    Mail {
        id: MailId::from_bytes(app.fresh_id(now)),
        to: to.to_string(),
        subject,
        body_text: body,
        created_at: now,
    }
}
