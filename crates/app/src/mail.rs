//! The words of the mails that are sent. Sending is the outbox's matter.

use crate::context::App;
use crate::outbox::{self, Mail};
use jiff::Timestamp;
use vestibule_model::account::Account;
use vestibule_model::email::Email;
use vestibule_model::id::{ConnectionId, MailId};
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

/// To somebody whom a program invited: set a password.
pub(crate) fn invitation(account: &Account, url: &str, expires_at: Timestamp) -> Words {
    let body = format!(
        "Hello,\n\nyou are invited to \"{}\". Set your password here:\n\n{url}\n\n\
         The link works once, until {expires_at:.0}. If you did not expect this mail, ignore it.\n",
        account.name
    );
    Words { subject: format!("You are invited to {}", account.name), body }
}

/// To somebody who forgot the password: set another one.
pub(crate) fn reset(account: &Account, url: &str, expires_at: Timestamp) -> Words {
    let body = format!(
        "Hello,\n\nsomebody asked for a new password for your user at \"{}\". If it was you, set it here:\n\n{url}\n\n\
         The link works once, until {expires_at:.0}. If it was not you, ignore this mail: your password stays as it is.\n",
        account.name
    );
    Words { subject: format!("Set a new password for {}", account.name), body }
}

/// To somebody whose password was changed.
pub(crate) fn password_changed(account: &Account) -> Words {
    let body = format!(
        "Hello,\n\nthe password of your user at \"{}\" was changed, and you were signed out everywhere else. If it was not you, \
         set another password at once (\"Forgot your password?\" on the sign-in page), and tell your administrator.\n",
        account.name
    );
    Words { subject: format!("Your password for {} was changed", account.name), body }
}

/// To somebody whose second factor was set up, or is gone.
pub(crate) fn second_factor(account: &Account, is_there: bool) -> Words {
    let what = if is_there { "was set up" } else { "was removed" };
    let body = format!(
        "Hello,\n\nthe second factor of your user at \"{}\" {what}. If it was not you, set another password at once \
         (\"Forgot your password?\" on the sign-in page), and tell your administrator.\n",
        account.name
    );
    Words { subject: format!("Your second factor for {} {what}", account.name), body }
}

/// To the address that somebody had before.
pub(crate) fn address_changed(account: &Account, after: &Email) -> Words {
    let body = format!(
        "Hello,\n\nyour address at \"{}\" is {after} from now on: whoever looks after the people there changed it. \
         If you did not expect this, tell your administrator.\n",
        account.name
    );
    Words { subject: format!("Your address at {} has changed", account.name), body }
}

/// The same, where the person took another one.
pub(crate) fn address_taken(account: &Account, after: &Email) -> Words {
    let body = format!(
        "Hello,\n\nyour address at \"{}\" is {after} from now on: you took it, and confirmed it from that mailbox. \
         If it was not you, tell your administrator at once.\n",
        account.name
    );
    Words { subject: format!("Your address at {} has changed", account.name), body }
}

/// To the address that somebody wants to have: confirm that it is yours.
pub(crate) fn address_wanted(account: &Account, before: &Email, url: &str, expires_at: Timestamp) -> Words {
    let body = format!(
        "Hello,\n\nthe user {before} at \"{}\" is to have this address. If you asked for that, confirm it here:\n\n{url}\n\n\
         The link works once, until {expires_at:.0}. If it was not you, ignore this mail: nothing changes.\n",
        account.name
    );
    Words { subject: format!("Confirm your new address for {}", account.name), body }
}

/// To somebody with a user in the first account, whom the second one asks to move there.
pub(crate) fn move_offered(
    (from, to): (&Account, &Account),
    email: &Email,
    url: &str,
    expires_at: Timestamp,
) -> Words {
    let body = format!(
        "Hello,\n\nyour address {email} belongs to \"{}\", which asks its people to have their user there. Your user is at \"{}\" \
         now. This link says what moves, and moves it once you press the button:\n\n{url}\n\n\
         It works once, until {expires_at:.0}. If you do not want to move, ignore this mail: nothing changes.\n",
        to.name, from.name
    );
    Words { subject: format!("Move your user to {}", to.name), body }
}

