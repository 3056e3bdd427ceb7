//! People: the list, one person, and what an administrator does about one of them.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Asking, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::licenses::LicensesPage;
use crate::portal::people::{PeoplePage, PersonPage};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::groups::{self, Which};
use vestibule_app::users::{self, Whom};
use vestibule_app::{AdminCtx, Kind, calls, response_log, seats};
use vestibule_model::api_call;
use vestibule_model::group::GroupKind;
use vestibule_model::id::UserId;
use vestibule_model::response_log::Filter;
use vestibule_model::user::Role;

/// Rows on a page.
const ROWS: u32 = 50;
/// How many of a person's responses, and of the calls about a person, are shown.
const RESPONSES: u32 = 10;

/// `GET /admin/licenses`
pub(crate) async fn licenses(Admin(admin): Admin) -> Result<Response, Failure> {
    let inventory = seats::inventory(&admin).await?;
    Ok(page::shown(&LicensesPage::new(frame(&admin, Here::Licenses), &inventory)))
}

/// What addresses begin with, and after which one the page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    prefix: String,
    after: Option<String>,
}

/// `GET /admin/users`
pub(crate) async fn list(Admin(admin): Admin, Asking(query): Asking<Query>) -> Result<Response, Failure> {
    let Query { prefix, after } = query;
    let wanted = users::Query { prefix: prefix.clone(), after, limit: ROWS };
    let found = match users::list(&admin.people(), &wanted).await {
        Ok(page) => Ok(page),
        Err(error) if error.kind() == Kind::Invalid => Err(page::words(&error)),
        Err(error) => return Err(error.into()),
    };
    let next = found.as_ref().ok().and_then(|page| page.next.as_deref()).map(|after| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("prefix", &prefix).append_pair("after", after).finish();
        format!("/admin/users?{query}")
    });
    Ok(page::shown(&PeoplePage::new(frame(&admin, Here::People), prefix, found, next)))
}

/// `GET /admin/users/{user}`
pub(crate) async fn one(Admin(admin): Admin, Path(user): Path<String>) -> Result<Response, Failure> {
    let person = users::show(&admin.people(), &known(&user)?.into()).await?;
    let user = Some(person.summary.email.folded().to_owned());
    let filter = Filter { user, limit: RESPONSES, ..Filter::default() };
    let responses = response_log::search(&admin, &filter).await?;
    let about = person.summary.id.to_string();
    let filter = api_call::Filter { limit: RESPONSES, ..Default::default() };
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
    role: Option<String>,
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
        "role" => {
            let role = form.role.as_deref().and_then(Role::from_word).ok_or(Failure::BadFields)?;
            users::set_role(&people, &whom, &role).await
        }
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
