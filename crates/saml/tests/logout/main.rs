//! Single logout: both messages, by both bindings, written, read, verified, and refused.
//!
//! `written.rs` holds what is read as it was written, `signatures.rs` what a signature covers and what is none,
//! `statements.rs` what a message must say.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod signatures;
mod statements;
mod support;
mod written;
