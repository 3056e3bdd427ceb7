//! Lists of users (RFC 7644 §3.4.2, RFC 9865): by place or by cursor, filtered, sorted.
//!
//! The owner is in none of them: no directory may do anything about the owner. Whoever asks for the owner by name, id or address
//! finds them, so that a directory sees that the name is taken.

use super::found::{MOST_LOOKED_AT, matching};
use super::{LARGEST_PAGE, USUAL_PAGE};
use crate::ScimCtx;
use crate::provisioning::asked::{Cursor, Start};
use crate::provisioning::shown::{resource, users};
use crate::provisioning::{Failure, Resource, not_found};
use serde_json::Value;
use std::sync::Arc;
use vestibule_model::group::Membership;
use vestibule_model::id::UserId;
use vestibule_scim::filter::{self, Filter};
use vestibule_scim::list::{SortKey, Sorter};
use vestibule_scim::{Error, ListResponse, Query, ResourceType};
use vestibule_store::scim_users::Entry;
use vestibule_store::{self as store, Tx};

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What is said beside the resources.
    pub head: ListResponse,
    /// The resources.
    pub resources: Vec<Resource>,
}

/// The users that a query asks for.
///
/// # Errors
/// `invalidFilter`, `invalidPath` for an order that cannot be, `invalidCursor`, and `tooMany` when a filter or an order would have
/// to look at too many users.
pub async fn list(ctx: &ScimCtx, base: &str, query: &Query) -> Result<Page, Failure> {
    let kind = users().ok_or_else(|| not_found("user"))?;
    let asked = Arc::new(Asked::read(kind, base, query)?);
    let scope = ctx.api().app.store().account(ctx.account().id);
    scope
        .read(move |tx| {
            let asked = Arc::clone(&asked);
            Box::pin(async move { asked.answer(tx).await })
        })
        .await
}

/// Who stands before the one at this place, if the owner is not counted.
async fn standing_before(
    tx: &Tx<'_>,
    place: usize,
    owner: Option<UserId>,
) -> Result<Option<UserId>, store::Error> {
    let offset = i64::try_from(place.saturating_sub(2)).unwrap_or(i64::MAX);
    match (store::scim_users::at(tx, None, offset).await?, owner) {
        (Some(found), Some(owner)) if found >= owner => store::scim_users::at(tx, Some(found), 0).await,
        (found, _) => Ok(found),
    }
}

struct Asked {
    kind: &'static ResourceType,
    base: String,
    filter: Option<Filter>,
    sorter: Option<Sorter>,
    start: Start<UserId>,
    count: usize,
    with_groups: bool,
}

impl Asked {
    fn read(kind: &'static ResourceType, base: &str, query: &Query) -> Result<Self, Failure> {
        let filter = query.filter.as_deref().map(|text| filter::parse(text, kind)).transpose()?;
        let sorter = match query.sort_by.as_deref() {
            Some(path) => Some(Sorter::new(kind, path, query.descending)?),
            None => None,
        };
        let (start_index, count) = query.page(USUAL_PAGE, LARGEST_PAGE);
        let start = match query.cursor.as_deref() {
            Some(text) => Start::After(Cursor::read(text, UserId::from_bytes)?),
            None => Start::Place(start_index),
        };
        if sorter.is_some() && matches!(start, Start::After(_)) {
            let detail = "a list that is sorted is read by startIndex: leave the cursor or sortBy out";
            return Err(Error::invalid_value(detail).into());
        }
        let with_groups = query.projection(kind).shows(kind, "groups");
        Ok(Self { kind, base: base.to_owned(), filter, sorter, start, count, with_groups })
    }

    async fn answer(&self, tx: &Tx<'_>) -> Result<Page, Failure> {
        match (&self.filter, &self.sorter) {
            (None, None) => self.plain(tx).await,
            (Some(filter), None) => self.filtered(tx, filter).await,
            (_, Some(sorter)) => self.sorted(tx, sorter).await,
        }
    }

    /// Everybody but the owner, in order of id: a page costs the same wherever it stands.
    async fn plain(&self, tx: &Tx<'_>) -> Result<Page, Failure> {
        let owner = store::scim_users::owner(tx).await?;
        let total = store::users::count(tx).await? - i64::from(owner.is_some());
        let total = usize::try_from(total).unwrap_or_default();
        let after = match self.start {
            Start::After(after) => Some(after),
            Start::Place(place) if place <= 1 => Some(None),
            Start::Place(place) if place > total => None,
            Start::Place(place) => standing_before(tx, place, owner).await?.map(Some),
        };
        let wanted = u32::try_from(self.count).unwrap_or(u32::MAX);
        let mut entries = match after {
            // One more tells that there is a next page, and another one may be the owner.
            Some(after) if wanted > 0 => store::scim_users::page(tx, after, wanted.saturating_add(2)).await?,
            _ => Vec::new(),
        };
        entries.retain(|entry| Some(entry.user.id) != owner);
        let is_more = entries.len() > self.count;
        entries.truncate(self.count);
        self.page(tx, Some(total), entries, is_more).await
    }

