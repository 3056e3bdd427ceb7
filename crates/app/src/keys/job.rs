//! What is done about key pairs in time: a successor ahead of the end, its turn, the end of former ones; and warnings
//! where nothing of this helps.

use super::deeds::told;
use super::make::Wanted;
use super::{is_used, pairs, wanted_kinds};
use crate::alarms::{self, Ending};
use crate::context::JobCtx;
use crate::error::Error;
use crate::jobs::Kind;
use crate::mail;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::audit::Deed;
use vestibule_model::connection::SigningKeyKind;
use vestibule_model::id::ConnectionId;
use vestibule_model::rotation::{KeyState, Life, Pair, Step, activate, due};
use vestibule_store::sp_keys::SpKey;
use vestibule_store::{self as store, Tx};

/// How often a connection is looked after; more often while a key pair waits for its turn.
const USUALLY: SignedDuration = SignedDuration::from_hours(6);
const IN_CHANGE: SignedDuration = SignedDuration::from_hours(1);

/// The most that is done at once for one kind; the rest has time.
const MOST_STEPS: usize = 20;

/// Has a connection looked after from now on. Called by whoever changes its settings or its key pairs.
pub(crate) async fn schedule(
    tx: &Tx<'_>,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), store::Error> {
    store::jobs::schedule(tx, Kind::SpKeys.as_str(), connection.to_bytes(), now).await
}

