//! The mapping: shown whole, changed piece by piece. What is wrong is said beside its field, and what was typed stays.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Asking, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::mapping::MappingPage;
use crate::portal::mapping::form::{Outlook, Piece, PiecePage, QuestionPage, Values};
use crate::portal::mapping::words::rule as sentence;
use axum::extract::Path;
use axum::response::Response;
use jiff::SignedDuration;
use serde::Deserialize;
use vestibule_app::configuration::edit_mapping::{self, Change, Seen, edit_mapping};
use vestibule_app::{AdminCtx, Error, Kind};
use vestibule_model::mapping::CategoryName;

/// How long the answer to *What would this change?* may take: a request as a whole has 30 seconds.
const OUTLOOK_BUDGET: SignedDuration = SignedDuration::from_secs(10);

/// `GET /admin/mapping`
pub(crate) async fn page(Admin(admin): Admin) -> Result<Response, Failure> {
    let seen = edit_mapping::seen(&admin).await?;
    Ok(page::shown(&MappingPage::new(frame(&admin, Here::Mapping), &seen)))
}

/// `GET /admin/mapping/licenses`
pub(crate) async fn licenses(Admin(admin): Admin) -> Result<Response, Failure> {
    blank(&admin, &Piece::Licenses, Values::new()).await
}

/// `POST /admin/mapping/licenses`
pub(crate) async fn save_licenses(
    Admin(admin): Admin,
    Fields(form): Fields<Values>,
) -> Result<Response, Failure> {
    put(&admin, &Piece::Licenses, form).await
}

/// `GET /admin/mapping/auto`
pub(crate) async fn auto(Admin(admin): Admin) -> Result<Response, Failure> {
    blank(&admin, &Piece::Auto, Values::new()).await
}

/// `POST /admin/mapping/auto`
pub(crate) async fn save_auto(
    Admin(admin): Admin,
    Fields(form): Fields<Values>,
) -> Result<Response, Failure> {
    put(&admin, &Piece::Auto, form).await
}

/// `GET /admin/mapping/basic/{target}`
pub(crate) async fn basic(
    Admin(admin): Admin,
    Path(target): Path<String>,
    Asking(given): Asking<Values>,
) -> Result<Response, Failure> {
    blank(&admin, &Piece::Basic(target), given).await
}

/// `POST /admin/mapping/basic/{target}`
pub(crate) async fn save_basic(
    Admin(admin): Admin,
    Path(target): Path<String>,
    Fields(form): Fields<Values>,
) -> Result<Response, Failure> {
    put(&admin, &Piece::Basic(target), form).await
}

/// `GET /admin/mapping/rules/{category}/{rule}`
pub(crate) async fn rule(
    Admin(admin): Admin,
    Path((category, rule)): Path<(String, String)>,
    Asking(given): Asking<Values>,
) -> Result<Response, Failure> {
    blank(&admin, &a_rule(&category, &rule)?, given).await
}

/// `POST /admin/mapping/rules/{category}/{rule}`
pub(crate) async fn save_rule(
    Admin(admin): Admin,
    Path((category, rule)): Path<(String, String)>,
    Fields(form): Fields<Values>,
) -> Result<Response, Failure> {
    put(&admin, &a_rule(&category, &rule)?, form).await
}

/// `GET /admin/mapping/rest/{category}`
pub(crate) async fn rest(Admin(admin): Admin, Path(category): Path<String>) -> Result<Response, Failure> {
    blank(&admin, &Piece::Rest(named(&category)?), Values::new()).await
}

/// `POST /admin/mapping/rest/{category}`
pub(crate) async fn save_rest(
    Admin(admin): Admin,
    Path(category): Path<String>,
    Fields(form): Fields<Values>,
) -> Result<Response, Failure> {
    put(&admin, &Piece::Rest(named(&category)?), form).await
}

/// The version that the page showed, where a rule is to stand, and whether a question was answered, or what it would come to is
/// asked.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    version: i64,
    consent: Option<String>,
    to: Option<usize>,
    #[serde(rename = "do")]
    wanted: Option<String>,
}

