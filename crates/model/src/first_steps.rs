//! What an account does once, from its first day until its people come in by single sign-on and in no other way.
//!
//! Which steps are done follows from what is there: nothing is ticked by hand, and a step whose result is taken away again
//! is open again. The overview shows them.

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStep {
    /// Connect an identity provider: a draft is enough.
    Connect,
    /// Prove that a domain is the account's.
    ProveDomain,
    /// Come back from the identity provider once, changing nothing.
    Test,
    /// Put the connection into use.
    Publish,
    /// Say what becomes of attributes.
    Map,
    /// Close every other way in for a domain.
    Enforce,
}

impl FirstStep {
    /// Every step, in the order in which they are best done.
    pub const ALL: [Self; 6] =
        [Self::Connect, Self::ProveDomain, Self::Test, Self::Publish, Self::Map, Self::Enforce];

    /// The steps without which this one cannot be done.
    fn needs(self) -> &'static [Self] {
        match self {
            Self::Connect | Self::ProveDomain => &[],
            Self::Test | Self::Map => &[Self::Connect],
            Self::Publish => &[Self::Connect, Self::Test],
            Self::Enforce => &[Self::ProveDomain, Self::Publish],
        }
    }
}

/// How far an account is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// It has a connection, in use or a draft.
    pub connected: bool,
    /// A domain is associated with it.
    pub domain: bool,
    /// A test sign-in came back, or people sign in already.
    pub tested: bool,
    /// A connection is in use.
    pub published: bool,
    /// The mapping says more than where the address comes from.
    pub mapped: bool,
    /// SSO is enforced for a domain.
    pub enforced: bool,
}

impl Reached {
    fn is_done(self, step: FirstStep) -> bool {
        match step {
            FirstStep::Connect => self.connected,
            FirstStep::ProveDomain => self.domain,
            // Whatever is in use was tested, or was published in the face of a question.
            FirstStep::Test => self.tested || self.published,
            FirstStep::Publish => self.published,
            FirstStep::Map => self.mapped,
            FirstStep::Enforce => self.enforced,
        }
    }
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is done.
    Done,
    /// It comes next.
    Next,
    /// It can be done, and another one comes first.
    Open,
    /// It cannot be done before this one is.
    Waits(FirstStep),
}

/// How each step stands, in order.
#[must_use]
pub fn standings(reached: Reached) -> [(FirstStep, Standing); 6] {
    let mut next_is_named = false;
    FirstStep::ALL.map(|step| {
        let missing = step.needs().iter().copied().find(|needed| !reached.is_done(*needed));
        let standing = match missing {
            _ if reached.is_done(step) => Standing::Done,
            Some(needed) => Standing::Waits(needed),
            None if next_is_named => Standing::Open,
            None => {
                next_is_named = true;
                Standing::Next
            }
        };
        (step, standing)
    })
}

#[cfg(test)]
mod tests {
    use super::{FirstStep, Reached, Standing, standings};

    /// `d` done, `n` next, `o` open, `-` waits.
    fn told(reached: Reached) -> String {
        let letter = |(_, standing)| match standing {
            Standing::Done => 'd',
            Standing::Next => 'n',
            Standing::Open => 'o',
            Standing::Waits(_) => '-',
        };
        standings(reached).map(letter).iter().collect()
    }

    #[test]
    fn exactly_one_step_comes_next_until_all_are_done() {
        let none = Reached::default();
        let drafted = Reached { connected: true, ..none };
        let proved = Reached { domain: true, ..drafted };
        let tested = Reached { tested: true, ..proved };
        let published = Reached { published: true, ..proved };
        let mapped = Reached { mapped: true, ..published };
        let table = [
            (none, "no----"),
            (Reached { domain: true, ..none }, "nd----"),
            (drafted, "dno-o-"),
            (proved, "ddn-o-"),
            (tested, "dddno-"),
            (published, "ddddno"),
            (Reached { domain: false, ..published }, "dnddo-"),
            (mapped, "dddddn"),
            (Reached { enforced: true, ..mapped }, "dddddd"),
            (Reached { enforced: true, mapped: false, ..mapped }, "ddddnd"),
        ];
        for (reached, expected) in table {
            assert_eq!(told(reached), expected, "{reached:?}");
        }
    }

    #[test]
    fn a_step_that_waits_names_what_it_waits_for() {
        let [.., (_, enforce)] = standings(Reached { connected: true, ..Reached::default() });
        assert_eq!(enforce, Standing::Waits(FirstStep::ProveDomain));
        let [.., (_, enforce)] = standings(Reached { connected: true, domain: true, ..Reached::default() });
        assert_eq!(enforce, Standing::Waits(FirstStep::Publish));
    }
}
