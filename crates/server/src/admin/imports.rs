//! Importing people: the form, the file as it comes, the preview, and what an administrator does about it.

use super::frame;
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Admin, Asking, Fields};
use crate::patience::Upload;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::imports::{Filter, ImportPage, ImportsPage};
use crate::{page, pieces};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, REFRESH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::imports::{self, Intake};
use vestibule_app::{AdminCtx, Kind};
use vestibule_model::id::ImportId;
use vestibule_model::import::{Options, Verdict};
use vestibule_model::license::{AddOn, License};

/// The most bytes of a form with a file: larger files are for the command line.
pub(crate) const LARGEST_UPLOAD: usize = 32 * 1024 * 1024;
/// Rows on a page.
const ROWS: u32 = 100;
/// The most bytes of a field beside the file.
const LARGEST_FIELD: usize = 256;
/// How soon a page of something that is under way is looked at again, in seconds.
const AGAIN: HeaderValue = HeaderValue::from_static("3");

/// `GET /admin/users/import`
pub(crate) async fn first(Admin(admin): Admin) -> Result<Response, Failure> {
    Ok(page::shown(&blank(&admin, None).await?))
}

async fn blank(admin: &AdminCtx, problem: Option<String>) -> Result<ImportsPage, Failure> {
    let listed = imports::list(&admin.people()).await?;
    Ok(ImportsPage::new(frame(admin, Here::People), &listed, problem))
}

/// `POST /admin/users/import`: of a large file on a slow line, for as long as it moves.
pub(crate) async fn receive(
    State(desk): State<Arc<Desk>>,
    Admin(admin): Admin,
    Upload(form): Upload,
) -> Result<Response, Failure> {
    let Some(_place) = desk.uploads.enter(admin.account().id) else {
        let words = "Too many files are coming at once. Send yours again when one of them has come.";
        return Ok(page::too_often(&blank(&admin, Some(words.to_owned())).await?));
    };
    let id = match taken(&admin, form).await {
        Ok(id) => id,
        Err(Failure::Deed(error)) if error.kind() == Kind::Invalid => {
            return Ok(page::corrected(&blank(&admin, Some(page::words(&error))).await?));
        }
        Err(failure) => return Err(failure),
    };
    // Short files are known at once; a job goes on with long ones.
    imports::go_on(&admin.people(), id).await?;
    Ok(page::see_other(&address(id)))
}

/// Reads the form: what holds for every row first, the file last.
async fn taken(admin: &AdminCtx, mut form: Multipart) -> Result<ImportId, Failure> {
    let mut options = Options::default();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("file") => {
                let read = file(admin, field, options).await;
                // What comes behind is read too, so that the browser listens to the answer.
                while let Ok(Some(_)) = form.next_field().await {}
                return read;
            }
            Some("license") => {
                let word = word(field).await?;
                options.license = License::from_word(&word);
                if options.license.is_none() && !word.is_empty() {
                    return Err(Failure::BadFields);
                }
            }
            Some("addon") => {
                let add_on = AddOn::from_word(&word(field).await?);
                options.add_ons.insert(add_on.ok_or(Failure::BadFields)?);
            }
            Some("sso") => options.sso = word(field).await? == "on",
            _ => return Err(Failure::BadFields),
        }
    }
    Err(Failure::BadFields)
}

async fn word(mut field: Field<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(unreadable)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LARGEST_FIELD {
            return Err(Failure::BadFields);
        }
    }
    String::from_utf8(bytes).map_err(|_| Failure::BadFields)
}

async fn file(admin: &AdminCtx, mut field: Field<'_>, options: Options) -> Result<ImportId, Failure> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut intake = Intake::begin(&admin.people(), &name, options).await?;
    let mut taken = Ok(());
    loop {
        match field.chunk().await {
            Ok(Some(piece)) if taken.is_ok() => taken = intake.take(&piece).await,
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => {
                intake.give_up().await;
                return Err(unreadable(error));
            }
        }
    }
    taken?;
    Ok(intake.end().await?)
}

fn unreadable(error: MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::BadFields,
    }
}

/// Which rows are looked at, and where the page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    verdict: Option<String>,
    after: i64,
}

/// `GET /admin/users/import/{import}`
pub(crate) async fn one(
    Admin(admin): Admin,
    Path(import): Path<String>,
    Asking(query): Asking<Query>,
) -> Result<Response, Failure> {
    let people = admin.people();
    let import = imports::show(&people, known(&import)?).await?;
    let verdict = query.verdict.as_deref().filter(|word| !word.is_empty());
    let verdict = verdict.map(|word| Verdict::from_word(word).ok_or(Failure::NoPage)).transpose()?;
    let filter = Filter { verdict, after: query.after };
    let sought = filter.sought(import.state);
    let page = match import.state.is_under_way() {
        true => imports::Page { rows: Vec::new(), next: None },
        false => imports::rows(&people, import.id, sought, (query.after, ROWS)).await?,
    };
    let under_way = import.state.is_under_way();
    let mut response = page::shown(&ImportPage::new(frame(&admin, Here::People), &import, filter, page));
    if under_way {
        response.headers_mut().insert(REFRESH, AGAIN);
    }
    Ok(response)
}

/// What was shown, and whether the question was answered.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    shown: Option<String>,
    consent: Option<String>,
}

/// `POST /admin/users/import/{import}/apply`
pub(crate) async fn apply(
    Admin(admin): Admin,
    Path(import): Path<String>,
    Fields(form): Fields<Pressed>,
) -> Result<Response, Failure> {
    let id = known(&import)?;
    let shown = form.shown.as_deref().and_then(imports::read_fingerprint).ok_or(Failure::BadFields)?;
    let people = admin.people();
    imports::apply(&people, id, &shown).await?;
    imports::go_on(&people, id).await?;
    Ok(page::see_other(&address(id)))
}

/// `POST /admin/users/import/{import}/discard`
pub(crate) async fn discard(
    Admin(admin): Admin,
    Path(import): Path<String>,
    Fields(form): Fields<Pressed>,
) -> Result<Response, Failure> {
    let id = known(&import)?;
    let people = admin.people();
    if form.consent.is_none() {
        let import = imports::show(&people, id).await?;
        return Ok(page::shown(&ConfirmPage {
            frame: frame(&admin, Here::People),
            heading: format!("Forget {}?", import.file_name),
            text: "The rows of the file and what is known of them are gone. People whom it brought or changed stay as they are.".to_owned(),
            action: format!("{}/discard", address(id)),
            fields: Vec::new(),
            button: "Forget it",
            back: address(id),
        }));
    }
    imports::discard(&people, id).await?;
    Ok(page::see_other("/admin/users/import"))
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn back(_admin: Admin, Path(import): Path<String>) -> Result<Response, Failure> {
    Ok(page::see_other(&address(known(&import)?)))
}

/// `GET /admin/users/import/{import}/report`
pub(crate) async fn report(Admin(admin): Admin, Path(import): Path<String>) -> Result<Response, Failure> {
    let people = admin.people();
    let import = imports::show(&people, known(&import)?).await?;
    let body = pieces::body(imports::report(&people, import.id));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"import-report.csv\""),
    ];
    Ok((headers, body).into_response())
}

fn known(import: &str) -> Result<ImportId, Failure> {
    import.parse().map_err(|_| Failure::NoPage)
}

fn address(import: ImportId) -> String {
    format!("/admin/users/import/{import}")
}
