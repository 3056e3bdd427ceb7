//! Enforced SSO, as the ways in ask for it: whether an address has no other way, and where that way begins.
//!
//! What was decided about a domain holds for its people here although the proof was lost: a password that was refused
//! yesterday is not taken today because a record is missing. Where somebody is a user of another account, that account says how
//! its people sign in; a domain's owner says it for all the others.

use crate::context::App;
use crate::error::{Error, Kind};
use std::collections::BTreeSet;
use vestibule_model::account::{Account, Label};
use vestibule_model::connection::Connection;
use vestibule_model::domain::enforcement::{Readiness, Way};
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::email::Email;
use vestibule_model::id::ConnectionId;
use vestibule_model::user::{Status, User};
use vestibule_store::domains::{Held, Owner};
use vestibule_store::sessions::Whose;
use vestibule_store::{self as store, Tx};

/// What an account says of the ways in for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// Nothing: whatever the person has.
    Free,
    /// The domain is enforced, and the address is exempt: by password.
    Exempt,
    /// By this connection alone, which is used at this vanity URL (`None` for the account's own); without one, not at all for now.
    Provider(Option<(Option<Label>, ConnectionId)>),
}

/// What the account says of an address of one of its domains, suspended or not.
pub(crate) async fn ruling(tx: &Tx<'_>, email: &Email) -> Result<Ruling, store::Error> {
    let Some(held) = store::domains::held(tx, email.domain()).await? else { return Ok(Ruling::Free) };
    if !held.policy.enforce_sso {
        return Ok(Ruling::Free);
    }
    if held.policy.exempts(email) {
        return Ok(Ruling::Exempt);
    }
    let connections = store::connections::list(tx).await?;
    let chosen = choose(&connections, email.domain());
    Ok(Ruling::Provider(chosen.map(|connection| (vanity_url(connection), connection.id))))
}

/// Where a sign-in by a connection begins.
pub(crate) fn address(
    app: &App,
    account: &Account,
    (vanity, connection): &(Option<Label>, ConnectionId),
) -> String {
    let host = vanity.as_ref().unwrap_or(&account.label);
    format!("{}/saml/login?connection={connection}", app.account_url(host))
}

/// A password is shown for an address that has no such way in.
pub(crate) fn only_by_provider() -> Error {
    Error::new(Kind::Forbidden, "This address signs in through its company’s identity provider alone.")
        .hint("Go to the sign-in page and enter the address: it leads there. An administrator who is exempt can sign in with a password.")
}

/// The provider of an enforced address cannot be used.
pub(crate) fn no_provider() -> Error {
    Error::new(Kind::Invalid, "Your company’s identity provider is not connected at the moment.")
        .hint("Ask your administrator: an owner or administrator who is exempt can sign in with a password and mend it.")
}

/// Refuses a password, or a link that would set one, for an address that has no such way in.
pub(crate) async fn may_use_a_password(tx: &Tx<'_>, email: &Email) -> Result<(), Error> {
    match ruling(tx, email).await? {
        Ruling::Free | Ruling::Exempt => Ok(()),
        Ruling::Provider(_) => Err(only_by_provider()),
    }
}

/// Whether another account than this one, and than the one above it, manages the users of a domain.
pub(crate) async fn is_managed_elsewhere(tx: &Tx<'_>, domain: &Domain) -> Result<bool, store::Error> {
    Ok(managed_elsewhere(tx, domain).await?.is_some())
}

/// That account.
pub(crate) async fn managed_elsewhere(tx: &Tx<'_>, domain: &Domain) -> Result<Option<Owner>, store::Error> {
    let owner = store::domains::owner(tx, domain).await?;
    let Some(owner) = owner.filter(|owner| owner.managed && owner.account != tx.account()) else {
        return Ok(None);
    };
    let above = store::sub_accounts::parent(tx, tx.account()).await?;
    Ok(Some(owner).filter(|owner| above.is_none_or(|above| above.id != owner.account)))
}

/// What must hold for enforcement under this policy, as it is now.
pub(crate) async fn readiness(
    tx: &Tx<'_>,
    domain: &Domain,
    policy: &DomainPolicy,
) -> Result<Readiness, store::Error> {
    let connections = store::connections::list(tx).await?;
    let connection = match choose(&connections, domain) {
        None => Way::None,
        Some(connection) => how_far(tx, connection).await?,
    };
    let exempt_administrator = !ways_in(tx, policy).await?.is_empty();
    let verified = store::domains::is_associated(tx, domain).await?;
    Ok(Readiness { verified, managed: policy.managed, connection, exempt_administrator })
}

/// The published and enabled connection by which addresses of a domain sign in: the one that names it, else the one for everybody.
pub(crate) fn choose<'c>(connections: &'c [Connection], domain: &Domain) -> Option<&'c Connection> {
    let in_use = |connection: &&Connection| {
        connection.published.as_ref().is_some_and(|published| published.settings.enabled)
    };
    let reach = |connection: &Connection| {
        connection.published.as_ref().map(|published| published.settings.reach.clone()).unwrap_or_default()
    };
    let all = || connections.iter().filter(in_use);
    all()
        .find(|connection| reach(connection).email_domains.contains(domain))
        .or_else(|| {
            all().find(|connection| {
                let reach = reach(connection);
                reach.email_domains.is_empty() && reach.vanity_url.is_none()
            })
        })
        .or_else(|| all().find(|connection| reach(connection).email_domains.is_empty()))
}

fn vanity_url(connection: &Connection) -> Option<Label> {
    connection.published.as_ref()?.settings.reach.vanity_url.clone()
}

