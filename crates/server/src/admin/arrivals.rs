//! Somebody new, the fields of a person, and the invitations that wait.

use super::frame;
use super::people::{address, known};
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::arrivals::{InvitationsPage, PROFILE, PersonForm, SSO, Typed, WAY};
use axum::extract::Path;
use axum::response::Response;
use std::collections::BTreeMap;
use vestibule_app::users::{self, Action, Said, Whom};
use vestibule_app::{Error, Kind};
use vestibule_model::license::License;

/// `GET /admin/users/new`
pub(crate) async fn blank(Admin(admin): Admin) -> Response {
    page::shown(&PersonForm::new(frame(&admin, Here::People), &Typed::default()))
}

/// `POST /admin/users/new`
pub(crate) async fn create(
    Admin(admin): Admin,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let action = if form.get(WAY).is_some_and(|way| way == SSO) { Action::Sso } else { Action::Invite };
    match users::create(&admin.people(), &action, &said(&form)?).await {
        Ok(made) => Ok(page::see_other(&address(made.id))),
        Err(error) if is_about_the_form(&error) => {
            Ok(page::corrected(&PersonForm::new(frame(&admin, Here::People), &typed(form, &error))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /admin/users/{user}/edit`
pub(crate) async fn page(Admin(admin): Admin, Path(user): Path<String>) -> Result<Response, Failure> {
    let person = users::show(&admin.people(), &known(&user)?.into()).await?;
    Ok(page::shown(&PersonForm::of(frame(&admin, Here::People), &person, &Typed::of(&person))))
}

/// `POST /admin/users/{user}/edit`
pub(crate) async fn save(
    Admin(admin): Admin,
    Path(user): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let (people, user) = (admin.people(), known(&user)?);
    let whom = Whom::from(user);
    // A field that was not sent is not said.
    let employee_id =
        form.get("employee_id").map(|id| Some(id.trim().to_owned()).filter(|id| !id.is_empty()));
    let said = Said { employee_id, ..said(&form)? };
    match users::edit(&people, &whom, &said).await {
        Ok(_) => Ok(page::see_other(&address(user))),
        Err(error) if is_about_the_form(&error) => {
            let person = users::show(&people, &whom).await?;
            let form = PersonForm::of(frame(&admin, Here::People), &person, &typed(form, &error));
            Ok(page::corrected(&form))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /admin/users/invitations`
pub(crate) async fn invitations(Admin(admin): Admin) -> Result<Response, Failure> {
    let invited = users::invitations(&admin.people()).await?;
    Ok(page::shown(&InvitationsPage::new(frame(&admin, Here::People), invited)))
}

fn is_about_the_form(error: &Error) -> bool {
    matches!(error.kind(), Kind::Invalid | Kind::Conflict | Kind::Forbidden)
}

fn typed(values: BTreeMap<String, String>, error: &Error) -> Typed {
    Typed { values, problem: Some((page::words(error), error.key().map(str::to_owned))) }
}

fn said(form: &BTreeMap<String, String>) -> Result<Said, Failure> {
    let text = |key: &str| form.get(key).map(|text| text.trim().to_owned());
    let license = text("license").filter(|word| !word.is_empty());
    let license = license.map(|word| License::from_word(&word).ok_or(Failure::BadFields)).transpose()?;
    let profile = PROFILE.iter().filter_map(|(field, ..)| Some((field.clone(), text(field.as_str())?)));
    let profile = profile.map(|(field, text)| (field, Some(text).filter(|text| !text.is_empty())));
    Ok(Said { email: text("email"), license, profile: profile.collect(), ..Said::default() })
}
