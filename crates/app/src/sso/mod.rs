//! The SSO connections as administrators meet them: what there is (`overview`), and the metadata that identity providers
//! read (`metadata`). How people sign in by them is in `sign_in`.

mod metadata;
mod overview;
pub mod test;
pub mod versions;

pub use metadata::sp_metadata;
pub use overview::{CertificateView, Listed, Ours, Overview, list, overview, unconnected};
