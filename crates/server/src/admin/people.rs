//! People: one person, and what an administrator does about one of them.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::licenses::LicensesPage;
use crate::portal::people::{EVENTS, PersonPage};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::groups::{self, Which};
use vestibule_app::users::{self, Whom};
use vestibule_app::{AdminCtx, calls, response_log, seats};
use vestibule_model::api_call;
use vestibule_model::group::GroupKind;
use vestibule_model::id::UserId;
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
    let responses = response_log::search(&admin, &filter).await?;
    let about = person.summary.id.to_string();
    let filter = api_call::Filter { limit: EVENTS, ..Default::default() };
    let called = calls::search(&admin, Some(&about), &filter).await?;
    Ok(page::shown(&PersonPage::new(frame(&admin, Here::People), &person, responses, called)))
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
        "join" => groups::join(&people, &form.which()?, &whom).await,
        "leave" => groups::leave(&people, &form.which()?, &whom).await,
        _ => return Err(Failure::NoPage),
    }?;
    Ok(page::see_other(&address(user)))
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

fn known(user: &str) -> Result<UserId, Failure> {
    user.parse().map_err(|_| Failure::NoPage)
}

fn address(user: UserId) -> String {
    format!("/admin/users/{user}")
}
