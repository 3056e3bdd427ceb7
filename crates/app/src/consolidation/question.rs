//! Who is asked, what, and how it is put off.

use crate::context::{HeldCtx, MemberCtx};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use vestibule_model::domain::consolidation::{MOST_DEFERRALS, Question};
use vestibule_model::email::Email;
use vestibule_model::user::{Role, User};
use vestibule_store::domains::Owner;
use vestibule_store::sessions::Session;
use vestibule_store::{self as store, Tx};

/// What somebody is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// The address that it is about.
    pub email: Email,
    /// The name of the account that manages its domain.
    pub by: String,
    /// The question.
    pub question: Question,
}

impl Asks {
    /// What a user of this account is asked, if anything.
    pub(super) async fn of(tx: &Tx<'_>, user: &User) -> Result<Option<Self>, store::Error> {
        let Some(owner) = who_asks(tx, user).await? else { return Ok(None) };
        let Some(account) = store::accounts::by_id(tx, owner.account).await? else { return Ok(None) };
        let deferred = store::consolidations::deferred(tx, user.id, user.email.domain()).await?;
        let question = Question::of(owner.consolidates, deferred);
        Ok(Some(Self { email: user.email.clone(), by: account.name, question }))
    }
}

/// The account that asks a user of this one. Owners are not asked: an account without an owner cannot be. Neither are people of a
/// domain that this account had and lost to the other one: the mailboxes may be somebody else's by now.
pub(super) async fn who_asks(tx: &Tx<'_>, user: &User) -> Result<Option<Owner>, store::Error> {
    let domain = user.email.domain();
    if user.role == Role::Owner {
        return Ok(None);
    }
    match enforce::managed_elsewhere(tx, domain).await? {
        Some(owner) if store::domains::held(tx, domain).await?.is_none() => Ok(Some(owner)),
        _ => Ok(None),
    }
}

/// Begins a session of a user; it is held if the user is asked something.
pub(crate) async fn begin(tx: &Tx<'_>, user: &User, session: &Session) -> Result<(), store::Error> {
    let held = who_asks(tx, user).await?.is_some();
    store::sessions::insert(tx, &Session { user: user.id, held, ..session.clone() }).await
}

/// How it stands with a live session.
pub(crate) enum Standing {
    /// It opens everything that is the person's.
    Free(MemberCtx),
    /// It opens the question.
    Held(HeldCtx),
}

/// Looks whether a held session has to wait still: what was asked may have been answered elsewhere, or nobody asks any more.
pub(crate) async fn standing(member: MemberCtx) -> Result<Standing, Error> {
    if !member.session.held {
        return Ok(Standing::Free(member));
    }
    let scope = member.visitor.app.store().account(member.account().id);
    let (user, session) = (member.user.clone(), member.session.id);
    let asks = scope.read(move |tx| {
        let user = user.clone();
        Box::pin(async move { Asks::of(tx, &user).await })
    });
    if let Some(asks) = asks.await? {
        return Ok(Standing::Held(HeldCtx { member, asks }));
    }
    scope.write(move |tx| Box::pin(async move { store::sessions::release(tx, session).await })).await?;
    let session = Session { held: false, ..member.session.clone() };
    Ok(Standing::Free(MemberCtx { session, ..member }))
}

/// Puts the answer off: this session opens everything, and the next one is held again.
///
/// # Errors
/// [`Kind::Conflict`] when it was put off as often as it can be.
pub async fn defer(ctx: &HeldCtx) -> Result<(), Error> {
    let member = &ctx.member;
    let (session, id) = (member.session.id, member.user.id);
    let deferred = member.visitor.app.store().account(member.account().id).write(move |tx| {
        Box::pin(async move {
            // Whoever presses twice in one browser puts it off once: the session is let go once.
            if !store::sessions::release(tx, session).await? {
                return Ok(());
            }
            let Some(user) = store::users::by_id(tx, id).await? else { return Ok(()) };
            let counts = who_asks(tx, &user).await?.is_some_and(|owner| owner.consolidates);
            let domain = user.email.domain();
            if counts && !store::consolidations::defer(tx, id, domain, MOST_DEFERRALS).await? {
                return Err(too_late());
            }
            Ok(())
        })
    });
    deferred.await
}

fn too_late() -> Error {
    Error::new(Kind::Conflict, format!("You put this off {MOST_DEFERRALS} times already."))
        .hint("Move your user, or use another address.")
}
