//! The door, asked by address: a real app over a real SQLite file, a clock that stands, responses signed as an identity
//! provider signs them.

mod access;
mod api;
mod arrivals;
mod calls;
mod cures;
mod domains;
mod drafts;
mod entrance;
mod foreign;
mod glass;
mod groups;
mod harness;
mod headers;
mod hostile;
mod hosts;
mod imports;
mod keys;
mod limits;
mod links;
mod listener;
mod logout;
mod mapping;
mod metadata;
mod oauth;
mod passwords;
mod people;
mod pictures;
mod portal;
mod rest;
mod scim;
mod second_factors;
mod setup;
mod sso;
mod sub_accounts;
