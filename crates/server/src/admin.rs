//! The account's portal, for its administrators.

pub(crate) mod api;
pub(crate) mod arrivals;
pub(crate) mod attributes;
pub(crate) mod audit;
pub(crate) mod calls;
pub(crate) mod connection;
pub(crate) mod cures;
pub(crate) mod domains;
pub(crate) mod edit;
pub(crate) mod groups;
pub(crate) mod guides;
pub(crate) mod imports;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod mapping;
pub(crate) mod metadata;
pub(crate) mod overview;
pub(crate) mod owner;
pub(crate) mod people;
pub(crate) mod roles;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod test;
pub(crate) mod users;
pub(crate) mod versions;

use crate::portal::moment::Moment;
use crate::portal::{Frame, Here, profile};
use vestibule_app::AdminCtx;
use vestibule_app::configuration::AppliedFile;

/// The frame around a page for this administrator.
fn frame(admin: &AdminCtx, here: Here) -> Frame {
    let frame = profile::frame(&admin.account().name, admin.user(), admin.permissions(), here);
    let says = |file: &&AppliedFile| here.sections().iter().any(|section| file.sections.contains(*section));
    let file = admin.applied_file().filter(says).map(|file| Moment(file.at));
    Frame { file, ..frame }
}
