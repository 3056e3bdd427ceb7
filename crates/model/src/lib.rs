//! What Vestibule knows, and the rules it keeps.
//!
//! Here live the nouns of the product (account, domain, connection, user, license, response log) and the decisions
//! about people (mapping, admission). Everything is pure: no clock, no randomness, no database, no wire format of the
//! outside world. Each decision is a function of (configuration, what is known, what was asserted) and returns its
//! trace, so that the live request, the log and any simulation run the same code.
//! Remembering is in `store`, the story of a deed in `app`.
#![deny(clippy::indexing_slicing)]

pub mod account;
pub mod activation;
pub mod admission;
pub mod api_call;
pub mod attempt;
pub mod audit;
pub mod code;
pub mod connection;
pub mod domain;
pub mod duration;
pub mod email;
pub mod expression;
pub mod first_steps;
pub mod group;
pub mod id;
pub mod idp_metadata;
pub mod import;
pub mod license;
pub mod mapping;
pub mod permission;
pub mod provision;
pub mod publication;
pub mod response_log;
pub mod rotation;
pub mod story;
pub mod token;
pub mod trace;
pub mod user;
