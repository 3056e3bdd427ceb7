//! Groups: the list of a kind, one group with its members and settings, and what an administrator does about it.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Asking, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::groups::{EverybodyPage, GroupPage, GroupsPage, Problem};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;
use vestibule_app::groups::{self, Members, Query, Which};
use vestibule_app::users::Whom;
use vestibule_app::{AdminCtx, Error, Kind};
use vestibule_model::group::GroupKind;
use vestibule_model::id::GroupId;

/// Rows on a page.
const ROWS: u32 = 50;

/// What names, or addresses, begin with, and where the page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    kind: Option<String>,
    prefix: String,
    after: Option<String>,
}

impl Asked {
    fn kind(&self) -> Result<GroupKind, Failure> {
        let word = self.kind.as_deref().unwrap_or(GroupKind::UserGroup.as_str());
        GroupKind::from_word(word).ok_or(Failure::NoPage)
    }

    fn query(&self) -> Query {
        Query { prefix: self.prefix.clone(), after: self.after.clone(), limit: ROWS }
    }
}

/// `GET /admin/groups`
pub(crate) async fn list(Admin(admin): Admin, Asking(asked): Asking<Asked>) -> Result<Response, Failure> {
    let kind = asked.kind()?;
    let page = listed(&admin, kind, &asked.query(), None).await?;
    Ok(page::shown(&page))
}

async fn listed(
    admin: &AdminCtx,
    kind: GroupKind,
    query: &Query,
    wrong: Option<Problem>,
) -> Result<GroupsPage, Failure> {
    let people = admin.people();
    let found = match groups::list(&people, kind, query).await {
        Ok(page) => Ok(page),
        Err(error) if error.kind() == Kind::Invalid => Err(page::words(&error)),
        Err(error) => return Err(error.into()),
    };
    let everybody = groups::everybody(&people).await?.settings;
    let next = found.as_ref().ok().and_then(|page| page.next.as_deref());
    let next = next.map(|after| onward("/admin/groups", &[("kind", kind.as_str())], query, after));
    let frame = frame(admin, Here::Groups);
    Ok(GroupsPage::new(frame, (kind, query.prefix.clone()), found, &everybody).leading(next).with(wrong))
}

/// The address of the next page.
fn onward(path: &str, more: &[(&str, &str)], query: &Query, after: &str) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(more);
    pairs.append_pair("prefix", &query.prefix).append_pair("after", after);
    format!("{path}?{}", pairs.finish())
}

