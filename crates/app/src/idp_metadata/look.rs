//! Looking: the document is fetched and compared with what is published.

use super::read::{self, LARGEST, Said};
use super::{settle, warn};
use crate::audit::Author;
use crate::context::{App, JobCtx};
use crate::error::{Error, Kind};
use crate::outbound::{Document, Fetched, Validators};
use jiff::{SignedDuration, Timestamp};
use url::Url;
use vestibule_model::account::Account;
use vestibule_model::connection::{IdentityProvider, Settings, Version};
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::{Difference, Proof};
use vestibule_saml::{Certificate, metadata};
use vestibule_store::{self as store, idp_metadata::Record};

/// What is warned of is looked for this often, also where no metadata is followed.
const WARNED_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// A connection as it was when its metadata was asked for.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) account: Account,
    pub(super) connection: ConnectionId,
    pub(super) published: Version,
    pub(super) record: Option<Record>,
}

impl Seen {
    /// The connection as it is now; `None` when nobody signs in by it.
    pub(super) async fn now(app: &App, account: &Account, id: ConnectionId) -> Result<Option<Self>, Error> {
        let account_id = account.id;
        let scope = app.store().account(account_id);
        let (connections, record) = scope
            .read(move |tx| {
                Box::pin(async move {
                    let connections = store::connections::list(tx).await?;
                    Ok::<_, store::Error>((connections, store::idp_metadata::find(tx, id).await?))
                })
            })
            .await?;
        let found = connections.into_iter().find(|connection| connection.id == id);
        let Some(published) = found.and_then(|found| found.published) else { return Ok(None) };
        Ok(Some(Self { account: account.clone(), connection: id, published, record }))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.published.settings
    }

    pub(super) fn provider(&self) -> &IdentityProvider {
        &self.settings().identity_provider
    }

    /// What is remembered of this address, or nothing yet.
    pub(super) fn record_of(&self, url: &str, now: Timestamp) -> Record {
        let known = self.record.clone().filter(|record| record.url == url);
        known.unwrap_or_else(|| Record::new(self.connection, url, now))
    }

    /// Whether everything that the last document said is published: only then is a document that did not change no news.
    fn is_settled(&self, record: &Record) -> bool {
        record
            .copy
            .as_ref()
            .is_some_and(|copy| Difference::between(self.provider(), &copy.provider).is_empty())
    }
}

/// What a look brought.
pub(super) enum Found {
    Unchanged,
    Said(Box<Said>, Proof, Validators),
}

/// The job of a connection: its metadata is looked at where it follows one, and what ends soon is warned of.
pub(crate) async fn look_after(ctx: &JobCtx, id: ConnectionId) -> Result<Option<Timestamp>, Error> {
    let tomorrow = ctx.app.now() + WARNED_EVERY;
    let Some(seen) = Seen::now(&ctx.app, &ctx.account, id).await? else {
        // A draft may be published; what is out of use stays so.
        return Ok(has_draft(ctx, id).await?.then_some(tomorrow));
    };
    let looked = match &seen.provider().metadata_url {
        Some(_) => look((&ctx.app, ctx.author()), &seen).await.map(Some),
        None => Ok(None),
    };
    // What ends does so whether the look went well or not.
    warn::of_endings(&ctx.app, &ctx.account, id).await?;
    Ok(Some(looked?.map_or(tomorrow, |next| next.min(tomorrow))))
}

async fn has_draft(ctx: &JobCtx, id: ConnectionId) -> Result<bool, Error> {
    let connections =
        ctx.app.store().account(ctx.account.id).read(|tx| Box::pin(store::connections::list(tx)));
    Ok(connections.await?.iter().any(|connection| connection.id == id && connection.draft.is_some()))
}

/// Fetches the metadata that a connection follows, and does with it what its policy says. The answer is when to look
/// again.
pub(super) async fn look((app, author): (&App, Author), seen: &Seen) -> Result<Timestamp, Error> {
    let Some(url) = seen.provider().metadata_url.clone() else {
        return Err(Error::new(Kind::Invalid, "This connection follows no metadata address.")
            .hint("Give `idp_metadata_url` in the account file."));
    };
    let record = seen.record_of(&url, app.now());
    match fetch(app, seen, &url, &record).await {
        Ok(found) => {
            let settled = settle::found((app, author), seen, record.clone(), found).await;
            // What cannot be in use is shown like metadata that cannot be read; a conflict passes by itself.
            if let Err(error) = &settled
                && error.kind() == Kind::Invalid
            {
                settle::failed(app, seen, record, error).await?;
            }
            settled
        }
        Err(error) => {
            settle::failed(app, seen, record, &error).await?;
            Err(error)
        }
    }
}

async fn fetch(app: &App, seen: &Seen, url: &str, record: &Record) -> Result<Found, Error> {
    let now = app.now();
    let expired = record.valid_until.is_some_and(|until| until <= now);
    let known = if seen.is_settled(record) && !expired {
        Validators { etag: record.etag.clone(), last_modified: record.last_modified.clone() }
    } else {
        Validators::default()
    };
    match app.inner.outbound.fetch_if_changed(url, LARGEST, &known).await? {
        Fetched::Unchanged => Ok(Found::Unchanged),
        Fetched::Document(document) => {
            let pinned = pinned(seen.settings())?;
            let said = understand(seen, &document, &pinned, now)?;
            let proof = if pinned.is_empty() { origin(seen, &document.way) } else { Proof::Signed };
            Ok(Found::Said(Box::new(said), proof, document.validators))
        }
    }
}

fn pinned(settings: &Settings) -> Result<Vec<Certificate>, Error> {
    let read = |pem: &String| Certificate::from_pem(pem).map_err(Error::internal);
    settings.metadata_certificates.iter().map(read).collect()
}

/// Reads the entity that the connection is for; or the only one there is, for it may have got another name.
fn understand(
    seen: &Seen,
    document: &Document,
    pinned: &[Certificate],
    now: Timestamp,
) -> Result<Said, Error> {
    let read = |wanted| read::read(&document.body, wanted, seen.settings().binding, pinned, now);
    let named = read(Some(&seen.provider().issuer));
    let said = match named {
        Err(read::Problem::Metadata(metadata::Error::NoSuchEntity { .. })) => read(None).or(named),
        named => named,
    };
    let mut said = said.map_err(|problem| {
        let error = Error::new(Kind::Invalid, sentence(&problem.to_string()));
        match problem.hint() {
            Some(hint) => error.hint(hint),
            None => error,
        }
    })?;
    said.provider.metadata_url.clone_from(&seen.provider().metadata_url);
    Ok(said)
}

/// A problem as a sentence of its own.
fn sentence(problem: &str) -> String {
    let mut letters = problem.trim_end_matches('.').chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Whether every step of the way was https, at the origin to which people are sent to sign in.
fn origin(seen: &Seen, way: &[Url]) -> Proof {
    let sign_in = Url::parse(&seen.provider().sign_in_url).ok().filter(|url| url.scheme() == "https");
    let same = sign_in.is_some_and(|sign_in| way.iter().all(|step| step.origin() == sign_in.origin()));
    if same && !way.is_empty() { Proof::SameOriginHttps } else { Proof::None }
}
