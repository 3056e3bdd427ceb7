//! SCIM 2.0 documents: what RFC 7643, 7644 and 9865 say about schemas, resources, filters, paths, patches, bulk requests and lists.
//!
//! Here lives the language of provisioning: bytes become documents, documents become bytes, and a patch makes one document
//! out of another. Nothing here knows a user, an account or a database, and nothing decides who may do what: that is told in
//! `app`, and the addresses are in `server`. Everything is pure. The one thing to know: whatever the field's clients do
//! differently is in `quirks`, named and linked, and a case of the tests shows each.
#![deny(clippy::indexing_slicing)]

pub mod bulk;
pub mod config;
pub mod error;
pub mod filter;
pub mod json;
pub mod list;
pub mod patch;
pub mod path;
pub mod quirks;
pub mod resource;
pub mod schema;
mod time;

pub use bulk::BulkRequest;
pub use error::{Error, ScimType};
pub use filter::Filter;
pub use list::{ListResponse, Query};
pub use patch::{Member, MemberOp, Patch};
pub use path::{AttributePath, Path};
pub use quirks::{Dialect, Quirk};
pub use resource::{Document, Meta, Mode, Projection};
pub use schema::{Attribute, Registry, ResourceType, Schema};
