//! Setting up single sign-on, step by step: choose the identity provider, follow its guide and tell what it says of itself, test, publish.
//!
//! Nothing is remembered besides the connection and its draft: whoever comes back later goes on where they stand.

use super::connection::{address, change};
use super::{frame, guides};
use crate::error::Failure;
use crate::extract::Admin;
use crate::page;
use crate::portal::Here;
use crate::portal::arrivals::Typed;
use crate::portal::connection::title;
use crate::portal::guides as texts;
use crate::portal::setup::{ChoosePage, ProgressPage, TellPage};
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use vestibule_app::configuration::edit::{self, Form, PASTED_METADATA, TYPED};
use vestibule_app::sso::{self, Listed, Overview};
use vestibule_app::{AdminCtx, Error, Kind};

/// The most bytes of the form: metadata of one identity provider.
pub(crate) const LARGEST_UPLOAD: usize = 1024 * 1024;
/// What stands for an identity provider without a guide.
const OTHER: &str = "other";
/// The file of the form, in place of pasted metadata.
const FILE: &str = "idp_metadata_file";

/// `GET /admin/sso/setup`: the step that comes next.
pub(crate) async fn first(Admin(admin): Admin) -> Result<Response, Failure> {
    match current(&admin).await? {
        None => Ok(page::shown(&ChoosePage::new(frame(&admin, Here::Sso), false))),
        Some(overview) => Ok(page::shown(&progress(&admin, &overview))),
    }
}

/// `GET /admin/sso/setup/choose`: the first step again.
pub(crate) async fn choose(Admin(admin): Admin) -> Result<Response, Failure> {
    let is_there = current(&admin).await?.is_some();
    Ok(page::shown(&ChoosePage::new(frame(&admin, Here::Sso), is_there)))
}

/// `GET /admin/sso/setup/{idp}`
pub(crate) async fn tell(Admin(admin): Admin, Path(idp): Path<String>) -> Result<Response, Failure> {
    let values = current(&admin).await?.and_then(newest).unwrap_or_default();
    Ok(page::shown(&telling(&admin, &idp, values, None).await?))
}

/// `POST /admin/sso/setup/{idp}`
pub(crate) async fn save(
    Admin(admin): Admin,
    Path(idp): Path<String>,
    form: Multipart,
) -> Result<Response, Failure> {
    let told = read(form).await?;
    match put(&admin, &told).await {
        Ok(()) => Ok(page::see_other("/admin/sso/setup")),
        Err(error) if matches!(error.kind(), Kind::Invalid | Kind::Conflict) => {
            Ok(page::corrected(&telling(&admin, &idp, told, Some(&error)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The connection that is set up: the one for everybody, else the first.
async fn current(admin: &AdminCtx) -> Result<Option<Overview>, Error> {
    let all = sso::list(admin).await?;
    let for_all = |listed: &&Listed| listed.connection.name.is_empty();
    match all.iter().find(for_all).or(all.first()) {
        Some(listed) => Ok(Some(sso::overview(admin, listed.connection.id).await?)),
        None => Ok(None),
    }
}

/// The newest settings, as a form says them.
fn newest(overview: Overview) -> Option<Form> {
    let version = overview.draft.or(overview.published)?;
    Some(edit::form(&version.settings))
}

/// Saves what was told as the draft; everything else stays as it is, or as it is for a new connection.
async fn put(admin: &AdminCtx, told: &Form) -> Result<(), Error> {
    let current = current(admin).await?;
    let id = current.as_ref().map(|overview| overview.id);
    let mut wanted = current.and_then(newest).unwrap_or_else(edit::blank);
    wanted.retain(|key, _| key != "idp_metadata_url" && !TYPED.contains(&key.as_str()));
    wanted.extend(told.iter().map(|(key, value)| (key.clone(), value.clone())));
    match id {
        Some(id) => edit::save(admin, id, &wanted).await,
        None => edit::create(admin, "", &wanted).await.map(drop),
    }
}

async fn telling(
    admin: &AdminCtx,
    idp: &str,
    values: Form,
    wrong: Option<&Error>,
) -> Result<TellPage, Failure> {
    let guide = texts::find(idp);
    if guide.is_none() && idp != OTHER {
        return Err(Failure::NoPage);
    }
    let current = current(admin).await?;
    let ours = current.map_or_else(|| sso::unconnected(admin), |overview| overview.ours);
    let problem = wrong.map(|error| (page::words(error), error.key().map(str::to_owned)));
    let typed = Typed { values, problem };
    let shown = TellPage::new(frame(admin, Here::Sso), (idp, guide), &guides::values(admin, ours), typed);
    shown.map_err(|_| Failure::Broken("a guide could not be written"))
}

fn progress(admin: &AdminCtx, overview: &Overview) -> ProgressPage {
    let issuer = overview.draft.as_ref().or(overview.published.as_ref());
    let issuer = issuer.map(|version| version.settings.identity_provider.issuer.clone()).unwrap_or_default();
    let change = change(admin, overview);
    ProgressPage::new(frame(admin, Here::Sso), (title(&overview.name), issuer), address(overview.id), change)
}

/// Reads the form. Of the three ways to tell, the first counts that says something: the address, the metadata, the values.
async fn read(mut form: Multipart) -> Result<Form, Failure> {
    let mut told = Form::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let known = name == "idp_metadata_url" || name == PASTED_METADATA || name == FILE;
        if !known && !TYPED.contains(&name.as_str()) {
            return Err(Failure::BadFields);
        }
        let text = field.text().await.map_err(unreadable)?;
        if !text.trim().is_empty() {
            told.insert(name, text);
        }
    }
    if let Some(text) = told.remove(FILE) {
        told.entry(PASTED_METADATA.to_owned()).or_insert(text);
    }
    for way in ["idp_metadata_url", PASTED_METADATA] {
        if told.contains_key(way) {
            told.retain(|key, _| key == way);
        }
    }
    Ok(told)
}

fn unreadable(error: MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::BadFields,
    }
}
