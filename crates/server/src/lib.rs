//! The door: HTTP, pages, API.

pub mod portal;
