//! API access: tokens and OAuth clients of the account.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::api::{ApiPage, OncePage, Typed};
use crate::portal::connection::ConfirmPage;
use axum::extract::Path;
use axum::response::Response;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use vestibule_app::authorize::{self, NewClient};
use vestibule_app::tokens::{self, NewToken};
use vestibule_app::{AdminCtx, Kind};
use vestibule_model::token::Scope;

/// `GET /admin/api`
pub(crate) async fn page(Admin(admin): Admin) -> Result<Response, Failure> {
    Ok(page::shown(&all(&admin).await?))
}

async fn all(admin: &AdminCtx) -> Result<ApiPage, Failure> {
    let people = admin.people();
    let (tokens, clients) = (tokens::list(&people).await?, authorize::list(&people).await?);
    Ok(ApiPage::new(frame(admin, Here::Api), tokens, clients))
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back to the page.
pub(crate) async fn back(_admin: Admin) -> Response {
    page::see_other("/admin/api")
}

/// A form: a name, a box for each scope, and what else there is.
type Form = BTreeMap<String, String>;

fn scopes(form: &Form) -> Vec<String> {
    let pressed = Scope::ALL.into_iter().filter(|scope| form.contains_key(scope.as_str()));
    pressed.map(|scope| scope.as_str().to_owned()).collect()
}

fn field<'f>(form: &'f Form, name: &str) -> &'f str {
    form.get(name).map_or("", String::as_str)
}

/// What was wrong with a form stands above it, and what was typed stays.
async fn corrected(admin: &AdminCtx, typed: Typed, error: vestibule_app::Error) -> Result<Response, Failure> {
    if !matches!(error.kind(), Kind::Invalid | Kind::Conflict) {
        return Err(error.into());
    }
    Ok(page::corrected(&all(admin).await?.with(typed, page::words(&error))))
}

/// `POST /admin/api/tokens`
pub(crate) async fn make_token(Admin(admin): Admin, Fields(form): Fields<Form>) -> Result<Response, Failure> {
    let lifetime = match field(&form, "days") {
        "" => None,
        days => {
            Some(SignedDuration::from_hours(24 * days.parse::<i64>().map_or(0, |days| days.clamp(0, 3_650))))
        }
    };
    let wanted = NewToken { name: field(&form, "name").to_owned(), scopes: scopes(&form), lifetime };
    match tokens::create(&admin.people(), &wanted).await {
        Ok(made) => Ok(page::shown(&OncePage::token(frame(&admin, Here::Api), &made))),
        Err(error) => corrected(&admin, Typed { form: "token", fields: form }, error).await,
    }
}

/// `POST /admin/api/clients`
pub(crate) async fn make_client(
    Admin(admin): Admin,
    Fields(form): Fields<Form>,
) -> Result<Response, Failure> {
    let redirects = field(&form, "redirects").split_whitespace().map(str::to_owned).collect();
    let wanted =
        NewClient { name: field(&form, "name").to_owned(), scopes: scopes(&form), redirect_uris: redirects };
    match authorize::create(&admin.people(), &wanted).await {
        Ok(made) => Ok(page::shown(&OncePage::client(frame(&admin, Here::Api), &made))),
        Err(error) => corrected(&admin, Typed { form: "client", fields: form }, error).await,
    }
}

/// `POST /admin/api/tokens/{id}/revoke`
pub(crate) async fn revoke_token(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, Failure> {
    let people = admin.people();
    let token = id.parse().map_err(|_| Failure::NoPage)?;
    if !form.contains_key("consent") {
        let known = tokens::list(&people).await?.into_iter().find(|known| known.id == token);
        let name = known.ok_or(Failure::NoPage)?.name;
        let text =
            "Programs that use this token are refused at once. It cannot be undone; a new token can be made.";
        return Ok(question(&admin, &name, text, format!("/admin/api/tokens/{id}/revoke")));
    }
    tokens::revoke(&people, token).await?;
    Ok(page::see_other("/admin/api"))
}

/// `POST /admin/api/clients/{id}/revoke`
pub(crate) async fn revoke_client(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, Failure> {
    let people = admin.people();
    if !form.contains_key("consent") {
        let known = authorize::list(&people).await?.into_iter().find(|known| known.id == id);
        let name = known.ok_or(Failure::NoPage)?.name;
        let text = "The client, every token that it got and everything that it was permitted end at once. It cannot be undone; a new client can be registered.";
        return Ok(question(&admin, &name, text, format!("/admin/api/clients/{id}/revoke")));
    }
    authorize::revoke(&people, &id).await?;
    Ok(page::see_other("/admin/api"))
}

fn question(admin: &AdminCtx, name: &str, text: &str, action: String) -> Response {
    page::shown(&ConfirmPage {
        frame: frame(admin, Here::Api),
        heading: format!("Revoke {}?", vestibule_model::trace::spelled(name)),
        text: text.to_owned(),
        action,
        fields: Vec::new(),
        button: "Revoke",
        back: "/admin/api".to_owned(),
    })
}
