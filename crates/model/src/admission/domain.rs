//! What the domain of an address says before it is asked who somebody is: above every branch of admission, so that it
//! holds for people who came in a hundred times too.

use crate::code::Code;
use crate::email::Email;
use crate::trace::Step;

/// What the account where somebody signs in has of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It is the account's.
    Associated,
    /// It was, until its proof was lost.
    Suspended,
    /// Nothing.
    None,
}

/// What this deployment knows of the domain of an address, seen from the account where somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Nothing that stands in the way.
    Open,
    /// The account had the domain, and lost the proof.
    Suspended,
    /// Another account has it, and manages its users.
    ManagedElsewhere,
}

impl Whose {
    /// Whose a domain is. What another account does with it is asked for only where this one has nothing of it.
    #[must_use]
    pub fn of(hold: Hold, is_managed_elsewhere: bool) -> Self {
        match hold {
            Hold::Associated => Self::Open,
            Hold::Suspended => Self::Suspended,
            Hold::None if is_managed_elsewhere => Self::ManagedElsewhere,
            Hold::None => Self::Open,
        }
    }
}

const CHECK: &str = "admission.domain";

/// Whether anybody may come in here by an address of a domain; `is_user` tells of the one who has it already.
///
/// # Errors
/// The code of the refusal and the step that explains it.
pub fn gate(email: &Email, whose: Whose, is_user: bool) -> Result<(), (Code, Step)> {
    match whose {
        Whose::Open => Ok(()),
        Whose::Suspended => {
            let found = format!("the proof of {} was lost: the domain is suspended", email.domain());
            Err((Code::Unverified, Step::failed(CHECK, "a domain whose proof is not lost", found)))
        }
        // Who was here before the other account had the domain stays until invited there.
        Whose::ManagedElsewhere if is_user => Ok(()),
        Whose::ManagedElsewhere => {
            let found = format!("another account manages the users of {}", email.domain());
            Err((Code::NotHere, Step::failed(CHECK, "a domain that no other account manages", found)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hold, Whose, gate};
    use crate::code::Code;
    use crate::email::Email;

    #[test]
    fn t02_a_suspended_domain_lets_nobody_in_and_a_managed_one_nobody_new_elsewhere() {
        let email = Email::parse("ann@acme.example").unwrap();
        let cases = [
            (Whose::Open, true, None),
            (Whose::Open, false, None),
            (Whose::Suspended, true, Some(Code::Unverified)),
            (Whose::Suspended, false, Some(Code::Unverified)),
            (Whose::ManagedElsewhere, true, None),
            (Whose::ManagedElsewhere, false, Some(Code::NotHere)),
        ];
        for (whose, is_user, expected) in cases {
            let refused = gate(&email, whose, is_user).err().map(|(code, _)| code);
            assert_eq!(refused, expected, "{whose:?} {is_user}");
        }
    }

    #[test]
    fn what_the_account_has_of_a_domain_comes_before_what_another_one_does_with_it() {
        for (hold, is_managed_elsewhere, expected) in [
            (Hold::Associated, false, Whose::Open),
            (Hold::Associated, true, Whose::Open),
            (Hold::Suspended, false, Whose::Suspended),
            (Hold::Suspended, true, Whose::Suspended),
            (Hold::None, false, Whose::Open),
            (Hold::None, true, Whose::ManagedElsewhere),
        ] {
            assert_eq!(Whose::of(hold, is_managed_elsewhere), expected, "{hold:?} {is_managed_elsewhere}");
        }
    }
}
