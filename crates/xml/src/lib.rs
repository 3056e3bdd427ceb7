//! Hardened XML for SAML: parser, exclusive canonical form, writer.
//!
//! Here lives everything that mentions a namespace or a canonical form. What a signature is lives in `dsig`, what an
//! assertion is in `saml`. There is no I/O, no clock, no randomness and no dependency.
//!
//! The one thing to know: this is the only parser. What is verified and what is read went through the same code, and
//! that code refuses whatever two parsers could understand in two ways: document types, processing instructions,
//! relative namespaces, undeclared prefixes, attributes or IDs that are there twice.
#![deny(clippy::indexing_slicing)]

mod bindings;
pub mod c14n;
mod characters;
mod document;
mod element;
mod error;
mod ids;
mod limits;
mod names;
mod parse;
mod search;
mod writer;

pub use document::Document;
pub use element::Element;
pub use error::{Error, ErrorKind};
pub use limits::Limits;
pub use writer::Writer;

/// The namespace that the prefix `xml` is bound to, always (Namespaces in XML 1.0, section 3).
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// The namespace of namespace declarations, which no document may declare (Namespaces in XML 1.0, section 3).
pub(crate) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
