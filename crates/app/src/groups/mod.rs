//! Looking after groups: which there are, who belongs to them, what they set, and what an administrator or the operator does
//! about them.
//!
//! Both come by a [`PeopleCtx`]. What follows from a change (rules that name the group, memberships, sessions) is in `directory`;
//! which setting holds for a person is decided in `model::group`. The one thing to know: rules go by name, people by id, so
//! a group that is made again under an old name is another group.

mod deeds;
mod settings;
mod view;

pub use crate::context::PeopleCtx;
pub use deeds::{Changed, create, delete, join, leave, rename};
pub use settings::{Everybody, Form, everybody, set, set_everybody};
pub(crate) use view::policy;
pub use view::{LARGEST_PAGE, Member, Members, Page, Query, Shown, Summary, list, members, show};

use crate::error::{Error, Kind};
use vestibule_model::group::{GroupKind, GroupName};
use vestibule_model::id::GroupId;
use vestibule_store::groups::Record;
use vestibule_store::{self as store, Tx};

/// Which group is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The group with this id.
    Id(GroupId),
    /// The group of this kind and name.
    Name(GroupKind, GroupName),
}

impl Which {
    /// Reads an id (`grp_…`) or a name.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when it is neither.
    pub fn parse(kind: GroupKind, text: &str) -> Result<Self, Error> {
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => Ok(Self::Name(kind, name(text)?)),
        }
    }

    pub(crate) async fn id(&self, tx: &Tx<'_>) -> Result<GroupId, Error> {
        match self {
            Self::Id(id) => Ok(*id),
            Self::Name(kind, name) => {
                let found = store::groups::by_name(tx, *kind, name).await?;
                Ok(found.ok_or_else(unknown)?.id)
            }
        }
    }

    /// The group that is meant.
    async fn find(&self, tx: &Tx<'_>) -> Result<Record, Error> {
        store::groups::by_id(tx, self.id(tx).await?).await?.ok_or_else(unknown)
    }

    /// The same, which nobody else changes before the transaction ends.
    async fn locked(&self, tx: &Tx<'_>) -> Result<Record, Error> {
        store::groups::locked(tx, self.id(tx).await?).await?.ok_or_else(unknown)
    }
}

impl From<GroupId> for Which {
    fn from(id: GroupId) -> Self {
        Self::Id(id)
    }
}

fn name(text: &str) -> Result<GroupName, Error> {
    GroupName::parse(text).map_err(|error| {
        let given = vestibule_model::trace::shown(text);
        Error::new(Kind::Invalid, format!("\"{given}\" is {error}."))
            .about("name")
            .hint("Give a name such as Marketing.")
    })
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "The account has no such group.")
        .hint("The list of groups shows which there are; user groups, channels and IM groups have names of their own.")
}
