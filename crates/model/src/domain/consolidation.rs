//! Consolidation: what somebody is asked who has a user elsewhere, with an address of a domain that another account manages.

/// How often somebody puts off the question whether to move.
pub const MOST_DEFERRALS: i64 = 3;

/// What somebody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// To use another address. The account that manages the domain wants nobody to move, so this can be put off for ever.
    Change,
    /// To move, or to use another address.
    Move {
        /// How often the answer can still be put off.
        left: i64,
    },
}

impl Question {
    /// What is asked of somebody who put the answer off so often, by an account that has people move or not.
    #[must_use]
    pub fn of(moves_people: bool, deferred: i64) -> Self {
        if moves_people { Self::Move { left: (MOST_DEFERRALS - deferred).max(0) } } else { Self::Change }
    }

    /// Whether the answer can be put off.
    #[must_use]
    pub fn can_be_deferred(self) -> bool {
        !matches!(self, Self::Move { left: 0 })
    }

    /// Whether moving is one of the answers.
    #[must_use]
    pub fn is_about_moving(self) -> bool {
        matches!(self, Self::Move { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::Question;

    #[test]
    fn whether_to_move_is_put_off_three_times_and_whether_to_change_for_ever() {
        for (deferred, left, can) in [(0, 3, true), (2, 1, true), (3, 0, false), (9, 0, false)] {
            let question = Question::of(true, deferred);
            assert_eq!((question, question.can_be_deferred()), (Question::Move { left }, can));
            assert!(Question::of(false, deferred).can_be_deferred());
        }
    }
}
