//! The attribute-mapping language: cases that are data, the page for administrators, properties, and its face in code.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod cases;
mod face;
mod page;
mod properties;
