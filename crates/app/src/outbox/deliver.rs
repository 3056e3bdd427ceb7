//! Sending one mail: the deed of a job, done by one node at a time.
//!
//! A node that dies between the server's answer and our note of it has sent a mail that is sent again: once is not to be had
//! by SMTP, and twice is better than never. Of what a server says nothing goes into the log, since it may name the address.

use super::{Delivery, Mail, message};
use crate::context::{App, JobCtx};
use crate::error::Error;
use crate::jobs;
use crate::outbound::{Outlook, Refusal, Relay, Transport};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::id::MailId;
use vestibule_store as store;

/// How long it is tried.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_hours(24 * 3);

/// Sends a mail that waits; the answer is when to try it again.
pub(crate) async fn deliver(ctx: &JobCtx, id: MailId) -> Result<Option<Timestamp>, Error> {
    let scope = ctx.app.store().account(ctx.account.id);
    let mail = scope.read(move |tx| Box::pin(store::outbox::find(tx, id))).await?;
    let Some((mail, attempts)) = mail.and_then(|mail| waiting(&mail).map(|attempts| (mail, attempts))) else {
        return Ok(None);
    };
    let delivery = match &ctx.app.inner.deployment.mail {
        Transport::Smtp(relay) => attempt(&ctx.app, relay, &mail, attempts + 1).await,
        // The operator has taken the server away.
        Transport::Outbox => Delivery::Kept,
    };
    let next = match &delivery {
        Delivery::Queued { attempts, .. } => Some(ctx.app.now() + jobs::wait(*attempts)),
        Delivery::Kept | Delivery::Sent { .. } | Delivery::Failed { .. } => None,
    };
    let written = scope.write(move |tx| {
        let delivery = delivery.clone();
        Box::pin(async move { store::outbox::settle(tx, id, &delivery).await })
    });
    written.await?;
    Ok(next)
}

/// How often a mail was tried, if it still waits.
fn waiting(mail: &Mail) -> Option<i64> {
    match mail.delivery {
        Delivery::Queued { attempts, .. } => Some(attempts),
        Delivery::Kept | Delivery::Sent { .. } | Delivery::Failed { .. } => None,
    }
}

async fn attempt(app: &App, relay: &Relay, mail: &Mail, attempts: i64) -> Delivery {
    let hello = app.inner.deployment.base_url.host_str().unwrap_or("localhost");
    let outcome = match message::of(mail, &relay.from) {
        Ok(parcel) => app.inner.outbound.send(relay, hello, &parcel).await,
        Err(words) => Err(Refusal { outlook: Outlook::Never, words, code: None }),
    };
    let now = app.now();
    let refusal = match outcome {
        Ok(answer) => {
            tracing::info!(mail = %mail.id, attempts, "a mail was sent");
            return Delivery::Sent { at: now, attempts, answer };
        }
        Err(refusal) => refusal,
    };
    let over = now.duration_since(mail.created_at) >= PATIENCE;
    if refusal.outlook == Outlook::Never || over {
        tracing::error!(mail = %mail.id, attempts, code = refusal.code, "a mail was given up: `vestibule outbox` says why");
        return Delivery::Failed { at: now, attempts, answer: refusal.words };
    }
    tracing::warn!(mail = %mail.id, attempts, code = refusal.code, "a mail was not sent yet: `vestibule outbox` says why");
    Delivery::Queued { attempts, answer: Some(refusal.words) }
}