    /// Those who meet a filter, in order of id.
    async fn filtered(&self, tx: &Tx<'_>, filter: &Filter) -> Result<Page, Failure> {
        let (after, skipped) = match self.start {
            Start::After(after) => (after, 0),
            Start::Place(place) => (None, place.saturating_sub(1)),
        };
        let by_cursor = matches!(self.start, Start::After(_));
        let (mut total, mut entries) = (0_usize, Vec::new());
        let kind = (self.kind, self.base.as_str());
        matching(tx, kind, filter, after, |entry, _| {
            total += 1;
            if total > skipped && entries.len() <= self.count {
                entries.push(entry);
            }
            // By a cursor nobody counts: one more than the page says that there is a next one.
            !by_cursor || entries.len() <= self.count
        })
        .await?;
        let is_more = entries.len() > self.count;
        entries.truncate(self.count);
        self.page(tx, (!by_cursor).then_some(total), entries, is_more).await
    }

    /// All of them in another order: they are looked at one and all.
    async fn sorted(&self, tx: &Tx<'_>, sorter: &Sorter) -> Result<Page, Failure> {
        let mut found: Vec<(SortKey, Entry)> = Vec::new();
        let everybody = filter::parse("id pr", self.kind)?;
        let filter = self.filter.as_ref().unwrap_or(&everybody);
        let count = usize::try_from(store::users::count(tx).await?).unwrap_or_default();
        if self.filter.is_none() && count > MOST_LOOKED_AT {
            return Err(Error::too_many("too many users to be sorted: leave sortBy out").into());
        }
        let kind = (self.kind, self.base.as_str());
        matching(tx, kind, filter, None, |entry, value: Value| {
            found.push((sorter.key(&value), entry));
            true
        })
        .await?;
        match sorter.is_descending() {
            true => found.sort_by(|(a, _), (b, _)| b.cmp(a)),
            false => found.sort_by(|(a, _), (b, _)| a.cmp(b)),
        }
        let total = found.len();
        let skipped = match self.start {
            Start::Place(place) => place.saturating_sub(1),
            Start::After(_) => 0,
        };
        let entries = found.into_iter().map(|(_, entry)| entry).skip(skipped).take(self.count).collect();
        self.page(tx, Some(total), entries, false).await
    }

    async fn page(
        &self,
        tx: &Tx<'_>,
        total: Option<usize>,
        entries: Vec<Entry>,
        is_more: bool,
    ) -> Result<Page, Failure> {
        let groups = self.groups(tx, &entries).await?;
        let last = entries.last().map(|entry| entry.user.id);
        let resources = entries.iter().map(|entry| {
            let own: Vec<Membership> = groups
                .iter()
                .filter(|(user, _)| *user == entry.user.id)
                .map(|(_, held)| held.clone())
                .collect();
            resource(&self.base, entry, &own)
        });
        let resources = resources.collect();
        let by_cursor = matches!(self.start, Start::After(_));
        let start_index = match self.start {
            Start::Place(place) => Some(place),
            Start::After(_) => None,
        };
        let next_cursor = last.filter(|_| is_more && by_cursor).map(|id| Cursor::write(id.to_bytes()));
        let head = ListResponse { total_results: total, start_index, next_cursor, previous_cursor: None };
        Ok(Page { head, resources })
    }

    async fn groups(&self, tx: &Tx<'_>, entries: &[Entry]) -> Result<Vec<(UserId, Membership)>, Failure> {
        if !self.with_groups {
            return Ok(Vec::new());
        }
        let together = self.filter.is_none() && self.sorter.is_none();
        if let (true, Some(first), Some(last)) = (together, entries.first(), entries.last()) {
            return Ok(store::groups::of_users(tx, first.user.id, last.user.id).await?);
        }
        // They stand anywhere: each is asked for alone.
        let mut all = Vec::new();
        for entry in entries {
            let id = entry.user.id;
            all.extend(store::groups::of_user(tx, id).await?.into_iter().map(|held| (id, held)));
        }
        Ok(all)
    }
}
