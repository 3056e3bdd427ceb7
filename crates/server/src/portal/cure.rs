//! What an administrator can mend from the page of a response: the button, and what it does.

use super::moment::Moment;
use vestibule_app::cures::{Cure, Offer};
use vestibule_app::users::Verification;
use vestibule_model::code::Code;
use vestibule_model::response_log::Entry;
use vestibule_model::trace::spelled;
use vestibule_model::user::Status;

/// The part of the page.
#[derive(Debug)]
pub struct CurePart {
    /// How it stands, and what pressing the button does.
    pub(super) sentences: Vec<String>,
    /// Whether nothing is in the way any more.
    pub(super) is_done: bool,
    /// The form; `None` when nothing can be done, or not yet.
    pub(super) form: Option<CureForm>,
}

/// A form of one button.
#[derive(Debug)]
pub(super) struct CureForm {
    pub(super) action: String,
    pub(super) word: &'static str,
    pub(super) button: &'static str,
}

/// A page on which one goes on.
#[derive(Debug)]
pub(super) struct Lead {
    pub(super) href: String,
    pub(super) text: &'static str,
}

impl CurePart {
    /// What is offered for this row.
    #[must_use]
    pub fn new(entry: &Entry, offer: &Offer) -> Self {
        let who = &offer.person.summary.email;
        let Some(cure) = &offer.cure else {
            return Self { sentences: vec![done(entry.code, offer)], is_done: true, form: None };
        };
        let mut may_press = true;
        let (sentences, button) = match cure {
            Cure::AddSsoLogin => (
                vec![
                    format!("{who} is a user here, without the SSO login type."),
                    "The button adds it: the person may then sign in through your identity provider. A password that the person has stays.".to_owned(),
                ],
                "Add the SSO login type",
            ),
            Cure::Activate => (
                vec![
                    format!("{who} is inactive."),
                    "The button lets the person in again, and takes the seats of the license type and the add-ons from before.".to_owned(),
                ],
                "Activate",
            ),
            Cure::SendVerification(mails) => {
                may_press = mails.again_at.is_none();
                (verification(who.as_str(), *mails), "Send the verification mail again")
            }
            Cure::ReplaceEmployeeId { before, sent } => (replacement(who.as_str(), before, sent), "Replace the Employee Unique ID"),
        };
        let form = CureForm { action: address(entry), word: cure.word(), button };
        Self { sentences, is_done: false, form: may_press.then_some(form) }
    }
}

fn verification(who: &str, mails: Verification) -> Vec<String> {
    let last = mails.sent_at.map_or_else(
        || "No verification mail that went out has a link that still works.".to_owned(),
        |sent_at| {
            format!("The last verification mail is of {}; its link works for 7 days.", Moment(sent_at).full())
        },
    );
    let next = mails.again_at.map_or_else(
        || "The button sends another one to this address. Links of earlier mails go on working.".to_owned(),
        |again_at| format!("Another one can be sent from {} on.", Moment(again_at).full()),
    );
    vec![format!("{who} is pending: the mailbox has not confirmed the address."), last, next]
}

fn address(entry: &Entry) -> String {
    format!("/admin/log/{}/cure", entry.tracking_id)
}

fn replacement(who: &str, before: &str, sent: &str) -> Vec<String> {
    let (before, sent) = (spelled(before), spelled(sent));
    vec![
        format!("{who} has the Employee Unique ID {before}. The response brought {sent}."),
        format!("If both are the same person, replace it: from then on {sent} leads to this user, and {before} to nobody."),
        "If somebody else has this address now, do not: that person would come into the account of the first one. Give one of them another address.".to_owned(),
    ]
}

fn done(code: Option<Code>, offer: &Offer) -> String {
    let summary = &offer.person.summary;
    let who = &summary.email;
    let state = match code {
        Some(Code::NotSsoUser) => "has the SSO login type",
        Some(Code::EmailTaken) => "has the Employee Unique ID that was sent, or none that is in its way",
        _ => "is active",
    };
    match summary.status {
        Status::Active => format!("Done: {who} {state}. The person can sign in now."),
        Status::Inactive => format!("{who} {state}, and is inactive: activate the person first."),
        Status::Pending => {
            format!("{who} {state}. Before the person can sign in, the mailbox must confirm the address.")
        }
    }
}

/// Where one goes on after a refusal with this code.
pub(super) fn leads(entry: &Entry) -> Vec<Lead> {
    let lead = |href: &str, text| Lead { href: href.to_owned(), text };
    let connection = entry
        .connection
        .map(|id| Lead { href: format!("/admin/sso/{id}/edit"), text: "Provision users of this connection" });
    match entry.code {
        Some(Code::NotSsoUser | Code::UnknownUser) => connection.into_iter().collect(),
        Some(Code::NoEmail) => vec![
            lead("/admin/mapping#basic", "The basic mapping"),
            lead("/admin/mapping/attributes", "What was received lately"),
        ],
        Some(Code::NoLicense) => vec![
            lead("/admin/mapping#license", "The rules of the license type"),
            lead("/admin/mapping/licenses", "The license type of new users"),
        ],
        Some(Code::NoSeat) => vec![
            lead("/admin/licenses", "Seats that are left"),
            lead("/admin/mapping/licenses", "A fallback license type"),
            lead("/admin/users", "Users"),
        ],
        Some(Code::Inactive | Code::EmailTaken | Code::Unverified) => vec![lead("/admin/users", "Users")],
        Some(Code::NotHere) => vec![
            lead("/admin/users", "Users"),
            lead("/admin/domains", "Domains, whose people can be asked to move here"),
        ],
        _ => Vec::new(),
    }
}
