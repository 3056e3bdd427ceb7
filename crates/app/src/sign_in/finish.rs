//! The way back: a response becomes a session, or a refusal with a tracking ID.
//!
//! There is no other path by which a response is believed.

use super::admit::{Attempt, Verdict};
use super::hand_over;
use super::record::Record;
use super::trial::Trial;
use super::{in_use, local_path};
use crate::context::VisitorCtx;
use crate::error::Error;
use crate::live::LiveConnection;
use crate::{links, secret, sessions};
use jiff::Timestamp;
use std::sync::Arc;
use vestibule_model::code::Code;
use vestibule_model::connection::WeakAlgorithm;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::response_log::TrackingId;
use vestibule_saml::Allowed;
use vestibule_saml::response::{self, Expected, Verification, VerifiedAssertion, observe};
use vestibule_store::links::LinkPurpose as Purpose;

/// What a browser posts to the assertion consumer service.
#[derive(Debug, Clone, Copy)]
pub struct Posted<'a> {
    /// The value of `SAMLResponse`.
    pub saml_response: &'a str,
    /// The value of `RelayState`: where to go, when nobody asked for the response. Where an answer goes is remembered with
    /// its request.
    pub relay_state: Option<&'a str>,
    /// The binding secret of this browser.
    pub browser: Option<&'a str>,
    /// Whether an unsolicited response already restarted a sign-in of this browser within the last minutes.
    pub restarted_recently: bool,
}

/// How a response ended that was not refused.
#[derive(Debug)]
pub enum Finished {
    /// The person is signed in.
    SignedIn {
        /// The token of the session, for its cookie.
        session: String,
        /// A path of this host.
        return_to: String,
        /// The row of the response log.
        tracking_id: TrackingId,
    },
    /// The person was let in to a sub-account, and goes there: see [`super::hand_over`].
    HandedOver {
        /// The binding secret to leave with the browser for [`super::REQUEST_LIFETIME`].
        browser: String,
        /// Where the browser goes, an address of the sub-account.
        url: String,
        /// The name of the sub-account.
        sub_account: String,
        /// The row of the response log.
        tracking_id: TrackingId,
    },
    /// The response answered no request: begin a sign-in of our own.
    Restart {
        /// The row of the response log.
        tracking_id: TrackingId,
    },
    /// It answered a test sign-in: nobody is signed in, and the row tells the rest.
    Tested {
        /// The row of the response log.
        tracking_id: TrackingId,
    },
    /// The mailbox must confirm the address first (1022).
    Pending {
        /// The address that the mail went to.
        email: Email,
        /// The row of the response log.
        tracking_id: TrackingId,
    },
}

/// How often a sign-in is decided anew when another one of the same person came in between. Of those that meet at least
/// one gets through each time, so this many devices of one person may come at once.
const MOST_TRIES: u32 = 16;

/// Takes a response.
///
/// # Errors
/// [`crate::Kind::Refused`] with the tracking ID when nobody is let in.
pub async fn finish(ctx: &VisitorCtx, posted: Posted<'_>) -> Result<Finished, Error> {
    let now = ctx.app.now();
    let finished = take(ctx, posted, now).await;
    ctx.app.inner.tallies.note(ctx.account().id, now, &finished);
    finished
}

async fn take(ctx: &VisitorCtx, posted: Posted<'_>, now: Timestamp) -> Result<Finished, Error> {
    let decoded = response::decode(posted.saml_response);
    if let Some(trial) = Trial::answered(ctx, decoded.as_deref().ok(), posted.browser, now).await? {
        return trial.finish(ctx, decoded.unwrap_or_default()).await;
    }
    let issuer = || observe(decoded.as_deref().ok()?).issuer().map(str::to_owned);
    let connection = in_use(ctx.live.connection_of(issuer))?;
    let mut record = Record::new(&ctx.app, &connection, now)?;
    let xml = match decoded {
        Ok(xml) => xml,
        Err(rejection) => {
            record.undecodable(&rejection);
            return Err(record.write_refusal(ctx, code(rejection.code()), rejection.to_string()).await);
        }
    };
    let Verification { outcome, trace, observed } = verify(&xml, &connection, now);
    record.verified(trace, &observed, &connection);
    drop(observed);
    record.received(xml);
    match outcome {
        Err(rejection) => Err(record.write_refusal(ctx, code(rejection.code()), rejection.to_string()).await),
        Ok(assertion) => {
            let attempt = attempt(ctx, posted, connection, record, assertion);
            admit(Arc::new(attempt.0), attempt.1).await
        }
    }
}

