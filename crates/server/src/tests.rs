//! The door, asked by address: a real app over a real SQLite file, a clock that stands, responses signed as an identity
//! provider signs them.

mod access;
mod api;
mod audit;
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
mod people;
mod pictures;
mod portal;
mod rest;
mod scim;
mod settings;
mod sso;
mod sub_accounts;