/// To somebody who moved to this account.
pub(crate) fn moved(app: &App, to: &Account, has_second_factor: bool) -> Words {
    let codes = if has_second_factor {
        "Your second factor moved too, its recovery codes did not: make new ones on your profile.\n\n"
    } else {
        ""
    };
    let body = format!(
        "Hello,\n\nyour user moved to \"{}\". Sign in there from now on:\n\n{}/signin\n\n{codes}\
         If it was not you, tell the administrator of \"{}\" at once.\n",
        to.name,
        app.account_url(&to.label),
        to.name
    );
    Words { subject: format!("Your user is at {} now", to.name), body }
}

/// To the owner of an account, before and after it was handed on.
pub(crate) fn owner_changed(account: &Account, to: &Email) -> Words {
    let body = format!(
        "Hello,\n\nthe owner of the account \"{}\" is {to} from now on; whoever was it before is an administrator. \
         If you did not expect this, tell whoever runs the service at once.\n",
        account.name
    );
    Words { subject: format!("{} has a new owner", account.name), body }
}

/// What a mail says.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) subject: String,
    pub(crate) body: String,
}

/// To those who administer an account: the certificate with which we sign ends.
pub(crate) fn our_certificate_ends(
    app: &App,
    (account, connection): (&Account, ConnectionId),
    ends_at: Timestamp,
    has_next: bool,
    now: Timestamp,
) -> Words {
    let day = ends_at.strftime("%-d %B %Y");
    let left = left(ends_at, now);
    let advice = if has_next {
        "The next certificate is ready, but your identity provider was not seen to read it, so it is not used by itself. \
         Give our metadata, or the certificate, to your identity provider, then choose \"Use now\" on the page of the connection."
    } else {
        "On the page of the connection, make the next certificate. Give our metadata, or the certificate, to your \
         identity provider, then choose \"Use now\"."
    };
    let body = format!(
        "Hello,\n\nthe certificate by which your identity provider knows the account \"{}\" ends on {day}: {left}. \
         Identity providers that look at this date refuse everybody afterwards.\n\n{advice}\n\n{}\n",
        account.name,
        connection_page(app, account, connection)
    );
    Words { subject: format!("A certificate of {} ends on {day}", account.name), body }
}

/// To those who administer an account: the certificate of a key pair ends that was brought from another product.
pub(crate) fn imported_certificate_ends(
    app: &App,
    account: &Account,
    connection: ConnectionId,
    ends_at: Timestamp,
    now: Timestamp,
) -> Words {
    let day = ends_at.strftime("%-d %B %Y");
    let left = left(ends_at, now);
    let body = format!(
        "Hello,\n\nan imported certificate of the account \"{}\", one that it had before it moved here, ends on {day}: \
         {left}. Identity providers that look at this date refuse everybody afterwards.\n\nGive our metadata, or our own \
         certificate, to your identity provider. Once it uses that one, remove the imported certificate on the page of the \
         connection:\n\n{}\n",
        account.name,
        connection_page(app, account, connection)
    );
    Words { subject: format!("An imported certificate of {} ends on {day}", account.name), body }
}

/// Where administrators look after a connection.
pub(crate) fn connection_page(app: &App, account: &Account, connection: ConnectionId) -> String {
    format!("{}/admin/sso/{connection}", app.account_url(&account.label))
}

/// How much time is left, for a sentence.
pub(crate) fn left(ends_at: Timestamp, now: Timestamp) -> String {
    match ends_at.duration_since(now).as_hours() / 24 {
        0 => "less than a day is left".to_owned(),
        1 => "one day is left".to_owned(),
        days => format!("{days} days are left"),
    }
}

/// The mail with these words to this address.
pub(crate) fn to(app: &App, to: &Email, words: Words) -> Mail {
    mail(app, to, words.subject, words.body)
}

/// Longest subject, and longest text, in characters; what is behind is cut off.
const LONGEST_SUBJECT: usize = 200;
const LONGEST_BODY: usize = 50_000;

fn mail(app: &App, to: &Email, subject: String, body: String) -> Mail {
    let now = app.now();
    let one_line = |c: char| if c.is_control() { ' ' } else { c };
    Mail {
        id: MailId::from_bytes(app.fresh_id(now)),
        to: to.to_string(),
        subject: subject.chars().map(one_line).take(LONGEST_SUBJECT).collect(),
        body_text: body.chars().take(LONGEST_BODY).collect(),
        created_at: now,
        delivery: outbox::fresh(app),
    }
}
