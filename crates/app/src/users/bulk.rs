//! The same deed for many people: some hundreds in batches of some dozens, each batch a transaction, with a report.
//!
//! A batch is small, so that nobody waits for it; what one person is refused stops nothing for the others. Whoever means more
//! people than are done at once goes on where the report says.

use super::PeopleCtx;
use super::deeds::{Deed, Doer};
use super::find::{self, Filter};
use crate::error::{Error, Kind};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::License;
use vestibule_model::permission::Permission;
use vestibule_store as store;

/// The most people who are done at once.
pub const MOST_AT_ONCE: usize = 500;
/// The people of one transaction.
const BATCH: u32 = 50;
/// The most pages of a walk that are looked at for one call.
const MOST_PAGES: usize = 25;
/// The most refusals that a report names.
const MOST_NAMED: usize = 100;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Let them sign in by the identity provider.
    AddSsoLogin,
    /// Give them this license type, or take theirs away.
    SetLicense(Option<License>),
    /// Let them in again.
    Activate,
    /// Keep them out.
    Deactivate,
}

impl Action {
    /// The word in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddSsoLogin => "add-sso-login",
            Self::SetLicense(_) => "set-license",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
        }
    }

    /// Reads the word, beside the license type that stands next to it.
    #[must_use]
    pub fn from_word(word: &str, license: &str) -> Option<Self> {
        match word {
            "add-sso-login" => Some(Self::AddSsoLogin),
            "activate" => Some(Self::Activate),
            "deactivate" => Some(Self::Deactivate),
            "set-license" if license == "none" => Some(Self::SetLicense(None)),
            "set-license" => Some(Self::SetLicense(Some(License::from_word(license)?))),
            _ => None,
        }
    }

    fn deed(self) -> Deed {
        match self {
            Self::AddSsoLogin => Deed::AddSsoLogin,
            Self::SetLicense(license) => Deed::SetLicense(license),
            Self::Activate => Deed::Activate,
            Self::Deactivate => Deed::Deactivate,
        }
    }
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// These, at most [`MOST_AT_ONCE`].
    These(Vec<UserId>),
    /// Everybody whom a filter finds, behind those who were done before.
    Filtered(Filter, Option<String>),
}

/// How many are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// At least so many.
    AtLeast(i64),
}

/// What was done.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// For how many it was done.
    pub done: usize,
    /// For how many it was so already.
    pub unchanged: usize,
    /// For whom it was not done, and why; the first of them.
    pub refused: Vec<(Option<Email>, String)>,
    /// How many were refused beyond those.
    pub refused_unnamed: usize,
    /// Where to go on with the rest.
    pub next: Option<String>,
}

/// How many people are meant.
///
/// # Errors
/// As [`find::find`].
pub async fn count(ctx: &PeopleCtx, meant: &Meant) -> Result<Count, Error> {
    ctx.must(Permission::UserRead)?;
    let filter = match meant {
        Meant::These(ids) => return Ok(Count::Exactly(i64::try_from(ids.len()).unwrap_or(i64::MAX))),
        Meant::Filtered(filter, _) => filter,
    };
    if let Some(counted) = find::count(ctx, filter).await? {
        let scope = ctx.app.store().account(ctx.account.id);
        let all = scope.read(|tx| Box::pin(async move { store::users::count(tx).await })).await?;
        let whole = all <= i64::from(find::MOST_COUNTED);
        return Ok(if whole { Count::Exactly(counted) } else { Count::AtLeast(counted) });
    }
    let (page, more) = find::stretch(ctx, filter, None, super::LARGEST_PAGE).await?;
    let counted = i64::try_from(page.users.len()).unwrap_or(i64::MAX);
    let whole = page.next.is_none() && !more;
    Ok(if whole { Count::Exactly(counted) } else { Count::AtLeast(counted) })
}

