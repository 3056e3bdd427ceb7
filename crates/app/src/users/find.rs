//! Looking through people: by what somebody typed, and by what they are.

use super::view::Summary;
use super::{LARGEST_PAGE, PeopleCtx, Whom};
use crate::error::{Error, Kind};
use crate::groups::Which;
use vestibule_model::domain::Domain;
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::License;
use vestibule_model::mapping;
use vestibule_model::permission::Permission;
use vestibule_model::user::{Role, Status, User};
use vestibule_store::user_search::{self as search, Traits};
use vestibule_store::{self as store, Tx};

/// The most users of a filter that are counted.
pub const MOST_COUNTED: u32 = 100_000;

/// Whom one looks for. Whatever is `None` or empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// How an address, a name or a last name begins; or an id, or an Employee Unique ID.
    pub text: String,
    /// Whether they may come in.
    pub status: Option<Status>,
    /// How they sign in.
    pub login: Option<LoginFilter>,
    /// The license type, or that there is none.
    pub license: Option<Option<License>>,
    /// What they may do.
    pub role: Option<Role>,
    /// The group that they are in.
    pub group: Option<Which>,
    /// The domain of their addresses.
    pub domain: Option<Domain>,
}

/// How people sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFilter {
    /// They have the SSO login type.
    Sso,
    /// They have it not.
    NoSso,
    /// They have a password.
    Password,
}

impl LoginFilter {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Sso, Self::NoSso, Self::Password];

    /// The word in addresses of pages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sso => "sso",
            Self::NoSso => "no-sso",
            Self::Password => "password",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|login| login.as_str() == word)
    }
}

/// A page of those who were found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The users; in order of address, members of a group in the order in which they came.
    pub items: Vec<Summary>,
    /// Where the next page begins; it may find nobody, for a page looks at so many users only.
    pub next: Option<String>,
    /// Whether more are called like that than are shown: one should type more.
    pub more: bool,
}

impl Filter {
    /// Whether it asks for anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn traits(&self) -> Traits {
        Traits {
            status: self.status,
            role: self.role.clone(),
            license: self.license,
            work_email: (self.login == Some(LoginFilter::Password)).then_some(true),
            sso: match self.login {
                Some(LoginFilter::Sso) => Some(true),
                Some(LoginFilter::NoSso) => Some(false),
                Some(LoginFilter::Password) | None => None,
            },
            domain: self.domain.as_ref().map(ToString::to_string),
        }
    }

    /// The text as it is compared.
    fn typed(&self) -> Result<String, Error> {
        let typed = self.text.trim().to_lowercase();
        if typed.contains(char::is_control) {
            return Err(Error::new(Kind::Invalid, "Nobody is called like that.")
                .hint("Type the first letters of an e-mail address or of a name."));
        }
        Ok(typed)
    }
}

/// A page of the users who are looked for.
///
/// # Errors
/// [`Kind::Invalid`] when nobody can be called like that, or the page begins nowhere.
pub async fn find(ctx: &PeopleCtx, filter: &Filter, after: Option<&str>, limit: u32) -> Result<Found, Error> {
    ctx.must(Permission::UserRead)?;
    let limit = limit.clamp(1, LARGEST_PAGE);
    let (page, more) = stretch(ctx, filter, after, limit).await?;
    let items = page.users.iter().map(Summary::of).collect();
    Ok(Found { items, next: page.next, more })
}

/// How many users a filter means, as far as [`MOST_COUNTED`] of the account are looked at.
///
/// # Errors
/// As [`find`].
pub(super) async fn count(ctx: &PeopleCtx, filter: &Filter) -> Result<Option<i64>, Error> {
    if !filter.typed()?.is_empty() || filter.group.is_some() {
        return Ok(None);
    }
    let traits = filter.traits();
    let scope = ctx.app.store().account(ctx.account.id);
    let counted = scope.read(move |tx| {
        let traits = traits.clone();
        Box::pin(async move { search::count(tx, "", &traits, MOST_COUNTED).await })
    });
    Ok(Some(counted.await?))
}

/// The users themselves, and whether more are called like that.
pub(super) async fn stretch(
    ctx: &PeopleCtx,
    filter: &Filter,
    after: Option<&str>,
    limit: u32,
) -> Result<(search::Stretch<String>, bool), Error> {
    let (typed, filter, after) = (filter.typed()?, filter.clone(), after.map(str::to_owned));
    if after.as_ref().is_some_and(|after| after.contains(char::is_control)) {
        return Err(Error::new(Kind::Invalid, "The page begins nowhere.").hint("Begin with the first page."));
    }
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .read(move |tx| {
            let (typed, filter, after) = (typed.clone(), filter.clone(), after.clone());
            Box::pin(async move {
                let group = match &filter.group {
                    Some(group) => Some(group.id(tx).await?),
                    None => None,
                };
                match (group, typed.as_str()) {
                    (None, "") => {
                        let page = search::walk(tx, ("", after.as_deref()), &filter.traits(), limit).await?;
                        Ok((page, false))
                    }
                    (Some(group), "") => {
                        Ok((in_group(tx, group, &filter, after.as_deref(), limit).await?, false))
                    }
                    (group, typed) => called(tx, (typed, filter.text.trim()), &filter, group, limit).await,
                }
            })
        })
        .await
}

async fn in_group(
    tx: &Tx<'_>,
    group: GroupId,
    filter: &Filter,
    after: Option<&str>,
    limit: u32,
) -> Result<search::Stretch<String>, Error> {
    let after: Option<UserId> = after.and_then(|id| id.parse().ok());
    let page = search::members(tx, (group, after), &filter.traits(), limit).await?;
    Ok(search::Stretch { users: page.users, next: page.next.map(|id| id.to_string()) })
}

/// Everybody whose address, name, last name, id or Employee Unique ID it may be: one page, and whether there are more.
async fn called(
    tx: &Tx<'_>,
    (typed, exact): (&str, &str),
    filter: &Filter,
    group: Option<GroupId>,
    limit: u32,
) -> Result<(search::Stretch<String>, bool), Error> {
    let mut users = by_id(tx, exact).await?;
    if users.is_empty() {
        let traits = filter.traits();
        let page = search::walk(tx, (typed, None), &traits, limit).await?;
        users = page.users;
        users.extend(search::named(tx, typed, &traits, limit + 1).await?);
        users.sort_by(|one, other| one.email.folded().cmp(other.email.folded()));
        users.dedup_by(|one, other| one.id == other.id);
    }
    if let Some(group) = group {
        let mut members = Vec::new();
        for user in users {
            let belongs = store::groups::of_user(tx, user.id).await?;
            if belongs.iter().any(|membership| membership.group.id == group) {
                members.push(user);
            }
        }
        users = members;
    }
    let more = users.len() > limit as usize;
    users.truncate(limit as usize);
    Ok((search::Stretch { users, next: None }, more))
}

/// The one whom an id names.
async fn by_id(tx: &Tx<'_>, typed: &str) -> Result<Vec<User>, Error> {
    if let Ok(id) = typed.parse::<UserId>() {
        return Ok(Whom::Id(id).find(tx).await.into_iter().collect());
    }
    let known = match mapping::is_employee_id(typed) {
        true => store::users::by_employee_id(tx, typed).await?,
        false => None,
    };
    Ok(known.into_iter().collect())
}