async fn how_far(tx: &Tx<'_>, connection: &Connection) -> Result<Way, store::Error> {
    let Some(published) = &connection.published else { return Ok(Way::None) };
    let works = published.tested.is_some()
        || store::sessions::began_by(tx, connection.id, published.created_at).await?;
    Ok(if works { Way::Tested } else { Way::Untested })
}

async fn is_administrator_with_password(tx: &Tx<'_>, email: &Email) -> Result<bool, store::Error> {
    let Some(user) = store::users::by_email(tx, email.folded()).await? else { return Ok(false) };
    Ok(may_break_the_glass(&user) && store::passwords::get(tx, user.id).await?.is_some())
}

/// Refuses to put out, to rename or to demote the last one who could get into the account while SSO is enforced: whoever
/// changes somebody asks here before it is written, with the record that there would be (`None`: none).
///
/// # Errors
/// [`Kind::Conflict`] when nobody else is exempt, administers the account and has a working password; those of the database.
pub(crate) async fn leaves_a_way_in(tx: &Tx<'_>, before: &User, after: Option<&User>) -> Result<(), Error> {
    let stays = after
        .is_some_and(|after| may_break_the_glass(after) && after.email.folded() == before.email.folded());
    if !stays && is_last_way_in(tx, before).await? {
        return Err(last_way_in(before.email.domain()));
    }
    Ok(())
}

/// Whether nobody but this person could get in where SSO is enforced for the domain of the person's address. Whoever asks is about
/// to put the person out.
pub(crate) async fn is_last_way_in(tx: &Tx<'_>, user: &User) -> Result<bool, store::Error> {
    if !may_break_the_glass(user) {
        return Ok(false);
    }
    // Whoever changes policies, or another of these people, waits here: two do not put each other out.
    store::accounts::bump(tx).await?;
    would_be_last_way_in(tx, user).await
}

/// The same, asked by somebody who writes nothing.
pub(crate) async fn would_be_last_way_in(tx: &Tx<'_>, user: &User) -> Result<bool, store::Error> {
    let held = store::domains::held(tx, user.email.domain()).await?;
    let Some(Held { policy, .. }) = held.filter(|held| may_break_the_glass(user) && held.policy.enforce_sso)
    else {
        return Ok(false);
    };
    Ok(policy.is_last_way_in(&user.email, &ways_in(tx, &policy).await?))
}

/// The addresses, folded, of exempt administrators of a domain who have a password.
pub(crate) async fn ways_in(tx: &Tx<'_>, policy: &DomainPolicy) -> Result<BTreeSet<String>, store::Error> {
    let mut ways = BTreeSet::new();
    for email in &policy.exempt {
        if is_administrator_with_password(tx, email).await? {
            ways.insert(email.folded().to_owned());
        }
    }
    Ok(ways)
}

fn last_way_in(domain: &Domain) -> Error {
    Error::new(
        Kind::Conflict,
        format!("Nobody else could get in: SSO is enforced for {domain}, and this is the last exempt administrator with a password."),
    )
    .hint("Exempt another owner or administrator who has a password first, or switch enforced SSO off.")
}

/// Ends the sessions that began by a password, of people of an enforced domain who are not exempt; the answer is how many.
pub(crate) async fn end_passwords(
    tx: &Tx<'_>,
    domain: &Domain,
    policy: &DomainPolicy,
) -> Result<u64, store::Error> {
    if !policy.enforce_sso {
        return Ok(0);
    }
    end_sessions(tx, domain, |whose, email| whose.connection.is_none() && policy.enforces(email)).await
}

/// Ends the sessions of people of a domain that another account has now; exempt ones sign in by passwords, and go on.
pub(crate) async fn end_lost(tx: &Tx<'_>, domain: &Domain) -> Result<u64, store::Error> {
    let policy = store::domains::held(tx, domain).await?.map(|held| held.policy).unwrap_or_default();
    end_sessions(tx, domain, |_, email| !policy.exempts(email)).await
}

/// Ends the sessions of people of a domain for which this holds; the answer is how many.
async fn end_sessions(
    tx: &Tx<'_>,
    domain: &Domain,
    ends: impl Fn(&Whose, &Email) -> bool + Send + Sync,
) -> Result<u64, store::Error> {
    let (mut after, mut ended) = (None, 0);
    loop {
        let page = store::sessions::whose(tx, after, AT_ONCE).await?;
        for whose in &page {
            let email = Email::parse(&whose.address).ok().filter(|email| email.domain() == domain);
            if email.is_some_and(|email| ends(whose, &email)) {
                store::sessions::end(tx, whose.id).await?;
                ended += 1;
            }
        }
        after = page.last().map(|whose| whose.id);
        if page.len() < AT_ONCE as usize {
            return Ok(ended);
        }
    }
}

/// Refuses what rests on somebody's mailbox while the domain of the address is suspended: whoever has the domain now may have
/// the mailbox too. Links that were mailed are not taken, and none may be sent.
pub(crate) async fn mailbox_counts(tx: &Tx<'_>, email: &Email) -> Result<(), Error> {
    match store::domains::held(tx, email.domain()).await? {
        Some(held) if !held.is_associated() => Err(Error::new(
            Kind::Forbidden,
            format!(
                "The domain {} lost its proof, so its mailboxes prove nothing at the moment.",
                email.domain()
            ),
        )
        .hint("Ask your administrator to put the proof of the domain back.")),
        _ => Ok(()),
    }
}

/// How many sessions are looked at together.
const AT_ONCE: u32 = 500;

/// Whether somebody is one of those for whom the break-glass host is.
pub(crate) fn may_break_the_glass(user: &User) -> bool {
    user.status == Status::Active && user.role.administers() && user.logins.work_email
}
