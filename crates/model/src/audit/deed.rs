//! What may have been done: one word for each deed that changes something, which never changes its meaning.
//!
//! A new deed is a line of the table below, and a call of `app/audit` in the deed.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $area:ident, $sentence:literal;)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Deed {
            $(#[doc = $sentence] $name,)*
        }

        impl Deed {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word for rows, exports and searches: what it is about, a dot, and what was done.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// What was done, for people.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),* }
            }

            /// What it is about.
            #[must_use]
            pub fn area(self) -> Area {
                match self { $(Self::$name => Area::$area),* }
            }
        }
    };
}

deeds! {
    AccountCreated = "account.created", Account, "Made the account";
    AccountApproved = "account.vanity_url_approved", Account, "Approved a vanity URL";
    AccountFileApplied = "account.file_applied", Account, "Applied an account file";
    AccountSettings = "account.settings_changed", Account, "Changed the settings of the account";
    OwnerChanged = "account.owner_changed", Account, "Transferred ownership";
    ConnectionDrafted = "connection.draft_saved", SignIn, "Saved a draft of a connection";
    ConnectionPublished = "connection.published", SignIn, "Published a connection";
    ConnectionDiscarded = "connection.draft_discarded", SignIn, "Discarded the draft of a connection";
    ConnectionRestored = "connection.restored", SignIn, "Brought back an earlier version of a connection";
    ConnectionRetired = "connection.retired", SignIn, "Took a connection out of use";
    KeyPrepared = "connection.key_prepared", SignIn, "Made the next certificate";
    KeyUsed = "connection.key_used", SignIn, "Had another certificate sign";
    KeyRemoved = "connection.key_removed", SignIn, "Removed a certificate";
    MetadataAccepted = "connection.metadata_accepted", SignIn, "Accepted what the metadata says";
    MetadataDismissed = "connection.metadata_dismissed", SignIn, "Dismissed what the metadata says";
    MappingChanged = "mapping.changed", SignIn, "Changed the mapping";
    DomainClaimed = "domain.claimed", Domains, "Claimed a domain";
    DomainChecked = "domain.state_changed", Domains, "Looked for the proof of a domain";
    DomainRemoved = "domain.removed", Domains, "Removed a domain";
    DomainDecided = "domain.policy_changed", Domains, "Decided what holds for a domain";
    DomainInvited = "domain.people_invited", Domains, "Mailed people elsewhere that they can move here";
    UserSsoLogin = "user.sso_login_added", People, "Added the SSO login type";
    UserEmployeeId = "user.employee_id_changed", People, "Replaced an Employee Unique ID";
    UserVerification = "user.verification_sent", People, "Sent a verification mail";
    UserDeactivated = "user.deactivated", People, "Deactivated a person";
    UserActivated = "user.activated", People, "Activated a person";
    UserCreated = "user.created", People, "Made a user";
    UserChanged = "user.changed", People, "Changed what is known of a person";
    UserInvited = "user.invited", People, "Sent an invitation";
    UserWithdrawn = "user.invitation_withdrawn", People, "Withdrew an invitation";
    UserSecondFactor = "user.second_factor_reset", People, "Reset the second factor of a person";
    UserMovedAway = "user.moved_away", People, "Moved to another account";
    UserMovedHere = "user.moved_here", People, "Moved here from another account";
    UserAddress = "user.address_changed", People, "Took another address";
    UserLicense = "user.license_changed", People, "Changed the license type of a person";
    RoleCreated = "role.created", People, "Made a role";
    RoleChanged = "role.changed", People, "Changed what a role may do";
    RoleRemoved = "role.removed", People, "Removed a role";
    UserRole = "user.role_changed", People, "Changed the role of a person";
    ImportApplied = "import.applied", People, "Applied an import of people";
    ImportDiscarded = "import.discarded", People, "Discarded an import of people";
    GroupCreated = "group.created", Groups, "Made a group";
    GroupRenamed = "group.renamed", Groups, "Renamed a group";
    GroupDeleted = "group.deleted", Groups, "Deleted a group";
    GroupJoined = "group.member_added", Groups, "Put a person into a group";
    GroupLeft = "group.member_removed", Groups, "Took a person out of a group";
    GroupSettings = "group.settings_changed", Groups, "Changed the settings of a group";
    EverybodySettings = "account.everybody_changed", Groups, "Changed the settings of everybody";
    TokenCreated = "token.created", Programs, "Made an API token";
    TokenRevoked = "token.revoked", Programs, "Revoked an API token";
    ClientCreated = "client.created", Programs, "Registered a client";
    ClientRevoked = "client.revoked", Programs, "Revoked a client";
    ClientPermitted = "client.permitted", Programs, "Permitted a client";
}

impl Deed {
    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|deed| deed.as_str() == word)
    }
}

impl Serialize for Deed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Deed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::from_word(&word).ok_or_else(|| serde::de::Error::custom(format!("there is no deed \"{word}\"")))
    }
}

/// What deeds are about, for searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The account itself.
    Account,
    /// Connections and the mapping.
    SignIn,
    /// Domains, and what holds for their addresses.
    Domains,
    /// People.
    People,
    /// Groups and their settings.
    Groups,
    /// Tokens and clients.
    Programs,
}

impl Area {
    /// Every one, in the order in which pages show them.
    pub const ALL: [Self; 6] =
        [Self::Account, Self::SignIn, Self::Domains, Self::People, Self::Groups, Self::Programs];

    /// The word for addresses, forms and rows.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::SignIn => "sign_in",
            Self::Domains => "domains",
            Self::People => "people",
            Self::Groups => "groups",
            Self::Programs => "programs",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Account => "The account",
            Self::SignIn => "Connections and mapping",
            Self::Domains => "Domains",
            Self::People => "People",
            Self::Groups => "Groups and settings",
            Self::Programs => "Tokens and clients",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|area| area.as_str() == word)
    }
}
