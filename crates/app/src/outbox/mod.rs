//! Mails that are kept instead of sent (`mail.transport = "outbox"`): the operator reads them.

use crate::context::OperatorCtx;
use crate::error::Error;
pub use vestibule_store::outbox::Mail;

/// The most mails that are listed at once.
pub const MOST_LISTED: u32 = 200;

/// The newest mails of every account, newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &OperatorCtx) -> Result<Vec<Mail>, Error> {
    let mails =
        ctx.app.store().read(|tx| Box::pin(vestibule_store::outbox::list_all(tx, MOST_LISTED))).await?;
    Ok(mails.into_iter().map(|(_, mail)| mail).collect())
}
