//! The settings of the account itself.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::settings::SettingsPage;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::configuration::account::{self, AccountSettings};
use vestibule_app::configuration::{PatchAnswer, SecondFactor};
use vestibule_app::{Kind, ownership};

/// What the form says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    version: i64,
    name: String,
    session_idle: String,
    patch_answer: String,
    second_factor: String,
}

/// `GET /admin/settings`
pub(crate) async fn look(Admin(admin): Admin) -> Result<Response, Failure> {
    let seen = account::look(&admin).await?;
    let owner = ownership::look(&admin).await?.owner;
    Ok(page::shown(&SettingsPage::new(frame(&admin, Here::Settings), (seen.version, seen.settings), owner)))
}

/// `POST /admin/settings`
pub(crate) async fn change(Admin(admin): Admin, Fields(form): Fields<Form>) -> Result<Response, Failure> {
    let Form { version, name, session_idle, patch_answer, second_factor } = form;
    let patch_answer = PatchAnswer::from_word(&patch_answer).ok_or(Failure::BadFields)?;
    let second_factor = SecondFactor::from_word(&second_factor).ok_or(Failure::BadFields)?;
    let wanted = AccountSettings { name, session_idle, patch_answer, second_factor };
    match account::change(&admin, version, &wanted).await {
        Ok(()) => Ok(page::see_other("/admin/settings")),
        Err(error) if [Kind::Invalid, Kind::Conflict].contains(&error.kind()) => {
            let owner = ownership::look(&admin).await?.owner;
            let page = SettingsPage::new(frame(&admin, Here::Settings), (version, wanted), owner);
            Ok(page::corrected(&page.with((error.key(), page::words(&error)))))
        }
        Err(error) => Err(error.into()),
    }
}
