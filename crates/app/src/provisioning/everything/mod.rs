//! Search at the root (RFC 7644 §3.4.2.1): over the resources of every type, one type after the other, or all in one order.
//!
//! The types stand in the order of the registry: users, groups, then what the deployment brings. Each is asked by its own list;
//! where a page by cursor ended is in `place`, and what is sorted across types in `sorted`.

mod part;
mod place;
mod sorted;

use super::users::{self, LARGEST_PAGE, Page, USUAL_PAGE};
use super::{Failure, Resource, asked, groups, registry, resources};
use crate::ScimCtx;
use place::Place;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_scim::filter::Filter;
use vestibule_scim::{Error, ListResponse, Query, Quirk, ResourceType, ScimType};

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
/// As for a list of one type; `invalidFilter` when no type has the attributes of the filter.
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
    kinds: Vec<&'a Arc<ResourceType>>,
    quirks: BTreeSet<Quirk>,
}

impl<'a> Asked<'a> {
    /// A filter is asked of each type that has the attributes in it, unless it says itself that it means others.
    fn read(ctx: &'a ScimCtx, base: &'a str, query: &'a Query) -> Result<Self, Failure> {
        let (mut kinds, mut quirks, mut is_answered) = (Vec::new(), BTreeSet::new(), false);
        for kind in registry(ctx).resource_types() {
            let (filter, unusual) = match asked::filter(query, kind) {
                Ok(read) => read,
                Err(error) if error.scim_type == Some(ScimType::InvalidFilter) => continue,
                Err(error) => return Err(error.into()),
            };
            is_answered = true;
            quirks.extend(unusual);
            let named = json!({ "meta": { "resourceType": kind.name } });
            if filter.is_none_or(|filter| may_mean(&filter, &named)) {
                kinds.push(kind);
            }
        }
        match is_answered {
            true => Ok(Self { ctx, base, query, kinds, quirks }),
            false => Err(Error::invalid_filter("no resource type has the attributes of this filter").into()),
        }
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
            found.add(kind, page);
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
                found.add(kind, page);
            }
            if let Some(own) = next {
                found.head.next_cursor = Some(Place::write(kind, &own));
                break;
            }
        }
        Ok(found)
    }

    /// A page of one type.
    async fn page(&self, kind: &Arc<ResourceType>, start: Start<'_>, count: usize) -> Result<Page, Failure> {
        let (start_index, cursor) = match start {
            Start::At(place) => (Some(place), None),
            Start::After(cursor) => (None, Some(cursor.to_owned())),
        };
        let query = Query { start_index, cursor, count: Some(count), ..self.query.clone() };
        match kind.name.as_str() {
            "User" => users::list(self.ctx, self.base, &query).await,
            "Group" => groups::list(self.ctx, self.base, &query).await,
            _ => resources::list(self.ctx, self.base, kind, &query).await,
        }
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

/// Whether a filter may hold for resources of this type, by what it says of `meta.resourceType` (RFC 7644 §3.4.2.1): whoever looks
/// for rooms does not wait until everybody was looked at.
fn may_mean(filter: &Filter, named: &Value) -> bool {
    match filter {
        Filter::And(terms) => terms.iter().all(|term| may_mean(term, named)),
        Filter::Or(terms) => terms.iter().any(|term| may_mean(term, named)),
        Filter::Test(test) => {
            let path = (test.path.attribute.as_str(), test.path.sub.as_deref());
            path != ("meta", Some("resourceType")) || filter.matches(named)
        }
        Filter::Not(_) | Filter::Any(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{json, may_mean};
    use vestibule_scim::{Registry, filter};

    #[test]
    fn a_filter_may_mean_a_type_unless_it_says_that_it_does_not() {
        let registry = Registry::built_in();
        for (text, user, group) in [
            (r#"meta.resourceType eq "User""#, true, false),
            (r#"(meta.resourceType eq "User") or (meta.resourceType eq "Group")"#, true, true),
            (r#"meta.resourceType eq "Group" and externalId eq "1""#, false, true),
            (r#"meta.resourceType eq "Group" or externalId eq "1""#, true, true),
            (r#"meta.resourceType ne "User""#, false, true),
            (r#"not (meta.resourceType eq "User")"#, true, true),
            (r#"externalId eq "User""#, true, true),
        ] {
            for (kind, expected) in [(registry.user(), user), (registry.group(), group)] {
                let read = filter::parse(text, &kind).unwrap();
                let named = json!({ "meta": { "resourceType": kind.name } });
                assert_eq!(may_mean(&read, &named), expected, "{text}: {}", kind.name);
            }
        }
    }
}
