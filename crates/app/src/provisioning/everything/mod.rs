//! Search at the root (RFC 7644 §3.4.2.1): over the resources of every type, one type after the other, or all in one order.
//!
//! The types stand in the order of the registry: users, groups, then what the deployment brings. Each is asked by its own list,
//! for what the filter means for it, in which an attribute that it lacks is one without a value (`part`). Where a page by cursor
//! ended is in `place`, and what is sorted across types in `sorted`.

mod part;
mod place;
mod sorted;

use super::users::{LARGEST_PAGE, Page, USUAL_PAGE};
use super::{Failure, Resource, registry};
use crate::ScimCtx;
use part::Part;
use place::Place;
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_scim::filter::{self, Filter, Meaning};
use vestibule_scim::{ListResponse, Query, Quirk, ResourceType};

/// A page of what was found.
#[derive(Debug, Default)]
pub struct Found {
    /// What is said beside the resources.
    pub head: ListResponse,
    /// The resources, each with its type.
    pub resources: Vec<(Arc<ResourceType>, Resource)>,
    /// What was unusual in how they were asked for.
    pub quirks: BTreeSet<Quirk>,
}

/// The resources that a query asks for, of whatever type.
///
/// # Errors
/// As for a list of one type; `invalidFilter` for an attribute that no type has.
pub async fn search(ctx: &ScimCtx, base: &str, query: &Query) -> Result<Found, Failure> {
    let asked = Asked::read(ctx, base, query)?;
    match (&query.sort_by, &query.cursor) {
        (Some(path), _) => sorted::search(&asked, path).await,
        (None, Some(cursor)) => asked.by_cursor(cursor).await,
        (None, None) => asked.by_place().await,
    }
}

/// What is asked, and of which types.
struct Asked<'a> {
    ctx: &'a ScimCtx,
    base: &'a str,
    query: &'a Query,
    kinds: Vec<Kind<'a>>,
    quirks: BTreeSet<Quirk>,
}

/// A type of which something is asked.
struct Kind<'a> {
    kind: &'a Arc<ResourceType>,
    /// What the filter of the query means for it; nothing when all of its resources meet it.
    filter: Option<Filter>,
}

impl<'a> Asked<'a> {
    /// What a type lacks is without a value. Where that, or which type it is, decides that nothing of it is meant, it is not asked.
    fn read(ctx: &'a ScimCtx, base: &'a str, query: &'a Query) -> Result<Self, Failure> {
        let types = registry(ctx).resource_types();
        let read = query.filter.as_deref().map(|text| filter::read_across(text, types)).transpose()?;
        let (meanings, quirks) =
            read.unwrap_or_else(|| (vec![Meaning::Everything; types.len()], BTreeSet::new()));
        let asked = types.iter().zip(meanings).filter_map(|(kind, meaning)| match meaning {
            Meaning::Nothing => None,
            Meaning::Everything => Some(Kind { kind, filter: None }),
            Meaning::Filter(filter) => Some(Kind { kind, filter: Some(filter) }),
        });
        Ok(Self { ctx, base, query, kinds: asked.collect(), quirks })
    }

    /// Each type goes on where those before it end.
    async fn by_place(&self) -> Result<Found, Failure> {
        let (start, count) = self.query.page(USUAL_PAGE, LARGEST_PAGE);
        let (mut total, mut found) = (0, self.nothing());
        for kind in &self.kinds {
            let begin = start.saturating_sub(total).max(1);
            let left = count.saturating_sub(found.resources.len());
            let page = self.page(kind, Start::At(begin), left).await?;
            total += page.head.total_results.unwrap_or_default();
            found.add(kind.kind, page);
        }
        found.head.total_results = Some(total);
        found.head.start_index = Some(start);
        Ok(found)
    }

    /// Each type is read by its own cursors; when it ends the next one begins.
    async fn by_cursor(&self, text: &str) -> Result<Found, Failure> {
        let begun = Place::read(text, &self.kinds)?;
        let (_, count) = self.query.page(USUAL_PAGE, LARGEST_PAGE);
        if count == 0 {
            // Whoever wants nothing of it wants to know how many there are, which is counted by place.
            let mut counted = self.by_place().await?;
            counted.head.start_index = None;
            return Ok(counted);
        }
        let mut found = self.nothing();
        for (at, kind) in self.kinds.iter().enumerate().skip(begun.kind) {
            let own = if at == begun.kind { begun.own } else { "" };
            let left = count.saturating_sub(found.resources.len());
            // Behind a full page one resource tells that there is a next one, which begins with it.
            let page = self.page(kind, Start::After(own), left.max(1)).await?;
            let next = match (left, page.resources.is_empty()) {
                (0, true) => continue,
                (0, false) => Some(String::new()),
                _ => page.head.next_cursor.clone(),
            };
            if left > 0 {
                found.add(kind.kind, page);
            }
            if let Some(own) = next {
                found.head.next_cursor = Some(Place::write(kind.kind, &own));
                break;
            }
        }
        Ok(found)
    }

    /// A page of one type.
    async fn page(&self, kind: &Kind<'_>, start: Start<'_>, count: usize) -> Result<Page, Failure> {
        let (start_index, cursor) = match start {
            Start::At(place) => (Some(place), None),
            Start::After(cursor) => (None, Some(cursor.to_owned())),
        };
        let query = Query { start_index, cursor, count: Some(count), ..self.query.clone() };
        Part::read(kind, self.base, &query)?.page(self.ctx).await
    }

    fn nothing(&self) -> Found {
        Found { quirks: self.quirks.clone(), ..Found::default() }
    }
}

/// Where the page of one type begins.
enum Start<'c> {
    /// At this place, from 1.
    At(usize),
    /// Behind this cursor.
    After(&'c str),
}

impl Found {
    fn add(&mut self, kind: &Arc<ResourceType>, page: Page) {
        self.resources.extend(page.resources.into_iter().map(|resource| (Arc::clone(kind), resource)));
    }
}
