//! The identity provider's metadata after a connection began to follow it: fetched on a schedule and on demand, compared
//! with the published settings, and taken over by itself or by an administrator (behaviour.md section 2).
//!
//! What lives here: `read` understands a document, `look` fetches and compares, `settle` writes down what came of it,
//! `deeds` are what administrators do, `warn` tells ahead of what ends. What does not: the rules, which are in
//! `model::idp_metadata`, and the first reading of a document by an account file (`configuration`).
//!
//! The one thing to know: sign-ins use the published settings alone. Metadata that cannot be had, has expired or makes no
//! sense changes nothing: the last good copy is what is published.

mod deeds;
mod look;
mod read;
mod settle;
mod view;
mod warn;
mod words;

pub use deeds::{accept, dismiss, fetch_now, status};
pub(crate) use look::look_after;
pub(crate) use read::{LARGEST, Problem, read, usable_url};
pub use view::{DifferenceView, Status, ValueChange, Waiting};

use crate::jobs;
use jiff::Timestamp;
use vestibule_model::connection::{IdentityProvider, NewCertificates};
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::{Absences, Difference, with_kept};
use vestibule_store::{self as store, Tx};

/// Has the metadata of a connection looked at soon. To be called in a transaction that saves or publishes a version of it:
/// whatever was known of the document is asked for anew.
pub(crate) async fn follow(
    tx: &Tx<'_>,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), store::Error> {
    store::idp_metadata::ask_anew(tx, connection).await?;
    store::jobs::schedule(tx, jobs::Kind::IdpMetadata.as_str(), connection.to_bytes(), now).await
}

/// What the metadata says as it would be published over what is: with the certificates that go away only after a while,
/// where nobody is asked about them; and unchanged where it says the same.
pub(crate) fn over(
    published: &IdentityProvider,
    found: IdentityProvider,
    policy: NewCertificates,
    absent: &Absences,
    now: Timestamp,
) -> IdentityProvider {
    match policy {
        _ if Difference::between(published, &found).is_empty() => published.clone(),
        NewCertificates::Review => found,
        NewCertificates::SameOriginHttps | NewCertificates::SignedMetadata => {
            with_kept(&found, published, absent, now)
        }
    }
}
