//! What an edited configuration would do: everybody's latest verified response is decided about again, by what is in force
//! and by what is wanted, on the person as they are now; what differs is told. Nothing is written.
//!
//! `sides` are the two configurations, `walk` reads the log page by page, `found` is whom a response is about, `judge` what
//! one side makes of it, `compare` says what differs for one person, `totals` counts. The rules are those of a sign-in: `model::mapping` and `model::admission`, asked twice.
//! Seats are taken in the order in which people are met, the one who signed in last first.

mod compare;
mod found;
mod judge;
mod sides;
mod totals;
mod walk;

pub use totals::{Effect, Total};

use crate::configuration::{self, Configuration, Source};
use crate::context::{AdminCtx, OperatorCtx};
use crate::error::{Error, Kind};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sides::Sides;
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;

/// How far back the log is looked at unless something else is asked for.
pub const USUAL_SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Most people whose changes are told one by one; all are counted.
pub const MOST_LISTED: usize = 10_000;
/// Most people who are named because nothing of their response was kept.
const MOST_NAMED: usize = 100;

/// What a configuration would change.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Simulation {
    /// The label of the account.
    pub account: String,
    /// From when on responses were looked at.
    pub since: Timestamp,
    /// How many responses there are in that time.
    pub responses: u64,
    /// How many of them were looked at, the newest first: all, unless there was a limit to the time that this may take.
    pub looked_at: u64,
    /// How many people were decided about.
    pub people: u64,
    /// How many of them something would change for.
    pub changed: u64,
    /// What would change, and for how many; the gravest first.
    pub totals: Vec<Total>,
    /// How many people signed in last by a connection that is not in use any more; nothing is said about them.
    pub not_in_use: u64,
    /// People of whose latest response nothing was kept, so that nothing can be said about them.
    pub not_kept: NotKept,
    /// What would change for whom, in the order in which they were met: the one who signed in last first.
    pub items: Vec<Simulated>,
    /// How many more something would change for.
    pub left_out: u64,
}

/// People about whom nothing can be said.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NotKept {
    /// How many.
    pub people: u64,
    /// The first of them.
    pub named: Vec<String>,
}

/// What would change for one person.
#[derive(Debug, Clone, Serialize)]
pub struct Simulated {
    /// The address, or what was asserted in its place.
    pub user: String,
    /// The response that was decided about.
    pub tracking_id: String,
    /// When it came.
    pub time: Timestamp,
    /// How the person would fare by what is in force.
    pub before: Fate,
    /// How the person would fare by what is wanted.
    pub after: Fate,
    /// What would differ, and the rule that makes it so.
    pub changes: Vec<Change>,
}

/// Whether somebody would come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// Whether they would.
    pub admitted: bool,
    /// Why not; none also where the connection would not be in use.
    pub code: Option<u16>,
    /// What the step that decided found.
    pub reason: Option<String>,
}

/// How far a simulation is, in responses.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Looked at.
    pub done: u64,
    /// All there are.
    pub total: u64,
}

/// Told now and then how far a simulation is.
pub type Watch<'a> = &'a (dyn Fn(Progress) + Sync);

/// Which responses a simulation looks at, and for how long.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// From when on.
    pub since: Timestamp,
    /// How long it may take. When that is over it ends with the page that it is at, which is one at least. Without it, all
    /// are looked at.
    pub budget: Option<SignedDuration>,
    /// Told how far it is.
    pub watch: Watch<'a>,
}

/// What an edited account file would change.
///
/// # Errors
/// Everything that is wrong with the file, as [`configuration::plan`] says it; [`Kind::Invalid`] when it is about another
/// account.
pub async fn file(
    ctx: &OperatorCtx,
    label: &str,
    source: &Source,
    since: Timestamp,
    watch: Watch<'_>,
) -> Result<Simulation, Error> {
    let planned = configuration::plan(ctx, source).await?;
    let account = ctx.account(label).await?;
    if planned.account().id != account.id {
        let message = format!("{}: the file is about the account \"{}\".", source.name, planned.account);
        return Err(Error::new(Kind::Invalid, message).hint(format!("Give a file of the account {label}.")));
    }
    let sides = Sides::of_plan(&ctx.app, &planned).await?;
    walk::run(&ctx.app, &account, sides, Scope { since, budget: None, watch }).await
}

/// What another mapping, fallback license and set of roles would change.
///
/// # Errors
/// When the store does not answer.
pub async fn configuration(
    ctx: &AdminCtx,
    wanted: &Configuration,
    scope: Scope<'_>,
) -> Result<Simulation, Error> {
    ctx.must(Permission::MappingEdit)?;
    let sides = Sides::of_configuration(ctx.app(), ctx.account(), wanted).await?;
    walk::run(ctx.app(), ctx.account(), sides, scope).await
}
