//! Lists of groups (RFC 7644 §3.4.2, RFC 9865): by place or by cursor, filtered, sorted.
//!
//! An account has as many groups as somebody named, so a filter looks at each; members are read where they are shown or asked for.

use super::{kind, resource, shown};
use crate::ScimCtx;
use crate::provisioning::asked::{self, Cursor, Filtered, Start};
use crate::provisioning::users::{LARGEST_PAGE, USUAL_PAGE};
use crate::provisioning::{Failure, Resource, not_found};
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::group::{GroupKind, GroupName};
use vestibule_model::id::{GroupId, UserId};
use vestibule_scim::filter::Filter;
use vestibule_scim::list::{SortKey, Sorter};
use vestibule_scim::resource::complete;
use vestibule_scim::{Error, ListResponse, Query, Quirk, ResourceType};
use vestibule_store::groups::Record;
use vestibule_store::{self as store, Tx};

/// How many groups are looked at for one request at most.
const MOST_LOOKED_AT: u32 = 20_000;

/// A page of a list.
pub type Page = crate::provisioning::users::Page;

/// The groups that a query asks for.
///
/// # Errors
/// As for users.
pub async fn list(ctx: &ScimCtx, base: &str, query: &Query) -> Result<Page, Failure> {
    let kind = kind().ok_or_else(|| not_found("group"))?;
    Asked::read(kind, base, query, asked::filter(query, kind)?)?.answered(ctx).await
}

/// What is asked of groups.
pub(in crate::provisioning) struct Asked {
    kind: &'static ResourceType,
    base: String,
    filter: Option<Filter>,
    sorter: Option<Sorter>,
    start: Start<GroupId>,
    count: usize,
    with_members: bool,
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
        let sorter = query.sort_by.as_deref().map(|path| Sorter::new(kind, path, query.descending));
        let (start_index, count) = query.page(USUAL_PAGE, LARGEST_PAGE);
        let start = match query.cursor.as_deref() {
            Some(text) => Start::After(Cursor::read(text, GroupId::from_bytes)?),
            None => Start::Place(start_index),
        };
        let with_members = query.projection(kind).shows(kind, "members");
        let sorter = sorter.transpose()?;
        Ok(Self { kind, base: base.to_owned(), filter, sorter, start, count, with_members, quirks })
    }

    /// The page, of one moment.
    pub(in crate::provisioning) async fn answered(self, ctx: &ScimCtx) -> Result<Page, Failure> {
        let asked = Arc::new(self);
        let scope = ctx.api().app.store().account(ctx.account().id);
        scope
            .read(move |tx| {
                let asked = Arc::clone(&asked);
                Box::pin(async move { asked.answer(tx).await })
            })
            .await
    }

    async fn answer(&self, tx: &Tx<'_>) -> Result<Page, Failure> {
        let mut records = self.meeting(tx).await?;
        if let Some(sorter) = &self.sorter {
            let mut keyed: Vec<(SortKey, Record)> = Vec::with_capacity(records.len());
            for record in records {
                keyed.push((self.key(tx, &record).await?, record));
            }
            asked::sort(&mut keyed, sorter.is_descending());
            records = keyed.into_iter().map(|(_, record)| record).collect();
        }
        let total = records.len();
        let skipped = match (&self.sorter, &self.start) {
            (None, Start::After(Some(after))) => {
                records.iter().take_while(|record| record.group.id <= *after).count()
            }
            (_, start) => start.skipped(records.iter().map(|record| record.group.id))?,
        };
        let page: Vec<Record> = records.into_iter().skip(skipped).take(self.count).collect();
        let next = page.last().filter(|_| skipped + page.len() < total).map(|record| record.group.id);
        let mut resources: Vec<Resource> = Vec::with_capacity(page.len());
        for record in &page {
            resources.push(shown(tx, &self.base, record, self.with_members).await?);
        }
        let (start_index, next_cursor) = match self.start {
            Start::Place(place) => (Some(place), None),
            Start::After(_) => (None, next.map(|id| Cursor::write(id.to_bytes()))),
        };
        let head =
            ListResponse { total_results: Some(total), start_index, next_cursor, previous_cursor: None };
        Ok(Page { head, resources, quirks: self.quirks.clone() })
    }

    /// What a group is sorted by. Of its members the first one is read and no more: none is primary, so the first one it is (RFC
    /// 7644 §3.4.2.3).
    async fn key(&self, tx: &Tx<'_>, record: &Record) -> Result<SortKey, Failure> {
        let Some(sorter) = &self.sorter else { return Ok(SortKey::Missing) };
        let first = match sorter.path().attribute == "members" {
            true => Some(store::scim_groups::members(tx, record.group.id, 1).await?),
            false => None,
        };
        let resource = resource(&self.base, record, first.as_deref());
        Ok(sorter.key(&complete(self.kind, resource.document().into_owned().attributes, &resource.meta)))
    }

    /// The groups that meet the filter, in order of id, each with what it is sorted by.
    pub(in crate::provisioning) async fn keys(
        &self,
        tx: &Tx<'_>,
    ) -> Result<Vec<(SortKey, GroupId)>, Failure> {
        let records = self.meeting(tx).await?;
        let mut keys = Vec::with_capacity(records.len());
        for record in &records {
            keys.push((self.key(tx, record).await?, record.group.id));
        }
        Ok(keys)
    }

    /// One of those, as it is shown; nothing if it is gone meanwhile.
    pub(in crate::provisioning) async fn one(
        &self,
        tx: &Tx<'_>,
        id: GroupId,
    ) -> Result<Option<Resource>, Failure> {
        match only_user_groups(store::groups::by_id(tx, id).await?).pop() {
            Some(record) => Ok(Some(shown(tx, &self.base, &record, self.with_members).await?)),
            None => Ok(None),
        }
    }

    /// The groups that meet the filter, in order of id.
    async fn meeting(&self, tx: &Tx<'_>) -> Result<Vec<Record>, Failure> {
        let candidates = match &self.filter {
            Some(filter) => by_column(tx, filter).await?,
            None => None,
        };
        let records = match candidates {
            Some(records) => records,
            None => store::scim_groups::page(tx, None, MOST_LOOKED_AT + 1).await?,
        };
        if records.len() > MOST_LOOKED_AT as usize {
            return Err(Error::too_many(format!(
                "more than {MOST_LOOKED_AT} groups would have to be looked at"
            ))
            .into());
        }
        let Some(filter) = &self.filter else { return Ok(records) };
        let mut meeting = Vec::new();
        let asks_for_members = asks_for_members(filter);
        for record in records {
            let resource = shown(tx, &self.base, &record, asks_for_members).await?;
            if filter.matches(&complete(
                self.kind,
                resource.document().into_owned().attributes,
                &resource.meta,
            )) {
                meeting.push(record);
            }
        }
        Ok(meeting)
    }
}

