//! Mending from the page of a response: one form, and a question where it matters.

use super::frame;
use super::log::address;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::cures::{self, Cure};
use vestibule_app::response_log;
use vestibule_model::response_log::TrackingId;

/// What is mended, and whether the question was answered.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    cure: String,
    consent: Option<String>,
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn back(_admin: Admin, Path(tracking_id): Path<String>) -> Result<Response, Failure> {
    Ok(page::see_other(&address(known(&tracking_id)?)))
}

/// `POST /admin/log/{tracking_id}/cure`
pub(crate) async fn mend(
    Admin(admin): Admin,
    Path(tracking_id): Path<String>,
    Fields(form): Fields<Wanted>,
) -> Result<Response, Failure> {
    let tracking_id = known(&tracking_id)?;
    if form.cure == Cure::Activate.word() && form.consent.is_none() {
        let explained = response_log::detail(&admin, tracking_id).await?;
        if let Some(offer) = cures::offer(&admin, &explained).await? {
            let who = offer.person.summary.email;
            return Ok(page::shown(&ConfirmPage {
                frame: frame(&admin, Here::Log),
                heading: format!("Activate {who}?"),
                text: "The person can sign in again, and takes the seats of the license type and the add-ons from before, as far as there are any.".to_owned(),
                action: format!("{}/cure", address(tracking_id)),
                fields: vec![("cure", form.cure)],
                button: "Activate",
                back: address(tracking_id),
            }));
        }
    }
    cures::mend(&admin, tracking_id, &form.cure).await?;
    Ok(page::see_other(&format!("{}#mend", address(tracking_id))))
}

fn known(tracking_id: &str) -> Result<TrackingId, Failure> {
    TrackingId::parse(tracking_id).ok_or(Failure::NoPage)
}
