//! The sentences of deeds for many.

use crate::portal::overview::number;
use vestibule_app::users::bulk::{Action, Count, MOST_AT_ONCE};
use vestibule_model::license::License;

/// The deeds, by their words.
pub(super) const ACTIONS: [(&str, &str); 4] = [
    ("add-sso-login", "Add the SSO login type"),
    ("set-license", "Change the license type"),
    ("activate", "Activate"),
    ("deactivate", "Deactivate"),
];

/// So many people.
pub(super) fn people(count: usize) -> String {
    match count {
        1 => "1 user".to_owned(),
        _ => format!("{} users", number(i64::try_from(count).unwrap_or(i64::MAX))),
    }
}

fn counted(count: Count) -> String {
    match count {
        Count::Exactly(count) => people(usize::try_from(count).unwrap_or(0)),
        Count::AtLeast(count) => format!("at least {} users", number(count)),
    }
}

/// The question.
#[must_use]
pub fn question(action: Action, count: Count) -> String {
    let who = counted(count);
    match action {
        Action::AddSsoLogin => format!("Add the SSO login type to {who}?"),
        Action::SetLicense(Some(license)) => format!("Give {license} to {who}?"),
        Action::SetLicense(None) => format!("Take the license type from {who}?"),
        Action::Activate => format!("Activate {who}?"),
        Action::Deactivate => format!("Deactivate {who}?"),
    }
}

/// What follows from it.
#[must_use]
pub fn consequence(action: Action, count: Count) -> String {
    let sentence = match action {
        Action::AddSsoLogin => {
            "They can sign in by your identity provider from then on; whatever else they sign in by stays."
        }
        Action::SetLicense(Some(_)) => {
            "Each takes a seat of it, and the seat of the license type from before is free. When no seat is left, the rest keep what they have. Rules of the mapping may change it again at the next sign-in."
        }
        Action::SetLicense(None) => {
            "Their seats are free. Without a license type their next sign-in is refused (1030), unless a rule of the mapping grants one."
        }
        Action::Activate => {
            "They can sign in again, and take the seats from before, as far as there are any."
        }
        Action::Deactivate => {
            "All their sessions end at once, their seats are free for others, and sign-ins are refused (1013) until they are activated again. The owner and you yourself stay."
        }
    };
    let bound = i64::try_from(MOST_AT_ONCE).unwrap_or(i64::MAX);
    let many = match count {
        Count::Exactly(count) | Count::AtLeast(count) => count > bound,
    };
    if many {
        format!("{sentence} It is done for about {bound} at once; the report has a button to go on.")
    } else {
        sentence.to_owned()
    }
}

/// What the button says.
#[must_use]
pub fn button(action: Action) -> &'static str {
    match action {
        Action::AddSsoLogin => "Add the login type",
        Action::SetLicense(Some(License::Basic)) => "Give Basic",
        Action::SetLicense(Some(_)) => "Give the license",
        Action::SetLicense(None) => "Take the license",
        Action::Activate => "Activate them",
        Action::Deactivate => "Deactivate them",
    }
}

/// What was done, above the report.
pub(super) fn done(action: Action) -> &'static str {
    match action {
        Action::AddSsoLogin => "SSO login type added",
        Action::SetLicense(_) => "License type changed",
        Action::Activate => "Activated",
        Action::Deactivate => "Deactivated",
    }
}
