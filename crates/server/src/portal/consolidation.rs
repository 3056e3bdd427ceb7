//! The question to somebody whose address is of a domain that another account manages, and what answers it.

use askama::Template;
use vestibule_app::consolidation::{Asks, Changing, Offer};

/// The question.
#[derive(Debug, Template)]
#[template(path = "consolidation/question.html")]
pub struct Question {
    account: String,
    email: String,
    by: String,
    moves: bool,
    later: Option<String>,
    return_to: String,
    typed: String,
    problem: Option<String>,
}

/// What was typed, and what was wrong.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The address.
    pub email: String,
    /// What was wrong.
    pub problem: String,
}

impl Question {
    /// The page; `wrong` is a form that was refused.
    #[must_use]
    pub fn new(account: String, asks: &Asks, return_to: String, wrong: Option<Typed>) -> Self {
        let (typed, problem) =
            wrong.map_or((String::new(), None), |wrong| (wrong.email, Some(wrong.problem)));
        Self {
            account,
            email: asks.email.to_string(),
            by: asks.by.clone(),
            moves: asks.question.is_about_moving(),
            later: later(asks.question),
            return_to,
            typed,
            problem,
        }
    }
}

/// What the button says that puts the answer off; `None` where it cannot be.
fn later(question: vestibule_model::domain::consolidation::Question) -> Option<String> {
    use vestibule_model::domain::consolidation::Question;
    match question {
        Question::Change => Some("Not now".to_owned()),
        Question::Move { left: 0 } => None,
        Question::Move { left: 1 } => Some("Not now (for the last time)".to_owned()),
        Question::Move { left } => Some(format!("Not now ({left} times left)")),
    }
}

/// A mail is on its way, or so it is told.
#[derive(Debug, Template)]
#[template(path = "consolidation/sent.html")]
pub struct LinkSent {
    /// The account's name.
    pub account: String,
    /// Where the mail goes, as far as that is told.
    pub said: String,
    /// Where one goes on without the mail.
    pub back: &'static str,
}

/// What moving means, and the button.
#[derive(Debug, Template)]
#[template(path = "consolidation/offer.html")]
pub struct OfferPage {
    /// The account's name.
    pub account: String,
    /// The token of the link.
    pub token: String,
    /// What the link would do.
    pub offer: Offer,
}

/// Asks to confirm another address.
#[derive(Debug, Template)]
#[template(path = "consolidation/address.html")]
pub struct AddressPage {
    /// The account's name.
    pub account: String,
    /// The token of the link.
    pub token: String,
    /// What the link would change.
    pub changing: Changing,
}

/// The address is another one now.
#[derive(Debug, Template)]
#[template(path = "consolidation/taken.html")]
pub struct AddressTaken {
    /// The account's name.
    pub account: String,
    /// The address.
    pub email: String,
}
