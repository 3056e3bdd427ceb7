//! API tokens: what one may do (its scopes), what one looks like, and whether it is good now.
//!
//! Pure rules. Drawing the secret, and finding the row of a token, is in `app/tokens`; the access tokens that the
//! authorization server hands out are tokens too, so everything here holds for both.

use crate::permission::{Permission, Permissions};
use crate::user::Status;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

/// What a token may do. The list is closed: a word that is not here is refused when a token is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Provisioning by SCIM: read and write users and groups.
    Scim2,
    /// The same, reading alone.
    Scim2Read,
    /// The REST API of users: read.
    UsersRead,
    /// The REST API of users: read and write.
    UsersWrite,
}

impl Scope {
    /// Every scope there is, in the order in which pages show them.
    pub const ALL: [Self; 4] = [Self::Scim2, Self::Scim2Read, Self::UsersRead, Self::UsersWrite];

    /// The word by which requests, rows and pages name it (RFC 6749 §3.3: a scope-token).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scim2 => "scim2",
            Self::Scim2Read => "scim2:read",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// What it permits, for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Scim2 => "Create, change, deactivate and delete users and groups by SCIM.",
            Self::Scim2Read => "Look at users and groups by SCIM.",
            Self::UsersRead => "Look at users with the REST API.",
            Self::UsersWrite => "Create, change and deactivate users with the REST API.",
        }
    }

    /// What somebody must be permitted who gives this scope to a program. A program that writes reaches everybody, administrators and
    /// their Employee Unique IDs too, so it takes all that they may do.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        let needed: &[Permission] = match self {
            Self::Scim2 | Self::UsersWrite => return Permissions::all(),
            Self::Scim2Read => &[Permission::UserRead, Permission::GroupRead],
            Self::UsersRead => &[Permission::UserRead],
        };
        needed.iter().copied().collect()
    }

    /// Whether somebody who holds this scope may do what the other one permits: writing includes reading, on the same
    /// interface and on no other.
    #[must_use]
    pub fn implies(self, wanted: Self) -> bool {
        self == wanted
            || matches!((self, wanted), (Self::Scim2, Self::Scim2Read) | (Self::UsersWrite, Self::UsersRead))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether something is only looked at, or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Looked at.
    Read,
    /// Changed.
    Write,
}

/// The scope that SCIM wants.
#[must_use]
pub fn scim_scope(access: Access) -> Scope {
    match access {
        Access::Read => Scope::Scim2Read,
        Access::Write => Scope::Scim2,
    }
}

/// The scope that the REST API of users wants.
#[must_use]
pub fn users_scope(access: Access) -> Scope {
    match access {
        Access::Read => Scope::UsersRead,
        Access::Write => Scope::UsersWrite,
    }
}

/// What a token may do in all: at least one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

/// Why a list of words is no set of scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadScopes {
    /// There is none.
    None,
    /// There is no scope of this name.
    Unknown(String),
}

impl fmt::Display for BadScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("at least one scope is needed"),
            Self::Unknown(word) => write!(f, "there is no scope \"{word}\""),
        }
    }
}

impl std::error::Error for BadScopes {}

impl Scopes {
    /// What somebody must be permitted who gives these to a program.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.0.iter().flat_map(|scope| scope.permissions().iter()).collect()
    }

    /// Reads words.
    ///
    /// # Errors
    /// [`BadScopes`] for no word at all, and for the first that names no scope.
    pub fn read<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Self, BadScopes> {
        let read = |word: &str| {
            Scope::from_word(word).ok_or_else(|| BadScopes::Unknown(word.chars().take(40).collect()))
        };
        let scopes = words.into_iter().map(read).collect::<Result<BTreeSet<_>, _>>()?;
        if scopes.is_empty() { Err(BadScopes::None) } else { Ok(Self(scopes)) }
    }

    /// Reads the words of one text, with blanks between them (RFC 6749 §3.3).
    ///
    /// # Errors
    /// As [`Scopes::read`].
    pub fn parse(text: &str) -> Result<Self, BadScopes> {
        Self::read(text.split(' ').filter(|word| !word.is_empty()))
    }

    /// Whether they permit this.
    #[must_use]
    pub fn allow(&self, wanted: Scope) -> bool {
        self.0.iter().any(|held| held.implies(wanted))
    }

    /// Whether they permit everything that the others permit.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        others.0.iter().all(|wanted| self.allow(*wanted))
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

/// The words with blanks between them, as requests and rows have them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            let blank = if index == 0 { "" } else { " " };
            write!(f, "{blank}{scope}")?;
        }
        Ok(())
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|scope| scope.as_str()))
    }
}

/// What a secret that programs carry is for; its text says so, so that one is never taken for another, and so that
/// scanners of repositories find one that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// An API token or an access token.
    Access,
    /// A refresh token.
    Refresh,
    /// An authorization code.
    Code,
    /// The secret of a client of the authorization server.
    Client,
}

impl SecretKind {
    /// How its text begins.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Access => "vst_",
            Self::Refresh => "vsr_",
            Self::Code => "vsc_",
            Self::Client => "vss_",
        }
    }

    /// The text of a secret: the prefix, 43 characters (256 bits in Base64 for URLs) and 8 of a checksum.
    #[must_use]
    pub fn write(self, random: &str) -> String {
        format!("{}{random}{:08x}", self.prefix(), crc32(random.as_bytes()))
    }

    /// Whether a text is whole: prefix, length, characters and checksum are right. What was cut off or mistyped is seen
    /// here, and nothing is looked up for it. It says nothing about whether the secret is known.
    #[must_use]
    pub fn is_whole(self, text: &str) -> bool {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let Some((random, sum)) = text.strip_prefix(self.prefix()).and_then(|rest| rest.split_at_checked(43))
        else {
            return false;
        };
        random.bytes().all(plain) && sum == format!("{:08x}", crc32(random.as_bytes()))
    }
}

/// CRC-32 (ISO 3309). It finds slips of the clipboard, not attackers.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            },
        )
    })
}

/// What is known of a token when it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The person in whose name it acts.
    pub maker: Maker,
    /// What its scopes amount to ([`Scopes::permissions`]).
    pub needs: Permissions,
}

/// In whose name a token acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The operator, or a client of its own: nobody whose leaving matters.
    Nobody,
    /// A person of the account, and what they may do now.
    Person(Status, Permissions),
    /// A person who is no more.
    Gone,
}

/// Whether a token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is good.
    Live,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// Whoever made it may not do so now: inactive, or with a role that permits less than its scopes. It is good again if they may.
    Resting,
}

impl State {
    /// The word for pages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Resting => "resting",
        }
    }

    /// What a token is at this time. What was taken back stays so, whatever else is true of it.
    #[must_use]
    pub fn of(facts: &Facts, now: Timestamp) -> Self {
        let rests = match facts.maker {
            Maker::Nobody => false,
            Maker::Gone => true,
            Maker::Person(status, permissions) => status != Status::Active || !permissions.cover(facts.needs),
        };
        if facts.revoked_at.is_some() {
            Self::Revoked
        } else if facts.expires_at.is_some_and(|end| now >= end) {
            Self::Expired
        } else if rests {
            Self::Resting
        } else {
            Self::Live
        }
    }
}

#[cfg(test)]
mod tests;
