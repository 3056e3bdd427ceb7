//! Bodies of the REST API: what a program says of a user, and how a user is shown.
//!
//! A field that is not known is refused, not passed over: nobody is to believe that something was done that was not.

use crate::door::Desk;
use crate::error::Failure;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use vestibule_app::rest::{Action, Page, Said};
use vestibule_model::license::License;
use vestibule_model::user::{self, Field, Logins, Status};

/// The numbers of license types that programs know.
const LICENSES: [(u32, License); 3] = [(1, License::Basic), (2, License::Licensed), (3, License::OnPrem)];
/// The number of the login type with a password.
const WORK_EMAIL: u32 = 100;
/// The number of the login type by the identity provider.
const SSO: u32 = 101;

/// A field that may be absent, null, or a text.
type Given = Option<Option<String>>;

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Given, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

macro_rules! fields {
    ($($name:ident $(or $alias:literal)? = $field:ident, $doc:literal;)*) => {
        /// What is to be changed of a user.
        #[derive(Default, Deserialize, ToSchema)]
        #[serde(default, deny_unknown_fields)]
        pub(super) struct Change {
            /// The e-mail address; another one only within the account's domains, once a day.
            email: Option<String>,
            /// The license type: 1 Basic, 2 Licensed, 3 On-Prem.
            r#type: Option<u32>,
            /// Login types to gain: 100 (password), 101 (SSO). None is taken away.
            login_types: Vec<u32>,
            /// The Employee Unique ID.
            #[serde(deserialize_with = "given")]
            #[schema(value_type = Option<String>)]
            employee_id: Given,
            /// For `autoCreate` alone: at least 12 characters. It is never shown, and in no log.
            #[schema(write_only)]
            password: Option<String>,
            $(
                #[doc = $doc]
                #[serde(deserialize_with = "given" $(, alias = $alias)?)]
                #[schema(value_type = Option<String>)]
                $name: Given,
            )*
        }

        /// A user.
        #[derive(Serialize, ToSchema)]
        pub(super) struct User {
            /// The ID.
            #[schema(value_type = String, example = "usr_0195a4c27d3f7c11a5b2c3d4e5f60718")]
            id: vestibule_model::id::UserId,
            /// The e-mail address.
            email: String,
            /// `active`, `inactive` or `pending`.
            #[schema(value_type = String)]
            status: Status,
            /// The license type: 1 Basic, 2 Licensed, 3 On-Prem; null for none.
            r#type: Option<u32>,
            /// Ways to sign in: 100 (password), 101 (SSO).
            login_types: Vec<u32>,
            /// `owner`, `admin`, `member`, or a role of the account's own.
            role: String,
            /// The Employee Unique ID.
            employee_id: Option<String>,
            $(#[doc = $doc] $name: Option<String>,)*
            /// When the user was made.
            #[schema(value_type = String, format = DateTime)]
            created_at: Timestamp,
            /// When the user was last changed.
            #[schema(value_type = String, format = DateTime)]
            updated_at: Timestamp,
        }

        impl Change {
            fn profile(self) -> BTreeMap<Field, Option<String>> {
                let said = [$((Field::$field, self.$name)),*];
                said.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
            }
        }

        impl From<user::User> for User {
            fn from(user: user::User) -> Self {
                let value = |field: Field| user.profile.value(&field).map(str::to_owned);
                Self {
                    $($name: value(Field::$field),)*
                    id: user.id,
                    email: user.email.to_string(),
                    status: user.status,
                    r#type: user.license.and_then(number_of),
                    login_types: numbers(user.logins),
                    role: user.role.as_str().to_owned(),
                    employee_id: user.employee_id,
                    created_at: user.created_at,
                    updated_at: user.updated_at,
                }
            }
        }
    };
}

fields! {
    first_name = FirstName, "The first name.";
    last_name = LastName, "The last name.";
    display_name = DisplayName, "The name that others see.";
    job_title = JobTitle, "The job title.";
    department or "dept" = Department, "The department.";
    company = Company, "The company.";
    division = Division, "The division.";
    cost_center = CostCenter, "The cost center.";
    location = Location, "Where the person works.";
    manager = Manager, "The manager's e-mail address.";
    language = Language, "The language, as BCP 47 writes it.";
    time_zone or "timezone" = TimeZone, "The time zone, by its IANA name.";
    pronouns = Pronouns, "The pronouns.";
}

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    /// `create`, `autoCreate` or `ssoCreate`.
    action: String,
    /// What is known of the person.
    user_info: Change,
}

