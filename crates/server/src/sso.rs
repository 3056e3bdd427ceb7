//! Single sign-on: the way out to the identity provider, the way back, and our metadata.

pub(crate) mod acs;
pub(crate) mod login;
pub(crate) mod metadata;
