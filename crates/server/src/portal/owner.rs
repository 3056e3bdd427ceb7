//! Who owns the account, and handing it on.

use super::Frame;
use askama::Template;
use vestibule_app::ownership::Ownership;
use vestibule_model::email::Email;

/// The page.
#[derive(Debug, Template)]
#[template(path = "owner.html")]
pub struct OwnerPage {
    frame: Frame,
    owner: String,
    is_own: bool,
    has_password: bool,
    candidates: Vec<(String, bool)>,
    problem: Option<String>,
}

impl OwnerPage {
    /// The page; `to` is what was chosen, and `problem` what was wrong with it.
    #[must_use]
    pub fn new(frame: Frame, ownership: Ownership, to: String, problem: Option<String>) -> Self {
        let Ownership { owner, is_own, has_password, candidates } = ownership;
        Self {
            frame,
            owner: owner.as_ref().map_or("Nobody", Email::as_str).to_owned(),
            is_own,
            has_password,
            candidates: candidates.iter().map(|email| (email.to_string(), email.as_str() == to)).collect(),
            problem,
        }
    }
}
