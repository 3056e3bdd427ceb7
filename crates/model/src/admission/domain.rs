//! What the domain of an address says before it is asked who somebody is: above every branch of admission, so that it
//! holds for people who came in a hundred times too.

use crate::code::Code;
use crate::email::Email;
use crate::trace::Step;

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
    use super::{Whose, gate};
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
}
