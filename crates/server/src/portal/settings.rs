//! The settings of the account itself.

use super::Frame;
use askama::Template;
use vestibule_app::configuration::account::AccountSettings;
use vestibule_app::configuration::{PatchAnswer, SecondFactor};
use vestibule_model::email::Email;
use vestibule_model::group::SettingName;

/// The page.
#[derive(Debug, Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    frame: Frame,
    version: i64,
    name: String,
    session_idle: String,
    usual_idle: &'static str,
    answers: Vec<(&'static str, &'static str, bool)>,
    factors: Vec<(&'static str, &'static str, bool)>,
    owner: String,
    wrong: Option<(String, String)>,
}

impl SettingsPage {
    /// The page with these values, of this version of the account.
    #[must_use]
    pub fn new(frame: Frame, (version, settings): (i64, AccountSettings), owner: Option<Email>) -> Self {
        let answers = [
            (PatchAnswer::Body, "With the changed resource (200)"),
            (PatchAnswer::Empty, "Without a body (204)"),
        ];
        let answers =
            answers.map(|(answer, title)| (answer.as_str(), title, answer == settings.patch_answer));
        let factors = [
            (SecondFactor::Optional, "Whoever set one up"),
            (SecondFactor::Administrators, "Whoever set one up, and everybody with a role in the portal"),
        ];
        let factors = factors.map(|(whose, title)| (whose.as_str(), title, whose == settings.second_factor));
        Self {
            frame,
            version,
            name: settings.name,
            session_idle: settings.session_idle,
            usual_idle: SettingName::SessionIdle.built_in(),
            answers: answers.into(),
            factors: factors.into(),
            owner: owner.map_or("Nobody".to_owned(), |owner| owner.to_string()),
            wrong: None,
        }
    }

    /// The same, with the key that is wrong, and what is wrong with it.
    #[must_use]
    pub fn with(self, (key, words): (Option<&str>, String)) -> Self {
        Self { wrong: Some((key.unwrap_or_default().to_owned(), words)), ..self }
    }

    fn is_wrong(&self, key: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(wrong, _)| wrong == key)
    }
}
