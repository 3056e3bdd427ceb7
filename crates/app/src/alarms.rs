//! Warnings ahead of an end: by mail to the owner and the administrators, 30, 7 and 1 days before, each once.

use crate::context::App;
use crate::error::Error;
use crate::mail::{self, Words};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::id::AccountId;
use vestibule_store as store;

/// Days before the end at which is warned, the most urgent first.
const STEPS: [i64; 3] = [1, 7, 30];

/// The most people of an account who are written to about one thing.
pub(crate) const MOST_PEOPLE: u32 = 100;

/// How long it is remembered that an alarm was raised: longer than the first step is ahead of the end.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Something that ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending<'a> {
    /// What kind of thing it is.
    pub(crate) topic: &'static str,
    /// Which one: the bytes of an id, or of a fingerprint.
    pub(crate) subject: &'a [u8],
    /// When it ends.
    pub(crate) ends_at: Timestamp,
}

/// The step that is reached; `None` when the end is further away than the first one, or over.
fn step(ends_at: Timestamp, now: Timestamp) -> Option<i64> {
    let left = ends_at.duration_since(now);
    let reached = |days: &i64| left <= SignedDuration::from_hours(24 * days);
    STEPS.into_iter().find(reached).filter(|_| left > SignedDuration::ZERO)
}

/// Warns of an end if a step is reached and nobody was warned at this step before.
pub(crate) async fn warn(
    app: &App,
    account: AccountId,
    ending: Ending<'_>,
    words: Words,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(step) = step(ending.ends_at, now) else { return Ok(()) };
    let (topic, subject, sender) = (ending.topic, ending.subject.to_vec(), app.clone());
    let warned = app.store().account(account).write(move |tx| {
        let (app, subject, words) = (sender.clone(), subject.clone(), words.clone());
        Box::pin(async move {
            if !store::alarms::raise(tx, topic, &subject, step, now).await? {
                return Ok(());
            }
            for person in store::users::administrators(tx, MOST_PEOPLE).await? {
                store::outbox::insert(tx, &mail::to(&app, &person.email, words.clone())).await?;
            }
            Ok::<_, store::Error>(())
        })
    });
    Ok(warned.await?)
}

#[cfg(test)]
mod tests {
    use super::step;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn each_step_is_reached_in_its_time_and_none_after_the_end() {
        let end: Timestamp = "2026-03-31T12:00:00Z".parse().unwrap();
        let cases =
            [(31, None), (30, Some(30)), (8, Some(30)), (7, Some(7)), (2, Some(7)), (1, Some(1)), (0, None)];
        for (days, expected) in cases {
            assert_eq!(step(end, end - SignedDuration::from_hours(24 * days)), expected, "{days} days");
        }
        assert_eq!(step(end, end - SignedDuration::from_secs(1)), Some(1));
        assert_eq!(step(end, end + SignedDuration::from_secs(1)), None);
    }
}
