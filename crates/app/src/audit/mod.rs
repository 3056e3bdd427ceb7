//! The audit log: every administrative change leaves a record, in the transaction in which it is made.
//!
//! [`record`] is the one function that writes one. A deed that changes something takes an [`Author`] from its context before
//! its transaction, and calls it as the last thing that it does there: the end of the chain is locked until the transaction
//! ends, so whoever holds it must not wait for another lock. A deed that finds everything as it is wanted already writes none.
//! `read` looks records up, `verify` follows the chain.
//!
//! What the directory and other programs write is in the call log instead, and what sign-ins change in the response log.

mod read;
mod verify;

pub use read::{Export, Listed, Page, export, list, of_user, page};
pub use verify::{Broken, Verified, verify, verify_all};

use crate::context::{AdminCtx, JobCtx, OperatorCtx, PeopleCtx, VisitorCtx};
use crate::secret;
use jiff::Timestamp;
use std::net::IpAddr;
use vestibule_model::audit::{Actor, Deed, Entrance, Hash, Record, Subject, Thing};
use vestibule_model::domain::DomainPolicy;
use vestibule_model::email::Email;
use vestibule_model::id::ConnectionId;
use vestibule_model::trace::Change;
use vestibule_model::user::User;
use vestibule_store::audit::Kept;
use vestibule_store::{self as store, Tx};

/// By which way somebody came in, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) entrance: Entrance,
    pub(crate) address: Option<IpAddr>,
}

impl Origin {
    /// The portal, before it is known who comes from where.
    pub(crate) const PORTAL: Self = Self { entrance: Entrance::Portal, address: None };
    /// The break-glass door, likewise.
    pub(crate) const GLASS: Self = Self { entrance: Entrance::BreakGlass, address: None };
    /// The command line.
    pub(crate) const COMMAND_LINE: Self = Self { entrance: Entrance::CommandLine, address: None };
}

/// Who makes a change, from where, and when.
#[derive(Debug, Clone)]
pub(crate) struct Author {
    actor: Actor,
    origin: Origin,
    now: Timestamp,
}

impl Author {
    fn person(user: &User, origin: Origin, now: Timestamp) -> Self {
        let actor = Actor::Person { id: user.id, name: user.email.as_str().to_owned() };
        Self { actor, origin, now }
    }
}

impl AdminCtx {
    pub(crate) fn author(&self) -> Author {
        Author::person(self.user(), self.member.visitor.origin, self.app().now())
    }
}

impl VisitorCtx {
    /// Somebody who is not signed in, and proves otherwise to be this person.
    pub(crate) fn author_as(&self, user: &User) -> Author {
        Author::person(user, self.origin, self.app.now())
    }
}

impl PeopleCtx {
    pub(crate) fn author(&self) -> Author {
        let now = self.app.now();
        match &self.by {
            Some(admin) => Author::person(admin, self.origin, now),
            None => Author { actor: Actor::Operator, origin: self.origin, now },
        }
    }
}

impl OperatorCtx {
    pub(crate) fn author(&self) -> Author {
        Author { actor: Actor::Operator, origin: Origin::COMMAND_LINE, now: self.app.now() }
    }
}

impl JobCtx {
    pub(crate) fn author(&self) -> Author {
        let origin = Origin { entrance: Entrance::Job, address: None };
        Author { actor: Actor::Service, origin, now: self.app.now() }
    }
}

/// Writes what was done into the log of the transaction's account, behind everything that is in it.
///
/// # Errors
/// Those of the database.
pub(crate) async fn record(
    tx: &Tx<'_>,
    author: &Author,
    (deed, subject): (Deed, Subject),
    changes: Vec<Change>,
) -> Result<(), store::Error> {
    let head = store::audit::lock_head(tx).await?;
    let record = Record {
        number: head.number + 1,
        // No more than the column keeps.
        time: Timestamp::from_microsecond(author.now.as_microsecond()).unwrap_or(author.now),
        account: tx.account(),
        actor: author.actor.clone(),
        entrance: author.origin.entrance,
        address: author.origin.address.map(|address| address.to_string()),
        deed,
        subject,
        changes,
        previous: head.hash,
    };
    let text = store::audit::text(&record)?;
    let hash = hash(&text);
    store::audit::append(tx, &Kept::of(&record, text, hash)).await
}

/// A connection of the account; that of the section `[sso]` has no name.
pub(crate) fn connection(id: ConnectionId, name: &str) -> Subject {
    Subject::new(Thing::Connection, id, if name.is_empty() { "sso" } else { name })
}

/// The same, whose name has to be read first.
pub(crate) async fn named_connection(tx: &Tx<'_>, id: ConnectionId) -> Result<Subject, store::Error> {
    let connections = store::connections::list(tx).await?;
    let found = connections.into_iter().find(|connection| connection.id == id);
    Ok(connection(id, &found.map(|connection| connection.name).unwrap_or_default()))
}

/// What changed where something was said before and is said otherwise now.
pub(crate) fn change(field: &str, before: Option<String>, after: Option<String>) -> Vec<Change> {
    if before == after {
        return Vec::new();
    }
    vec![Change { field: field.to_owned(), before, after, rule: String::new() }]
}

/// What is decided otherwise about a domain; without a policy nothing is.
pub(crate) fn policy(before: Option<&DomainPolicy>, after: Option<&DomainPolicy>) -> Vec<Change> {
    let of = |said: fn(&DomainPolicy) -> String| (before.map(said), after.map(said));
    let said = [
        ("managed", of(|policy| policy.managed.to_string())),
        ("consolidate", of(|policy| policy.consolidate.to_string())),
        ("enforce_sso", of(|policy| policy.enforce_sso.to_string())),
        ("exempt", of(exempt)),
    ];
    said.into_iter().flat_map(|(field, (before, after))| change(field, before, after)).collect()
}

fn exempt(policy: &DomainPolicy) -> String {
    let addresses: Vec<&str> = policy.exempt.iter().map(Email::as_str).collect();
    addresses.join(", ")
}

/// The hash of a record.
pub(crate) fn hash(text: &str) -> Hash {
    Hash(secret::sha256(text.as_bytes()))
}
