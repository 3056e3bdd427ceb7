//! A question before something is done that cannot be taken back at once.

use crate::portal::Frame;
use askama::Template;

/// The question.
#[derive(Debug, Template)]
#[template(path = "confirm.html")]
pub struct ConfirmPage {
    /// What stands around.
    pub frame: Frame,
    /// The question.
    pub heading: String,
    /// What follows from it.
    pub text: String,
    /// Where the answer goes.
    pub action: String,
    /// What goes along besides the consent.
    pub fields: Vec<(&'static str, String)>,
    /// What the button says.
    pub button: &'static str,
    /// Where one goes without doing it.
    pub back: String,
}
