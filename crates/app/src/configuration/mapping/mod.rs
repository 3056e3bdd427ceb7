//! The mapping as account files say it: read, written, and compared key by key.
//!
//! `[mapping.basic]` is one section; everything else of `[mapping]`, the rules, is another. What it all means is
//! decided in `model::mapping`.

mod fits;
mod pairs;
mod read;
mod write;

pub(super) use fits::check;
pub(super) use pairs::pairs;
pub(super) use read::read;
pub(super) use write::write;
