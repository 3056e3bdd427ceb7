//! Handing the account on.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields, Knocking};
use crate::page;
use crate::portal::Here;
use crate::portal::owner::OwnerPage;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::users::Whom;
use vestibule_app::{AdminCtx, Kind, ownership};

/// To whom, and what makes sure that it is meant.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    to: String,
    password: String,
    consent: Option<String>,
}

/// `GET /admin/owner`
pub(crate) async fn look(Admin(admin): Admin) -> Result<Response, Failure> {
    Ok(page::shown(&page_of(&admin, String::new(), None).await?))
}

async fn page_of(admin: &AdminCtx, to: String, problem: Option<String>) -> Result<OwnerPage, Failure> {
    Ok(OwnerPage::new(frame(admin, Here::Settings), ownership::look(admin).await?, to, problem))
}

/// `POST /admin/owner`
pub(crate) async fn transfer(
    Admin(admin): Admin,
    knocking: Knocking,
    Fields(form): Fields<Form>,
) -> Result<Response, Failure> {
    let Form { to, password, consent } = form;
    if consent.is_none() {
        let problem = "Say that you mean it: tick the box above the button.".to_owned();
        return Ok(page::corrected(&page_of(&admin, to, Some(problem)).await?));
    }
    let transferred = match Whom::parse(&to) {
        Ok(whom) => ownership::transfer(&admin, &whom, &password, knocking.knock()).await,
        Err(error) => Err(error),
    };
    match transferred {
        Ok(_) => Ok(page::see_other("/admin/owner")),
        Err(error) if error.kind() == Kind::TooOften => {
            Ok(page::too_often(&page_of(&admin, to, Some(page::words(&error))).await?))
        }
        Err(error) if [Kind::Invalid, Kind::Conflict, Kind::NotFound].contains(&error.kind()) => {
            Ok(page::corrected(&page_of(&admin, to, Some(page::words(&error))).await?))
        }
        Err(error) => Err(error.into()),
    }
}