/// Holds a response to what a connection expects.
pub(super) fn verify<'x>(xml: &'x [u8], connection: &LiveConnection, now: Timestamp) -> Verification<'x> {
    let settings = &connection.settings;
    let expected = Expected {
        now,
        skew_seconds: settings.clock_skew_seconds,
        acs_urls: &connection.acs_urls,
        entity_ids: &connection.entity_ids,
        issuer: &settings.identity_provider.issuer,
        certificates: &connection.certificates,
        allowed: Allowed {
            sha1: settings.allow.contains(&WeakAlgorithm::Sha1),
            cbc: settings.allow.contains(&WeakAlgorithm::Cbc),
        },
        decryption_keys: &connection.decryption,
        encryption_required: settings.encrypted_assertions,
        request_id: None,
    };
    response::verify(xml, &expected)
}

pub(super) fn code(number: u16) -> Code {
    Code::from_number(number).unwrap_or(Code::Unreadable)
}

/// Makes everything that the transaction needs, and the token of the session that it may begin.
fn attempt(
    ctx: &VisitorCtx,
    posted: Posted<'_>,
    connection: Arc<LiveConnection>,
    record: Record,
    assertion: VerifiedAssertion,
) -> (Attempt, String) {
    let now = record.time();
    let session = sessions::fresh(ctx, now);
    let fresh_user = UserId::from_bytes(ctx.app.fresh_id(now));
    let routes = ctx.live.configuration.mapping.routes();
    let attempt = Attempt {
        hand_over: routes.then(|| hand_over::Fresh::new(&ctx.app, posted.browser)),
        link: links::fresh(&ctx.app, fresh_user, Purpose::VerifyEmail, now),
        browser_hash: posted.browser.map(secret::hash),
        restarted_recently: posted.restarted_recently,
        wanted: local_path(posted.relay_state).to_owned(),
        session: session.row,
        fresh_user,
        ctx: ctx.clone(),
        connection,
        record,
        assertion,
        now,
        seed: ctx.app.fresh_seed(),
    };
    (attempt, session.token)
}

async fn admit(attempt: Arc<Attempt>, session: String) -> Result<Finished, Error> {
    let tracking_id = attempt.record.tracking_id();
    match decide(&attempt).await? {
        Verdict::SignedIn { return_to } => Ok(Finished::SignedIn { session, return_to, tracking_id }),
        Verdict::HandedOver { sub_account } => {
            let fresh = attempt.hand_over.as_ref();
            let fresh = fresh.ok_or_else(|| Error::internal("a sign-in was handed over without a ticket"))?;
            let (ctx, browser) = (&attempt.ctx, fresh.browser.clone());
            let url = hand_over::first_url(&ctx.app, &sub_account.label, &fresh.secret, &ctx.live.host);
            Ok(Finished::HandedOver { browser, url, sub_account: sub_account.name, tracking_id })
        }
        Verdict::Restart => Ok(Finished::Restart { tracking_id }),
        Verdict::Pending { email } => Ok(Finished::Pending { email, tracking_id }),
        Verdict::Refused(_) => Err(Error::refused(tracking_id)),
        Verdict::Elsewhere => Err(Error::refused(tracking_id).offering_to_move()),
    }
}

/// Runs the transaction; again when another sign-in of the same person changed the record in between.
async fn decide(attempt: &Arc<Attempt>) -> Result<Verdict, Error> {
    let scope = attempt.ctx.app.store().account(attempt.ctx.account().id);
    let mut tries = 1;
    loop {
        let shared = Arc::clone(attempt);
        let verdict = scope.write(move |tx| {
            let attempt = Arc::clone(&shared);
            Box::pin(async move { attempt.run(tx).await })
        });
        match verdict.await {
            Err(Retry::Again) if tries < MOST_TRIES => tries += 1,
            Err(Retry::Again) => return Err(vestibule_store::Error::Busy.into()),
            Err(Retry::Failed(error)) => return Err(error),
            Ok(verdict) => return Ok(verdict),
        }
    }
}

/// Why a transaction was rolled back.
pub(super) enum Retry {
    /// Somebody else was faster: read and decide anew.
    Again,
    /// It failed.
    Failed(Error),
}

impl From<vestibule_store::Error> for Retry {
    fn from(error: vestibule_store::Error) -> Self {
        use vestibule_store::Error as Store;
        if matches!(error, Store::Stale | Store::EmailTaken | Store::EmployeeIdTaken) {
            Self::Again
        } else {
            Self::Failed(error.into())
        }
    }
}
