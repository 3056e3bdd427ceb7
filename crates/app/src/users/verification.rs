//! Sending the verification mail once more: the cure for 1022 when the mail did not arrive.
//!
//! Every attempt to sign in sends one too (`sign_in`); what its link does is in `links`.

use super::deeds::told;
use super::{Changed, PeopleCtx, Whom, unknown};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::links::{self, Purpose};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::id::UserId;
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;
use vestibule_model::user::Status;
use vestibule_store::{self as store, Tx};

/// How long after a verification mail, whoever caused it, no other one is sent by hand: nobody's mailbox is flooded from here.
pub const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// How it stands with the verification mails of somebody who is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// When the newest one was written of those whose link still works.
    pub sent_at: Option<Timestamp>,
    /// From when on another one can be sent by hand; `None` when it can be now.
    pub again_at: Option<Timestamp>,
}

impl Verification {
    fn of(sent_at: Option<Timestamp>, now: Timestamp) -> Self {
        let again_at = sent_at.map(|sent_at| sent_at + PAUSE).filter(|again_at| *again_at > now);
        Self { sent_at, again_at }
    }

    /// How it stands with a user.
    pub(super) async fn find(tx: &Tx<'_>, user: UserId, now: Timestamp) -> Result<Self, store::Error> {
        let newest = store::links::newest(tx, user, Purpose::VerifyEmail, now).await?;
        Ok(Self::of(newest.map(|(sent_at, _)| sent_at), now))
    }
}

/// Sends a verification mail to somebody whose address is not confirmed yet. Links of earlier mails go on working. To somebody
/// who is active there is nothing to confirm, and nothing is sent.
///
/// # Errors
/// [`Kind::Conflict`] within [`PAUSE`] of the last mail, and for somebody inactive; [`Kind::NotFound`] when the account has no
/// such user.
pub async fn send_verification(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    let now = ctx.app.now();
    let rule = ctx.by.as_ref().map_or("by the operator".to_owned(), |admin| format!("by {}", admin.email));
    let scope = || ctx.app.store().account(ctx.account.id);
    let sought = whom.clone();
    let finding = scope().read(move |tx| {
        let whom = sought.clone();
        Box::pin(async move { whom.find(tx).await })
    });
    let user = finding.await?.id;
    let link = links::fresh(&ctx.app, user, Purpose::VerifyEmail, now);
    let (app, account, author) = (ctx.app.clone(), ctx.account.clone(), ctx.author());
    scope()
        .write(move |tx| {
            let (app, account, link, rule) = (app.clone(), account.clone(), link.clone(), rule.clone());
            let author = author.clone();
            Box::pin(async move {
                // Whoever sends one at the same time waits here, and then sees this one.
                let user = store::users::locked(tx, user).await?.ok_or_else(unknown)?;
                enforce::mailbox_counts(tx, &user.email).await?;
                let changed = |changes| Changed { id: user.id, user: user.email.clone(), changes };
                match user.status {
                    Status::Active => return Ok(changed(Vec::new())),
                    Status::Inactive => return Err(inactive()),
                    Status::Pending => {}
                }
                let newest = store::links::newest(tx, user.id, Purpose::VerifyEmail, now).await?;
                if let Some(again_at) = Verification::of(newest.map(|(sent_at, _)| sent_at), now).again_at {
                    return Err(too_early(again_at));
                }
                // What was decided on when the person was made goes on to hold.
                let mut link = link;
                link.row.license = links::promised(tx, user.id).await?;
                links::send_verification(tx, (&app, &account), &user, &link).await?;
                let field = "verification_mail".to_owned();
                let changes = vec![Change { field, before: None, after: Some("sent".to_owned()), rule }];
                told(tx, &author, (Deed::UserVerification, Subject::user(&user)), &changes).await?;
                Ok(changed(changes))
            })
        })
        .await
}

fn inactive() -> Error {
    Error::new(Kind::Conflict, "The user is inactive, so no link would let the person in.")
        .hint("Activate the user first.")
}

fn too_early(again_at: Timestamp) -> Error {
    Error::new(Kind::Conflict, "A verification mail went out a moment ago, and nothing was sent now.").hint(
        format!(
            "Look into the mailbox, also among unwanted mail. Another one can be sent from {again_at:.0} on."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{PAUSE, Verification};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn another_mail_can_be_sent_once_the_pause_is_over() {
        let sent_at = Timestamp::UNIX_EPOCH;
        let at = |passed| Verification::of(Some(sent_at), sent_at + passed).again_at;
        assert_eq!(at(SignedDuration::ZERO), Some(sent_at + PAUSE));
        assert_eq!(at(PAUSE - SignedDuration::from_micros(1)), Some(sent_at + PAUSE));
        assert_eq!(at(PAUSE), None);
        assert_eq!(Verification::of(None, sent_at).again_at, None, "no mail, no pause");
    }
}
