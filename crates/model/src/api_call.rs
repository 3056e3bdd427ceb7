//! The API call log: what is remembered of every call to an API (behaviour.md section 9).
//!
//! An [`Entry`] is what lists show and searches match; a [`Detail`] is the rest, kept compressed and encrypted by `app`, which
//! masks it first. A call whose caller is not known is in nobody's log.

use crate::id::{CallId, GroupId, TokenId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The user or the group that a call touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A user, and the name by which the caller knows them if it is known (userName or address).
    User(UserId, Option<String>),
    /// A group, and its name if it is known.
    Group(GroupId, Option<String>),
    /// Somebody or something that the account has not, by the name that the caller gave.
    Nobody(String),
}

impl Subject {
    /// The name by which the caller knows it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::User(_, name) | Self::Group(_, name) => name.as_deref(),
            Self::Nobody(name) => Some(name),
        }
    }
}

/// The row of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id (time-ordered).
    pub id: CallId,
    /// When it came.
    pub time: Timestamp,
    /// The method of HTTP.
    pub method: String,
    /// Path and query, without what filters look for.
    pub path: String,
    /// The status of HTTP that was answered.
    pub status: u16,
    /// How long the answer took, in microseconds.
    pub duration_micros: i64,
    /// The token that was shown.
    pub token: TokenId,
    /// What people call the token, or the client that got it.
    pub client: String,
    /// The product that called, as far as it can be told.
    pub dialect: Option<String>,
    /// What was done, or why it was not, in words.
    pub story: Option<String>,
    /// Whom or what it touched.
    pub subject: Option<Subject>,
}

impl Entry {
    /// What became of the call, in a sentence without its full stop. Of a refusal it tells what was asked for, and why it was not done.
    #[must_use]
    pub fn sentence(&self) -> String {
        let ending = Ending::of(self.status);
        let asked = match self.method.as_str() {
            "GET" | "HEAD" => "look at",
            "POST" => "create",
            "DELETE" => "delete",
            _ => "change",
        };
        let whom = self.subject.as_ref().and_then(Subject::name);
        match (&self.story, ending, whom) {
            (Some(story), Ending::Refused, Some(whom)) => format!("refused to {asked} {whom}: {story}"),
            (Some(story), Ending::Failed, Some(whom)) => format!("failed to {asked} {whom}: {story}"),
            (Some(story), _, _) => story.clone(),
            (None, Ending::Done, _) if asked == "look at" => "looked something up".to_owned(),
            (None, Ending::Done, _) => "changed nothing".to_owned(),
            (None, Ending::Refused | Ending::Failed, _) => "did nothing".to_owned(),
        }
    }
}

/// What a row remembers besides its entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What was done, and what changed by it.
    pub action: Vec<String>,
    /// Why it was refused, and what to do about it.
    pub refusal: Option<String>,
    /// The names of the quirks that were met.
    pub quirks: Vec<String>,
    /// The body that came.
    pub request: Option<Body>,
    /// The body that went.
    pub response: Option<Body>,
}

/// A body, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// How long it was, in bytes.
    pub length: u64,
    /// Its masked text; `None` when it is none that can be masked.
    pub text: Option<String>,
    /// Whether only its beginning is kept.
    pub is_cut: bool,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Answered as asked (2xx, 3xx).
    Done,
    /// Refused (4xx).
    Refused,
    /// Failed by our own fault (5xx).
    Failed,
}

impl Ending {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// The word for addresses and forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.as_str() == word)
    }

    /// How a call with this status ended.
    #[must_use]
    pub fn of(status: u16) -> Self {
        Self::ALL.into_iter().find(|ending| ending.statuses().1 >= status).unwrap_or(Self::Failed)
    }

    /// The first and the last status of this ending.
    #[must_use]
    pub fn statuses(self) -> (u16, u16) {
        match self {
            Self::Done => (0, 399),
            Self::Refused => (400, 499),
            Self::Failed => (500, 999),
        }
    }
}

/// About whom the calls are that are searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The user, if it is known who that is.
    pub user: Option<UserId>,
    /// The (folded) name by which callers know them.
    pub name: Option<String>,
}

/// What a search of the log asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only calls about this person.
    pub about: Option<About>,
    /// Only calls that ended so.
    pub ending: Option<Ending>,
    /// Only calls of this product.
    pub dialect: Option<String>,
    /// Only at this time or later.
    pub since: Option<Timestamp>,
    /// Only older than this row: the last one of the page before.
    pub before: Option<CallId>,
    /// At most so many rows (1 to 200).
    pub limit: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_of_one_ending() {
        let endings = [200, 204, 304, 400, 404, 429, 500, 503].map(Ending::of);
        assert_eq!(
            endings.map(Ending::as_str).join(" "),
            "done done done refused refused refused failed failed"
        );
        for ending in Ending::ALL {
            assert_eq!(Ending::from_word(ending.as_str()), Some(ending));
            assert_eq!((Ending::of(ending.statuses().0), Ending::of(ending.statuses().1)), (ending, ending));
        }
    }
}