/// Does what is due for the key pairs of a connection; the answer is when to look again. It ends with the connection.
pub(crate) async fn look_after(ctx: &JobCtx, connection: ConnectionId) -> Result<Option<Timestamp>, Error> {
    let now = ctx.app.now();
    let scope = ctx.app.store().account(ctx.account.id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    let found = connections.into_iter().find(|found| found.id == connection);
    let Some(version) = found.and_then(|found| found.published.or(found.draft)) else { return Ok(None) };
    let settings = version.settings;
    let wanted = Wanted { account: &ctx.account, connection, settings: &settings };
    let mut wait = USUALLY;
    for kind in wanted_kinds(&settings) {
        complete(ctx, wanted, kind, now).await?;
        let mut steps = 0;
        while steps < MOST_STEPS && step(ctx, wanted, kind, now).await? {
            steps += 1;
        }
        let pairs = read(ctx, connection, kind).await?;
        if pairs.iter().any(|pair| pair.life.state == KeyState::Next) {
            wait = IN_CHANGE;
        }
        if is_used(&settings, kind) {
            warn(ctx, wanted, &pairs, now).await?;
        }
    }
    warn_of_imported(ctx, connection, now).await?;
    Ok(Some(now + wait))
}

async fn read(ctx: &JobCtx, connection: ConnectionId, kind: SigningKeyKind) -> Result<Vec<Pair>, Error> {
    let scope = ctx.app.store().account(ctx.account.id);
    let keys = scope.read(move |tx| Box::pin(store::sp_keys::list(tx, connection))).await?;
    pairs(&keys, kind)
}

/// Makes the first key pair of a kind that a connection needs and has not: a version before did not need it.
async fn complete(
    ctx: &JobCtx,
    wanted: Wanted<'_>,
    kind: SigningKeyKind,
    now: Timestamp,
) -> Result<(), Error> {
    let connection = wanted.connection;
    let is_there = |pairs: &[Pair]| pairs.iter().any(|pair| pair.life.state == KeyState::Active);
    if is_there(&read(ctx, connection, kind).await?) {
        return Ok(());
    }
    let fresh = ctx.app.fresh_key(wanted, kind, Life::first(now), now)?;
    let scope = ctx.app.store().account(ctx.account.id);
    let done = scope.write(move |tx| {
        let fresh = fresh.clone();
        Box::pin(async move {
            store::accounts::bump(tx).await?;
            if !is_there(&pairs(&store::sp_keys::list(tx, connection).await?, kind)?) {
                store::sp_keys::insert(tx, &fresh).await?;
            }
            Ok::<_, Error>(())
        })
    });
    done.await
}

/// Does one thing that is due; false when nothing is.
async fn step(ctx: &JobCtx, wanted: Wanted<'_>, kind: SigningKeyKind, now: Timestamp) -> Result<bool, Error> {
    let (connection, rotation) = (wanted.connection, wanted.settings.certificate_rotation);
    let Some(step) = due(&read(ctx, connection, kind).await?, rotation, now) else { return Ok(false) };
    let fresh = match step {
        Step::Prepare => Some(ctx.app.fresh_key(wanted, kind, Life::next(), now)?),
        Step::TakeOver(_) | Step::Remove(_) => None,
    };
    let scope = ctx.app.store().account(ctx.account.id);
    let author = ctx.author();
    let done = scope.write(move |tx| {
        let (fresh, author) = (fresh.clone(), author.clone());
        Box::pin(async move {
            store::accounts::bump(tx).await?;
            let now_there = pairs(&store::sp_keys::list(tx, connection).await?, kind)?;
            // Another node, or an administrator, may have been faster.
            if due(&now_there, rotation, now) == Some(step) {
                let (deed, id) = match step {
                    Step::Prepare => (Deed::KeyPrepared, fresh.as_ref().map(|fresh| fresh.id)),
                    Step::TakeOver(id) => (Deed::KeyUsed, Some(id)),
                    Step::Remove(id) => (Deed::KeyRemoved, Some(id)),
                };
                let known = store::sp_keys::list(tx, connection).await?;
                write(tx, &now_there, step, fresh.as_ref(), now).await?;
                let meant: Vec<_> = known.iter().chain(&fresh).filter(|key| Some(key.id) == id).collect();
                told(tx, &author, (deed, connection), &meant).await?;
            }
            Ok::<_, Error>(())
        })
    });
    done.await?;
    tracing::info!(account = %ctx.account.id, connection = %connection, ?step, "our key pairs were looked after");
    Ok(true)
}

async fn write(
    tx: &Tx<'_>,
    pairs: &[Pair],
    step: Step,
    fresh: Option<&SpKey>,
    now: Timestamp,
) -> Result<(), Error> {
    match step {
        Step::Prepare => {
            if let Some(fresh) = fresh {
                store::sp_keys::insert(tx, fresh).await?;
            }
        }
        Step::TakeOver(id) => {
            for change in activate(pairs, id, now).unwrap_or_default() {
                store::sp_keys::change(tx, &change).await?;
            }
        }
        Step::Remove(id) => store::sp_keys::remove(tx, id, KeyState::Former).await?,
    }
    Ok(())
}

/// Warns of the end of the certificate that is in use, unless another one takes over before.
async fn warn(ctx: &JobCtx, wanted: Wanted<'_>, pairs: &[Pair], now: Timestamp) -> Result<(), Error> {
    let Wanted { account, connection, settings } = wanted;
    let of = |state| pairs.iter().find(move |pair| pair.life.state == state);
    let Some(active) = of(KeyState::Active) else { return Ok(()) };
    let next = of(KeyState::Next);
    if next.is_some_and(|next| next.life.takes_over_at(settings.certificate_rotation).is_some()) {
        return Ok(());
    }
    let subject = active.id.to_bytes();
    let ending = Ending { topic: "sp_certificate", subject: &subject, ends_at: active.not_after };
    let words =
        mail::our_certificate_ends(&ctx.app, (account, connection), active.not_after, next.is_some(), now);
    alarms::warn(&ctx.app, ctx.account.id, ending, words, now).await
}

/// Warns of the end of imported certificates: nothing takes over from them here.
async fn warn_of_imported(ctx: &JobCtx, connection: ConnectionId, now: Timestamp) -> Result<(), Error> {
    for pair in read(ctx, connection, SigningKeyKind::Imported).await? {
        let subject = pair.id.to_bytes();
        let ending = Ending { topic: "imported_certificate", subject: &subject, ends_at: pair.not_after };
        let words = mail::imported_certificate_ends(&ctx.app, &ctx.account, connection, pair.not_after, now);
        alarms::warn(&ctx.app, ctx.account.id, ending, words, now).await?;
    }
    Ok(())
}
