//! People who are brought, changed and taken away by somebody other than a sign-in: one way for SCIM, REST, CSV and the portal.
//!
//! `model/provision` decides; here is what follows: seats change hands, the record is written, sessions end, and whoever
//! loses an address is told.

use super::{Seated, take_seats, take_seats_in_hand};
use crate::configuration::Configuration;
use crate::context::App;
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::mail;
use crate::users::{self, Whom};
use jiff::Timestamp;
use std::collections::BTreeSet;
use vestibule_model::account::Account;
use vestibule_model::code::Code;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::{Inventory, License, Product};
use vestibule_model::provision::{self, AddressStays, Facts, Refusal, Settled, Source, Wanted};
use vestibule_model::user::{Status, User};
use vestibule_store::{self as store, Tx};

impl Seated for Result<Settled, Refusal> {
    fn seats(&self) -> Option<(&BTreeSet<Product>, &BTreeSet<Product>)> {
        self.as_ref().ok().map(|settled| (&settled.take, &settled.free))
    }
}

/// Whether what is wanted of somebody may need a seat, or free one.
pub(crate) fn moves_seats(wanted: &Wanted) -> bool {
    wanted.active.is_some() || wanted.license.is_some()
}

/// Whether somebody is let in again, or kept out: then a seat is all but sure to change hands.
fn turns(wanted: &Wanted, user: &User) -> bool {
    wanted.active.is_some_and(|active| active != (user.status == Status::Active))
}

/// The user who is meant, whom nobody else changes meanwhile. Seats come before people, as at sign-ins: nobody waits for each
/// other.
pub(crate) async fn locked(tx: &Tx<'_>, whom: &Whom, with_seats: bool) -> Result<User, Error> {
    let found = whom.find(tx).await?.id;
    if with_seats {
        store::licenses::locked(tx).await?;
    }
    store::users::locked(tx, found).await?.ok_or_else(users::unknown)
}

/// Where something is done, and when.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) app: App,
    pub(crate) account: Account,
    pub(crate) source: Source,
    pub(crate) now: Timestamp,
    /// The id of somebody new.
    pub(crate) fresh: UserId,
}

impl Setting {
    pub(crate) fn new(app: &App, account: &Account, source: Source) -> Self {
        let now = app.now();
        let fresh = UserId::from_bytes(app.fresh_id(now));
        Self { app: app.clone(), account: account.clone(), source, now, fresh }
    }
}

/// What an account says of an address.
#[derive(Debug, Clone, Copy)]
struct Standing {
    associated: bool,
    exempt: bool,
}

impl Standing {
    async fn of(tx: &Tx<'_>, email: Option<&Email>) -> Result<Self, store::Error> {
        let Some(email) = email else { return Ok(Self { associated: false, exempt: false }) };
        if email.is_placeholder() {
            return Ok(Self { associated: true, exempt: false });
        }
        let held = store::domains::held(tx, email.domain()).await?;
        let exempt = held.as_ref().is_some_and(|held| held.policy.exempts(email));
        Ok(Self { associated: held.is_some_and(|held| held.is_associated()), exempt })
    }
}

/// Brings somebody (`before` is `None`), or changes the record that was read. Nothing is written when it is so already.
///
/// # Errors
/// [`Kind::Conflict`] and [`Kind::Forbidden`] with the reason of the refusal; those of the database.
pub(crate) async fn settle(
    tx: &Tx<'_>,
    setting: &Setting,
    wanted: &Wanted,
    before: Option<&User>,
) -> Result<Settled, Error> {
    settle_unless_refused(tx, setting, wanted, before).await?.map_err(refused)
}

