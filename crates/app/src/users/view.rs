//! People as lists and pages show them.

use super::{Invitation, PeopleCtx, Verification, Whom};
use crate::error::{Error, Kind};
use crate::groups;
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::email::Email;
use vestibule_model::group::{GroupKind, GroupName, Holding, Membership, Origin, primary};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::{AddOn, License};
use vestibule_model::permission::Permission;
use vestibule_model::user::{Profile, Role, Status, User};
use vestibule_store as store;
use vestibule_store::pictures::State;

/// Which users to list.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// How their addresses begin.
    pub prefix: String,
    /// The last address of the page before.
    pub after: Option<String>,
    /// At most so many, up to [`LARGEST_PAGE`].
    pub limit: u32,
}

/// Most users on one page.
pub const LARGEST_PAGE: u32 = 200;

/// A page of users.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// The users, in order of address.
    pub items: Vec<Summary>,
    /// After which address the next page begins; `None` when this is the last one.
    pub next: Option<String>,
}

/// A user as lists show one.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The id.
    pub id: UserId,
    /// The address.
    pub email: Email,
    /// The name that others see.
    pub name: String,
    /// Whether the person may come in.
    pub status: Status,
    /// What the person may do in the account.
    pub role: Role,
    /// Ways to sign in: `work_email`, `sso`.
    pub login_types: Vec<&'static str>,
    /// The license type; of somebody who is inactive, the one to come back with.
    pub license: Option<License>,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A user with everything that is known.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// What lists show.
    #[serde(flatten)]
    pub summary: Summary,
    /// The Employee Unique ID.
    pub employee_id: Option<String>,
    /// Add-ons, the phone calling plan among them.
    pub add_ons: Vec<AddOn>,
    /// The phone site.
    pub phone_site: Option<String>,
    /// What is known about the person, and where it came from.
    pub profile: Profile,
    /// Groups, by kind and in their order.
    pub groups: Vec<Belonging>,
    /// What became of the picture; `None` when none was ever sent.
    pub picture: Option<Pictured>,
    /// The verification mails of somebody who is pending; `None` of everybody else.
    pub verification: Option<Verification>,
    /// The invitation of somebody who is to set a password and has not yet; `None` of everybody else.
    pub invitation: Option<Invitation>,
    /// Since when the person has a second factor beside the password.
    pub second_factor: Option<Timestamp>,
    /// The settings that hold for the person, and why.
    pub settings: Vec<Holding>,
}

/// What became of a picture that the identity provider sent.
#[derive(Debug, Clone, Serialize)]
pub struct Pictured {
    /// `waiting`: it was not looked at yet; `shown`; `failed`: it cannot be used, and the one from before stays.
    pub state: &'static str,
    /// Why it cannot be used.
    pub reason: Option<String>,
    /// When it was last looked at.
    pub checked_at: Option<Timestamp>,
}

impl Pictured {
    fn of((state, checked_at): (State, Option<Timestamp>)) -> Self {
        let (state, reason) = match state {
            State::Waiting => ("waiting", None),
            State::Shown => ("shown", None),
            State::Failed(reason) => ("failed", Some(reason)),
        };
        Self { state, reason, checked_at }
    }
}

/// A group that a person belongs to.
#[derive(Debug, Clone, Serialize)]
pub struct Belonging {
    /// Its id.
    pub id: GroupId,
    /// What kind it is.
    pub kind: GroupKind,
    /// Its name.
    pub name: GroupName,
    /// Who put the person there; each takes away only what it gave.
    pub origins: Vec<Origin>,
    /// Whether it is the person's primary user group.
    pub primary: bool,
}

/// Users of the account, in order of address.
///
/// # Errors
/// [`Kind::Invalid`] when the prefix has characters that no address has.
pub async fn list(ctx: &PeopleCtx, query: &Query) -> Result<Page, Error> {
    ctx.must(Permission::UserRead)?;
    let prefix = query.prefix.trim().to_lowercase();
    let after = query.after.clone();
    if [Some(&prefix), after.as_ref()].into_iter().flatten().any(|text| text.contains(char::is_control)) {
        return Err(Error::new(Kind::Invalid, "No address begins like that.")
            .hint("Type the first letters of an e-mail address."));
    }
    let limit = query.limit.clamp(1, LARGEST_PAGE);
    let scope = ctx.app.store().account(ctx.account.id);
    let found = scope.read(move |tx| {
        let (prefix, after) = (prefix.clone(), after.clone());
        Box::pin(async move { store::users::by_address(tx, &prefix, after.as_deref(), limit + 1).await })
    });
    let mut found = found.await?;
    let is_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| is_more).map(|user| user.email.folded().to_owned());
    Ok(Page { items: found.iter().map(Summary::of).collect(), next })
}

/// One user of the account.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such user.
pub async fn show(ctx: &PeopleCtx, whom: &Whom) -> Result<Person, Error> {
    ctx.must(Permission::UserRead)?;
    let (whom, now) = (whom.clone(), ctx.app.now());
    let scope = ctx.app.store().account(ctx.account.id);
    let found = scope.read(move |tx| {
        let whom = whom.clone();
        Box::pin(async move {
            let user = whom.find(tx).await?;
            let memberships = store::groups::of_user(tx, user.id).await?;
            let picture = store::pictures::status(tx, user.id).await?;
            let verification = match user.status {
                Status::Pending => Some(Verification::find(tx, user.id, now).await?),
                Status::Active | Status::Inactive => None,
            };
            let invitation = Invitation::find(tx, &user, now).await?;
            let factor = store::second_factors::get(tx, user.id).await?;
            let more = (verification, invitation, factor.and_then(|factor| factor.confirmed_at));
            let policy = groups::policy(tx).await?;
            Ok::<_, Error>((user, memberships, picture, more, policy))
        })
    });
    let (user, memberships, picture, more, policy) = found.await?;
    let (verification, invitation, second_factor) = more;
    Ok(Person {
        picture: picture.map(Pictured::of),
        verification,
        invitation,
        second_factor,
        summary: Summary::of(&user),
        groups: belongings(&memberships),
        settings: policy.holding(&memberships),
        employee_id: user.employee_id,
        add_ons: user.holdings.add_ons.into_iter().collect(),
        phone_site: user.holdings.phone_site,
        profile: user.profile,
    })
}

impl Summary {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            name: user.shown_name(),
            status: user.status,
            role: user.role.clone(),
            login_types: user.logins.words(),
            license: user.license,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// The groups, each once, with every reason for it.
fn belongings(memberships: &[Membership]) -> Vec<Belonging> {
    let first = primary(memberships).map(|group| group.id);
    let mut groups: Vec<Belonging> = Vec::new();
    for Membership { group, origin, .. } in memberships {
        match groups.iter_mut().find(|known| known.id == group.id) {
            Some(known) => known.origins.push(*origin),
            None => groups.push(Belonging {
                id: group.id,
                kind: group.kind,
                name: group.name.clone(),
                origins: vec![*origin],
                primary: first == Some(group.id),
            }),
        }
    }
    groups.sort_by_key(|group| group.kind);
    groups
}
