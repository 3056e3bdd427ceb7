//! The door: HTTP, pages, API.
