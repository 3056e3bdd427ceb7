//! The IDs of a document, each with the element that has it.
//!
//! What looks like an ID is known to `parse.rs`. The one thing to know: a message has a handful, which are looked at one
//! by one; those beyond stand in an ordered map, so that no number of them makes a look-up slow.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// No more than this are looked at one by one.
const FEW: usize = 8;

/// IDs and the indices of their elements; no ID is there twice.
#[derive(Debug, Default)]
pub(crate) struct Ids<'i> {
    few: Vec<(Cow<'i, str>, u32)>,
    more: BTreeMap<Cow<'i, str>, u32>,
}

impl<'i> Ids<'i> {
    pub(crate) fn len(&self) -> usize {
        self.few.len() + self.more.len()
    }

    /// Adds an ID, unless it is there; whether it was added.
    pub(crate) fn add(&mut self, id: Cow<'i, str>, index: u32) -> bool {
        if self.few.iter().any(|(known, _)| *known == id) {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push((id, index));
            return true;
        }
        let count = self.more.len();
        self.more.entry(id).or_insert(index);
        self.more.len() > count
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        let few = self.few.iter().map(|(id, index)| (id, index));
        few.chain(&self.more).map(|(id, index)| (id.as_ref(), *index))
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn an_id_is_added_once_however_many_there_are() {
        let names: Vec<String> = (0..40).map(|number| format!("_{number}")).collect();
        let mut ids = Ids::default();
        for (index, name) in (0..).zip(&names) {
            assert!(ids.add(name.into(), index));
            assert!(!ids.add(name.clone().into(), 99) && !ids.add("_0".into(), 99));
        }
        let mut found: Vec<(&str, u32)> = ids.iter().collect();
        found.sort_by_key(|(_, index)| *index);
        assert_eq!((found.len(), ids.len()), (40, 40));
        assert!(found.iter().zip(&names).all(|((id, _), name)| id == name));
    }
}
