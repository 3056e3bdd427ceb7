//! A future that wakes itself goes on at once.
//!
//! The connection of a request with a body does: the handler asks for the body, which wakes the task that reads it, and both are the
//! same task. A runtime would put it in line and wake a second thread to help, which costs more than what it then has to do.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// How often a future is polled in a row; whatever it wants then has to wait for the others.
const MOST_IN_A_ROW: usize = 16;

/// A future, and the waker that it is given.
pub(super) struct AtOnce<F> {
    inner: F,
    bell: Arc<Bell>,
    waker: Waker,
}

/// Is rung by whoever wakes the future.
struct Bell {
    /// The future is being polled: whoever does that looks at `rung` afterwards.
    polling: AtomicBool,
    rung: AtomicBool,
    /// Who is woken while nobody polls.
    task: Mutex<Waker>,
}

impl<F> AtOnce<F> {
    pub(super) fn new(inner: F) -> Self {
        let bell = Arc::new(Bell {
            polling: AtomicBool::new(false),
            rung: AtomicBool::new(false),
            task: Mutex::new(Waker::noop().clone()),
        });
        let waker = Waker::from(Arc::clone(&bell));
        Self { inner, bell, waker }
    }
}

impl<F: Future + Unpin> Future for AtOnce<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { inner, bell, waker } = self.get_mut();
        bell.keep(cx.waker());
        for _ in 0..MOST_IN_A_ROW {
            bell.polling.store(true, Ordering::SeqCst);
            // Exchanged and not just stored: what was done before the bell was rung is seen by this poll.
            bell.rung.swap(false, Ordering::SeqCst);
            let polled = Pin::new(&mut *inner).poll(&mut Context::from_waker(waker));
            bell.polling.store(false, Ordering::SeqCst);
            if polled.is_ready() || !bell.rung.load(Ordering::SeqCst) {
                return polled;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Bell {
    /// Keeps whom to wake.
    fn keep(&self, task: &Waker) {
        let mut kept = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone_from(task);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::SeqCst);
        // Whoever polls sets this first and looks at `rung` last, so one of both sees the other.
        if !self.polling.load(Ordering::SeqCst) {
            self.task.lock().unwrap_or_else(PoisonError::into_inner).wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    /// Wakes itself so often before it is ready.
    struct Hasty(usize);

    impl Future for Hasty {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            if self.0 == 0 {
                return Poll::Ready(());
            }
            self.0 -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn polled<F: Future + Unpin>(future: &mut F) -> (Poll<F::Output>, usize) {
        let counted = Arc::new(Counted::default());
        let waker = Waker::from(Arc::clone(&counted));
        let polled = Pin::new(future).poll(&mut Context::from_waker(&waker));
        (polled, counted.0.load(Ordering::SeqCst))
    }

    #[test]
    fn what_wakes_itself_is_polled_again_and_nobody_is_woken() {
        assert_eq!(polled(&mut AtOnce::new(Hasty(3))), (Poll::Ready(()), 0));
    }

    #[test]
    fn what_never_rests_lets_others_go_first_and_comes_back() {
        let mut hasty = AtOnce::new(Hasty(MOST_IN_A_ROW + 1));
        assert_eq!(polled(&mut hasty), (Poll::Pending, 1));
        assert_eq!(polled(&mut hasty), (Poll::Ready(()), 0));
    }

    #[test]
    fn whoever_wakes_it_while_nobody_polls_wakes_the_task() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<u8>();
        let mut waits = AtOnce::new(receiver);
        let counted = Arc::new(Counted::default());
        let waker = Waker::from(Arc::clone(&counted));
        let mut cx = Context::from_waker(&waker);
        assert!(Pin::new(&mut waits).poll(&mut cx).is_pending());
        assert_eq!(counted.0.load(Ordering::SeqCst), 0);
        sender.send(7).ok();
        assert_eq!(counted.0.load(Ordering::SeqCst), 1);
        assert_eq!(Pin::new(&mut waits).poll(&mut cx), Poll::Ready(Ok(7)));
    }
}
