//! Roles that the account made for itself: the list, the form of one, and its removal.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::roles::{RolePage, RolesPage, address};
use axum::extract::Path;
use axum::response::Response;
use std::collections::BTreeMap;
use vestibule_app::roles::{self, Saved};
use vestibule_app::{Error, Kind};
use vestibule_model::permission::{Permission, Permissions};

/// A form: a name where the role is new, and a box for each permission.
type Form = BTreeMap<String, String>;

fn said(name: &str, form: &Form) -> Saved {
    let pressed = |permission: &Permission| form.contains_key(permission.as_str());
    let permissions: Permissions = Permission::ALL.iter().copied().filter(pressed).collect();
    Saved { name: name.to_owned(), permissions }
}

fn is_mended_here(error: &Error) -> bool {
    matches!(error.kind(), Kind::Invalid | Kind::Conflict)
}

/// `GET /admin/roles`
pub(crate) async fn list(Admin(admin): Admin) -> Result<Response, Failure> {
    let roles = roles::list(&admin).await?;
    Ok(page::shown(&RolesPage::new(frame(&admin, Here::Roles), roles)))
}

/// `GET /admin/roles/new`
pub(crate) async fn blank(Admin(admin): Admin) -> Result<Response, Failure> {
    let nothing = Saved { name: String::new(), permissions: Permissions::NONE };
    Ok(page::shown(&RolePage::blank(frame(&admin, Here::Roles), nothing)))
}

/// `POST /admin/roles/new`
pub(crate) async fn create(Admin(admin): Admin, Fields(form): Fields<Form>) -> Result<Response, Failure> {
    let wanted = said(form.get("name").map_or("", |name| name.trim()), &form);
    match roles::create(&admin, &wanted).await {
        Ok(_) => Ok(page::see_other("/admin/roles")),
        Err(error) if is_mended_here(&error) => {
            let page = RolePage::blank(frame(&admin, Here::Roles), wanted);
            Ok(page::corrected(&page.wrong(page::words(&error))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /admin/roles/{role}/edit`
pub(crate) async fn page(Admin(admin): Admin, Path(role): Path<String>) -> Result<Response, Failure> {
    let shown = roles::show(&admin, &role).await?;
    Ok(page::shown(&RolePage::of(frame(&admin, Here::Roles), &shown)))
}

/// `POST /admin/roles/{role}/edit`
pub(crate) async fn save(
    Admin(admin): Admin,
    Path(role): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, Failure> {
    roles::save(&admin, &said(&role, &form)).await?;
    Ok(page::see_other("/admin/roles"))
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back to the role.
pub(crate) async fn back(_admin: Admin, Path(role): Path<String>) -> Response {
    page::see_other(&address(&role, "edit"))
}

/// `POST /admin/roles/{role}/remove`
pub(crate) async fn remove(
    Admin(admin): Admin,
    Path(role): Path<String>,
    Fields(form): Fields<Form>,
) -> Result<Response, Failure> {
    let shown = roles::show(&admin, &role).await?;
    let people = match shown.people {
        0 => "Nobody holds it.".to_owned(),
        1 => "One person holds it, and is a member from then on.".to_owned(),
        count => format!("{count} people hold it, and are members from then on."),
    };
    if !form.contains_key("consent") {
        return Ok(page::shown(&ConfirmPage {
            frame: frame(&admin, Here::Roles),
            heading: format!("Remove the role “{role}”?"),
            text: format!(
                "{people} What the role permits they may not do any more, and API tokens that they made for it rest. \
                 It cannot be undone; a role of the same name has to be given anew."
            ),
            action: address(&role, "remove"),
            fields: Vec::new(),
            button: "Remove it",
            back: address(&role, "edit"),
        }));
    }
    match roles::remove(&admin, &role).await {
        Ok(()) => Ok(page::see_other("/admin/roles")),
        Err(error) if is_mended_here(&error) => {
            let page = RolePage::of(frame(&admin, Here::Roles), &shown);
            Ok(page::corrected(&page.wrong(page::words(&error))))
        }
        Err(error) => Err(error.into()),
    }
}
