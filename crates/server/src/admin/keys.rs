//! Our own certificates: what the connection's page shows of them, and the forms there.

use super::connection::{address, certificate, known};
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::connection::{Certificate, Key, Keys, Reader};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::keys::{self, KeyView, KeysView};
use vestibule_model::id::SpKeyId;

/// The certificate that a form is about.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    key: SpKeyId,
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn back(_admin: Admin, Path(id): Path<String>) -> Result<Response, Failure> {
    to_page(&id)
}

/// `POST /admin/sso/{connection}/keys/prepare`
pub(crate) async fn prepare(Admin(admin): Admin, Path(id): Path<String>) -> Result<Response, Failure> {
    keys::prepare(&admin, known(&id)?).await?;
    to_page(&id)
}

/// `POST /admin/sso/{connection}/keys/use`
pub(crate) async fn activate(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, Failure> {
    keys::activate(&admin, chosen.key).await?;
    to_page(&id)
}

/// `POST /admin/sso/{connection}/keys/remove`
pub(crate) async fn remove(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, Failure> {
    keys::remove(&admin, chosen.key).await?;
    to_page(&id)
}

fn to_page(id: &str) -> Result<Response, Failure> {
    Ok(page::see_other(&format!("{}#keys", address(known(id)?))))
}

/// The part of the connection's page.
pub(super) fn shown(view: KeysView) -> Keys {
    let reader = |(reader, counts): (vestibule_model::rotation::Reader, bool)| Reader {
        agent: reader.agent,
        address: reader.address,
        last_seen_at: reader.last_seen_at,
        counts,
    };
    Keys {
        address: address(view.connection),
        rotation: view.rotation,
        keys: view.keys.into_iter().map(key).collect(),
        readers: view.readers.into_iter().map(reader).collect(),
    }
}

fn key(view: KeyView) -> Key {
    Key {
        id: view.id.to_string(),
        life: view.life,
        kind: view.kind,
        signs: view.signs,
        decrypts: view.decrypts,
        used: view.used,
        prepared_at: view.prepared_at,
        created_at: view.created_at,
        takes_over_at: view.takes_over_at,
        removed_at: view.removed_at,
        certificate: Certificate { pem: Some(view.pem), ..certificate(&view.certificate) },
    }
}
