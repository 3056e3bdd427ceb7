//! Settling: what a look brought is written down, with what follows from it, in one transaction.

use super::look::{Found, Seen};
use super::{view, words};
use crate::alarms::MOST_PEOPLE;
use crate::audit::{self, Author};
use crate::configuration::{apart, edit};
use crate::context::App;
use crate::error::{Error, Kind};
use crate::mail::{self, Words};
use crate::outbound::Validators;
use jiff::Timestamp;
use vestibule_model::account::Label;
use vestibule_model::audit::Deed;
use vestibule_model::connection::{IdentityProvider, Settings, Version};
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::{Copy, Difference, decide, next_look};
use vestibule_model::trace::Change;
use vestibule_store::idp_metadata::{Failure, Record};
use vestibule_store::{self as store, Tx};

/// What is written in one go.
#[derive(Clone)]
struct Outcome {
    record: Record,
    publish: Option<IdentityProvider>,
    mails: Vec<Words>,
}

/// Writes down what was found, and answers when to look again.
pub(super) async fn found(
    (app, author): (&App, Author),
    seen: &Seen,
    mut record: Record,
    found: Found,
) -> Result<Timestamp, Error> {
    let now = app.now();
    record.checked_at = now;
    record.fetched_at = Some(now);
    record.failure = None;
    let outcome = match found {
        Found::Unchanged => Outcome { record, publish: None, mails: Vec::new() },
        Found::Said(said, proof, validators) => {
            let policy = seen.settings().new_idp_certificates;
            let known = record.copy.as_ref().map(|copy| copy.absent.clone()).unwrap_or_default();
            let decision = decide(seen.provider(), &said.provider, (policy, proof), &known, now);
            if record.valid_until != said.valid_until {
                record.valid_since = said.valid_until.map(|_| now);
            }
            record.valid_until = said.valid_until;
            record.cache_duration = said.cache_duration;
            let Validators { etag, last_modified } = validators;
            (record.etag, record.last_modified) = (etag, last_modified);
            let copy = Copy::after(record.copy.as_ref(), said.provider, &decision, now);
            let waits = copy.waits_anew(record.copy.as_ref());
            let mails = mails(app, seen, decision.publish.as_ref(), waits.then_some(&copy.provider))?;
            record.copy = Some(copy);
            Outcome { record, publish: decision.publish, mails }
        }
    };
    let next = next_look(outcome.record.cache_duration, outcome.record.valid_until, now);
    write((app, author), seen, outcome, now).await?;
    Ok(next)
}

fn mails(
    app: &App,
    seen: &Seen,
    publish: Option<&IdentityProvider>,
    waits: Option<&IdentityProvider>,
) -> Result<Vec<Words>, Error> {
    let before = seen.provider();
    let done = publish.map(|after| view::lines(&Difference::between(before, after))).transpose()?;
    let open =
        waits.map(|found| view::lines(&Difference::between(publish.unwrap_or(before), found))).transpose()?;
    let (account, id) = (&seen.account, seen.connection);
    let done = done.map(|lines| words::taken_over(app, account, id, &lines));
    let open = open.map(|lines| words::waits(app, account, id, &lines));
    Ok(done.into_iter().chain(open).collect())
}

async fn write(
    (app, author): (&App, Author),
    seen: &Seen,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), Error> {
    let scope = app.store().account(seen.account.id);
    let (app, seen) = (app.clone(), seen.clone());
    let written = scope.write(move |tx| {
        let (app, seen, outcome) = (app.clone(), seen.clone(), outcome.clone());
        let author = author.clone();
        Box::pin(async move {
            let mut taken_over = None;
            if let Some(provider) = outcome.publish {
                store::accounts::bump(tx).await?;
                let current = current(tx, seen.connection).await?;
                if current.0.number != seen.published.number {
                    return Err(changed());
                }
                let own = &seen.account.label;
                taken_over = Some(told(&current.0.settings, &provider));
                publish(tx, own, (seen.connection, &current.0, current.1.as_ref()), provider, now).await?;
                tracing::info!(connection = %seen.connection, "metadata was taken over");
            }
            store::idp_metadata::put(tx, &outcome.record).await?;
            let people = match outcome.mails.is_empty() {
                true => Vec::new(),
                false => store::users::administrators(tx, MOST_PEOPLE).await?,
            };
            for person in people {
                for words in &outcome.mails {
                    store::outbox::insert(tx, &mail::to(&app, &person.email, words.clone())).await?;
                }
            }
            if let Some(changes) = taken_over {
                let subject = audit::named_connection(tx, seen.connection).await?;
                audit::record(tx, &author, (Deed::MetadataAccepted, subject), changes).await?;
            }
            Ok(())
        })
    });
    written.await
}

/// What is taken over, as the audit log says it.
pub(super) fn told(before: &Settings, provider: &IdentityProvider) -> Vec<Change> {
    let after = Settings { identity_provider: provider.clone(), ..before.clone() };
    edit::compare(before, &after).into_iter().map(Into::into).collect()
}

pub(super) fn changed() -> Error {
    Error::new(Kind::Conflict, "The connection changed while its metadata was looked at.")
        .hint("Look at it again, then repeat what you did.")
}

/// The version in use, and the draft. To be called after the version of the account was raised, which keeps others out.
pub(super) async fn current(tx: &Tx<'_>, id: ConnectionId) -> Result<(Version, Option<Version>), Error> {
    let connections = store::connections::list(tx).await?;
    let found = connections.into_iter().find(|connection| connection.id == id);
    let found = found.and_then(|found| Some((found.published?, found.draft)));
    found.ok_or_else(changed)
}

/// Publishes what the metadata says as a version of its own, unless it cannot be in use beside another connection. A draft that follows the same address gets the certificates
/// too, and stays the newest version.
pub(super) async fn publish(
    tx: &Tx<'_>,
    own: &Label,
    (id, published, draft): (ConnectionId, &Version, Option<&Version>),
    provider: IdentityProvider,
    now: Timestamp,
) -> Result<(), Error> {
    let url = provider.metadata_url.clone();
    let certificates = provider.certificates.clone();
    let settings = Settings { identity_provider: provider, ..published.settings.clone() };
    apart::in_use(tx, own, (id, &settings)).await?;
    let number = store::connections::save_draft(tx, id, &settings, now).await?;
    store::connections::publish(tx, id, number, now).await?;
    if let Some(draft) = draft {
        let mut settings = draft.settings.clone();
        if settings.identity_provider.metadata_url == url {
            settings.identity_provider.certificates = certificates;
        }
        store::connections::save_draft(tx, id, &settings, now).await?;
    }
    Ok(())
}

/// Writes down that a look failed, and since when they do. What was read before stays.
pub(super) async fn failed(app: &App, seen: &Seen, mut record: Record, error: &Error) -> Result<(), Error> {
    let now = app.now();
    let advice = error.advice().map(|advice| format!(" {advice}")).unwrap_or_default();
    let since = record.failure.as_ref().map_or(now, |failure| failure.since);
    record.checked_at = now;
    record.failure = Some(Failure { since, message: format!("{}{advice}", error.message()) });
    let scope = app.store().account(seen.account.id);
    let written = scope.write(move |tx| {
        let record = record.clone();
        Box::pin(async move { store::idp_metadata::put(tx, &record).await })
    });
    Ok(written.await?)
}
