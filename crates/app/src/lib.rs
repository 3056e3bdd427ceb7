//! The deeds: one function per thing someone may do, callable from every entrance.
//!
//! Here is the story of each deed: what is read, which rule of `model` decides, what is written in which transaction.
//! There is no HTTP, no HTML and no SQL here; `server` is the door for browsers, the program's command line the one
//! for operators. Who may do a deed stands in its signature: the context type it takes (`context`).

pub mod accounts;
mod alarms;
pub mod assistant;
pub mod audit;
pub mod authorize;
pub mod calls;
pub mod configuration;
pub mod consolidation;
pub mod context;
pub mod cures;
pub(crate) mod directory;
pub mod domains;
mod error;
pub mod groups;
pub mod idp_metadata;
pub mod imports;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod links;
mod live;
pub mod logout;
mod mail;
pub mod outbound;
pub mod outbox;
pub mod overview;
pub mod ownership;
pub mod pictures;
pub mod provisioning;
pub mod response_log;
pub mod rest;
pub mod roles;
pub mod seats;
pub mod second_factor;
mod secret;
pub mod sessions;
pub mod sign_in;
pub mod simulate;
pub mod sso;
pub mod tallies;
pub mod tokens;
pub mod users;
mod vault;

pub use context::{
    AdminCtx, ApiClient, ApiCtx, App, Clock, Deployment, HeldCtx, JobCtx, LeavingCtx, MemberCtx, OperatorCtx,
    PeopleCtx, Random, ScimCtx, UsersApiCtx, VisitorCtx,
};
pub use error::{Error, Kind};
pub use vault::DeploymentKey;
