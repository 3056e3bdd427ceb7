//! Typed, prefixed, time-ordered identifiers: the one list of them.
//!
//! An id is a UUIDv7 made in `app` from its clock and its randomness; here it only has a type and a spelling
//! (`usr_` and 32 hexadecimal digits). Ids are never secrets: secrets are random and stored as hashes.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadId {
    /// The prefix that ids of the wanted kind carry.
    pub expected_prefix: &'static str,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an id: expected {}_ and 32 hexadecimal digits", self.expected_prefix)
    }
}

impl std::error::Error for BadId {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with these 16 bytes (a UUIDv7, big-endian).
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes under which the store keeps the id.
            #[must_use]
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// The millisecond in which it was made, as its first 48 bits say; `None` where they say nothing.
            #[must_use]
            pub fn made_at(self) -> Option<Timestamp> {
                let millis = i64::try_from(self.0.as_u128() >> 80).ok()?;
                Timestamp::from_millisecond(millis).ok()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(self.0.simple().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let bad = BadId { expected_prefix: $prefix };
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(bad.clone())?;
                if digits.len() != 32 || digits.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(bad);
                }
                Uuid::try_parse(digits).map(Self).map_err(|_| bad)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A customer organization.
    AccountId = "acc";
    /// A claim to a domain.
    ClaimId = "clm";
    /// A person's record in one account.
    UserId = "usr";
    /// An SSO connection of an account.
    ConnectionId = "con";
    /// A key pair with which an SSO connection signs.
    SpKeyId = "key";
    /// A web session.
    SessionId = "ses";
    /// A row of the response log.
    LogId = "log";
    /// A user group, channel or IM group.
    GroupId = "grp";
    /// A mail waiting in, or kept by, the outbox.
    MailId = "mail";
    /// An API token, or an access token of the authorization server.
    TokenId = "tok";
    /// A client of the authorization server.
    ClientId = "cli";
    /// What an administrator permitted a client to do.
    GrantId = "gra";
    /// A row of the API call log.
    CallId = "call";
    /// An import of people.
    ImportId = "imp";
    /// A resource of a type that the deployment brings itself.
    ResourceId = "res";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        let id = UserId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), format!("usr_{}", "ab".repeat(16)));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let account = AccountId::from_bytes([1; 16]).to_string();
        assert!(account.parse::<UserId>().is_err());
        assert!(format!("usr_{}", "AB".repeat(16)).parse::<UserId>().is_err());
        assert!("usr_12".parse::<UserId>().is_err());
    }
}
