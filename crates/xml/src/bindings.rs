//! What prefixes mean at the element one is at: bindings that are made and taken back.
//!
//! The parser keeps the declarations in scope in it, the canonical form those it has written. The one thing to know:
//! it is an ordered map and a list of what to restore, so that neither many declarations nor deep nesting make a
//! look-up slow, and no hash needs a random seed. The last answer is kept: an element's prefix is mostly that of the
//! element before.

use std::cell::Cell;
use std::collections::BTreeMap;

/// Prefixes and the namespaces they are bound to.
#[derive(Default)]
pub(crate) struct Bindings<'s> {
    bound: BTreeMap<&'s str, &'s str>,
    shadowed: Vec<(&'s str, Option<&'s str>)>,
    /// The prefix asked for last, while nothing has changed since, and what it is bound to.
    recent: Cell<Option<(&'s str, &'s str)>>,
}

impl<'s> Bindings<'s> {
    /// Nothing is bound but `xml`.
    pub(crate) fn reserved() -> Self {
        let bound = BTreeMap::from([("xml", crate::XML_NAMESPACE)]);
        Self { bound, ..Self::default() }
    }

    pub(crate) fn of(&self, prefix: &'s str) -> Option<&'s str> {
        match self.recent.get() {
            Some((recent, namespace)) if recent == prefix => return Some(namespace),
            _ => {}
        }
        let namespace = self.bound.get(prefix).copied()?;
        self.recent.set(Some((prefix, namespace)));
        Some(namespace)
    }

    pub(crate) fn bind(&mut self, prefix: &'s str, namespace: &'s str) {
        self.recent.set(None);
        let before = self.bound.insert(prefix, namespace);
        self.shadowed.push((prefix, before));
    }

    /// A point to which [`Self::restore`] returns.
    pub(crate) fn mark(&self) -> usize {
        self.shadowed.len()
    }

    pub(crate) fn restore(&mut self, mark: usize) {
        if mark >= self.shadowed.len() {
            return;
        }
        self.recent.set(None);
        for (prefix, before) in self.shadowed.drain(mark..).rev() {
            match before {
                Some(namespace) => self.bound.insert(prefix, namespace),
                None => self.bound.remove(prefix),
            };
        }
    }
}
