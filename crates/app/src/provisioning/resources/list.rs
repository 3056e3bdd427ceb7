//! Lists of a deployment's own resources (RFC 7644 §3.4.2, RFC 9865): by place or by cursor, filtered, sorted.

use super::{attributes, resource};
use crate::ScimCtx;
use crate::provisioning::asked::{self, Cursor, Filtered, Start};
use crate::provisioning::users::{LARGEST_PAGE, Page, USUAL_PAGE};
use crate::provisioning::{Failure, Resource};
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::id::ResourceId;
use vestibule_scim::filter::Filter;
use vestibule_scim::list::{SortKey, Sorter};
use vestibule_scim::resource::{complete, unique_key};
use vestibule_scim::{Error, ListResponse, Query, Quirk, ResourceType};
use vestibule_store::resources::Record;
use vestibule_store::{self as store, Tx};

/// How many resources are looked at for one request at most.
const MOST_LOOKED_AT: usize = 50_000;
/// How many are read at once while looking.
const AT_ONCE: u32 = 500;

/// The resources of a type that a query asks for.
///
/// # Errors
/// As for users.
pub async fn list(
    ctx: &ScimCtx,
    base: &str,
    kind: &Arc<ResourceType>,
    query: &Query,
) -> Result<Page, Failure> {
    Asked::read(Arc::clone(kind), base, query, asked::filter(query, kind)?)?.answered(ctx).await
}

/// What is asked of the resources of a type.
pub(in crate::provisioning) struct Asked {
    kind: Arc<ResourceType>,
    base: String,
    filter: Option<Filter>,
    sorter: Option<Sorter>,
    start: Start<ResourceId>,
    count: usize,
    quirks: BTreeSet<Quirk>,
}

impl Asked {
    /// Reads it; the filter was read before.
    pub(in crate::provisioning) fn read(
        kind: Arc<ResourceType>,
        base: &str,
        query: &Query,
        (filter, quirks): Filtered,
    ) -> Result<Self, Failure> {
        let sorter = query.sort_by.as_deref().map(|path| Sorter::new(&kind, path, query.descending));
        let sorter = sorter.transpose()?;
        let (start_index, count) = query.page(USUAL_PAGE, LARGEST_PAGE);
        let start = match query.cursor.as_deref() {
            Some(text) => Start::After(Cursor::read(text, ResourceId::from_bytes)?),
            None => Start::Place(start_index),
        };
        Ok(Self { kind, base: base.to_owned(), filter, sorter, start, count, quirks })
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
        if self.filter.is_none() && self.sorter.is_none() {
            return self.plain(tx).await;
        }
        let mut met = Vec::new();
        self.meeting(tx, |key, record| met.push((key, record))).await?;
        if let Some(sorter) = &self.sorter {
            asked::sort(&mut met, sorter.is_descending());
        }
        let total = met.len();
        let skipped = match (&self.sorter, &self.start) {
            (None, Start::After(Some(after))) => {
                met.iter().take_while(|(_, record)| record.id <= *after).count()
            }
            (_, start) => start.skipped(met.iter().map(|(_, record)| record.id))?,
        };
        let page: Vec<Record> =
            met.into_iter().map(|(_, record)| record).skip(skipped).take(self.count).collect();
        let is_more = skipped + page.len() < total;
        Ok(self.page(total, &page, is_more))
    }

    /// All of them, in order of id.
    async fn plain(&self, tx: &Tx<'_>) -> Result<Page, Failure> {
        let total = usize::try_from(store::resources::count(tx, &self.kind.name).await?).unwrap_or_default();
        let (after, skipped) = match self.start {
            Start::Place(place) => (None, place.saturating_sub(1)),
            Start::After(after) => (after, 0),
        };
        let limit = u32::try_from(self.count).unwrap_or(u32::MAX).saturating_add(1);
        let skipped = i64::try_from(skipped).unwrap_or(i64::MAX);
        let mut records = store::resources::page(tx, &self.kind.name, after, (skipped, limit)).await?;
        let is_more = records.len() > self.count;
        records.truncate(self.count);
        Ok(self.page(total, &records, is_more))
    }

