//! SSO connections: what an account agreed with its identity provider (behaviour.md section 2).
//!
//! Settings are plain data; certificates are PEM text here, and become keys in `saml`.

use crate::account::Label;
use crate::domain::Domain;
use crate::id::ConnectionId;
use crate::publication::Tested;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An SSO connection with the versions of its settings that matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// What the account file calls it; empty for the one of `[sso]`.
    pub name: String,
    /// The version that sign-ins use.
    pub published: Option<Version>,
    /// The version being edited, newer than the published one.
    pub draft: Option<Version>,
}

/// One saved state of a connection's settings. Every published version is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Counts from 1.
    pub number: i64,
    /// The settings.
    pub settings: Settings,
    /// When it was saved.
    pub created_at: Timestamp,
    /// The last test sign-in that it passed.
    pub tested: Option<Tested>,
}

/// Everything an administrator sets for a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The other side.
    pub identity_provider: IdentityProvider,
    /// Whether it may be used at all; a disabled connection refuses on every way in.
    pub enabled: bool,
    /// Who signs in by it.
    pub reach: Reach,
    /// Which spelling of our entity ID goes into requests; both are accepted as audience.
    pub sp_entity_id: EntityIdForm,
    /// How requests travel.
    pub binding: Binding,
    /// Hash of the signatures we make.
    pub signature_hash: SignatureHash,
    /// Whether requests are signed.
    pub sign_requests: bool,
    /// Whether logout messages are signed.
    pub sign_logout: bool,
    /// Whether assertions must be encrypted; then one in the clear is refused (1011).
    pub encrypted_assertions: bool,
    /// What requests ask for.
    pub asks: Asks,
    /// What happens with a response that answers no request.
    pub unsolicited: Unsolicited,
    /// Who may be created, or given the SSO login type, by signing in.
    pub provision: Provision,
    /// How long after a sign-in everything of it ends, in seconds (from [`LEAST_AUTOMATIC_LOGOUT_SECONDS`] to
    /// [`MOST_AUTOMATIC_LOGOUT_SECONDS`]); `None` for no such end.
    pub automatic_logout_seconds: Option<u32>,
    /// Whether messages and attribute values are kept in the response log.
    pub save_response_logs: bool,
    /// Tolerated difference of clocks, in seconds (at most [`MOST_CLOCK_SKEW_SECONDS`]).
    pub clock_skew_seconds: u32,
    /// Weak algorithms that the account opted in to.
    pub allow: BTreeSet<WeakAlgorithm>,
    /// The kind of key we sign with.
    pub signing_key: SigningKeyKind,
    /// Who replaces our key pair before its certificate ends.
    pub certificate_rotation: CertificateRotation,
    /// What happens with certificates that appear in the identity provider's metadata.
    pub new_idp_certificates: NewCertificates,
    /// Certificates (PEM), one of which must have signed the identity provider's metadata; see
    /// [`NewCertificates::SignedMetadata`].
    pub metadata_certificates: Vec<String>,
    /// What is accepted besides, for an identity provider that was set up for another product.
    pub accepted: Accepted,
}

/// Who signs in by a connection: everybody, unless the account has several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The vanity URL whose visitors use it; `None` for the account's own.
    pub vanity_url: Option<Label>,
    /// The domains of the addresses that use it; empty for all that no other connection names.
    pub email_domains: BTreeSet<Domain>,
}

impl Reach {
    /// Whether there are people who would sign in by both. `own` is the account's own vanity URL.
    #[must_use]
    pub fn meets(&self, other: &Self, own: &Label) -> bool {
        let same_people = match (self.email_domains.is_empty(), other.email_domains.is_empty()) {
            (false, false) => !self.email_domains.is_disjoint(&other.email_domains),
            (mine, theirs) => mine == theirs,
        };
        same_people && self.is_beside(other, own)
    }

    /// Whether both are used at one vanity URL. `own` is the account's own.
    #[must_use]
    pub fn is_beside(&self, other: &Self, own: &Label) -> bool {
        self.vanity_url.as_ref().unwrap_or(own) == other.vanity_url.as_ref().unwrap_or(own)
    }
}

/// Why two connections cannot both be in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clash {
    /// There are people who would sign in by both.
    People,
    /// Both have one issuer at one vanity URL, so a message could not be told to be for one of them.
    Issuer,
}

/// What requests ask of the identity provider (SAML-Core 3.4.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    /// That the person proves anew who they are, session or not (`ForceAuthn`).
    pub force_authn: bool,
    /// In which ways, by the URIs of their classes, best first; empty for any (`RequestedAuthnContext`, exact).
    /// A response that names none of them is refused.
    pub authn_contexts: Vec<String>,
    /// For this format of name identifier; `None` for any (`NameIDPolicy`).
    pub name_id_format: Option<String>,
}

/// What is accepted besides our own values, for an account that moved here from another product and left its identity
/// provider as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Where responses may arrive too: paths of our host, or whole URLs that the operator leads here.
    pub acs: Vec<String>,
    /// Entity IDs by which an audience may name us.
    pub entity_ids: Vec<String>,
    /// Certificates (PEM) of the identity provider besides those that its metadata lists.
    pub certificates: Vec<String>,
}

/// The default tolerance of clocks.
pub const DEFAULT_CLOCK_SKEW_SECONDS: u32 = 180;
/// The most that clocks may differ.
pub const MOST_CLOCK_SKEW_SECONDS: u32 = 300;
/// The shortest automatic logout: 15 minutes.
pub const LEAST_AUTOMATIC_LOGOUT_SECONDS: u32 = 15 * 60;
/// The longest automatic logout: 180 days.
pub const MOST_AUTOMATIC_LOGOUT_SECONDS: u32 = 180 * 24 * 60 * 60;

