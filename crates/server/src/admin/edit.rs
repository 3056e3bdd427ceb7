//! The form that edits a connection, and makes a new one. What is wrong is said beside its field.

use super::connection::{address, known};
use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::{Filled, FormPage, title};
use axum::extract::Path;
use axum::response::Response;
use vestibule_app::configuration::edit::{self, Form};
use vestibule_app::{Error, Kind, sso};

/// `GET /admin/sso/{connection}/edit`
pub(crate) async fn page(Admin(admin): Admin, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = known(&id)?;
    let overview = sso::overview(&admin, id).await?;
    let newest = overview.draft.as_ref().or(overview.published.as_ref()).ok_or(Failure::NoPage)?;
    let values = edit::form(&newest.settings);
    let from = if values.contains_key("idp_metadata_url") { "url" } else { "typed" };
    let filled = Filled { values, problem: None, from };
    let title = title(&overview.name);
    Ok(page::shown(&FormPage::edit(frame(&admin, Here::Sso), &title, &address(id), filled)))
}

/// `POST /admin/sso/{connection}/edit`
pub(crate) async fn save(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, Failure> {
    let id = known(&id)?;
    let overview = sso::overview(&admin, id).await?;
    match edit::save(&admin, id, &chosen(&form)).await {
        Ok(()) => Ok(page::see_other(&address(id))),
        Err(error) => {
            let filled = corrected(form, error)?;
            let title = title(&overview.name);
            Ok(page::corrected(&FormPage::edit(frame(&admin, Here::Sso), &title, &address(id), filled)))
        }
    }
}

/// `GET /admin/sso/new`
pub(crate) async fn blank(Admin(admin): Admin) -> Response {
    let filled = Filled { values: edit::blank(), problem: None, from: "url" };
    page::shown(&FormPage::create(frame(&admin, Here::Sso), filled))
}

/// `POST /admin/sso/new`
pub(crate) async fn create(Admin(admin): Admin, Fields(form): Fields<Form>) -> Result<Response, Failure> {
    let mut wanted = chosen(&form);
    let name = wanted.remove("name").unwrap_or_default();
    match edit::create(&admin, &name, &wanted).await {
        Ok(id) => Ok(page::see_other(&address(id))),
        Err(error) => {
            let filled = corrected(form, error)?;
            Ok(page::corrected(&FormPage::create(frame(&admin, Here::Sso), filled)))
        }
    }
}

/// Of what is known of the identity provider, only what was chosen as its source counts.
fn chosen(form: &Form) -> Form {
    let not_meant: &[&str] = match from(form) {
        "url" => &[edit::PASTED_METADATA],
        "xml" => &["idp_metadata_url"],
        _ => &["idp_metadata_url", edit::PASTED_METADATA],
    };
    let typed = from(form) == "typed";
    let meant = |key: &String| {
        key != "from" && !not_meant.contains(&key.as_str()) && (typed || !edit::TYPED.contains(&key.as_str()))
    };
    form.iter().filter(|(key, _)| meant(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn from(form: &Form) -> &'static str {
    match form.get("from").map(String::as_str) {
        Some("url") => "url",
        Some("xml") => "xml",
        _ => "typed",
    }
}

/// The form as it was sent, with what is wrong.
fn corrected(form: Form, error: Error) -> Result<Filled, Failure> {
    match error.kind() {
        Kind::Invalid | Kind::Conflict => {
            let from = from(&form);
            let problem = Some((page::words(&error), error.key().map(str::to_owned)));
            Ok(Filled { values: form, problem, from })
        }
        _ => Err(error.into()),
    }
}
