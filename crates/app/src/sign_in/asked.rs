//! What a connection may vouch for: people of its own domains, signed in in the way that was asked for.
//!
//! A request may be changed on its way, and an identity provider may not heed it, so asking alone proves nothing. What
//! requests say is made in `start`. Where an account has several connections, each speaks for the addresses that are sent
//! to it, and for no others: the identity provider of a subsidiary does not say who the people of its parent are.

use super::person::Person;
use super::record::Decided;
use crate::domains::enforce;
use crate::live::{Live, LiveConnection};
use std::collections::BTreeSet;
use vestibule_model::admission::domain::{Hold, Whose, gate};
use vestibule_model::code::Code;
use vestibule_model::connection::Settings;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::mapping::Identity;
use vestibule_model::response_log::AUTHN_CONTEXT;
use vestibule_model::trace::Step;
use vestibule_saml::response::VerifiedAssertion;
use vestibule_store::domains::Held;
use vestibule_store::{self as store, Tx};

/// Holds the class of the authentication context to those that the connection asks for, if it asks for any
/// (SAML-Core 3.3.2.2.1: with `exact`, the statement must be one of the classes that were named).
pub(super) fn authn_context(
    settings: &Settings,
    assertion: &VerifiedAssertion,
    notes: &mut Decided,
) -> Result<(), Code> {
    let asked = &settings.asks.authn_contexts;
    if asked.is_empty() {
        return Ok(());
    }
    let expected = format!("one of {}", asked.join(", "));
    let found = assertion.authn_context();
    if found.is_some_and(|found| asked.iter().any(|asked| asked == found)) {
        notes.trace.push(Step::passed(AUTHN_CONTEXT, expected, found.unwrap_or_default()));
        return Ok(());
    }
    notes.trace.push(Step::failed(AUTHN_CONTEXT, expected, found.unwrap_or("none")));
    notes.reason =
        Some("The step authn_context shows what was asked for, and what the response says.".to_owned());
    Err(Code::Status)
}

/// Holds the addresses that a response is about to the domains of the connection: the asserted one, and that of the user
/// who is known by the Employee Unique ID.
pub(super) fn addresses(
    live: &Live,
    connection: &LiveConnection,
    (identity, person): (&Identity, &Person),
    notes: &mut Decided,
) -> Result<(), Code> {
    person.addresses(identity).try_for_each(|email| address(live, connection, email, notes))
}

/// Holds the same addresses to what the deployment knows of their domains: one whose proof was lost lets nobody in, and one
/// that another account manages nobody new. The answer is which of the domains are the account's own.
pub(super) async fn domains(
    tx: &Tx<'_>,
    (identity, person): (&Identity, &Person),
    notes: &mut Decided,
) -> Result<Result<BTreeSet<Domain>, Code>, store::Error> {
    let mut own = BTreeSet::new();
    let is_user = person.user().is_some();
    for email in person.addresses(identity) {
        let held = store::domains::held(tx, email.domain()).await?;
        own.extend(held.iter().filter(|held| held.is_associated()).map(|held| held.domain.clone()));
        let whose = whose(tx, (email, held), is_user).await?;
        if let Err((code, step)) = gate(email, whose, is_user) {
            notes.trace.push(step);
            if whose == Whose::Suspended {
                notes.reason = Some(format!(
                    "The proof that {} belongs to the account was lost: an administrator puts it back, then chooses \"Check now\" on the page of the domain.",
                    email.domain()
                ));
            }
            return Ok(Err(code));
        }
    }
    Ok(Ok(own))
}

/// What is known of a domain, as far as it matters.
async fn whose(
    tx: &Tx<'_>,
    (email, held): (&Email, Option<Held>),
    is_user: bool,
) -> Result<Whose, store::Error> {
    let hold = match held {
        Some(held) if held.is_associated() => Hold::Associated,
        Some(_) => Hold::Suspended,
        None => Hold::None,
    };
    let is_open_to_others = hold == Hold::None && !is_user;
    Ok(Whose::of(hold, is_open_to_others && keeps_newcomers(tx, email).await?))
}

/// Whether another account manages the domain of an address, so that nobody new comes in here by it. Of a user nobody asks who
/// else has the domain, and whoever is a user of a sub-account is nobody new either.
pub(crate) async fn keeps_newcomers(tx: &Tx<'_>, email: &Email) -> Result<bool, store::Error> {
    Ok(enforce::is_managed_elsewhere(tx, email.domain()).await? && !is_below(tx, email).await?)
}

/// Whether an address is that of a user of a sub-account.
async fn is_below(tx: &Tx<'_>, email: &Email) -> Result<bool, store::Error> {
    let Some((account, _)) = store::users::owner_of(tx, email.folded()).await? else { return Ok(false) };
    let above = store::sub_accounts::parent(tx, account).await?;
    Ok(above.is_some_and(|above| above.id == tx.account()))
}

/// Whether a connection with these domains may speak for addresses of a domain, beside others with those.
pub(crate) fn vouches<'a>(
    own: &BTreeSet<Domain>,
    mut others: impl Iterator<Item = &'a Domain>,
    domain: &Domain,
) -> bool {
    if own.is_empty() { others.all(|other| other != domain) } else { own.contains(domain) }
}

/// Holds an address to the domains of the connection, where the account has connections for domains.
fn address(live: &Live, connection: &LiveConnection, email: &Email, notes: &mut Decided) -> Result<(), Code> {
    let domains = &connection.settings.reach.email_domains;
    let others = live.connections.iter().filter(|other| other.id != connection.id);
    let named = others.flat_map(|other| &other.settings.reach.email_domains);
    let vouched = vouches(domains, named, email.domain());
    let expected = if domains.is_empty() {
        if vouched {
            return Ok(());
        }
        "no domain of another connection".to_owned()
    } else {
        let listed: Vec<&str> = domains.iter().map(Domain::as_str).collect();
        format!("an address in {}", listed.join(", "))
    };
    if vouched {
        notes.trace.push(Step::passed("email_domains", expected, email.domain().as_str()));
        return Ok(());
    }
    notes.trace.push(Step::failed("email_domains", expected, email.domain().as_str()));
    notes.reason =
        Some("This connection is not the one that addresses of this domain sign in by.".to_owned());
    Err(Code::NotHere)
}
