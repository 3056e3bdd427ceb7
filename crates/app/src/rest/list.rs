//! Looking at users: one of them, and lists by pages.

use super::number::{INVALID, numbered};
use super::{scope, whom};
use crate::context::UsersApiCtx;
use crate::error::{Error, Kind};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vestibule_model::id::UserId;
use vestibule_model::user::{Status, User};
use vestibule_store as store;

/// The most users on a page.
pub const LARGEST_PAGE: u32 = 300;
/// How many users a page has unless it is said.
pub const USUAL_PAGE: u32 = 30;
/// How many users are looked at for one page at most; a page of rare users may be shorter, or empty, and still have a next one.
const MOST_LOOKED_AT: u32 = 5_000;

/// Which users to list.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only those of this status.
    pub status: Option<Status>,
    /// At most so many, up to [`LARGEST_PAGE`]; [`USUAL_PAGE`] if it is not said.
    pub page_size: Option<u32>,
    /// The token that came with the page before.
    pub next_page_token: Option<String>,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// How many it has at most.
    pub page_size: u32,
    /// Users, in the order in which they came.
    pub users: Vec<User>,
    /// What to ask for the next page with; `None` when this is the last one.
    pub next_page_token: Option<String>,
}

/// Users of the account, in the order in which they came.
///
/// # Errors
/// [`Kind::Invalid`] for a token that was none.
pub async fn list(ctx: &UsersApiCtx, query: &Query) -> Result<Page, Error> {
    let page_size = query.page_size.unwrap_or(USUAL_PAGE);
    if !(1..=LARGEST_PAGE).contains(&page_size) {
        return Err(super::invalid("page_size", &format!("is a number from 1 to {LARGEST_PAGE}")));
    }
    let after =
        query.next_page_token.as_deref().filter(|text| !text.is_empty()).map(read_token).transpose()?;
    let status = query.status;
    // Without a condition one more than the page shows whether there is another one.
    let at_once = if status.is_some() { MOST_LOOKED_AT } else { page_size + 1 };
    let found =
        scope(ctx).read(move |tx| Box::pin(async move { store::users::list(tx, after, at_once).await }));
    let mut rest = found.await?.into_iter();
    let looked_at = rest.len();
    let (mut users, mut last) = (Vec::new(), None);
    for user in rest.by_ref() {
        last = Some(user.id);
        if status.is_none_or(|status| user.status == status) {
            users.push(user);
        }
        if users.len() == page_size as usize {
            break;
        }
    }
    let is_more = rest.len() > 0 || looked_at == at_once as usize;
    let next_page_token = last.filter(|_| is_more).map(|id| URL_SAFE_NO_PAD.encode(id.to_bytes()));
    Ok(Page { page_size, users, next_page_token })
}

fn read_token(text: &str) -> Result<UserId, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    bytes.map(UserId::from_bytes).ok_or_else(|| {
        Error::new(Kind::Invalid, "next_page_token is none that was given out.")
            .hint("Leave it out to begin at the first page.")
            .numbered(INVALID)
    })
}

/// One user, named by id or address.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such user.
pub async fn show(ctx: &UsersApiCtx, named: &str) -> Result<User, Error> {
    let whom = whom(named)?;
    let found = scope(ctx).read(move |tx| {
        let whom = whom.clone();
        Box::pin(async move { whom.find(tx).await })
    });
    found.await.map_err(numbered)
}