impl Settings {
    /// The defaults of every switch, for this identity provider.
    #[must_use]
    pub fn new(identity_provider: IdentityProvider) -> Self {
        Self {
            identity_provider,
            enabled: true,
            reach: Reach::default(),
            sp_entity_id: EntityIdForm::Https,
            binding: Binding::Redirect,
            signature_hash: SignatureHash::Sha256,
            sign_requests: true,
            sign_logout: true,
            encrypted_assertions: false,
            asks: Asks::default(),
            unsolicited: Unsolicited::Restart,
            provision: Provision::AtSignIn,
            automatic_logout_seconds: None,
            save_response_logs: true,
            clock_skew_seconds: DEFAULT_CLOCK_SKEW_SECONDS,
            allow: BTreeSet::new(),
            signing_key: SigningKeyKind::Rsa2048,
            certificate_rotation: CertificateRotation::Automatic,
            new_idp_certificates: NewCertificates::Review,
            metadata_certificates: Vec::new(),
            accepted: Accepted::default(),
        }
    }

    /// Why this connection and another one of the account cannot both be in use; `None` when they can. `own` is the
    /// account's own vanity URL.
    #[must_use]
    pub fn clash(&self, other: &Self, own: &Label) -> Option<Clash> {
        if self.reach.meets(&other.reach, own) {
            return Some(Clash::People);
        }
        let same = self.identity_provider.issuer == other.identity_provider.issuer;
        (same && self.reach.is_beside(&other.reach, own)).then_some(Clash::Issuer)
    }

    /// The certificates (PEM) that verify: those of the identity provider, and those accepted besides.
    pub fn verifying_certificates(&self) -> impl Iterator<Item = &String> {
        self.identity_provider.certificates.iter().chain(&self.accepted.certificates)
    }
}

/// What is known of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// Where its metadata is published; `None` when it came from a file or was typed.
    pub metadata_url: Option<String>,
    /// Its entity ID, to which Issuer must be equal.
    pub issuer: String,
    /// Where requests go, by the binding of [`Settings::binding`].
    pub sign_in_url: String,
    /// Where logout messages go; `None` if it offers no single logout.
    pub sign_out_url: Option<String>,
    /// Where answers to its logout requests go, if elsewhere.
    #[serde(default)]
    pub sign_out_response_url: Option<String>,
    /// How logout messages travel, if otherwise than [`Settings::binding`] says.
    #[serde(default)]
    pub sign_out_binding: Option<Binding>,
    /// Certificates (PEM), any of which verifies.
    pub certificates: Vec<String>,
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// The word in account files and on pages.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Every word there is.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Reads the word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

choice! {
    /// The spelling of our entity ID.
    EntityIdForm {
        /// `https://{host}` (the scheme is always https, whatever the base URL: the ID is a name).
        Https = "https",
        /// `{host}`.
        Bare = "bare",
    }
}
choice! {
    /// How a request travels (SAML Bindings 3.4, 3.5).
    Binding {
        /// HTTP-Redirect.
        Redirect = "redirect",
        /// HTTP-POST.
        Post = "post",
    }
}
choice! {
    /// Hash of the signatures we make.
    SignatureHash {
        /// SHA-256.
        Sha256 = "sha256",
        /// SHA-384.
        Sha384 = "sha384",
        /// SHA-512.
        Sha512 = "sha512",
    }
}
choice! {
    /// What happens with a response that answers no request.
    Unsolicited {
        /// Discarded, and an SP-initiated sign-in begins: no login CSRF.
        Restart = "restart",
        /// Accepted, like an answer to a request of ours.
        Accept = "accept",
        /// Refused (1017).
        Refuse = "refuse",
    }
}
choice! {
    /// Who may be created, or given the SSO login type, by signing in.
    Provision {
        /// Unknown people are created; known ones gain the SSO login type.
        AtSignIn = "at_sign_in",
        /// Both must have happened before (1020, 1021).
        PriorToSignIn = "prior_to_sign_in",
        /// Known people gain the SSO login type; nobody is created (1021).
        LinkAtSignIn = "link_at_sign_in",
    }
}
choice! {
    /// An algorithm that is refused unless the account opts in.
    WeakAlgorithm {
        /// RSA-SHA1 signatures and SHA-1 digests.
        Sha1 = "sha1",
        /// AES in CBC mode, which encrypts without protecting from change.
        Cbc = "cbc",
    }
}
choice! {
    /// The kind of key we sign with.
    SigningKeyKind {
        /// RSA with 2048 bits: every identity provider takes it.
        Rsa2048 = "rsa-2048",
        /// RSA with 3072 bits.
        Rsa3072 = "rsa-3072",
        /// ECDSA on P-256.
        EcdsaP256 = "ecdsa-p256",
        /// A key pair that another product had, and that was imported. Imported ones decrypt whatever is chosen here.
        Imported = "imported",
    }
}
choice! {
    /// Who replaces our key pair before its certificate ends.
    CertificateRotation {
        /// We do: the next one is published ahead, and takes over once the identity provider has fetched it.
        Automatic = "automatic",
        /// An administrator.
        Manual = "manual",
    }
}
choice! {
    /// What happens with certificates that appear in the identity provider's metadata.
    NewCertificates {
        /// They wait for an administrator.
        Review = "review",
        /// They are added if the metadata came over https from the origin of the sign-in URL.
        SameOriginHttps = "same_origin_https",
        /// They are added if the metadata is signed by one of the pinned certificates.
        SignedMetadata = "signed_metadata",
    }
}
