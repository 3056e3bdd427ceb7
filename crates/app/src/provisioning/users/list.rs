//! Lists of users (RFC 7644 §3.4.2, RFC 9865): by place or by cursor, filtered, sorted.
//!
//! The owner is in none of them: no directory may do anything about the owner. Whoever asks for the owner by name, id or address
//! finds them, so that a directory sees that the name is taken.

use super::found::{Look, MOST_LOOKED_AT, matching, only_user_name, own};
use super::write::fold;
use super::{LARGEST_PAGE, USUAL_PAGE};
use crate::ScimCtx;
use crate::provisioning::asked::{self, Cursor, Filtered, Start};
use crate::provisioning::shown::{kept, resource, users};
use crate::provisioning::{Failure, Resource, not_found};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::id::UserId;
use vestibule_scim::filter::{self, Filter};
use vestibule_scim::list::{SortKey, Sorter};
use vestibule_scim::{Error, ListResponse, Query, Quirk, ResourceType};
use vestibule_store::scim_users::{Entry, Shown};
use vestibule_store::{self as store, Tx};

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What is said beside the resources.
    pub head: ListResponse,
    /// The resources.
    pub resources: Vec<Resource>,
    /// What was unusual in how they were asked for.
    pub quirks: BTreeSet<Quirk>,
}

/// The users that a query asks for.
///
/// # Errors
/// `invalidFilter`, `invalidPath` for an order that cannot be, `invalidCursor`, and `tooMany` when a filter or an order would have
/// to look at too many users.
pub async fn list(ctx: &ScimCtx, base: &str, query: &Query) -> Result<Page, Failure> {
    let kind = users().ok_or_else(|| not_found("user"))?;
    Asked::read(kind, base, query, asked::filter(query, kind)?)?.answered(ctx).await
}

/// Who stands before the one at this place, if the owner is not counted.
async fn standing_before(
    tx: &Tx<'_>,
    place: usize,
    owner: Option<UserId>,
) -> Result<Option<UserId>, store::Error> {
    let place = i64::try_from(place.saturating_sub(2)).unwrap_or(i64::MAX);
    match (store::scim_users::standing_at(tx, place).await?, owner) {
        (Some(found), Some(owner)) if found >= owner => store::scim_users::at(tx, Some(found), 0).await,
        (found, _) => Ok(found),
    }
}

/// What is asked of users.
pub(in crate::provisioning) struct Asked {
    kind: &'static ResourceType,
    base: String,
    filter: Option<Filter>,
    sorter: Option<Sorter>,
    start: Start<UserId>,
    count: usize,
    with_groups: bool,
    quirks: BTreeSet<Quirk>,
}

impl Asked {
    /// Reads it; the filter was read before.
    pub(in crate::provisioning) fn read(
        kind: &'static ResourceType,
        base: &str,
        query: &Query,
        (filter, quirks): Filtered,
    ) -> Result<Self, Failure> {
        let sorter = match query.sort_by.as_deref() {
            Some(path) => Some(Sorter::new(kind, path, query.descending)?),
            None => None,
        };
        let (start_index, count) = query.page(USUAL_PAGE, LARGEST_PAGE);
        let start = match query.cursor.as_deref() {
            Some(text) => Start::After(Cursor::read(text, UserId::from_bytes)?),
            None => Start::Place(start_index),
        };
        let with_groups = query.projection(kind).shows(kind, "groups");
        Ok(Self { kind, base: base.to_owned(), filter, sorter, start, count, with_groups, quirks })
    }

    /// The page, of one moment.
    pub(in crate::provisioning) async fn answered(self, ctx: &ScimCtx) -> Result<Page, Failure> {
        let asked = Arc::new(self);
        let scope = ctx.api().app.store().account(ctx.account().id);
        let asks_for_one = asked.filter.as_ref().is_some_and(|filter| only_user_name(filter).is_some());
        match asks_for_one {
            true => scope.glance(move |tx| asked.within(tx)).await,
            false => scope.read(move |tx| asked.within(tx)).await,
        }
    }

    fn within<'t>(self: &Arc<Self>, tx: &'t Tx<'t>) -> store::Body<'t, Page, Failure> {
        let asked = Arc::clone(self);
        Box::pin(async move { asked.answer(tx).await })
    }

    async fn answer(&self, tx: &Tx<'_>) -> Result<Page, Failure> {
        match (&self.filter, &self.sorter) {
            (None, None) => self.plain(tx).await,
            (Some(filter), None) => match self.named(tx, filter).await? {
                Some(page) => Ok(page),
                None => self.filtered(tx, filter).await,
            },
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
        let mut found = match after {
            // One more tells that there is a next page, and another one may be the owner.
            Some(after) if wanted > 0 => {
                store::scim_users::shown_page(tx, after, wanted.saturating_add(2)).await?
            }
            _ => Vec::new(),
        };
        found.retain(|user| Some(user.id) != owner);
        let is_more = found.len() > self.count;
        found.truncate(self.count);
        let last = found.last().map(|user| user.id);
        let resources = self.as_kept(tx, found).await?;
        Ok(self.page(Some(total), resources, last.filter(|_| is_more)))
    }

    /// Users who stand together, each by the document where that tells everything, else by the record.
    async fn as_kept(&self, tx: &Tx<'_>, found: Vec<Shown>) -> Result<Vec<Resource>, Failure> {
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(Vec::new()) };
        let (first, last) = (first.id, last.id);
        let memberships = match self.with_groups {
            true => store::groups::of_users(tx, first, last).await?,
            false => Vec::new(),
        };
        let records = match found.iter().all(|user| user.document.is_some()) {
            true => Vec::new(),
            false => {
                let limit = u32::try_from(found.len()).unwrap_or(u32::MAX).saturating_add(1);
                store::scim_users::from(tx, first, limit).await?
            }
        };
        let mut resources = Vec::with_capacity(found.len());
        for user in found {
            let (id, own) = (user.id, own(&memberships, user.id));
            if let Some(resource) = kept(&self.base, user, &own) {
                resources.push(resource);
            } else if let Some(entry) = records.iter().find(|entry| entry.user.id == id) {
                resources.push(resource(&self.base, entry, &own));
            }
        }
        Ok(resources)
    }

