//! Enforced SSO: which addresses have no other way in, and when it may be switched on.

use super::DomainPolicy;
use crate::email::Email;
use std::collections::BTreeSet;
use std::fmt;

impl DomainPolicy {
    /// Whether an address of the domain is exempt; the case of its letters does not matter.
    #[must_use]
    pub fn exempts(&self, email: &Email) -> bool {
        self.exempt.iter().any(|exempt| exempt.folded() == email.folded())
    }

    /// Whether the identity provider is the only way in for an address of the domain.
    #[must_use]
    pub fn enforces(&self, email: &Email) -> bool {
        self.enforce_sso && !self.exempts(email)
    }

    /// Whether nobody but whoever has this address could get in while the identity provider fails. `ways_in` are the addresses,
    /// folded, of exempt administrators with a password.
    #[must_use]
    pub fn is_last_way_in(&self, email: &Email, ways_in: &BTreeSet<String>) -> bool {
        let mut ways = self.exempt.iter().map(Email::folded).filter(|exempt| ways_in.contains(*exempt));
        self.enforce_sso && ways.next() == Some(email.folded()) && ways.all(|other| other == email.folded())
    }
}

/// What must hold for enforcement to be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// The account has the domain, by its proof or by the operator's word.
    pub verified: bool,
    /// Sign-ups elsewhere with the domain are refused.
    pub managed: bool,
    /// The connection by which addresses of the domain sign in.
    pub connection: Way,
    /// Somebody who is exempt can administer the account by a password.
    pub exempt_administrator: bool,
}

/// How far the connection is by which addresses of a domain sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// There is none that is published and enabled.
    None,
    /// It is published, but nobody came in by it yet and no test passed.
    Untested,
    /// Published, and it works.
    Tested,
}

/// What stands in the way of enforcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// The domain is not verified.
    NotVerified,
    /// The domain is not managed.
    NotManaged,
    /// No connection is published.
    NoConnection,
    /// The published connection was not tested.
    NotTested,
    /// Nobody who is exempt could get in to mend it.
    LockOut,
}

impl fmt::Display for Hindrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotVerified => "the domain is not verified",
            Self::NotManaged => "the domain is not managed",
            Self::NoConnection => "no SSO connection for its addresses is published",
            Self::NotTested => "the published SSO connection was never tested",
            Self::LockOut => "no exempt owner or administrator has a working password",
        })
    }
}

impl Hindrance {
    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::NotVerified => "Prove the domain first, or have the operator associate it.",
            Self::NotManaged => {
                "Manage the domain first: only then does the account answer for its addresses."
            }
            Self::NoConnection => "Publish a connection that addresses of the domain sign in by.",
            Self::NotTested => "Run a test sign-in of the published connection, on its page.",
            Self::LockOut => {
                "Exempt an owner or administrator who has set a password: that person can get in when the identity provider fails."
            }
        }
    }
}

/// Whether enforcement may be switched on; every hindrance, in the order in which they are removed.
#[must_use]
pub fn hindrances(ready: Readiness) -> Vec<Hindrance> {
    let connection = match ready.connection {
        Way::None => Some(Hindrance::NoConnection),
        Way::Untested => Some(Hindrance::NotTested),
        Way::Tested => None,
    };
    [
        (!ready.verified).then_some(Hindrance::NotVerified),
        (!ready.managed).then_some(Hindrance::NotManaged),
        connection,
        (!ready.exempt_administrator).then_some(Hindrance::LockOut),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: Readiness =
        Readiness { verified: true, managed: true, connection: Way::Tested, exempt_administrator: true };

    #[test]
    fn enforcement_wants_everything_and_names_what_is_missing() {
        assert_eq!(hindrances(READY), []);
        let cases = [
            (Readiness { verified: false, ..READY }, Hindrance::NotVerified),
            (Readiness { managed: false, ..READY }, Hindrance::NotManaged),
            (Readiness { connection: Way::None, ..READY }, Hindrance::NoConnection),
            (Readiness { connection: Way::Untested, ..READY }, Hindrance::NotTested),
            (Readiness { exempt_administrator: false, ..READY }, Hindrance::LockOut),
        ];
        for (ready, hindrance) in cases {
            assert_eq!(hindrances(ready), [hindrance]);
        }
    }

    #[test]
    fn t05_an_exempt_address_is_exempt_in_any_case_of_its_letters_and_no_other_is() {
        let email = |text| Email::parse(text).unwrap();
        let exempt = [email("Glass@acme.example")].into();
        let policy = DomainPolicy { managed: true, enforce_sso: true, exempt, ..DomainPolicy::default() };
        for text in ["glass@acme.example", "GLASS@ACME.example", "Glass@acme.example."] {
            assert!(!policy.enforces(&email(text)), "{text}");
        }
        // A plus address is an address of its own; a homoglyph is another letter.
        for text in ["glass+x@acme.example", "glas\u{455}@acme.example", "ann@acme.example"] {
            assert!(policy.enforces(&email(text)), "{text}");
        }
        assert!(!DomainPolicy { enforce_sso: false, ..policy }.enforces(&email("ann@acme.example")));
    }

    #[test]
    fn t15_the_last_way_in_is_the_one_exempt_administrator_who_is_left() {
        let email = |text| Email::parse(text).unwrap();
        let (one, two) = (email("One@acme.example"), email("two@acme.example"));
        let exempt: BTreeSet<Email> = [one.clone(), two.clone()].into();
        let policy = DomainPolicy { managed: true, enforce_sso: true, exempt, ..DomainPolicy::default() };
        let ways = |addresses: &[&Email]| addresses.iter().map(|email| email.folded().to_owned()).collect();
        assert!(policy.is_last_way_in(&one, &ways(&[&one])));
        assert!(!policy.is_last_way_in(&one, &ways(&[&one, &two])), "there is another one");
        assert!(!policy.is_last_way_in(&one, &ways(&[&two])), "it is none");
        assert!(!policy.is_last_way_in(&one, &ways(&[])));
        let outsider = email("ann@acme.example");
        assert!(!policy.is_last_way_in(&outsider, &ways(&[&outsider])), "it is not exempt");
        let free = DomainPolicy { enforce_sso: false, ..policy };
        assert!(!free.is_last_way_in(&one, &ways(&[&one])), "everybody has another way in");
    }
}
