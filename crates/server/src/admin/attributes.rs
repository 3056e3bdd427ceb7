//! The mapping assistant: what was received, and the way from an attribute to the form that maps it.

use super::frame;
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Admin, Asking};
use crate::page;
use crate::portal::Here;
use crate::portal::attributes::{AttributesPage, MapPage};
use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::assistant::{self, Reach, Values};

/// How far back is looked.
const SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether values are shown as they were sent, and how many responses are looked at.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shown {
    values: String,
    reach: String,
}

/// `GET /admin/mapping/attributes`
pub(crate) async fn received(
    State(desk): State<Arc<Desk>>,
    Admin(admin): Admin,
    Asking(shown): Asking<Shown>,
) -> Result<Response, Failure> {
    let values = if shown.values == "plain" { Values::Plain } else { Values::Masked };
    let reach = if shown.reach == "all" { Reach::All } else { Reach::Newest };
    let advice = assistant::advise(&admin, (desk.app.now() - SPAN, reach), values).await?;
    Ok(page::shown(&AttributesPage::new(frame(&admin, Here::Mapping), &advice, (values, reach))))
}

/// The attribute that is mapped.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    attribute: String,
}

/// `GET /admin/mapping/attributes/map`
pub(crate) async fn map(Admin(admin): Admin, Asking(chosen): Asking<Chosen>) -> Result<Response, Failure> {
    Ok(page::shown(&MapPage::new(frame(&admin, Here::Mapping), &chosen.attribute)))
}
