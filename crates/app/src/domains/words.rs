//! What administrators are told about their domains.

use crate::context::App;
use crate::error::{Error, Kind};
use crate::mail::Words;
use vestibule_model::account::Account;
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::{Claim, Event};

pub(super) fn unknown(domain: &Domain) -> Error {
    Error::new(Kind::NotFound, format!("The account has no domain {domain}."))
        .hint("The page of the domains lists those it has and those it claims.")
}

/// The mail about something that happened to a claim.
pub(super) fn of_event(app: &App, account: &Account, claim: &Claim, event: Event) -> Words {
    let (domain, name) = (&claim.domain, &account.name);
    let day = claim.suspends_at().map(|day| day.strftime("%-d %B %Y").to_string()).unwrap_or_default();
    let (subject, said) = match event {
        Event::Verified => (
            format!("{domain} is verified"),
            format!(
                "the domain {domain} was proved, and belongs to the account \"{name}\" from now on. Leave the proof where it is: it is looked at every day."
            ),
        ),
        Event::Taken => (
            format!("{domain} belongs to another account"),
            format!(
                "your account \"{name}\" proved the domain {domain}, but another account of this service has it already, and a domain belongs to one account. If it should be yours, ask the administrators of the other account to remove it, or whoever runs this service."
            ),
        ),
        Event::Missing => (
            format!("The proof of {domain} is missing"),
            format!(
                "the proof that the domain {domain} belongs to the account \"{name}\" is not where it was. Put it back: if it is still missing on {day}, nobody comes in by single sign-on with an address of the domain, and other accounts may claim it."
            ),
        ),
        Event::Suspended => (
            format!("{domain} is suspended"),
            format!(
                "the proof that the domain {domain} belongs to the account \"{name}\" stayed missing, so nothing hangs on the domain any more: nobody comes in by single sign-on with an address of it. Exempt people sign in with their passwords. Put the proof back, then choose \"Check now\": that ends it at once."
            ),
        ),
        Event::Restored => (
            format!("{domain} is verified again"),
            format!(
                "the proof that the domain {domain} belongs to the account \"{name}\" is there again, and everything is as it was before."
            ),
        ),
    };
    let page = format!("{}/admin/domains/{domain}", app.account_url(&account.label));
    Words { subject, body: format!("Hello,\n\n{said}\n\n{page}\n") }
}