/// A new group.
#[derive(Deserialize)]
pub(crate) struct New {
    kind: String,
    name: String,
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn first(_admin: Admin) -> Response {
    page::see_other("/admin/groups")
}

/// `POST /admin/groups/new`
pub(crate) async fn create(Admin(admin): Admin, Fields(form): Fields<New>) -> Result<Response, Failure> {
    let kind = GroupKind::from_word(&form.kind).ok_or(Failure::BadFields)?;
    match groups::create(&admin.people(), kind, &form.name).await {
        Ok(made) => Ok(page::see_other(&address(made.id))),
        Err(error) if is_mended_here(&error) => {
            let wrong = Problem { typed: form.name, words: page::words(&error) };
            let query = Query { limit: ROWS, ..Query::default() };
            Ok(page::corrected(&listed(&admin, kind, &query, Some(wrong)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the page that the form stood on can say what is wrong.
fn is_mended_here(error: &Error) -> bool {
    matches!(error.kind(), Kind::Invalid | Kind::Conflict | Kind::NotFound)
}

/// `GET /admin/groups/everybody`
pub(crate) async fn everybody(Admin(admin): Admin) -> Result<Response, Failure> {
    let seen = groups::everybody(&admin.people()).await?;
    Ok(page::shown(&EverybodyPage::new(frame(&admin, Here::Groups), seen.version, &seen.settings)))
}

/// `POST /admin/groups/everybody`
pub(crate) async fn set_everybody(
    Admin(admin): Admin,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let version = version(&form)?;
    match groups::set_everybody(&admin.people(), version, &form).await {
        Ok(_) => Ok(page::see_other("/admin/groups#everybody")),
        Err(error) if is_mended_here(&error) => {
            let frame = frame(&admin, Here::Groups);
            let page = EverybodyPage::typed(frame, version, form, (error.key(), page::words(&error)));
            Ok(page::corrected(&page))
        }
        Err(error) => Err(error.into()),
    }
}

fn version(form: &BTreeMap<String, String>) -> Result<i64, Failure> {
    form.get("version").and_then(|text| text.parse().ok()).ok_or(Failure::BadFields)
}

/// `GET /admin/groups/{group}`
pub(crate) async fn one(
    Admin(admin): Admin,
    Path(group): Path<String>,
    Asking(asked): Asking<Asked>,
) -> Result<Response, Failure> {
    let id = known(&group)?;
    let query = asked.query();
    let found = match groups::members(&admin.people(), &id.into(), &query).await {
        Ok(page) => Ok(page),
        Err(error) if error.kind() == Kind::Invalid => Err(page::words(&error)),
        Err(error) => return Err(error.into()),
    };
    Ok(page::shown(&shown(&admin, id, &query, found).await?))
}

async fn shown(
    admin: &AdminCtx,
    id: GroupId,
    query: &Query,
    found: Result<Members, String>,
) -> Result<GroupPage, Failure> {
    let group = groups::show(&admin.people(), &id.into()).await?;
    let next = found.as_ref().ok().and_then(|page| page.next.as_deref());
    let next = next.map(|after| onward(&address(id), &[], query, after));
    let frame = frame(admin, Here::Groups);
    Ok(GroupPage::new(frame, &group, query.prefix.clone(), found).leading(next))
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn back(
    _admin: Admin,
    Path((group, _)): Path<(String, String)>,
) -> Result<Response, Failure> {
    Ok(page::see_other(&address(known(&group)?)))
}

/// `POST /admin/groups/{group}/{deed}`
pub(crate) async fn deed(
    Admin(admin): Admin,
    Path((group, deed)): Path<(String, String)>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let id = known(&group)?;
    let (people, which) = (admin.people(), Which::from(id));
    let typed = |key: &str| form.get(key).map_or("", String::as_str);
    if deed == "delete" && !form.contains_key("consent") {
        return question(&admin, id).await;
    }
    let done = match deed.as_str() {
        "rename" => groups::rename(&people, &which, typed("name")).await.map(drop),
        "settings" => groups::set(&people, &which, version(&form)?, &form).await.map(drop),
        "join" => match Whom::parse(typed("member")) {
            Ok(whom) => groups::join(&people, &which, &whom).await.map(drop),
            Err(error) => Err(error),
        },
        "leave" => groups::leave(&people, &which, &Whom::parse(typed("member"))?).await.map(drop),
        "delete" => groups::delete(&people, &which).await.map(drop),
        _ => return Err(Failure::NoPage),
    };
    match done {
        Ok(()) if deed == "delete" => Ok(page::see_other("/admin/groups")),
        Ok(()) => Ok(page::see_other(&format!("{}{}", address(id), anchor(&deed)))),
        Err(error) if is_mended_here(&error) => {
            let query = Query { limit: ROWS, ..Query::default() };
            let found = groups::members(&people, &which, &query).await?;
            let page = shown(&admin, id, &query, Ok(found)).await?;
            Ok(page::corrected(&page.wrong(&deed, form, (error.key(), page::words(&error)))))
        }
        Err(error) => Err(error.into()),
    }
}

/// Where on the page one is led back to.
fn anchor(deed: &str) -> &'static str {
    match deed {
        "settings" => "#settings",
        "join" | "leave" => "#members",
        _ => "",
    }
}

async fn question(admin: &AdminCtx, id: GroupId) -> Result<Response, Failure> {
    let shown = groups::show(&admin.people(), &id.into()).await?;
    let summary = &shown.summary;
    let people = match summary.members {
        0 => "Nobody belongs to it.".to_owned(),
        1 => "The one person in it leaves it, whoever put them there.".to_owned(),
        count => format!("All {count} people in it leave it, whoever put them there."),
    };
    let settings = match summary.settings.is_empty() {
        true => "",
        false => " What it sets does not hold for them any more, in sessions that are open too.",
    };
    let again = shown.auto_mapping.as_ref().map_or_else(String::new, |attribute| {
        format!(" Auto mapping makes a new group of this name if somebody signs in with it in {attribute}.")
    });
    Ok(page::shown(&ConfirmPage {
        frame: frame(admin, Here::Groups),
        heading: format!("Delete the {} “{}”?", summary.kind.singular(), summary.name),
        text: format!("{people}{settings}{again} A group that is made again under this name is another one."),
        action: format!("{}/delete", address(id)),
        fields: Vec::new(),
        button: "Delete it",
        back: address(id),
    }))
}

fn known(group: &str) -> Result<GroupId, Failure> {
    group.parse().map_err(|_| Failure::NoPage)
}

fn address(group: GroupId) -> String {
    format!("/admin/groups/{group}")
}
