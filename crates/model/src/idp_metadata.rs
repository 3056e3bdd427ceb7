//! What becomes of the identity provider's metadata when it says something new (behaviour.md section 2, rows "IdP
//! metadata" and "IdP certificates").
//!
//! What lives here: how metadata differs from the published settings, what of it is taken over by itself and what waits
//! for an administrator, and when to look again. What does not: fetching, reading and verifying it, and writing it down.
//!
//! The one thing to know: a certificate that metadata stops listing goes on verifying for [`KEPT_AFTER_ABSENCE`], for
//! nobody knows whether the identity provider changes its metadata or its key first. Only an administrator takes one
//! away at once.

use crate::connection::{Binding, IdentityProvider, NewCertificates};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// How long a certificate is kept after the metadata stopped listing it, where nobody is asked.
pub const KEPT_AFTER_ABSENCE: SignedDuration = SignedDuration::from_hours(24 * 3);

/// How often metadata is looked at that does not say how often, and the bounds of what it may say.
const USUALLY: SignedDuration = SignedDuration::from_hours(6);
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_mins(5);
const AT_LEAST_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Since when certificates (PEM) that are published are missing from the metadata.
pub type Absences = BTreeMap<String, Timestamp>;

/// What vouches for metadata besides the address that an administrator gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    None,
    /// It came over https, the whole way, from the origin to which people are sent to sign in.
    SameOriginHttps,
    /// One of the pinned certificates signed it.
    Signed,
}

/// A value that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is published.
    pub before: Option<String>,
    /// What the metadata says.
    pub after: Option<String>,
}

/// How metadata differs from what is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Certificates (PEM) that are new.
    pub added: Vec<String>,
    /// Certificates (PEM) that are not listed any more.
    pub removed: Vec<String>,
    /// Another entity ID.
    pub issuer: Option<Change>,
    /// Another address to sign in at.
    pub sign_in_url: Option<Change>,
    /// Another address to sign out at.
    pub sign_out_url: Option<Change>,
    /// Another address for answers to its logout requests.
    pub sign_out_response_url: Option<Change>,
    /// Another way for logout messages.
    pub sign_out_binding: Option<Change>,
}

impl Difference {
    /// Compares what is published with what the metadata says. The order of certificates means nothing.
    #[must_use]
    pub fn between(published: &IdentityProvider, found: &IdentityProvider) -> Self {
        let change = |before: Option<&str>, after: Option<&str>| {
            let owned = |value: Option<&str>| value.map(str::to_owned);
            (before != after).then(|| Change { before: owned(before), after: owned(after) })
        };
        let binding = |provider: &IdentityProvider| provider.sign_out_binding.map(Binding::as_str);
        Self {
            added: missing(&found.certificates, &published.certificates),
            removed: missing(&published.certificates, &found.certificates),
            issuer: change(Some(&published.issuer), Some(&found.issuer)),
            sign_in_url: change(Some(&published.sign_in_url), Some(&found.sign_in_url)),
            sign_out_url: change(published.sign_out_url.as_deref(), found.sign_out_url.as_deref()),
            sign_out_response_url: change(
                published.sign_out_response_url.as_deref(),
                found.sign_out_response_url.as_deref(),
            ),
            sign_out_binding: change(binding(published), binding(found)),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn concerns_certificates_alone(&self) -> bool {
        *self == Self { added: self.added.clone(), removed: self.removed.clone(), ..Self::default() }
    }
}

/// Those of the first list that are not in the second.
fn missing(these: &[String], there: &[String]) -> Vec<String> {
    these.iter().filter(|one| !there.contains(one)).cloned().collect()
}

/// What is done about metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is published without asking; `None` when nothing changes by itself.
    pub publish: Option<IdentityProvider>,
    /// Whether an administrator has to look at what the metadata says beyond that.
    pub review: Review,
    /// The certificates that stay published though the metadata does not list them, each with its date of absence.
    pub absent: Absences,
}

/// Whether somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Metadata and settings agree, or will by themselves.
    Nothing,
    /// The metadata says something that only an administrator takes over.
    Needed,
}