    /// Those that meet the filter, in order of id, each with what it is sorted by.
    pub(in crate::provisioning) async fn keys(
        &self,
        tx: &Tx<'_>,
    ) -> Result<Vec<(SortKey, ResourceId)>, Failure> {
        let mut keys = Vec::new();
        self.meeting(tx, |key, record| keys.push((key, record.id))).await?;
        Ok(keys)
    }

    /// One of those, as it is shown; nothing if it is gone meanwhile.
    pub(in crate::provisioning) async fn one(
        &self,
        tx: &Tx<'_>,
        id: ResourceId,
    ) -> Result<Option<Resource>, Failure> {
        let record = store::resources::by_id(tx, &self.kind.name, id).await?;
        Ok(record.map(|record| resource(&self.base, &self.kind, &record)))
    }

    /// Calls `each` with those that meet the filter, in order of id, and with what each is sorted by.
    async fn meeting(&self, tx: &Tx<'_>, mut each: impl FnMut(SortKey, Record)) -> Result<(), Failure> {
        let mut met = |record| {
            if let Some((key, record)) = self.look(record) {
                each(key, record);
            }
        };
        if let Some(record) = self.by_column(tx).await? {
            record.into_iter().for_each(met);
            return Ok(());
        }
        let (mut after, mut looked_at) = (None, 0);
        loop {
            let records = store::resources::page(tx, &self.kind.name, after, (0, AT_ONCE)).await?;
            let Some(last) = records.last().map(|record| record.id) else { return Ok(()) };
            looked_at += records.len();
            if looked_at > MOST_LOOKED_AT {
                return Err(Error::too_many(format!(
                    "more than {MOST_LOOKED_AT} resources would have to be looked at: ask for an id, or for a value that is unique"
                ))
                .into());
            }
            records.into_iter().for_each(&mut met);
            after = Some(last);
        }
    }

    /// The one resource among which those that meet the filter are, if an index tells.
    async fn by_column(&self, tx: &Tx<'_>) -> Result<Option<Option<Record>>, Failure> {
        for term in self.filter.as_ref().map(Filter::conjuncts).unwrap_or_default() {
            let Some(asked) = term.only_equality() else { continue };
            let place = (asked.extension, asked.attribute, asked.sub);
            if let ((None, "id", None), Some(text)) = (place, asked.value.as_str()) {
                let Ok(id) = text.parse() else { return Ok(Some(None)) };
                return Ok(Some(store::resources::by_id(tx, &self.kind.name, id).await?));
            }
            if let Some(unique) = unique_key(&self.kind, place, asked.value) {
                let said = (unique.attribute.as_str(), unique.value.as_str());
                return Ok(Some(store::resources::by_value(tx, &self.kind.name, said).await?));
            }
        }
        Ok(None)
    }

    fn look(&self, record: Record) -> Option<(SortKey, Record)> {
        let meta = resource(&self.base, &self.kind, &record).meta;
        let whole = complete(&self.kind, attributes(&record), &meta);
        let meets = self.filter.as_ref().is_none_or(|filter| filter.matches(&whole));
        let key = self.sorter.as_ref().map_or(SortKey::Missing, |sorter| sorter.key(&whole));
        meets.then_some((key, record))
    }

    fn page(&self, total: usize, records: &[Record], is_more: bool) -> Page {
        let resources = records.iter().map(|record| resource(&self.base, &self.kind, record)).collect();
        let last = records.last().filter(|_| is_more).map(|record| Cursor::write(record.id.to_bytes()));
        let (start_index, next_cursor) = match self.start {
            Start::Place(place) => (Some(place), None),
            Start::After(_) => (None, last),
        };
        let head =
            ListResponse { total_results: Some(total), start_index, next_cursor, previous_cursor: None };
        Page { head, resources, quirks: self.quirks.clone() }
    }
}