impl Pressed {
    fn simulates(&self) -> bool {
        self.wanted.as_deref() == Some("simulate")
    }
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn back(_admin: Admin) -> Response {
    page::see_other("/admin/mapping")
}

/// `POST /admin/mapping/rules/{category}/{rule}/move`: by an arrow at once, by a drag after a question.
pub(crate) async fn move_to(
    Admin(admin): Admin,
    Path((category, rule)): Path<(String, String)>,
    Fields(form): Fields<Pressed>,
) -> Result<Response, Failure> {
    let (category, from) = (named(&category)?, numbered(&rule)?);
    let to = form.to.ok_or(Failure::BadFields)?;
    let change = Change::MoveRule { category, from, to };
    if !form.simulates() {
        edit_mapping(&admin, form.version, &change).await?;
        return Ok(to_category(category));
    }
    let sentences = sentences(&admin, category).await?;
    let moved = sentences.get(from).ok_or(Failure::NoPage)?;
    let there = sentences.get(to).ok_or(Failure::NoPage)?;
    let heading = format!("Move rule {} of {} to place {}?", from + 1, category.title(), to + 1);
    let side = if to < from { "before" } else { "after" };
    let text = format!("“{moved}” would be asked {side} “{there}”.");
    let question = question((category, from, "move"), (heading, text, "Move it"), &admin, form.version);
    let outlook = outlook(&admin, form.version, &change).await?;
    Ok(page::shown(&QuestionPage { outlook, fields: vec![("to", to.to_string())], ..question }))
}

/// `POST /admin/mapping/rules/{category}/{rule}/remove`
pub(crate) async fn remove(
    Admin(admin): Admin,
    Path((category, rule)): Path<(String, String)>,
    Fields(form): Fields<Pressed>,
) -> Result<Response, Failure> {
    let (category, number) = (named(&category)?, numbered(&rule)?);
    let change = Change::RemoveRule(category, number);
    if form.consent.is_some() && !form.simulates() {
        edit_mapping(&admin, form.version, &change).await?;
        return Ok(to_category(category));
    }
    let sentences = sentences(&admin, category).await?;
    let rule = sentences.get(number).ok_or(Failure::NoPage)?;
    let heading = format!("Delete rule {} of {}?", number + 1, category.title());
    let text = format!(
        "{rule}. The next sign-ins are decided without it; with the last rule of a category go its exemptions too."
    );
    let shown = question((category, number, "remove"), (heading, text, "Delete it"), &admin, form.version);
    let outlook = if form.simulates() { outlook(&admin, form.version, &change).await? } else { None };
    Ok(page::shown(&QuestionPage { outlook, ..shown }))
}

/// `POST /admin/mapping/undo`: asked first, with what it would come to.
pub(crate) async fn undo(Admin(admin): Admin, Fields(form): Fields<Pressed>) -> Result<Response, Failure> {
    if form.consent.is_some() && !form.simulates() {
        edit_mapping(&admin, form.version, &Change::Undo).await?;
        return Ok(page::see_other("/admin/mapping"));
    }
    let outlook = outlook(&admin, form.version, &Change::Undo).await?;
    Ok(page::shown(&QuestionPage {
        frame: frame(&admin, Here::Mapping),
        heading: "Undo the last change of the mapping?".to_owned(),
        text: "The mapping, and the license types of new users, would be as they were before it. What people gained or lost at sign-ins since then is decided again at their next one.".to_owned(),
        action: "/admin/mapping/undo".to_owned(),
        version: form.version,
        button: "Undo it",
        back: "/admin/mapping".to_owned(),
        fields: Vec::new(),
        outlook,
    }))
}

/// The rules of a category, in sentences.
async fn sentences(admin: &AdminCtx, category: CategoryName) -> Result<Vec<String>, Failure> {
    let seen = edit_mapping::seen(admin).await?;
    let category = seen.configuration.mapping.categories.get(&category).ok_or(Failure::NoPage)?;
    Ok(category.rules.iter().map(sentence).collect())
}

/// The question before a rule is moved or deleted.
fn question(
    (category, number, deed): (CategoryName, usize, &str),
    (heading, text, button): (String, String, &'static str),
    admin: &AdminCtx,
    version: i64,
) -> QuestionPage {
    QuestionPage {
        frame: frame(admin, Here::Mapping),
        heading,
        text,
        action: format!("/admin/mapping/rules/{category}/{number}/{deed}"),
        version,
        button,
        back: format!("/admin/mapping#{category}"),
        fields: Vec::new(),
        outlook: None,
    }
}

async fn outlook(admin: &AdminCtx, version: i64, change: &Change) -> Result<Option<Outlook>, Error> {
    let found = edit_mapping::outlook(admin, version, change, OUTLOOK_BUDGET).await?;
    Ok(Some(Outlook::new(&found)))
}

fn named(category: &str) -> Result<CategoryName, Failure> {
    CategoryName::from_word(category).ok_or(Failure::NoPage)
}

fn numbered(rule: &str) -> Result<usize, Failure> {
    rule.parse().map_err(|_| Failure::NoPage)
}

fn a_rule(category: &str, rule: &str) -> Result<Piece, Failure> {
    let number = if rule == "new" { None } else { Some(numbered(rule)?) };
    Ok(Piece::Rule(named(category)?, number))
}

fn to_category(category: CategoryName) -> Response {
    page::see_other(&format!("/admin/mapping#{category}"))
}

/// The form as it is, with what a link gave along.
async fn blank(admin: &AdminCtx, piece: &Piece, given: Values) -> Result<Response, Failure> {
    let seen = edit_mapping::seen(admin).await?;
    let mut values = piece.values(&seen.configuration).ok_or(Failure::NoPage)?;
    values.extend(given);
    Ok(page::shown(&form(admin, piece, (&seen, seen.version), &values, None)))
}

fn form(
    admin: &AdminCtx,
    piece: &Piece,
    (seen, version): (&Seen, i64),
    values: &Values,
    wrong: Option<(&str, &str)>,
) -> PiecePage {
    PiecePage {
        frame: frame(admin, Here::Mapping),
        heading: piece.heading(),
        intro: piece.intro(),
        action: address(piece),
        version,
        problem: None,
        fields: piece.fields(seen, values, wrong),
        outlook: None,
    }
}

fn address(piece: &Piece) -> String {
    match piece {
        Piece::Licenses => "/admin/mapping/licenses".to_owned(),
        Piece::Auto => "/admin/mapping/auto".to_owned(),
        Piece::Basic(target) => {
            let target: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
            format!("/admin/mapping/basic/{}", target.replace('+', "%20"))
        }
        Piece::Rule(category, None) => format!("/admin/mapping/rules/{category}/new"),
        Piece::Rule(category, Some(number)) => format!("/admin/mapping/rules/{category}/{number}"),
        Piece::Rest(category) => format!("/admin/mapping/rest/{category}"),
    }
}

fn change(piece: &Piece, form: &Values) -> Change {
    let form = form.clone();
    match piece.clone() {
        Piece::Licenses => Change::Licenses(form),
        Piece::Auto => Change::Auto(form),
        Piece::Basic(target) => {
            let name = form.get("name").map_or("", |name| name.trim());
            let target = if target == "custom" { format!("custom:{name}") } else { target };
            Change::Basic { target, form }
        }
        Piece::Rule(category, replaces) => Change::PutRule { category, replaces, form },
        Piece::Rest(category) => Change::Rest(category, form),
    }
}

/// Saves a piece, or shows what saving it would come to.
async fn put(admin: &AdminCtx, piece: &Piece, values: Values) -> Result<Response, Failure> {
    let version = values.get("version").and_then(|text| text.parse().ok()).ok_or(Failure::BadFields)?;
    let change = change(piece, &values);
    let simulates = values.get("do").is_some_and(|wanted| wanted == "simulate");
    let done = if simulates {
        outlook(admin, version, &change).await
    } else {
        edit_mapping(admin, version, &change).await.map(|()| None)
    };
    let seen = edit_mapping::seen(admin).await?;
    match done {
        Ok(None) => Ok(landed(piece)),
        Ok(outlook) => {
            let shown = form(admin, piece, (&seen, version), &values, None);
            Ok(page::shown(&PiecePage { outlook, ..shown }))
        }
        Err(error) if matches!(error.kind(), Kind::Invalid | Kind::Conflict) => {
            let (key, why) = (field(&error), words(&error));
            let wrong = key.map(|key| (key, why.as_str()));
            let mut shown = form(admin, piece, (&seen, version), &values, wrong);
            shown.problem = Some(format!("Nothing was saved. {why}"));
            Ok(page::corrected(&shown))
        }
        Err(error) => Err(error.into()),
    }
}

fn landed(piece: &Piece) -> Response {
    match piece {
        Piece::Rule(category, _) | Piece::Rest(category) => to_category(*category),
        Piece::Licenses => page::see_other("/admin/mapping#licenses"),
        Piece::Basic(_) => page::see_other("/admin/mapping#basic"),
        Piece::Auto => page::see_other("/admin/mapping#auto"),
    }
}

/// What is wrong, without the key of the account file: the sentence stands beside the field.
fn words(error: &Error) -> String {
    let all = page::words(error);
    let Some((_, problem)) = all.split_once("`: ") else { return all };
    let mut letters = problem.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The field that an error is about: the last part of the key.
fn field(error: &Error) -> Option<&'static str> {
    let key = error.key()?;
    let last = key.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or(key);
    let known = [
        "attribute",
        "operator",
        "value",
        "result",
        "users",
        "groups",
        "default_license",
        "fallback",
        "user_group",
        "channel",
        "im_group",
    ];
    let in_no_match = key.contains("no_match");
    let of_basic = key.starts_with("mapping.basic").then_some("source");
    let found = known.into_iter().find(|field| *field == last && !key.starts_with("mapping.basic.custom"));
    if in_no_match {
        Some("no_match")
    } else if last == "default_license" {
        found
    } else {
        of_basic.or(found)
    }
}
