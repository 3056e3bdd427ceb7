//! People: one person, and what an administrator does about one of them.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::licenses::LicensesPage;
use crate::portal::people::{EVENTS, Past, PersonPage};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::groups::{self, Which};
use vestibule_app::users::{self, Whom};
use vestibule_app::{AdminCtx, audit, calls, response_log, roles, seats, second_factor};
use vestibule_model::api_call;
use vestibule_model::group::GroupKind;
use vestibule_model::id::UserId;
use vestibule_model::permission::Permission;
use vestibule_model::response_log::Filter;

/// `GET /admin/licenses`
pub(crate) async fn licenses(Admin(admin): Admin) -> Result<Response, Failure> {
    let inventory = seats::inventory(&admin).await?;
    Ok(page::shown(&LicensesPage::new(frame(&admin, Here::Licenses), &inventory)))
}

/// `GET /admin/users/{user}`
pub(crate) async fn one(Admin(admin): Admin, Path(user): Path<String>) -> Result<Response, Failure> {
    let person = users::show(&admin.people(), &known(&user)?.into()).await?;
    let user = Some(person.summary.email.folded().to_owned());
    let filter = Filter { user, limit: EVENTS, ..Filter::default() };
    let mut past = Past::default();
    if admin.permissions().allow(Permission::LogRead) {
        let about = person.summary.id.to_string();
        let called = api_call::Filter { limit: EVENTS, ..Default::default() };
        past.sign_ins = response_log::search(&admin, &filter).await?;
        past.calls = calls::search(&admin, Some(&about), &called).await?;
    }
    if admin.permissions().allow(Permission::AuditRead) {
        past.changes = audit::of_user(&admin.people(), person.summary.id, EVENTS).await?;
    }
    let page = PersonPage::new(frame(&admin, Here::People), &person, past);
    Ok(page::shown(&page.with_roles(roles::assignable(&admin), admin.user())))
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn back(
    _admin: Admin,
    Path((user, _)): Path<(String, String)>,
) -> Result<Response, Failure> {
    Ok(page::see_other(&address(known(&user)?)))
}

/// Whether the question was answered, and which group is meant where one is.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    consent: Option<String>,
    group: Option<String>,
    kind: Option<String>,
}

impl Pressed {
    fn which(&self) -> Result<Which, Failure> {
        let kind = self.kind.as_deref().unwrap_or(GroupKind::UserGroup.as_str());
        let kind = GroupKind::from_word(kind).ok_or(Failure::BadFields)?;
        Ok(Which::parse(kind, self.group.as_deref().ok_or(Failure::BadFields)?)?)
    }
}

/// `POST /admin/users/{user}/{deed}`
pub(crate) async fn deed(
    Admin(admin): Admin,
    Path((user, deed)): Path<(String, String)>,
    Fields(form): Fields<Pressed>,
) -> Result<Response, Failure> {
    let user = known(&user)?;
    let (people, whom) = (admin.people(), Whom::from(user));
    if let Some((title, text)) = question(&deed)
        && form.consent.is_none()
    {
        let person = users::show(&people, &whom).await?;
        let heading = format!("{title} {}?", person.summary.email);
        return Ok(page::shown(&confirm(&admin, user, (&deed, heading, title, text))));
    }
    match deed.as_str() {
        "add-sso-login" => users::add_sso_login(&people, &whom).await,
        "activate" => users::activate(&people, &whom).await,
        "deactivate" => users::deactivate(&people, &whom).await,
        "send-verification" => users::send_verification(&people, &whom).await,
        "invite-again" => users::invite_again(&people, &whom).await,
        "reset-second-factor" => second_factor::reset(&people, &whom).await,
        "withdraw-invitation" => users::withdraw(&people, &whom).await,
        "join" => groups::join(&people, &form.which()?, &whom).await,
        "leave" => groups::leave(&people, &form.which()?, &whom).await,
        _ => return Err(Failure::NoPage),
    }?;
    // Whose invitation was withdrawn may be a user no more.
    let withdrawn = deed == "withdraw-invitation";
    Ok(page::see_other(&if withdrawn { "/admin/users/invitations".to_owned() } else { address(user) }))
}

/// The role that is given.
#[derive(Deserialize)]
pub(crate) struct Given {
    role: String,
}

/// `POST /admin/users/{user}/role`
pub(crate) async fn give_role(
    Admin(admin): Admin,
    Path(user): Path<String>,
    Fields(form): Fields<Given>,
) -> Result<Response, Failure> {
    let user = known(&user)?;
    roles::set_role(&admin.people(), &user.into(), &form.role).await?;
    Ok(page::see_other(&address(user)))
}

/// `GET` of the same: a person who had to sign in first comes back to the page.
pub(crate) async fn back_to_role(_admin: Admin, Path(user): Path<String>) -> Result<Response, Failure> {
    Ok(page::see_other(&address(known(&user)?)))
}

/// The title and the consequence of a deed that is asked about first.
fn question(deed: &str) -> Option<(&'static str, &'static str)> {
    match deed {
        "activate" => Some((
            "Activate",
            "The person can sign in again, and takes the seats of the license type and the add-ons from before, as far as there are any.",
        )),
        "deactivate" => Some((
            "Deactivate",
            "Every session of the person ends at once, the seats are free for others, and sign-ins are refused (1013) until the person is activated again.",
        )),
        "reset-second-factor" => Some((
            "Reset the second factor of",
            "The device and the recovery codes of the person are of no use any more, and the next sign-in is by password alone. Make sure that it is really the person who asks. They are told by mail.",
        )),
        "withdraw-invitation" => Some((
            "Withdraw the invitation of",
            "The link in the mail stops working. Who has no other way to sign in is removed from the account, and the seat is free; an SSO user stays.",
        )),
        _ => None,
    }
}

fn confirm(
    admin: &AdminCtx,
    user: UserId,
    (deed, heading, button, text): (&str, String, &'static str, &str),
) -> ConfirmPage {
    ConfirmPage {
        frame: frame(admin, Here::People),
        heading,
        text: text.to_owned(),
        action: format!("{}/{deed}", address(user)),
        fields: Vec::new(),
        button,
        back: address(user),
    }
}

pub(super) fn known(user: &str) -> Result<UserId, Failure> {
    user.parse().map_err(|_| Failure::NoPage)
}

pub(super) fn address(user: UserId) -> String {
    format!("/admin/users/{user}")
}
