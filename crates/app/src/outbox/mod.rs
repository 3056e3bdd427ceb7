//! Mails: kept to be read by the operator (`mail.transport = "outbox"`), or sent by a job.
//!
//! What a mail says is in `mail`; a deed writes it into the outbox in its own transaction (`store::outbox::insert`), and
//! nobody waits for it to be sent. How the server is spoken to is in `outbound`.

mod deliver;
mod message;

use crate::context::{App, OperatorCtx};
use crate::error::Error;
use crate::outbound::Transport;
pub(crate) use deliver::deliver;
use jiff::SignedDuration;
pub use vestibule_store::outbox::{Delivery, Mail};

/// The most mails that are listed at once.
pub const MOST_LISTED: u32 = 200;

/// How long it is remembered what became of a mail that was sent or given up.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The newest mails of every account, newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &OperatorCtx) -> Result<Vec<Mail>, Error> {
    let mails =
        ctx.app.store().read(|tx| Box::pin(vestibule_store::outbox::list_all(tx, MOST_LISTED))).await?;
    Ok(mails.into_iter().map(|(_, mail)| mail).collect())
}

/// What is to become of a mail that is written now.
pub(crate) fn fresh(app: &App) -> Delivery {
    match app.inner.deployment.mail {
        Transport::Outbox => Delivery::Kept,
        Transport::Smtp(_) => Delivery::Queued { attempts: 0, answer: None },
    }
}
