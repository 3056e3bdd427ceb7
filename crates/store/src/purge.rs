//! Forgetting what has expired, in pieces small enough that nobody notices.

/// The most rows that one call of a `purge` function removes: call it again while it removes that many.
pub const PURGED_AT_ONCE: u32 = 500;
