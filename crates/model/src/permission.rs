//! Permissions: what a role opens in its account's portal, and what the account's own roles have of them.
//!
//! Pure rules. That each deed asks for its permission is `app`'s business; what an API token may do is said by its scopes
//! ([`crate::token`]), which nobody gives it who does not hold what they amount to.

use crate::user::{Role, RoleName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

macro_rules! permissions {
    ($($name:ident = $word:literal, $sentence:literal;)*) => {
        /// One thing that a role may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission {
            $(#[doc = $sentence] $name),*
        }

        impl Permission {
            /// Every permission there is, in the order in which pages show them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word by which files and pages name it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// What it opens, for people.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),* }
            }
        }
    };
}

permissions! {
    SsoRead = "SSO:Read", "See the SSO connections, their key pairs and metadata, and the guides to identity providers.";
    SsoEdit = "SSO:Edit", "Change, test and publish SSO connections. Whoever chooses the identity provider may become anybody who signs in by it.";
    MappingRead = "Mapping:Read", "See what is made of attributes, and which attributes are received.";
    MappingEdit = "Mapping:Edit", "Change the mapping. Rules give no role that has more than one’s own.";
    DomainRead = "Domain:Read", "See the domains of the account, and what holds for them.";
    DomainEdit = "Domain:Edit", "Claim and remove domains, manage them, and enforce single sign-on.";
    UserRead = "User:Read", "See the people of the account, and what is known of each.";
    UserEdit = "User:Edit", "Create, change, import, activate and deactivate people.";
    GroupRead = "Group:Read", "See groups, their members and settings.";
    GroupEdit = "Group:Edit", "Make, change and delete groups, and put people into them.";
    LicenseRead = "License:Read", "See the seats of each license type and add-on.";
    RoleRead = "Role:Read", "See the roles of the account, and what each may do.";
    RoleEdit = "Role:Edit", "Make, change and remove roles, and give them to people; none that has more than one’s own.";
    TokenRead = "Token:Read", "See API tokens and OAuth clients, not their secrets.";
    TokenEdit = "Token:Edit", "Make and revoke API tokens and OAuth clients, for what one may do oneself.";
    LogRead = "Log:Read", "Read the response log and the call log, with what was sent about people.";
    AuditRead = "Audit:Read", "Read and export who changed what in the account.";
    AccountRead = "Account:Read", "See the settings of the account.";
    AccountEdit = "Account:Edit", "Change the settings of the account.";
}

impl Permission {
    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == word)
    }

    /// What it includes: who changes something also sees it.
    #[must_use]
    pub fn implied(self) -> Option<Self> {
        let (subject, access) = self.as_str().split_once(':')?;
        let read = || Self::ALL.iter().copied().find(|other| other.as_str() == format!("{subject}:Read"));
        if access == "Edit" { read() } else { None }
    }

    fn bit(self) -> u32 {
        1 << (self as u8)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What somebody may do in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<&'static str>")]
pub struct Permissions(u32);

impl Permissions {
    /// Nothing: the portal stays shut.
    pub const NONE: Self = Self(0);

    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::ALL_OF_THEM
    }

    const ALL_OF_THEM: Self = Self((1 << Permission::ALL.len()) - 1);

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Whether this may be done.
    #[must_use]
    pub fn allow(self, wanted: Permission) -> bool {
        self.iter().any(|held| held == wanted || held.implied() == Some(wanted))
    }

    /// Whether everything may be done that the others permit.
    #[must_use]
    pub fn cover(self, others: Self) -> bool {
        others.iter().all(|wanted| self.allow(wanted))
    }

    /// The first that the others permit and these do not.
    #[must_use]
    pub fn lacking(self, others: Self) -> Option<Permission> {
        others.iter().find(|wanted| !self.allow(*wanted))
    }

    /// Each of them as it was given, without what it includes.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.0 & permission.bit() != 0)
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

/// What is stored may have been written by a later version: a word that is not known permits nothing here.
impl From<Vec<String>> for Permissions {
    fn from(words: Vec<String>) -> Self {
        words.iter().filter_map(|word| Permission::from_word(word)).collect()
    }
}

impl From<Permissions> for Vec<&'static str> {
    fn from(permissions: Permissions) -> Self {
        permissions.iter().map(Permission::as_str).collect()
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = (*self).into();
        f.write_str(if words.is_empty() { "none" } else { "" })?;
        f.write_str(&words.join(", "))
    }
}

/// The roles that an account made for itself, each with what it may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Roles(BTreeMap<RoleName, Permissions>);

