//! Samples of the pages of somebody new, and of invitations.

use super::mapping::clara;
use super::{HOSTILE, MAIL, admin, days, text};
use std::collections::BTreeMap;
use vestibule_app::users::Invited;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_server::portal::Here;
use vestibule_server::portal::arrivals::{InvitationsPage, PersonForm, Typed};

/// Somebody new, or with what is wrong.
pub fn new_person(problem: bool) -> PersonForm {
    let values = BTreeMap::from([(text("email"), text(HOSTILE)), (text("first_name"), text("Bea"))]);
    let wrong = (text("email cannot be used: not an e-mail address."), Some(text("email")));
    let typed = if problem { Typed { values, problem: Some(wrong) } } else { Typed::default() };
    PersonForm::new(admin(Here::People), &typed)
}

pub fn edit_person() -> Option<PersonForm> {
    let person = clara(vec!["sso"])?;
    Some(PersonForm::of(admin(Here::People), &person, &Typed::of(&person)))
}

pub fn invitations(empty: bool) -> InvitationsPage {
    let one = |(email, sent, expired): (&str, i64, bool)| {
        let email = Email::parse(email).ok()?;
        let (user, sent_at, expires_at) = (UserId::from_bytes([9; 16]), days(sent), days(sent + 30));
        Some(Invited { user, email, sent_at, expires_at, expired })
    };
    let all = [(MAIL, -2, false), ("kim@freelance.example", -41, true)].into_iter().filter_map(one);
    InvitationsPage::new(admin(Here::People), if empty { Vec::new() } else { all.collect() })
}
