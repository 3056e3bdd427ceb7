//! What administrators do with the versions of a connection: each a form of its page, and a question where it matters.

use super::connection::{address, known};
use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::AdminCtx;
use vestibule_app::configuration::edit::{self, Put};
use vestibule_app::sso::versions::{self, Outcome};
use vestibule_model::id::ConnectionId;
use vestibule_model::publication::Consent;

/// The draft that is meant, and whether the question was answered.
#[derive(Deserialize)]
pub(crate) struct Publishing {
    version: i64,
    consent: Option<String>,
}

/// `POST /admin/sso/{connection}/publish`
pub(crate) async fn publish(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(form): Fields<Publishing>,
) -> Result<Response, Failure> {
    let id = known(&id)?;
    let consent = if form.consent.is_some() { Consent::Untested } else { Consent::TestedOnly };
    match versions::publish(&admin, id, form.version, consent).await? {
        Outcome::Published => Ok(page::see_other(&address(id))),
        Outcome::NeedsTest => {
            let heading = format!("Publish version {} without a test?", form.version);
            let text = "This version has not passed a test sign-in. If something in it is wrong, nobody can sign in by it until you restore an older version. You lose nothing by testing it first.";
            let fields = vec![("version", form.version.to_string())];
            Ok(page::shown(&question(
                &admin,
                id,
                ("publish", heading, text, "Publish without a test"),
                fields,
            )))
        }
    }
}

/// The draft that is meant.
#[derive(Deserialize)]
pub(crate) struct Discarding {
    version: i64,
}

/// `POST /admin/sso/{connection}/discard`
pub(crate) async fn discard(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(form): Fields<Discarding>,
) -> Result<Response, Failure> {
    versions::discard(&admin, known(&id)?, form.version).await?;
    Ok(page::see_other("/admin/sso"))
}

/// Whether the version is put in use at once, and whether the question was answered.
#[derive(Deserialize)]
pub(crate) struct Restoring {
    publish: Option<String>,
    consent: Option<String>,
}

/// `POST /admin/sso/{connection}/restore/{number}`
pub(crate) async fn restore(
    Admin(admin): Admin,
    Path((id, number)): Path<(String, String)>,
    Fields(form): Fields<Restoring>,
) -> Result<Response, Failure> {
    let (id, number) = (known(&id)?, number.parse().map_err(|_| Failure::NoPage)?);
    let how = if form.publish.is_some() { Put::Published } else { Put::Draft };
    if how == Put::Published && form.consent.is_none() {
        let heading = format!("Put version {number} in use again?");
        let text =
            "It becomes the newest version, and people sign in with it at once. Mappings stay as they are.";
        let action = format!("restore/{number}");
        let fields = vec![("publish", "yes".to_owned())];
        return Ok(page::shown(&question(&admin, id, (&action, heading, text, "Put it in use"), fields)));
    }
    versions::restore(&admin, id, number, how).await?;
    Ok(page::see_other(&address(id)))
}

/// Whether the question was answered.
#[derive(Deserialize)]
pub(crate) struct Retiring {
    consent: Option<String>,
}

/// `POST /admin/sso/{connection}/retire`
pub(crate) async fn retire(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(form): Fields<Retiring>,
) -> Result<Response, Failure> {
    let id = known(&id)?;
    if form.consent.is_none() {
        let heading = "Remove this connection?".to_owned();
        let text = "Nobody signs in by it any more. People who have no other way in are locked out.";
        return Ok(page::shown(&question(&admin, id, ("retire", heading, text, "Remove it"), Vec::new())));
    }
    edit::retire(&admin, id).await?;
    Ok(page::see_other("/admin/sso"))
}

fn question(
    admin: &AdminCtx,
    id: ConnectionId,
    (action, heading, text, button): (&str, String, &str, &'static str),
    fields: Vec<(&'static str, String)>,
) -> ConfirmPage {
    let back = address(id);
    ConfirmPage {
        frame: frame(admin, Here::Sso),
        heading,
        text: text.to_owned(),
        action: format!("{back}/{action}"),
        fields,
        button,
        back,
    }
}
