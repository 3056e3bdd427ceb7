//! How long commits take on this disk, which decides whether whoever writes may wait for one.
//!
//! A disk that answers in a tenth of a millisecond costs less than waking a thread; one that takes several would keep a thread from
//! everything else that it has to do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How slowly the run of things changes: a commit counts for so much of it.
const SHARE: u64 = 8;

/// What commits took of late.
pub(crate) struct Pace {
    /// In nanoseconds; 0 while nothing is known.
    known: AtomicU64,
    /// What they take at most where they are quick.
    quick: Duration,
}

impl Pace {
    pub(crate) fn new(quick: Duration) -> Self {
        Self { known: AtomicU64::new(0), quick }
    }

    /// Commits, and notes how long that took.
    #[expect(clippy::disallowed_methods, reason = "a property of the machine, not a fact about the world")]
    pub(crate) fn measure<T>(&self, commit: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = commit();
        self.note(begun.elapsed());
        done
    }

    fn note(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).max(1);
        let known = self.known.load(Ordering::Relaxed);
        let now = if known == 0 { took } else { known - known / SHARE + took / SHARE };
        self.known.store(now.max(1), Ordering::Relaxed);
    }

    /// Whether commits are known to be quick.
    pub(crate) fn is_quick(&self) -> bool {
        let known = self.known.load(Ordering::Relaxed);
        known != 0 && Duration::from_nanos(known) <= self.quick
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_quick_when_it_is_known_to_be_and_one_slow_commit_changes_little() {
        let pace = Pace::new(Duration::from_micros(500));
        assert!(!pace.is_quick(), "nothing is known");
        pace.note(Duration::from_micros(150));
        assert!(pace.is_quick());
        pace.note(Duration::from_millis(2));
        assert!(pace.is_quick());
        (0..4).for_each(|_| pace.note(Duration::from_millis(4)));
        assert!(!pace.is_quick());
        (0..40).for_each(|_| pace.note(Duration::from_micros(150)));
        assert!(pace.is_quick());
        pace.note(Duration::MAX);
        assert!(!pace.is_quick());
    }
}
