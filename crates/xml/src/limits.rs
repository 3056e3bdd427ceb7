//! How much of everything a document may have.
//!
//! Where each limit is held is in `parse.rs`. The one thing to know: the parser and the canonical form take time and
//! memory linear in the input, so these numbers bound both; none of them is needed for that linearity.

/// What a document may have at most; beyond it [`crate::Document::parse_with`] refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of input.
    pub bytes: usize,
    /// Elements inside one another, the root included.
    pub depth: usize,
    /// Elements, runs of text, CDATA sections and comments inside the root, the root included.
    pub nodes: usize,
    /// Attributes of one element, namespace declarations not counted.
    pub attributes: usize,
    /// Namespace declarations of one element.
    pub namespaces: usize,
    /// Attributes of the whole document that look like an ID.
    pub ids: usize,
}

impl Limits {
    /// For a protocol message or the metadata of one provider.
    pub const MESSAGE: Self =
        Self { bytes: 512 * 1024, depth: 64, nodes: 20_000, attributes: 64, namespaces: 512, ids: 64 };

    /// For the metadata of a federation: thousands of providers in one document.
    pub const METADATA: Self =
        Self { bytes: 16 * 1024 * 1024, nodes: 1_000_000, ids: 20_000, ..Self::MESSAGE };
}

impl Default for Limits {
    fn default() -> Self {
        Self::MESSAGE
    }
}
