//! One type's part in a search over all of them: its list, whatever its resources are.

use super::{Kind, Page};
use crate::ScimCtx;
use crate::provisioning::{Failure, Resource, groups, not_found, resources, users};
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::id::{GroupId, ResourceId, UserId};
use vestibule_scim::Query;
use vestibule_scim::list::SortKey;
use vestibule_store::Tx;

/// The id of a resource of any type.
pub(super) type Id = [u8; 16];

/// What is asked of one type.
pub(super) enum Part {
    Users(users::Asked),
    Groups(groups::Asked),
    Own(resources::Asked),
}

impl Part {
    /// Reads it.
    ///
    /// # Errors
    /// As for a list of the type.
    pub(super) fn read(kind: &Kind<'_>, base: &str, query: &Query) -> Result<Self, Failure> {
        let filtered = (kind.filter.clone(), BTreeSet::new());
        Ok(match kind.kind.name.as_str() {
            "User" => {
                let kind = users::kind().ok_or_else(|| not_found("user"))?;
                Self::Users(users::Asked::read(kind, base, query, filtered)?)
            }
            "Group" => {
                let kind = groups::kind().ok_or_else(|| not_found("group"))?;
                Self::Groups(groups::Asked::read(kind, base, query, filtered)?)
            }
            _ => Self::Own(resources::Asked::read(Arc::clone(kind.kind), base, query, filtered)?),
        })
    }

    /// A page of its resources, as a list of them has it.
    pub(super) async fn page(self, ctx: &ScimCtx) -> Result<Page, Failure> {
        match self {
            Self::Users(asked) => asked.answered(ctx).await,
            Self::Groups(asked) => asked.answered(ctx).await,
            Self::Own(asked) => asked.answered(ctx).await,
        }
    }

    /// What each of its resources that meet the filter is sorted by, in order of id.
    pub(super) async fn keys(&self, tx: &Tx<'_>) -> Result<Vec<(SortKey, Id)>, Failure> {
        Ok(match self {
            Self::Users(asked) => plain(asked.keys(tx).await?, |id| id.to_bytes()),
            Self::Groups(asked) => plain(asked.keys(tx).await?, |id| id.to_bytes()),
            Self::Own(asked) => plain(asked.keys(tx).await?, |id| id.to_bytes()),
        })
    }

    /// One of its resources, as it is shown; nothing if it is gone meanwhile.
    pub(super) async fn one(&self, tx: &Tx<'_>, id: Id) -> Result<Option<Resource>, Failure> {
        match self {
            Self::Users(asked) => asked.one(tx, UserId::from_bytes(id)).await,
            Self::Groups(asked) => asked.one(tx, GroupId::from_bytes(id)).await,
            Self::Own(asked) => asked.one(tx, ResourceId::from_bytes(id)).await,
        }
    }
}

fn plain<T>(keys: Vec<(SortKey, T)>, bytes: impl Fn(T) -> Id) -> Vec<(SortKey, Id)> {
    keys.into_iter().map(|(key, id)| (key, bytes(id))).collect()
}
