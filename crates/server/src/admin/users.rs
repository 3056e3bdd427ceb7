//! The list of users: searched, narrowed, and one deed for many of them.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Asking, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::users::{Asked, Listed, ReportPage, UsersPage, words};
use axum::response::Response;
use vestibule_app::users::bulk::{self, Action, Count, Meant};
use vestibule_app::users::{self, Filter};
use vestibule_app::{AdminCtx, Kind, roles};
use vestibule_model::id::UserId;

/// Rows on a page.
const ROWS: u32 = 50;

/// `GET /admin/users`
pub(crate) async fn list(Admin(admin): Admin, Asking(asked): Asking<Asked>) -> Result<Response, Failure> {
    let shown = listed(&admin, asked, None).await?;
    Ok(page::shown(&shown))
}

async fn listed(admin: &AdminCtx, asked: Asked, problem: Option<String>) -> Result<UsersPage, Failure> {
    let people = admin.people();
    let wrong = |error: &vestibule_app::Error| matches!(error.kind(), Kind::Invalid | Kind::NotFound);
    let found = match asked.filter() {
        Ok(filter) => match users::find(&people, &filter, asked.after(), ROWS).await {
            Ok(found) => Ok(found),
            Err(error) if wrong(&error) => Err(page::words(&error)),
            Err(error) => return Err(error.into()),
        },
        Err(problem) => Err(problem.to_owned()),
    };
    let roles = roles::names(admin)?.iter().map(|role| role.as_str().to_owned()).collect();
    let listed = Listed { found, roles, problem };
    Ok(UsersPage::new(frame(admin, Here::People), asked, listed))
}

/// `GET /admin/users/bulk`: a person who had to sign in first comes back here.
pub(crate) async fn back(_admin: Admin) -> Response {
    page::see_other("/admin/users")
}

/// What a form of the list says: its fields, and everybody who was ticked.
struct Pressed {
    asked: Asked,
    action: Option<Action>,
    ticked: Vec<UserId>,
    everybody: bool,
    consent: bool,
}

impl Pressed {
    fn read(fields: Vec<(String, String)>) -> Self {
        let value = |key: &str| fields.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value);
        let ticked = fields.iter().filter(|(name, _)| name == "user");
        Self {
            action: Action::from_word(value("action"), value("to_license")),
            ticked: ticked.filter_map(|(_, id)| id.parse().ok()).collect(),
            everybody: value("who") == "all",
            consent: value("consent") == "yes",
            asked: Asked::of_fields(value),
        }
    }

    fn meant(&self, filter: Filter) -> Meant {
        if self.everybody {
            Meant::Filtered(filter, self.asked.after().map(str::to_owned))
        } else {
            Meant::These(self.ticked.clone())
        }
    }

    /// What goes along with the answer to the question.
    fn fields(&self, action: Action) -> Vec<(&'static str, String)> {
        let mut fields = self.asked.fields();
        fields.push(("action", action.as_str().to_owned()));
        if let Action::SetLicense(license) = action {
            fields.push(("to_license", license.map_or("none", |license| license.as_str()).to_owned()));
        }
        if self.everybody {
            fields.push(("who", "all".to_owned()));
        } else {
            fields.extend(self.ticked.iter().map(|id| ("user", id.to_string())));
        }
        fields
    }
}

/// `POST /admin/users/bulk`
pub(crate) async fn bulk(
    Admin(admin): Admin,
    Fields(fields): Fields<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let pressed = Pressed::read(fields);
    let filter = pressed.asked.filter().map_err(|_| Failure::BadFields)?;
    let corrected = async |asked: Asked, words: String| {
        listed(&admin, asked, Some(words)).await.map(|shown| page::corrected(&shown))
    };
    let Some(action) = pressed.action else {
        return corrected(pressed.asked, "Choose what is to be done.".to_owned()).await;
    };
    let meant = pressed.meant(filter);
    if meant == Meant::These(Vec::new()) {
        let words = "Nobody is ticked. Tick those whom you mean, or choose everybody whom the list finds.";
        return corrected(pressed.asked, words.to_owned()).await;
    }
    let people = admin.people();
    if pressed.consent {
        let fields = pressed.fields(action);
        return match bulk::carry_out(&people, action, meant).await {
            Ok(report) => {
                let frame = frame(&admin, Here::People);
                Ok(page::shown(&ReportPage::new(frame, action, report, fields, pressed.asked.address())))
            }
            Err(error) if error.kind() == Kind::Invalid => {
                corrected(pressed.asked, page::words(&error)).await
            }
            Err(error) => Err(error.into()),
        };
    }
    let count = bulk::count(&people, &meant).await?;
    Ok(page::shown(&question(&admin, action, count, &pressed)))
}

fn question(admin: &AdminCtx, action: Action, count: Count, pressed: &Pressed) -> ConfirmPage {
    ConfirmPage {
        frame: frame(admin, Here::People),
        heading: words::question(action, count),
        text: words::consequence(action, count),
        action: "/admin/users/bulk".to_owned(),
        fields: pressed.fields(action),
        button: words::button(action),
        back: pressed.asked.address(),
    }
}
