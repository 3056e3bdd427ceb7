//! Resources of all types in one order (RFC 7644 §3.4.2.3).
//!
//! Of everything that a filter finds the keys alone are held, what it is sorted by and which it is, and put into one order; then the
//! documents of the page are read. Asking each type for as many as could stand on the page and merging those would need less of
//! them for the first page, and for a deep one as many, as whole documents. All of it is one transaction, so that a page is of
//! one time.

use super::part::{Id, Part};
use super::place::Place;
use super::{Asked, Found, Kind, LARGEST_PAGE, USUAL_PAGE};
use crate::provisioning::asked::{self, Cursor, Start, no_cursor};
use crate::provisioning::{Failure, registry};
use std::sync::Arc;
use vestibule_scim::list::{SortKey, Sorter};
use vestibule_scim::{Error, ListResponse, Query, ResourceType};
use vestibule_store::Tx;

/// How many resources of all types are put into one order at most: as many as of users alone.
const MOST_SORTED: usize = 50_000;

/// The resources that a query asks for, in the order of this attribute.
///
/// # Errors
/// `invalidValue` if no type can be sorted by the attribute, `tooMany` beyond what is sorted, and as for lists of one type.
pub(super) async fn search(asked: &Asked<'_>, path: &str) -> Result<Found, Failure> {
    let sorts = |kind: &ResourceType| Sorter::new(kind, path, asked.query.descending);
    let mut everywhere = registry(asked.ctx).resource_types().iter();
    if !everywhere.any(|kind| sorts(kind).is_ok()) {
        return Err(Error::invalid_value("sortBy: resources of no type can be sorted by this").into());
    }
    let (start_index, count) = asked.query.page(USUAL_PAGE, LARGEST_PAGE);
    let start = match asked.query.cursor.as_deref() {
        Some(text) => Start::After(ended(text, &asked.kinds)?),
        None => Start::Place(start_index),
    };
    let mut parts = Vec::with_capacity(asked.kinds.len());
    for kind in &asked.kinds {
        // Where a type does not have the attribute, nothing of it has a value.
        let sort_by = asked.query.sort_by.clone().filter(|_| sorts(kind.kind).is_ok());
        let query = Query { sort_by, cursor: None, ..asked.query.clone() };
        parts.push((Arc::clone(kind.kind), Part::read(kind, asked.base, &query)?));
    }
    let order = Arc::new(Order { parts, start, count, descending: asked.query.descending });
    let scope = asked.ctx.api().app.store().account(asked.ctx.account().id);
    let page = scope.read(move |tx| {
        let order = Arc::clone(&order);
        Box::pin(async move { order.page(tx).await })
    });
    Ok(Found { quirks: asked.quirks.clone(), ..page.await? })
}

/// The resource with which the page before ended, by its type and its id.
fn ended(text: &str, kinds: &[Kind<'_>]) -> Result<Option<(usize, Id)>, Error> {
    let place = Place::read(text, kinds)?;
    match Cursor::read(place.own, std::convert::identity)? {
        Some(id) => Ok(Some((place.kind, id))),
        None if text.is_empty() => Ok(None),
        // The beginning of a type is no place in an order of all.
        None => Err(no_cursor()),
    }
}

struct Order {
    parts: Vec<(Arc<ResourceType>, Part)>,
    start: Start<(usize, Id)>,
    count: usize,
    descending: bool,
}

impl Order {
    async fn page(&self, tx: &Tx<'_>) -> Result<Found, Failure> {
        let keys = self.keys(tx).await?;
        let total = keys.len();
        let skipped = self.start.skipped(keys.iter().map(|(_, place)| *place))?;
        let page: Vec<(usize, Id)> =
            keys.into_iter().map(|(_, place)| place).skip(skipped).take(self.count).collect();
        let mut resources = Vec::with_capacity(page.len());
        let mut last = None;
        for (at, id) in &page {
            let Some((kind, part)) = self.parts.get(*at) else { continue };
            resources.extend(part.one(tx, *id).await?.map(|resource| (Arc::clone(kind), resource)));
            last = Some(Place::write(kind, &Cursor::write(*id)));
        }
        let (start_index, next_cursor) = match self.start {
            Start::Place(place) => (Some(place), None),
            Start::After(_) => (None, last.filter(|_| skipped + page.len() < total)),
        };
        let head =
            ListResponse { total_results: Some(total), start_index, next_cursor, previous_cursor: None };
        Ok(Found { head, resources, ..Found::default() })
    }

    /// What everything is sorted by, in that order. What is equal stays in the order of the types, and of its id.
    async fn keys(&self, tx: &Tx<'_>) -> Result<Vec<(SortKey, (usize, Id))>, Failure> {
        let mut keys = Vec::new();
        for (at, (_, part)) in self.parts.iter().enumerate() {
            add(&mut keys, at, part.keys(tx).await?)?;
        }
        asked::sort(&mut keys, self.descending);
        Ok(keys)
    }
}

/// Adds what the resources of a type are sorted by.
fn add(keys: &mut Vec<(SortKey, (usize, Id))>, at: usize, own: Vec<(SortKey, Id)>) -> Result<(), Error> {
    if keys.len() + own.len() > MOST_SORTED {
        return Err(Error::too_many(format!(
            "more than {MOST_SORTED} resources would have to be sorted: ask for fewer by a filter, or leave sortBy out"
        )));
    }
    keys.extend(own.into_iter().map(|(key, id)| (key, (at, id))));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MOST_SORTED, SortKey, add};
    use vestibule_scim::ScimType;

    #[test]
    fn s08_more_than_is_allowed_is_not_put_into_an_order() {
        let own = |count| vec![(SortKey::Missing, [0; 16]); count];
        let mut keys = Vec::new();
        add(&mut keys, 0, own(MOST_SORTED - 1)).unwrap();
        add(&mut keys, 1, own(1)).unwrap();
        assert_eq!(keys.len(), MOST_SORTED);
        assert_eq!(add(&mut keys, 2, own(1)).unwrap_err().scim_type, Some(ScimType::TooMany));
        assert_eq!(keys.len(), MOST_SORTED);
    }
}
