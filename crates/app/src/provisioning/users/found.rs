//! How a filter is answered: by a column where one of its terms names one, else by looking at every user, up to a bound.
//!
//! Whatever is found by a column is held against the whole filter again, so a column only has to find enough.

use super::write::fold;
use crate::provisioning::Failure;
use crate::provisioning::shown::{resource, user_id};
use serde_json::Value;
use vestibule_model::group::Membership;
use vestibule_model::id::UserId;
use vestibule_scim::filter::{Equality, Filter};
use vestibule_scim::list::Sorter;
use vestibule_scim::resource::complete;
use vestibule_scim::{Error, ResourceType, schema};
use vestibule_store::scim_users::Entry;
use vestibule_store::{self as store, Tx};

/// How many users are looked at for one request at most.
pub(super) const MOST_LOOKED_AT: usize = 50_000;
/// How many are read at once while looking.
const AT_ONCE: u32 = 500;
/// How many users one address, or one external id, may lead to.
const MOST_ALIKE: u32 = 200;
/// The attribute that is no part of a document.
const GROUPS: &str = "groups";

/// What is looked for among users.
pub(super) struct Look<'a> {
    /// What users are.
    pub(super) kind: &'a ResourceType,
    /// The address of the interface.
    pub(super) base: &'a str,
    /// What those must meet who are found.
    pub(super) filter: &'a Filter,
    /// What they will be sorted by.
    pub(super) sorter: Option<&'a Sorter>,
}

/// Calls `each` with every user who meets the filter, in order of id, until it says that it is enough.
///
/// # Errors
/// `tooMany` when more users would have to be looked at than is allowed.
pub(super) async fn matching(
    tx: &Tx<'_>,
    look: &Look<'_>,
    after: Option<UserId>,
    mut each: impl FnMut(Entry, Value) -> bool,
) -> Result<(), Failure> {
    if let Some(candidates) = by_column(tx, look.filter).await? {
        let later = candidates.into_iter().filter(|entry| after.is_none_or(|after| entry.user.id > after));
        for entry in later {
            let groups = look.groups(tx, &[&entry]).await?;
            if let Some(value) = look.meets(&entry, &groups)
                && !each(entry, value)
            {
                return Ok(());
            }
        }
        return Ok(());
    }
    let owner = store::scim_users::owner(tx).await?;
    let (mut after, mut looked_at) = (after, 0);
    loop {
        let page = store::scim_users::page(tx, after, AT_ONCE).await?;
        let Some(last) = page.last().map(|entry| entry.user.id) else { return Ok(()) };
        looked_at += page.len();
        let groups = look.groups(tx, &page.iter().collect::<Vec<_>>()).await?;
        for entry in page.into_iter().filter(|entry| Some(entry.user.id) != owner) {
            if let Some(value) = look.meets(&entry, &groups)
                && !each(entry, value)
            {
                return Ok(());
            }
        }
        if looked_at >= MOST_LOOKED_AT {
            return Err(Error::too_many(format!(
                "this filter would have to look at more than {MOST_LOOKED_AT} users: ask for a userName, an externalId, an id or \
                 an address, or follow a cursor"
            ))
            .into());
        }
        after = Some(last);
    }
}

impl Look<'_> {
    /// The groups of these users, if the filter asks for groups, or they are sorted by them.
    async fn groups(&self, tx: &Tx<'_>, entries: &[&Entry]) -> Result<Vec<(UserId, Membership)>, Failure> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(Vec::new()) };
        let sorts = self.sorter.is_some_and(|sorter| sorter.path().attribute == GROUPS);
        if !sorts && !names(self.filter, GROUPS) {
            return Ok(Vec::new());
        }
        Ok(store::groups::of_users(tx, first.user.id, last.user.id).await?)
    }

    fn meets(&self, entry: &Entry, groups: &[(UserId, Membership)]) -> Option<Value> {
        let own = own(groups, entry.user.id);
        let resource = resource(self.base, entry, &own);
        let whole = complete(self.kind, resource.document().into_owned().attributes, &resource.meta);
        self.filter.matches(&whole).then_some(whole)
    }
}

/// The memberships of one of several users, which are in order of user.
pub(super) fn own(memberships: &[(UserId, Membership)], user: UserId) -> Vec<Membership> {
    let start = memberships.partition_point(|(id, _)| *id < user);
    let own = memberships.iter().skip(start).take_while(|(id, _)| *id == user);
    own.map(|(_, held)| held.clone()).collect()
}

/// Whether a filter looks at this attribute.
fn names(filter: &Filter, attribute: &str) -> bool {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().any(|term| names(term, attribute)),
        Filter::Not(inner) => names(inner, attribute),
        Filter::Test(test) => test.path.attribute == attribute,
        Filter::Any(selection) => selection.path.attribute == attribute,
    }
}

/// The users among whom those that meet the filter are, if a column tells.
async fn by_column(tx: &Tx<'_>, filter: &Filter) -> Result<Option<Vec<Entry>>, Failure> {
    for term in filter.conjuncts() {
        let Some(asked) = term.only_equality() else { continue };
        let Some(text) = asked.value.as_str() else { continue };
        let found = match column(&asked) {
            Some(Column::Id) => match user_id(text) {
                Some(id) => store::scim_users::by_id(tx, id).await?.into_iter().collect(),
                None => Vec::new(),
            },
            Some(Column::UserName) => {
                store::scim_users::by_user_name(tx, &fold(text)).await?.into_iter().collect()
            }
            Some(Column::ExternalId) => store::scim_users::by_external_id(tx, text, MOST_ALIKE).await?,
            Some(Column::Address) => store::scim_users::by_address(tx, &fold(text), MOST_ALIKE).await?,
            None => continue,
        };
        return Ok(Some(found));
    }
    Ok(None)
}

/// The `userName` that a filter asks for, if it asks for nothing else.
pub(super) fn only_user_name(filter: &Filter) -> Option<&str> {
    let asked = filter.test().and_then(|_| filter.only_equality())?;
    matches!(column(&asked), Some(Column::UserName)).then(|| asked.value.as_str()).flatten()
}

enum Column {
    Id,
    UserName,
    ExternalId,
    Address,
}

fn column(asked: &Equality<'_>) -> Option<Column> {
    if asked.extension.is_some_and(|urn| urn != schema::USER) {
        return None;
    }
    match (asked.attribute, asked.sub) {
        ("id", None) => Some(Column::Id),
        ("userName", None) => Some(Column::UserName),
        ("externalId", None) => Some(Column::ExternalId),
        ("emails", Some("value")) => Some(Column::Address),
        _ => None,
    }
}
