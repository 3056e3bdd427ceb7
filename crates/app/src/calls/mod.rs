//! The API call log: what programs asked for, what was done, and what was answered.
//!
//! A call is noted in memory when its answer is ready ([`note`]), and written with others a second later at most ([`write_waiting`]):
//! no call waits for the disk for its log's sake. What is kept of bodies and addresses is masked first (`mask`). Only calls of a
//! program with a good token are here: what cannot show one is in nobody's log.

mod mask;
mod read;
mod sealed;
mod waiting;
mod whom;
mod write;

pub use read::{Explained, Listed, list, search, show};
pub(crate) use waiting::Waiting;
pub use waiting::{Heard, Raw, note};
pub(crate) use write::keep_writing;
pub use write::write_waiting;

use jiff::SignedDuration;

/// How long calls are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How many calls of an account are kept in any case.
pub const LEAST_KEPT: u32 = 100;

/// The most that is kept of a body, in bytes.
pub const LARGEST_BODY: usize = 16 * 1024;
