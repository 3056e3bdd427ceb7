//! What a list is asked for: its filter, and where a page of it begins (RFC 7644 §3.4.2; RFC 9865).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeSet;
use vestibule_scim::filter::{self, Filter};
use vestibule_scim::list::SortKey;
use vestibule_scim::{Error, Query, Quirk, ResourceType};

/// The filter that is asked of a type, if one is, and what is unusual in how it is written.
pub(super) type Filtered = (Option<Filter>, BTreeSet<Quirk>);

/// The filter of a query about one type.
pub(super) fn filter(query: &Query, kind: &ResourceType) -> Result<Filtered, Error> {
    let read = query.filter.as_deref().map(|text| filter::read(text, kind)).transpose()?;
    Ok(read.map_or_else(Default::default, |(filter, quirks)| (Some(filter), quirks)))
}

/// Puts resources, which come in order of id, into the order of what they are sorted by; those that are equal stay in theirs.
pub(super) fn sort<Id>(keys: &mut [(SortKey, Id)], descending: bool) {
    match descending {
        true => keys.sort_by(|(a, _), (b, _)| b.cmp(a)),
        false => keys.sort_by(|(a, _), (b, _)| a.cmp(b)),
    }
}

/// Where a page begins.
pub(super) enum Start<Id> {
    /// At this place, from 1.
    Place(usize),
    /// After this id, or at the first one.
    After(Option<Id>),
}

impl<Id: Copy + PartialEq> Start<Id> {
    /// How many resources of a list in another order than that of ids come before the page.
    ///
    /// # Errors
    /// `expiredCursor` when the resource with which the page before ended is gone from the list.
    pub(super) fn skipped(&self, ids: impl IntoIterator<Item = Id>) -> Result<usize, Error> {
        match self {
            Self::Place(place) => Ok(place.saturating_sub(1)),
            Self::After(None) => Ok(0),
            Self::After(Some(after)) => {
                let found = ids.into_iter().position(|id| id == *after).map(|place| place + 1);
                let gone = "the resource with which the page before ended is not in the list any more: begin with an empty cursor";
                found.ok_or_else(|| Error::expired_cursor(gone))
            }
        }
    }
}

/// A cursor: the id of the last resource of the page before. It says nothing of any account: whoever shows it sees their own.
pub(super) struct Cursor;

impl Cursor {
    /// Reads a cursor; an empty one asks for the first page.
    ///
    /// # Errors
    /// `invalidCursor` for what was none.
    pub(super) fn read<Id>(text: &str, make: fn([u8; 16]) -> Id) -> Result<Option<Id>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        bytes.map(make).map(Some).ok_or_else(no_cursor)
    }

    /// Writes the cursor behind this id.
    pub(super) fn write(id: [u8; 16]) -> String {
        URL_SAFE_NO_PAD.encode(id)
    }
}

/// What is said of a text that is no cursor.
pub(super) fn no_cursor() -> Error {
    Error::invalid_cursor("this is no cursor that was given out: begin with an empty one")
}
