//! How often an account may call the APIs: an allowance that is saved up to a bound, for each account and node alone, so that the
//! flood of one account is answered with 429 and does not slow another (attack S07).
//!
//! It is kept in memory: a node that starts again begins with a full allowance. The clock is the deployment's.

use crate::ApiCtx;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use vestibule_model::id::AccountId;

/// How often an account may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls a second, in the long run; nothing is limited where it is 0.
    pub per_second: u32,
    /// Calls that may come at once after a rest.
    pub burst: u32,
}

impl Default for Rate {
    /// The initial cycle of a large directory comes at once, its changes do not.
    fn default() -> Self {
        Self { per_second: 50, burst: 250_000 }
    }
}

/// How many accounts are remembered before those that rest are forgotten.
const MANY: usize = 10_000;

/// For each account, when its allowance will be whole again, in microseconds.
#[derive(Default)]
pub(crate) struct Allowances(Mutex<HashMap<AccountId, i64>>);

impl Allowances {
    /// Takes one call off the allowance; else tells after how many seconds the next one may come.
    fn take(&self, account: AccountId, rate: Rate, now: Timestamp) -> Result<(), u64> {
        if rate.per_second == 0 {
            return Ok(());
        }
        let (now, step) = (now.as_microsecond(), (1_000_000 / i64::from(rate.per_second)).max(1));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MANY {
            all.retain(|_, whole| *whole > now);
        }
        let whole = all.entry(account).or_insert(now);
        let next = (*whole).max(now).saturating_add(step);
        let over = next.saturating_sub(now).saturating_sub(step.saturating_mul(i64::from(rate.burst.max(1))));
        if over > 0 {
            return Err(u64::try_from(over).unwrap_or_default().div_ceil(1_000_000));
        }
        *whole = next;
        Ok(())
    }
}

impl ApiCtx {
    /// Takes one call off what the account may call.
    ///
    /// # Errors
    /// After how many seconds it may call again.
    pub fn take_a_call(&self) -> Result<(), u64> {
        let inner = &self.app.inner;
        inner.allowances.take(self.account.id, inner.deployment.api_rate, self.app.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_spent_at_once_comes_back_with_time_and_is_each_account_s_own() {
        let allowances = Allowances::default();
        let rate = Rate { per_second: 2, burst: 3 };
        let (one, other) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        let at = |millis: i64| Timestamp::from_millisecond(millis).unwrap();
        let take = |account, millis| allowances.take(account, rate, at(millis));
        assert_eq!([take(one, 0), take(one, 0), take(one, 0)], [Ok(()); 3]);
        assert_eq!(take(one, 0), Err(1));
        assert_eq!(take(other, 0), Ok(()), "another account has its own");
        assert_eq!(take(one, 499), Err(1));
        assert_eq!((take(one, 500), take(one, 500)), (Ok(()), Err(1)), "half a second brings one back");
        assert_eq!([take(one, 90_000), take(one, 90_000), take(one, 90_000)], [Ok(()); 3]);
        assert_eq!(take(one, 90_000), Err(1), "a rest saves up no more than the bound");
        let none = Rate { per_second: 0, burst: 0 };
        assert_eq!(allowances.take(one, none, at(90_000)), Ok(()));
    }
}
