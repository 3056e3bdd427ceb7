//! Provisioning by SCIM: what a directory may ask for, as deeds.
//!
//! A directory comes with a [`ScimCtx`](crate::ScimCtx). Here a document becomes what is wanted of a person (`wanted`), and a
//! record becomes a document again (`shown`); what the rules say of it is decided in `model/provision`, what follows happens in
//! `directory`. The language itself, down to its filters and patches, is in `vestibule-scim`; addresses, statuses and headers are
//! in `server/scim`. The one thing to know: the document is kept as it was written, and tells everything as long as the record
//! has not changed by other ways since.

mod answers;
mod asked;
pub mod everything;
pub mod groups;
pub mod resources;
mod shown;
pub mod users;
mod wanted;

pub(crate) use answers::Answers;
pub use answers::patch_answer;
pub use shown::registry;

use crate::error::Error;
use crate::{App, ScimCtx};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use vestibule_model::api_call::Subject;
use vestibule_model::token::Access;
use vestibule_scim::{Document, Meta, Quirk, ResourceType};
use vestibule_store as store;

pub use crate::configuration::PatchAnswer;

/// The resource types that a deployment brings besides users and groups.
#[must_use]
pub fn own_types(app: &App) -> Vec<Arc<ResourceType>> {
    resources::own(&app.inner.deployment.schemas).cloned().collect()
}

/// Most operations in a bulk request.
pub const MOST_BULK_OPERATIONS: usize = 1_000;

/// A resource, as it is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// What is known of it.
    pub content: Content,
    /// What the service says about it.
    pub meta: Meta,
}

/// What is known of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// As a document.
    Document(Document),
    /// As the text of the document that is kept, which is answered without being read, and what the service adds at its top.
    Kept(String, Map<String, Value>),
}

impl Resource {
    /// The document.
    #[must_use]
    pub fn document(&self) -> Cow<'_, Document> {
        match &self.content {
            Content::Document(document) => Cow::Borrowed(document),
            Content::Kept(text, added) => {
                let mut attributes: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
                attributes.extend(added.clone());
                Cow::Owned(Document::stored(attributes))
            }
        }
    }

    /// What it is called: its `userName`, else its `displayName`; and whether it is active. Nothing else of a text that is kept is
    /// read.
    #[must_use]
    pub fn names(&self) -> Option<Names> {
        match &self.content {
            Content::Document(document) => {
                let name = document.text("userName").or_else(|| document.text("displayName"))?;
                Some(Names { name: name.to_owned(), is_inactive: document.flag("active") == Some(false) })
            }
            Content::Kept(text, _) => {
                let kept: Kept<'_> = serde_json::from_str(text).ok()?;
                let name = kept.user_name.or(kept.display_name)?.into_owned();
                Some(Names { name, is_inactive: kept.active == Some(false) })
            }
        }
    }
}

/// What the call log says of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// What it is called.
    pub name: String,
    /// Whether it is a person who is deactivated.
    pub is_inactive: bool,
}

/// That part of a text that is kept.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept<'a> {
    #[serde(borrow)]
    user_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    display_name: Option<Cow<'a, str>>,
    active: Option<bool>,
}

/// What became of a request that makes or changes something.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The resource after it.
    pub resource: Resource,
    /// What was done, for the call log.
    pub told: Told,
}

/// What was done, for the call log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// In words; empty when it was so already.
    pub story: Vec<String>,
    /// To whom; `None` for a resource that is neither a user nor a group.
    pub subject: Option<Subject>,
    /// What was unusual in how it was asked for.
    pub quirks: BTreeSet<Quirk>,
}

/// The version that a client expects, from `If-Match` (RFC 7644 §3.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Any.
    Any,
    /// One of these entity tags.
    OneOf(Vec<String>),
}

impl Expected {
    fn check(&self, version: i64) -> Result<(), Failure> {
        match self {
            Self::OneOf(tags) if !tags.contains(&entity_tag(version)) => {
                let detail =
                    "the resource has changed since: read it again, and repeat the change on what it is now";
                Err(Failure::Said(vestibule_scim::Error::plain(412, detail)))
            }
            Self::Any | Self::OneOf(_) => Ok(()),
        }
    }
}

/// Why a request was not carried out. Nothing of it was.
#[derive(Debug)]
pub enum Failure {
    /// The message itself cannot be followed: what RFC 7644 §3.12 has a word for.
    Said(vestibule_scim::Error),
    /// The deed was not done.
    Deed(Error),
    /// Somebody else changed the same at the same time; it may be tried again.
    Stale,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(error) => f.write_str(&error.detail),
            Self::Deed(error) => error.fmt(f),
            Self::Stale => f.write_str("changed at the same time"),
        }
    }
}

impl From<vestibule_scim::Error> for Failure {
    fn from(error: vestibule_scim::Error) -> Self {
        Self::Said(error)
    }
}

impl From<Error> for Failure {
    /// Deeds that others share wrap what the store says: somebody who was faster is seen through that, so that it is tried again.
    fn from(error: Error) -> Self {
        let cause = std::error::Error::source(&error).and_then(|source| source.downcast_ref());
        match cause {
            Some(store::Error::Stale) => Self::Stale,
            _ => Self::Deed(error),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Stale => Self::Stale,
            other => Self::Deed(other.into()),
        }
    }
}

/// Holds a deed that writes against what the token permits: a context that was made for reading does nothing.
fn may_write(ctx: &ScimCtx) -> Result<(), Failure> {
    match ctx.access() {
        Access::Write => Ok(()),
        Access::Read => Ok(ctx.api().scim(Access::Write).map(drop)?),
    }
}

/// How often a deed is begun again when somebody else was faster.
const TRIES: usize = 8;

/// Carries a deed out, again while somebody else is faster.
async fn again<T, F: Future<Output = Result<T, Failure>>>(deed: impl Fn() -> F) -> Result<T, Failure> {
    for _ in 1..TRIES {
        match deed().await {
            Err(Failure::Stale) => {}
            done => return done,
        }
    }
    match deed().await {
        Err(Failure::Stale) => Err(Failure::Deed(store::Error::Stale.into())),
        done => done,
    }
}

fn not_found(what: &str) -> Failure {
    Failure::Said(vestibule_scim::Error::plain(404, format!("the account has no such {what}")))
}

/// The entity tag of a version.
fn entity_tag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// A time as documents have it (RFC 7643 §2.3.5).
fn date_time(time: Timestamp) -> String {
    format!("{time:.3}")
}
