//! Domains of an account: claimed and proved by its administrators or set by the operator, and what was decided about them.
//!
//! Where the proof is looked for is in [`proof`], what follows from a look in [`settle`], which is also the job's deed. What
//! enforced SSO means for somebody who signs in is in [`enforce`]. The rules are `model::domain`'s.

mod deeds;
pub(crate) mod enforce;
mod outsiders;
mod page;
mod proof;
mod settle;
mod view;
mod words;

pub(crate) use deeds::forget_claim;
pub use deeds::{Decided, Policy, claim, decide, remove};
pub use outsiders::{MOST_OUTSIDERS, Outsiders, outsiders};
pub use settle::check;
pub(crate) use settle::look_after;
pub use view::{DomainView, list, one};

/// The most domains of an account that are claimed or set.
pub const MOST_DOMAINS: usize = 50;