    /// Whoever has the `userName` that is asked for, if nothing else is asked and the document tells everything: what directories
    /// ask before everything they do.
    async fn named(&self, tx: &Tx<'_>, filter: &Filter) -> Result<Option<Page>, Failure> {
        let (Some(name), Start::Place(1)) = (only_user_name(filter), &self.start) else { return Ok(None) };
        if self.count == 0 {
            return Ok(None);
        }
        let found = store::scim_users::shown_by_user_name(tx, &fold(name)).await?;
        // The index is more forgiving than the filter.
        let found = found.filter(|user| filter.matches(&json!({ "userName": user.user_name })));
        let Some(user) = found else { return Ok(Some(self.page(Some(0), Vec::new(), None))) };
        let memberships = match self.with_groups {
            true => store::groups::of_user(tx, user.id).await?,
            false => Vec::new(),
        };
        let resource = kept(&self.base, user, &memberships);
        Ok(resource.map(|resource| self.page(Some(1), vec![resource], None)))
    }

    /// Those who meet a filter, in order of id.
    async fn filtered(&self, tx: &Tx<'_>, filter: &Filter) -> Result<Page, Failure> {
        let (after, skipped) = match self.start {
            Start::After(after) => (after, 0),
            Start::Place(place) => (None, place.saturating_sub(1)),
        };
        let by_cursor = matches!(self.start, Start::After(_));
        let (mut total, mut entries) = (0_usize, Vec::new());
        let look = Look { kind: self.kind, base: &self.base, filter, sorter: None };
        matching(tx, &look, after, |entry, _| {
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
        let resources = self.resources(tx, &entries).await?;
        let last = entries.last().map(|entry| entry.user.id).filter(|_| is_more);
        Ok(self.page((!by_cursor).then_some(total), resources, last))
    }

    /// All of them in another order: they are looked at one and all, and the documents of the page are read again.
    async fn sorted(&self, tx: &Tx<'_>, sorter: &Sorter) -> Result<Page, Failure> {
        let mut keys = self.keys(tx).await?;
        asked::sort(&mut keys, sorter.is_descending());
        let total = keys.len();
        let skipped = self.start.skipped(keys.iter().map(|(_, id)| *id))?;
        let ids: Vec<UserId> = keys.into_iter().map(|(_, id)| id).skip(skipped).take(self.count).collect();
        let mut resources = Vec::with_capacity(ids.len());
        for id in &ids {
            resources.extend(self.one(tx, *id).await?);
        }
        let last = ids.last().copied().filter(|_| skipped + ids.len() < total);
        Ok(self.page(Some(total), resources, last))
    }

    /// Those who meet the filter, in order of id, each with what they are sorted by. Nothing else of them is kept: of fifty thousand,
    /// documents would take as much memory as everything else that the service does.
    pub(in crate::provisioning) async fn keys(&self, tx: &Tx<'_>) -> Result<Vec<(SortKey, UserId)>, Failure> {
        let count = usize::try_from(store::users::count(tx).await?).unwrap_or_default();
        if self.filter.is_none() && count > MOST_LOOKED_AT {
            return Err(Error::too_many("too many users to be sorted: leave sortBy out").into());
        }
        let everybody = filter::parse("id pr", self.kind)?;
        let filter = self.filter.as_ref().unwrap_or(&everybody);
        let mut keys = Vec::new();
        let look = Look { kind: self.kind, base: &self.base, filter, sorter: self.sorter.as_ref() };
        matching(tx, &look, None, |entry, value: Value| {
            let key = self.sorter.as_ref().map_or(SortKey::Missing, |sorter| sorter.key(&value));
            keys.push((key, entry.user.id));
            true
        })
        .await?;
        Ok(keys)
    }

    /// Somebody of those, as they are shown; nothing if they are gone meanwhile.
    pub(in crate::provisioning) async fn one(
        &self,
        tx: &Tx<'_>,
        id: UserId,
    ) -> Result<Option<Resource>, Failure> {
        let entry = store::scim_users::by_id(tx, id).await?;
        Ok(self.resources(tx, entry.as_slice()).await?.pop())
    }

    /// The page; `last` is the last user on it, if there are more.
    fn page(&self, total: Option<usize>, resources: Vec<Resource>, last: Option<UserId>) -> Page {
        let (start_index, last) = match self.start {
            Start::Place(place) => (Some(place), None),
            Start::After(_) => (None, last),
        };
        let next_cursor = last.map(|id| Cursor::write(id.to_bytes()));
        let head = ListResponse { total_results: total, start_index, next_cursor, previous_cursor: None };
        Page { head, resources, quirks: self.quirks.clone() }
    }

    /// Users who stand anywhere: the groups of each are asked for alone.
    async fn resources(&self, tx: &Tx<'_>, entries: &[Entry]) -> Result<Vec<Resource>, Failure> {
        let mut resources = Vec::with_capacity(entries.len());
        for entry in entries {
            let memberships = match self.with_groups {
                true => store::groups::of_user(tx, entry.user.id).await?,
                false => Vec::new(),
            };
            resources.push(resource(&self.base, entry, &memberships));
        }
        Ok(resources)
    }
}