/// Does it.
///
/// # Errors
/// [`Kind::Invalid`] when more than [`MOST_AT_ONCE`] are named; those of the store. What is refused to one person is in the
/// report.
pub async fn carry_out(ctx: &PeopleCtx, action: Action, meant: Meant) -> Result<Report, Error> {
    ctx.must(Permission::UserEdit)?;
    let mut report = Report::default();
    match meant {
        Meant::These(ids) if ids.len() > MOST_AT_ONCE => {
            return Err(Error::new(
                Kind::Invalid,
                format!("At most {MOST_AT_ONCE} people are done at once."),
            )
            .hint("Choose fewer, or narrow the list and choose everybody whom it finds."));
        }
        Meant::These(ids) => {
            for batch in ids.chunks(BATCH as usize) {
                do_batch(ctx, action, batch.to_vec(), &mut report).await?;
            }
        }
        Meant::Filtered(filter, after) => filtered(ctx, action, (&filter, after), &mut report).await?,
    }
    Ok(report)
}

/// Page by page; whoever does not match any more after it was done is behind the page, so nobody is left out.
async fn filtered(
    ctx: &PeopleCtx,
    action: Action,
    (filter, mut after): (&Filter, Option<String>),
    report: &mut Report,
) -> Result<(), Error> {
    let by_name = !filter.text.trim().is_empty();
    let size = if by_name { super::LARGEST_PAGE } else { BATCH };
    let mut looked = 0;
    for _ in 0..MOST_PAGES {
        let (page, more) = find::stretch(ctx, filter, after.as_deref(), size).await?;
        if more {
            return Err(Error::new(Kind::Invalid, format!("More than {size} people are called like that."))
                .hint("Type more of the name, or tick those whom you mean."));
        }
        looked += page.users.len();
        let ids: Vec<UserId> = page.users.iter().map(|user| user.id).collect();
        for batch in ids.chunks(BATCH as usize) {
            do_batch(ctx, action, batch.to_vec(), report).await?;
        }
        after = page.next;
        if after.is_none() || looked >= MOST_AT_ONCE {
            break;
        }
    }
    report.next = after;
    Ok(())
}

async fn do_batch(
    ctx: &PeopleCtx,
    action: Action,
    mut ids: Vec<UserId>,
    report: &mut Report,
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    // In order of id, so that two who do this at once wait for each other in one direction.
    ids.sort_unstable();
    ids.dedup();
    let doer = Doer::of(ctx);
    let scope = ctx.app.store().account(ctx.account.id);
    let done = scope.write(move |tx| {
        let (ids, doer, deed) = (ids.clone(), doer.clone(), action.deed());
        Box::pin(async move {
            if deed.moves_seats() {
                store::licenses::locked(tx).await?;
            }
            let (mut outcomes, mut done) = (Vec::with_capacity(ids.len()), Vec::new());
            for id in ids {
                let outcome = match deed.on(tx, id, &doer).await {
                    Ok(changed) => {
                        let differs = !changed.changes.is_empty();
                        done.push(changed);
                        Ok(differs)
                    }
                    Err(error) if is_about_the_person(error.kind()) => {
                        let user = store::users::by_id(tx, id).await?;
                        Err((user.map(|user| user.email), error.message().to_owned()))
                    }
                    Err(error) => return Err(error),
                };
                outcomes.push(outcome);
            }
            for changed in &done {
                deed.tell(tx, &doer, changed).await?;
            }
            Ok::<_, Error>(outcomes)
        })
    });
    for outcome in done.await? {
        match outcome {
            Ok(true) => report.done += 1,
            Ok(false) => report.unchanged += 1,
            Err(refused) if report.refused.len() < MOST_NAMED => report.refused.push(refused),
            Err(_) => report.refused_unnamed += 1,
        }
    }
    Ok(())
}

/// Whether a deed was refused to somebody, before anything was written; anything else went wrong for all of the batch.
fn is_about_the_person(kind: Kind) -> bool {
    matches!(kind, Kind::Conflict | Kind::Forbidden | Kind::Invalid | Kind::NotFound)
}