/// As it is stored: the permissions stand beside the names, where versions that know none look for names alone.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    roles: BTreeSet<RoleName>,
    role_permissions: BTreeMap<RoleName, Permissions>,
}

impl From<Written> for Roles {
    fn from(mut written: Written) -> Self {
        let permissions = |name: RoleName| {
            let permissions = written.role_permissions.remove(&name).unwrap_or_default();
            (name, permissions)
        };
        Self(written.roles.into_iter().map(permissions).collect())
    }
}

impl From<Roles> for Written {
    fn from(roles: Roles) -> Self {
        Self { roles: roles.0.keys().cloned().collect(), role_permissions: roles.0 }
    }
}

impl Roles {
    /// What somebody with this role may do. A name that the account does not know, or not any more, permits nothing.
    #[must_use]
    pub fn of(&self, role: &Role) -> Permissions {
        match role {
            Role::Owner | Role::Admin => Permissions::all(),
            Role::Member => Permissions::NONE,
            Role::Custom(name) => self.0.get(name).copied().unwrap_or_default(),
        }
    }

    /// What the role of this name may do, if there is one.
    #[must_use]
    pub fn named(&self, name: &RoleName) -> Option<Permissions> {
        self.0.get(name).copied()
    }

    /// The name of a role that is spelled like this, whatever its case.
    #[must_use]
    pub fn alike(&self, name: &RoleName) -> Option<&RoleName> {
        let folded = name.as_str().to_lowercase();
        self.0.keys().find(|known| known.as_str().to_lowercase() == folded)
    }

    /// Makes a role, or says what it may do from now on.
    pub fn put(&mut self, name: RoleName, permissions: Permissions) {
        self.0.insert(name, permissions);
    }

    /// Takes a role away.
    pub fn remove(&mut self, name: &RoleName) {
        self.0.remove(name);
    }

    /// Each role with what it may do, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&RoleName, Permissions)> {
        self.0.iter().map(|(name, permissions)| (name, *permissions))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(RoleName, Permissions)> for Roles {
    fn from_iter<T: IntoIterator<Item = (RoleName, Permissions)>>(roles: T) -> Self {
        Self(roles.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, Permissions, Roles};
    use crate::user::{Role, RoleName};

    fn only(permission: Permission) -> Permissions {
        [permission].into_iter().collect()
    }

    #[test]
    fn who_changes_something_sees_it_and_nothing_else_is_included() {
        for held in Permission::ALL.iter().copied() {
            assert_eq!(Permission::from_word(held.as_str()), Some(held));
            for wanted in Permission::ALL.iter().copied() {
                let subject =
                    |permission: Permission| permission.as_str().split(':').next().unwrap().to_owned();
                let reads = wanted.as_str().ends_with(":Read") && subject(held) == subject(wanted);
                assert_eq!(only(held).allow(wanted), held == wanted || reads, "{held} {wanted}");
            }
        }
        assert!(
            Permissions::all().cover(Permissions::all())
                && !only(Permission::SsoRead).cover(Permissions::all())
        );
        assert!(Permissions::NONE.cover(Permissions::NONE) && Permissions::NONE.is_empty());
    }

    #[test]
    fn owner_and_admin_have_everything_members_nothing_and_other_roles_what_the_account_says() {
        let name = |name| RoleName::parse(name).unwrap();
        let roles: Roles = [(name("Help desk"), only(Permission::UserRead))].into_iter().collect();
        for (role, expected) in [
            (Role::Owner, Permissions::all()),
            (Role::Admin, Permissions::all()),
            (Role::Member, Permissions::NONE),
            (Role::Custom(name("Help desk")), only(Permission::UserRead)),
            (Role::Custom(name("Gone")), Permissions::NONE),
        ] {
            assert_eq!(roles.of(&role), expected, "{role:?}");
        }
    }

    #[test]
    fn roles_are_read_as_they_were_stored_before_they_had_permissions_and_unknown_words_permit_nothing() {
        let before: Roles = serde_json::from_str(r#"{"roles":["Help desk"]}"#).unwrap();
        assert_eq!(
            before.iter().map(|(_, permissions)| permissions).collect::<Vec<_>>(),
            [Permissions::NONE]
        );
        let later = r#"{"roles":["A"],"role_permissions":{"A":["User:Read","Moon:Edit"],"B":["SSO:Edit"]}}"#;
        let later: Roles = serde_json::from_str(later).unwrap();
        let written = serde_json::to_string(&later).unwrap();
        assert_eq!(written, r#"{"roles":["A"],"role_permissions":{"A":["User:Read"]}}"#);
        assert_eq!(serde_json::from_str::<Roles>(&written).unwrap(), later);
    }
}
