//! People whose session is not simply theirs to use: one that waits for an answer, and one that is about to end.

use super::MemberCtx;
use crate::consolidation::Asks;
use vestibule_model::account::Account;
use vestibule_model::email::Email;

/// A person with a live session that opens one question, and nothing else until it is answered.
#[derive(Clone)]
pub struct HeldCtx {
    pub(crate) member: MemberCtx,
    pub(crate) asks: Asks,
}

impl HeldCtx {
    /// The account in which the person is a user.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.member.account()
    }

    /// What is asked.
    #[must_use]
    pub fn asks(&self) -> &Asks {
        &self.asks
    }
}

/// A person with a live session, whether or not it waits for an answer: enough to end it.
#[derive(Clone)]
pub struct LeavingCtx {
    pub(crate) member: MemberCtx,
}

impl LeavingCtx {
    /// The address of the person.
    #[must_use]
    pub fn email(&self) -> &Email {
        &self.member.user.email
    }
}
