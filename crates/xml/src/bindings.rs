//! What prefixes mean at the element one is at: bindings that are made and taken back.
//!
//! The parser keeps the declarations in scope in it, the canonical form those it has written. The one thing to know:
//! prefixes and namespaces are numbers (`names.rs`), so a look-up is one look, whatever many declarations or deep
//! nesting there are. What is not bound is bound to [`NONE`], no namespace.

use crate::names::NONE;

/// Few messages have more prefixes; for those no memory is asked for.
const FEW: usize = 8;

/// Prefixes and the namespaces they are bound to.
pub(crate) struct Bindings {
    /// The namespace of each of the first few prefixes.
    few: [u32; FEW],
    /// Those of the prefixes behind them.
    more: Vec<u32>,
    /// What each binding, in their order, took the place of.
    shadowed: Vec<(u32, u32)>,
}

impl Bindings {
    /// Nothing is bound.
    pub(crate) fn new() -> Self {
        Self { few: [NONE; FEW], more: Vec::new(), shadowed: Vec::with_capacity(FEW) }
    }

    #[inline]
    pub(crate) fn of(&self, prefix: u32) -> u32 {
        let place = prefix as usize;
        self.few.get(place).copied().unwrap_or_else(|| self.of_later(place))
    }

    #[cold]
    fn of_later(&self, place: usize) -> u32 {
        self.more.get(place - FEW).copied().unwrap_or(NONE)
    }

    pub(crate) fn bind(&mut self, prefix: u32, namespace: u32) {
        let before = self.set(prefix, namespace);
        self.shadowed.push((prefix, before));
    }

    /// A point to which [`Self::restore`] returns.
    #[inline]
    pub(crate) fn mark(&self) -> usize {
        self.shadowed.len()
    }

    #[inline]
    pub(crate) fn restore(&mut self, mark: usize) {
        while self.shadowed.len() > mark {
            let Some((prefix, before)) = self.shadowed.pop() else { return };
            self.set(prefix, before);
        }
    }

    /// Binds a prefix, and returns what it was bound to before.
    fn set(&mut self, prefix: u32, namespace: u32) -> u32 {
        let place = prefix as usize;
        if place >= FEW + self.more.len() {
            self.more.resize(place + 1 - FEW, NONE);
        }
        let bound = self.few.get_mut(place).or_else(|| self.more.get_mut(place - FEW));
        bound.map_or(NONE, |bound| std::mem::replace(bound, namespace))
    }
}
