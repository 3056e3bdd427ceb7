//! Warning ahead of what ends: certificates of the identity provider, and metadata that nobody renews.

use super::look::Seen;
use super::words;
use crate::alarms::{self, Ending};
use crate::context::App;
use crate::error::Error;
use jiff::Timestamp;
use vestibule_model::account::Account;
use vestibule_model::id::ConnectionId;
use vestibule_saml::Certificate;
use vestibule_store::idp_metadata::Record;

/// Warns of everything of a connection that ends soon.
pub(super) async fn of_endings(app: &App, account: &Account, id: ConnectionId) -> Result<(), Error> {
    let Some(seen) = Seen::now(app, account, id).await? else { return Ok(()) };
    let now = app.now();
    for pem in seen.settings().verifying_certificates() {
        let certificate = Certificate::from_pem(pem).map_err(Error::internal)?;
        let ends_at = certificate.not_after();
        let fingerprint = certificate.fingerprint_sha256();
        let ending = Ending { topic: "idp_certificate", subject: fingerprint.as_bytes(), ends_at };
        let words = words::certificate_ends(app, (account, id), &certificate, now);
        alarms::warn(app, account.id, ending, words, now).await?;
    }
    let url = seen.provider().metadata_url.as_deref();
    let record = seen.record.as_ref().filter(|record| Some(record.url.as_str()) == url);
    if let Some((record, ends_at)) = record.and_then(|record| Some((record, running_out(record, now)?))) {
        let subject = [id.to_bytes().as_slice(), &ends_at.as_second().to_be_bytes()].concat();
        let ending = Ending { topic: "idp_metadata", subject: &subject, ends_at };
        let words = words::metadata_ends(app, (account, id), (&record.url, ends_at), now);
        alarms::warn(app, account.id, ending, words, now).await?;
    }
    Ok(())
}

/// When metadata ends, if three quarters of the time are over in which that end was known. Many providers publish
/// metadata that is valid for days only and renewed all the time: its end is no news.
fn running_out(record: &Record, now: Timestamp) -> Option<Timestamp> {
    let (until, since) = (record.valid_until?, record.valid_since?);
    let (whole, left) = (until.duration_since(since), until.duration_since(now));
    (left <= whole / 4).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::running_out;
    use jiff::{SignedDuration, Timestamp};
    use vestibule_model::id::ConnectionId;
    use vestibule_store::idp_metadata::Record;

    #[test]
    fn metadata_that_is_renewed_all_the_time_is_not_running_out() {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let days = |count: i64| start + SignedDuration::from_hours(24 * count);
        let mut record = Record::new(ConnectionId::from_bytes([1; 16]), "https://idp.example", start);
        assert_eq!(running_out(&record, start), None);
        (record.valid_since, record.valid_until) = (Some(start), Some(days(8)));
        for (day, expected) in [(0, None), (5, None), (6, Some(days(8))), (9, Some(days(8)))] {
            assert_eq!(running_out(&record, days(day)), expected, "{day}");
        }
    }
}