fn asks_for_members(filter: &Filter) -> bool {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().any(asks_for_members),
        Filter::Not(inner) => asks_for_members(inner),
        Filter::Test(test) => test.path.attribute == "members",
        Filter::Any(selection) => selection.path.attribute == "members",
    }
}

/// The groups among which those that meet the filter are, if a column tells.
async fn by_column(tx: &Tx<'_>, filter: &Filter) -> Result<Option<Vec<Record>>, Failure> {
    for term in filter.conjuncts() {
        let Some(asked) = term.only_equality() else { continue };
        let Some(text) = asked.value.as_str() else { continue };
        return Ok(Some(match (asked.attribute, asked.sub) {
            ("id", None) => match text.parse() {
                Ok(id) => only_user_groups(store::groups::by_id(tx, id).await?),
                Err(_) => Vec::new(),
            },
            ("displayName", None) => match GroupName::parse(text) {
                Ok(name) => match store::groups::by_name(tx, GroupKind::UserGroup, &name).await? {
                    Some(group) => only_user_groups(store::groups::by_id(tx, group.id).await?),
                    None => Vec::new(),
                },
                Err(_) => Vec::new(),
            },
            ("externalId", None) => store::scim_groups::by_external_id(tx, text, MOST_LOOKED_AT).await?,
            ("members", Some("value")) => match text.parse::<UserId>() {
                Ok(user) => store::scim_groups::of_member(tx, user, MOST_LOOKED_AT).await?,
                Err(_) => Vec::new(),
            },
            _ => continue,
        }));
    }
    Ok(None)
}

fn only_user_groups(record: Option<Record>) -> Vec<Record> {
    record.into_iter().filter(|record| record.group.kind == GroupKind::UserGroup).collect()
}