/// Decides what becomes of what the metadata says.
#[must_use]
pub fn decide(
    published: &IdentityProvider,
    found: &IdentityProvider,
    (policy, proof): (NewCertificates, Proof),
    absent: &Absences,
    now: Timestamp,
) -> Decision {
    let kept = with_kept(found, published, absent, now);
    let (next, settled) = match (policy, proof) {
        (NewCertificates::SignedMetadata, Proof::Signed) => (kept, true),
        (NewCertificates::SameOriginHttps, Proof::SameOriginHttps) => {
            let settled = Difference::between(&kept, published).concerns_certificates_alone();
            (IdentityProvider { certificates: kept.certificates, ..published.clone() }, settled)
        }
        _ => (published.clone(), Difference::between(published, found).is_empty()),
    };
    let absent = absences(published, found, absent, now);
    Decision {
        absent: absent.into_iter().filter(|(pem, _)| next.certificates.contains(pem)).collect(),
        publish: (!Difference::between(published, &next).is_empty()).then_some(next),
        review: if settled { Review::Nothing } else { Review::Needed },
    }
}

/// The published certificates that the metadata does not list, each with when that was first seen.
fn absences(
    published: &IdentityProvider,
    found: &IdentityProvider,
    known: &Absences,
    now: Timestamp,
) -> Absences {
    let since = |pem: String| (known.get(&pem).copied().unwrap_or(now), pem);
    let gone = missing(&published.certificates, &found.certificates).into_iter().map(since);
    gone.map(|(since, pem)| (pem, since)).collect()
}

/// What the metadata says, with the published certificates that it stopped listing not long ago. Where that is what is
/// published already but for the order of the certificates, the published order stays: nothing changed.
#[must_use]
pub fn with_kept(
    found: &IdentityProvider,
    published: &IdentityProvider,
    absent: &Absences,
    now: Timestamp,
) -> IdentityProvider {
    let absent = absences(published, found, absent, now);
    let recent = |since: Timestamp| now.duration_since(since) < KEPT_AFTER_ABSENCE;
    let kept = absent.into_iter().filter(|(_, since)| recent(*since)).map(|(pem, _)| pem);
    let certificates: Vec<String> = found.certificates.iter().cloned().chain(kept).collect();
    let same = missing(&certificates, &published.certificates).is_empty()
        && missing(&published.certificates, &certificates).is_empty();
    let certificates = if same { published.certificates.clone() } else { certificates };
    IdentityProvider { certificates, ..found.clone() }
}

/// When metadata is looked at again: as often as it wishes, and twice at least in the time it is valid, within bounds.
#[must_use]
pub fn next_look(
    cache_duration: Option<SignedDuration>,
    valid_until: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let half = valid_until.map(|until| until.duration_since(now) / 2);
    let wished = cache_duration.into_iter().chain(half).min().unwrap_or(USUALLY);
    now + wished.clamp(AT_MOST_EVERY, AT_LEAST_EVERY)
}

/// What a copy of metadata that was read said, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// What it says of the identity provider.
    pub provider: IdentityProvider,
    /// Since when published certificates are missing from it.
    pub absent: Absences,
    /// What waits for an administrator.
    pub pending: Option<Pending>,
}

/// A difference that waits for an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Since when the metadata says so.
    pub since: Timestamp,
    /// Whether somebody looked at it.
    pub state: PendingState,
}

/// Whether somebody looked at a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PendingState {
    /// It waits.
    #[serde(rename = "waits")]
    Waits,
    /// An administrator does not want it; another difference waits anew.
    #[serde(rename = "dismissed")]
    Dismissed,
}

impl Copy {
    /// What follows when metadata was read: the difference that waits is the same one as long as the metadata says the
    /// same.
    #[must_use]
    pub fn after(
        before: Option<&Self>,
        found: IdentityProvider,
        decision: &Decision,
        now: Timestamp,
    ) -> Self {
        let waited =
            before.filter(|before| same(&before.provider, &found)).and_then(|before| before.pending.clone());
        let pending = match decision.review {
            Review::Nothing => None,
            Review::Needed => Some(waited.unwrap_or(Pending { since: now, state: PendingState::Waits })),
        };
        Self { provider: found, absent: decision.absent.clone(), pending }
    }

    /// Whether a difference waits that did not wait before.
    #[must_use]
    pub fn waits_anew(&self, before: Option<&Self>) -> bool {
        let pending = |copy: &Self| copy.pending.clone();
        self.pending.is_some() && before.and_then(pending) != self.pending
    }
}

fn same(one: &IdentityProvider, other: &IdentityProvider) -> bool {
    Difference::between(one, other).is_empty()
}