/// What becomes of a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStatus {
    /// `activate` or `deactivate`.
    pub(super) action: String,
}

/// A page of users.
#[derive(Serialize, ToSchema)]
pub(super) struct UserPage {
    /// The most users on it.
    page_size: u32,
    /// What to ask for the next page with; null when this is the last one.
    next_page_token: Option<String>,
    /// The users.
    users: Vec<User>,
}

impl From<Page> for UserPage {
    fn from(page: Page) -> Self {
        let users = page.users.into_iter().map(User::from).collect();
        Self { page_size: page.page_size, next_page_token: page.next_page_token, users }
    }
}

impl NewUser {
    /// The action, and what is said of the person.
    pub(super) fn read(mut self) -> Result<(Action, Said), Failure> {
        let password = self.user_info.password.take();
        let action = match (self.action.as_str(), password) {
            ("autoCreate", Some(password)) => Action::WithPassword(password),
            ("autoCreate", None) => return Err(wrong("user_info.password: autoCreate wants one")),
            ("create", None) => Action::Invite,
            ("ssoCreate", None) => Action::Sso,
            ("create" | "ssoCreate", Some(_)) => {
                return Err(wrong(
                    "user_info.password: only autoCreate takes one, and nothing was done with it",
                ));
            }
            _ => {
                return Err(wrong(
                    "action: expected create, autoCreate or ssoCreate, in exactly these letters",
                ));
            }
        };
        Ok((action, self.user_info.read()?))
    }
}

impl Change {
    /// What is said of the person.
    pub(super) fn read(mut self) -> Result<Said, Failure> {
        if self.password.is_some() {
            return Err(wrong("password: a password is set by the person; nothing was done with it"));
        }
        let license = self.r#type.map(|number| {
            let found = LICENSES.into_iter().find(|(known, _)| *known == number);
            found
                .map(|(_, license)| license)
                .ok_or_else(|| wrong("type: expected 1 (Basic), 2 (Licensed) or 3 (On-Prem)"))
        });
        let mut gains = Logins::default();
        for number in &self.login_types {
            match *number {
                WORK_EMAIL => gains.work_email = true,
                SSO => gains.sso = true,
                _ => return Err(wrong("login_types: expected 100 (password) or 101 (SSO)")),
            }
        }
        let (license, email) = (license.transpose()?, self.email.take());
        let employee_id = self.employee_id.take();
        Ok(Said { email, license, gains, employee_id, profile: self.profile() })
    }
}

fn number_of(license: License) -> Option<u32> {
    LICENSES.into_iter().find(|(_, known)| *known == license).map(|(number, _)| number)
}

fn numbers(logins: Logins) -> Vec<u32> {
    [(logins.work_email, WORK_EMAIL), (logins.sso, SSO)]
        .into_iter()
        .filter_map(|(on, number)| on.then_some(number))
        .collect()
}

fn wrong(sentence: &str) -> Failure {
    Failure::Field(sentence.into())
}

/// A body in JSON, whatever its content type says.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Desk>> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let bytes = match Bytes::from_request(request, desk).await {
            Ok(bytes) => bytes,
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(Failure::TooLarge);
            }
            Err(_) => return Err(Failure::BadFields),
        };
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Failure::Field(reason(&error).into()))
    }
}

/// What is wrong with a body, without the values that stand in it.
fn reason(error: &serde_json::Error) -> String {
    if !error.is_data() {
        return format!("the body is not JSON: see line {}, column {}", error.line(), error.column());
    }
    let text = error.to_string();
    match text.split_once("invalid type: ").or_else(|| text.split_once("invalid value: ")) {
        None => text,
        Some((_, rest)) => {
            let expected = rest.rsplit_once("expected ").map_or("something else", |(_, expected)| expected);
            format!("expected {expected}")
        }
    }
}
