//! What an administrator can mend from a row of the response log with one press, and whether it was mended.
//!
//! Only refusals about a person are mended here: their response was verified, so whom it names is proven. What is offered
//! follows from how the person stands now, not from what was done before, so that nothing is offered twice and a mended
//! row says so. The changes themselves are deeds of `users`.

use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use crate::response_log::{self, Explained};
use crate::users::{self, Person, Verification, Whom};
use vestibule_model::code::Code;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::expression::Context;
use vestibule_model::mapping::{self, Asserted};
use vestibule_model::permission::Permission;
use vestibule_model::response_log::{Entry, OutcomeWord, TrackingId};
use vestibule_model::user::Status;

/// What one press does for the person whom a response named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cure {
    /// The person gains the SSO login type (1020).
    AddSsoLogin,
    /// The person, who is known by another Employee Unique ID or has one, gets the one that was sent (1015).
    ReplaceEmployeeId {
        /// The one that the person has.
        before: String,
        /// The one that was sent.
        sent: String,
    },
    /// The person is let in again (1013).
    Activate,
    /// The person gets another verification mail (1022), or can once its pause is over.
    SendVerification(Verification),
}

impl Cure {
    /// The word by which forms name it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::AddSsoLogin => "add-sso-login",
            Self::ReplaceEmployeeId { .. } => "replace-employee-id",
            Self::Activate => "activate",
            Self::SendVerification(_) => "send-verification",
        }
    }
}

/// How the person stands whom a refused response named.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The person.
    pub person: Person,
    /// What still stands in the way; `None` when nothing does any more.
    pub cure: Option<Cure>,
}

/// What can be mended about a row; `None` when its cure is not one press, or nobody here is known to it.
///
/// # Errors
/// When the store does not answer.
pub async fn offer(ctx: &AdminCtx, explained: &Explained) -> Result<Option<Offer>, Error> {
    let entry = &explained.entry;
    let mendable =
        matches!(entry.code, Some(Code::NotSsoUser | Code::EmailTaken | Code::Inactive | Code::Unverified));
    // Whoever was refused by a sub-account is for its own administrators to mend.
    let is_of_another = explained.detail.is_of_a_sub_account();
    if entry.outcome != OutcomeWord::Refused || !mendable || is_of_another {
        return Ok(None);
    }
    let Some(whom) = whom(entry, explained) else { return Ok(None) };
    // Who may not mend it is offered nothing, and not told who it is.
    if !ctx.permissions().allow(Permission::UserEdit) {
        return Ok(None);
    }
    let person = match users::show(&ctx.people(), &whom).await {
        Ok(person) => person,
        Err(error) if error.kind() == Kind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let cure = if entry.code == Some(Code::EmailTaken) {
        let Some(sent) = sent_employee_id(ctx, explained) else { return Ok(None) };
        let before = person.employee_id.clone().filter(|before| *before != sent);
        before.map(|before| Cure::ReplaceEmployeeId { before, sent })
    } else {
        standing_in_the_way(entry.code, &person)
    };
    Ok(Some(Offer { person, cure }))
}

/// Mends what this row offers. What was mended already stays as it is.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such row; [`Kind::Conflict`] when the row offers something else by now; those
/// of the deed.
pub async fn mend(ctx: &AdminCtx, tracking_id: TrackingId, word: &str) -> Result<(), Error> {
    ctx.must(Permission::LogRead)?;
    let explained = response_log::detail(ctx, tracking_id).await?;
    let Some(offer) = offer(ctx, &explained).await? else { return Err(gone()) };
    let whom = Whom::from(offer.person.summary.id);
    let people = ctx.people();
    match offer.cure {
        None => Ok(()),
        Some(cure) if cure.word() != word => Err(gone()),
        Some(Cure::AddSsoLogin) => users::add_sso_login(&people, &whom).await.map(drop),
        Some(Cure::Activate) => users::activate(&people, &whom).await.map(drop),
        Some(Cure::SendVerification(_)) => users::send_verification(&people, &whom).await.map(drop),
        Some(Cure::ReplaceEmployeeId { sent, .. }) => {
            users::replace_employee_id(&people, &whom, Some(&sent)).await.map(drop)
        }
    }
}

fn gone() -> Error {
    Error::new(Kind::Conflict, "This response offers nothing like that any more.")
        .hint("The person or the account changed meanwhile. Open the response again.")
}

/// Whose record it is: the user who was known by the Employee Unique ID, else the one with the asserted address. The step
/// names an address in the first case alone; where an ID was about to be linked, it says so in a sentence.
fn whom(entry: &Entry, explained: &Explained) -> Option<Whom> {
    let by_id = explained.detail.trace.iter().find(|step| step.check == "admission.employee_id" && step.ok);
    let known = by_id.and_then(|step| Email::parse(step.found.as_str()).ok());
    let asserted = || entry.user.as_deref().and_then(|user| Email::parse(user).ok());
    known.or_else(asserted).map(Whom::Address)
}

fn standing_in_the_way(code: Option<Code>, person: &Person) -> Option<Cure> {
    let summary = &person.summary;
    let lacks_sso = code == Some(Code::NotSsoUser) && !summary.login_types.contains(&"sso");
    if summary.status == Status::Inactive {
        Some(Cure::Activate)
    } else if lacks_sso {
        Some(Cure::AddSsoLogin)
    } else {
        person.verification.map(Cure::SendVerification)
    }
}

/// The Employee Unique ID that the row brought. Nothing when the refusal was about an address, or what was sent was not
/// kept.
fn sent_employee_id(ctx: &AdminCtx, explained: &Explained) -> Option<String> {
    let detail = &explained.detail;
    detail.trace.iter().find(|step| !step.ok && step.check == "admission.employee_id")?;
    let sent = Asserted { name_id: detail.name_id.clone(), attributes: detail.attributes.clone() };
    let live = &ctx.member.visitor.live;
    let mapping = &live.configuration.mapping;
    let default_domain = live.default_domain.as_ref().map(Domain::as_str);
    let context = Context { default_domain, ..Context::new(explained.entry.time, [0; 32]) };
    mapping::identity(mapping, &sent, &context).0.employee_id
}