/// As [`settle`]; a refusal, at which nothing was written and no seat taken, is told apart from what failed.
///
/// # Errors
/// Those of the database.
pub(crate) async fn settle_unless_refused(
    tx: &Tx<'_>,
    setting: &Setting,
    wanted: &Wanted,
    before: Option<&User>,
) -> Result<Result<Settled, Refusal>, Error> {
    match decide(tx, setting, wanted, before).await? {
        Ok(settled) => write(tx, setting, settled, before).await.map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// What [`settle`] would come to if these seats were left: the same decision, and nothing is written.
///
/// # Errors
/// Those of the database.
pub(crate) async fn foresee(
    tx: &Tx<'_>,
    setting: &Setting,
    wanted: &Wanted,
    before: Option<&User>,
    seats: &Inventory,
) -> Result<Result<Settled, Refusal>, Error> {
    let known = Known::read(tx, wanted, before).await?;
    Ok(known.decide(setting, wanted, before, seats))
}

async fn write(
    tx: &Tx<'_>,
    setting: &Setting,
    settled: Settled,
    before: Option<&User>,
) -> Result<Settled, Error> {
    match before {
        None => store::users::insert(tx, &settled.user).await?,
        Some(_) if settled.changes.is_empty() => {}
        Some(before) => {
            let version = rewrite(tx, setting, (before, &settled), None).await?;
            return Ok(Settled { user: User { version, ..settled.user }, ..settled });
        }
    }
    Ok(settled)
}

/// Writes somebody known as was settled, with the document that a directory wrote of them, if one did; and does what follows:
/// sessions end, and whoever loses the address is told. Returns the new version.
///
/// # Errors
/// As [`settle`].
pub(crate) async fn rewrite(
    tx: &Tx<'_>,
    setting: &Setting,
    (before, settled): (&User, &Settled),
    document: Option<&str>,
) -> Result<i64, Error> {
    let after = &settled.user;
    if !settled.changes.is_empty() {
        enforce::leaves_a_way_in(tx, before, Some(after)).await?;
    }
    let version = match document {
        Some(document) => store::users::update_and_tell(tx, before, after, document).await?,
        None => store::users::update_from(tx, before, after).await?,
    };
    if settled.ends_sessions(Some(before)) {
        store::sessions::end_all_of(tx, before.id).await?;
    }
    if let Some(left) = settled.left_address(Some(before)) {
        tell_the_old_address(tx, setting, left, &after.email).await?;
    }
    Ok(version)
}

/// Settles who somebody is to be (`before` is `None` for somebody new), and takes the seats. The record is for the caller to write.
///
/// # Errors
/// As [`settle`].
pub(crate) async fn settled(
    tx: &Tx<'_>,
    setting: &Setting,
    wanted: &Wanted,
    before: Option<&User>,
) -> Result<Settled, Error> {
    decide(tx, setting, wanted, before).await?.map_err(refused)
}

/// The decision alone; its seats are taken.
async fn decide(
    tx: &Tx<'_>,
    setting: &Setting,
    wanted: &Wanted,
    before: Option<&User>,
) -> Result<Result<Settled, Refusal>, Error> {
    let known = Known::read(tx, wanted, before).await?;
    let decide = |seats: &Inventory| known.decide(setting, wanted, before, seats);
    // Where no seat can change hands the seats are not even read.
    let calm = before.is_some() && wanted.active.is_none() && wanted.license.is_none();
    let calm = calm && wanted.add_ons == provision::AddOns::default();
    Ok(match before {
        _ if calm => decide(&Inventory::default()),
        Some(user) if turns(wanted, user) => take_seats_in_hand(tx, decide).await?,
        _ => take_seats(tx, decide).await?,
    })
}

/// What the account says that a decision about a person needs, besides its seats.
struct Known {
    domain_associated: bool,
    exempt: bool,
    fallback: Option<License>,
    managed_elsewhere: Option<Domain>,
}

impl Known {
    async fn read(tx: &Tx<'_>, wanted: &Wanted, before: Option<&User>) -> Result<Self, Error> {
        let asked = wanted.email.as_ref().or(before.map(|user| &user.email));
        let standing = Standing::of(tx, asked).await?;
        let exempt = match before.filter(|user| asked != Some(&user.email)) {
            Some(user) => Standing::of(tx, Some(&user.email)).await?.exempt,
            None => standing.exempt,
        };
        let fallback = fallback(tx, wanted, before).await?;
        let domain = asked.filter(|_| before.is_none() && !standing.associated).map(Email::domain);
        let managed_elsewhere = match domain {
            Some(domain) if enforce::is_managed_elsewhere(tx, domain).await? => Some(domain.clone()),
            _ => None,
        };
        Ok(Self { domain_associated: standing.associated, exempt, fallback, managed_elsewhere })
    }

    fn decide(
        &self,
        setting: &Setting,
        wanted: &Wanted,
        before: Option<&User>,
        seats: &Inventory,
    ) -> Result<Settled, Refusal> {
        if let Some(domain) = &self.managed_elsewhere {
            return Err(Refusal::ManagedElsewhere(domain.clone()));
        }
        let &Self { domain_associated, exempt, fallback, .. } = self;
        let facts = Facts { before, domain_associated, exempt, seats, fallback, now: setting.now };
        provision::decide(setting.source, wanted, setting.fresh, facts)
    }
}

/// The fallback license type, where one could be needed.
async fn fallback(tx: &Tx<'_>, wanted: &Wanted, before: Option<&User>) -> Result<Option<License>, Error> {
    let returns = wanted.active == Some(true) && before.is_some();
    if before.is_none() && wanted.license.is_none() || before.is_some() && !returns {
        return Ok(None);
    }
    let configuration = store::accounts::configuration(tx).await?;
    Ok(Configuration::from_stored(configuration.as_deref())?.fallback_license)
}

/// Deletes somebody who was read: seats, sessions, memberships and the address are free at once, and the person is unknown.
///
/// # Errors
/// [`Kind::Forbidden`] when the person is shielded; those of the database.
pub(crate) async fn delete(tx: &Tx<'_>, setting: &Setting, user: &User) -> Result<(), Error> {
    let exempt = Standing::of(tx, Some(&user.email)).await?.exempt;
    let freed = provision::delete(setting.source, user, exempt).map_err(refused)?;
    enforce::leaves_a_way_in(tx, user, None).await?;
    for product in freed {
        store::licenses::free(tx, product).await?;
    }
    store::sessions::end_all_of(tx, user.id).await?;
    Ok(store::users::delete(tx, user).await?)
}

async fn tell_the_old_address(
    tx: &Tx<'_>,
    setting: &Setting,
    before: &Email,
    after: &Email,
) -> Result<(), store::Error> {
    if before.is_placeholder() {
        return Ok(());
    }
    let words = match setting.source {
        Source::Person => mail::address_taken(&setting.account, after),
        _ => mail::address_changed(&setting.account, after),
    };
    store::outbox::insert(tx, &mail::to(&setting.app, before, words)).await
}

/// The refusal in words.
pub(crate) fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NoAddress => Error::new(Kind::Invalid, "An e-mail address is missing.")
            .hint("Send one, as userName or as the primary e-mail."),
        Refusal::NotAssociated(domain) => {
            Error::new(Kind::Conflict, format!("The domain {domain} is not associated with this account."))
                .hint("Associate the domain with the account first: people of other domains cannot be created this way.")
        }
        Refusal::ManagedElsewhere(domain) => {
            Error::new(Kind::Conflict, format!("The users of {domain} are managed by another account."))
                .hint("People of that domain are made there. Give the person another address, or have that account make the user.")
        }
        Refusal::NoSeat(product) => {
            Error::new(Kind::Conflict, format!("You can't add paid users: no seat of {product} is left."))
                .hint("Free a seat by deactivating somebody, order more seats, or ask for another license type.")
                .with_code(Code::NoSeat)
        }
        Refusal::DoesNotGoWith(add_on, license) => {
            let license = license.map_or("no license type".to_owned(), |license| license.to_string());
            Error::new(Kind::Invalid, format!("{add_on} does not go with {license}."))
                .hint("Give the person a license type that allows it.")
        }
        Refusal::Shielded(why) => Error::new(Kind::Forbidden, why.reason()).hint(why.advice()),
        Refusal::OwnerByFile => {
            Error::new(Kind::Forbidden, "This is the owner of the account, whom no import changes.")
                .hint("Change the owner's record in the portal, and leave the row out.")
        }
        Refusal::Address(stays) => address(stays),
    }
}

fn address(stays: AddressStays) -> Error {
    match stays {
        AddressStays::NotAssociated => {
            Error::new(Kind::Conflict, "The domain of the new address is not associated with this account.")
                .hint("Associate the domain with the account first.")
        }
        AddressStays::Administers => {
            Error::new(Kind::Forbidden, "The address of an owner or administrator does not change this way.")
                .hint("Change it in the portal.")
        }
        AddressStays::Recently => Error::new(Kind::Conflict, "The address changed within the last 24 hours.")
            .hint("An address changes once a day at most: try again tomorrow."),
    }
}
