//! To whom or what something was done.

use crate::account::Account;
use crate::user::User;
use serde::{Deserialize, Serialize};

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// The account itself.
    Account,
    /// A person.
    User,
    /// A user group, channel or IM group.
    Group,
    /// An SSO connection.
    Connection,
    /// A domain.
    Domain,
    /// The mapping.
    Mapping,
    /// An API token.
    Token,
    /// A client of the authorization server.
    Client,
    /// An import of people.
    Import,
    /// A role that the account made for itself.
    Role,
}

/// Somebody or something, by the name that it had at that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What it is.
    pub kind: Thing,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
}

impl Subject {
    /// A thing that has an id.
    pub fn new(kind: Thing, id: impl ToString, name: impl Into<String>) -> Self {
        Self { kind, id: Some(id.to_string()), name: name.into() }
    }

    /// A thing that has a name alone.
    pub fn named(kind: Thing, name: impl Into<String>) -> Self {
        Self { kind, id: None, name: name.into() }
    }

    /// A person.
    #[must_use]
    pub fn user(user: &User) -> Self {
        Self::new(Thing::User, user.id, user.email.as_str())
    }

    /// The account itself.
    #[must_use]
    pub fn account(account: &Account) -> Self {
        Self::new(Thing::Account, account.id, account.label.as_str())
    }
}
