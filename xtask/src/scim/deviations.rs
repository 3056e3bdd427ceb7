//! Where a suite and a specification disagree, we follow the specification: each such check, with the clause. `docs/scim.md` has them
//! as a table.

use super::Suite;
use super::report::Report;

/// A check that fails because it asks for something else than the specification.
pub(super) struct Deviation {
    /// What its description has in it.
    pub(super) check: &'static str,
    /// The clause, and what it says.
    pub(super) clause: &'static str,
    /// Whether it fails in every run; the suite draws some values by chance.
    always: bool,
}

const NO_SUCH_MEMBER: &str = "RFC 7643 section 4.2: the value of a member is the id of a resource, and the check sends a text that is none; section 2.3.7 lets a \
     server hold references to be whole, and RFC 7644 section 3.12 has 404 for what does not exist: a member that is nobody here is refused and never kept, \
     whether it is a typing error or an id of another account";

/// The known deviations of a suite.
pub(super) fn of(suite: Suite) -> &'static [Deviation] {
    match suite {
        Suite::Tester => &[
            Deviation {
                check: "PATCH modify() returned unexpected value for 'urn:vestibule:params:scim:schemas:extension:2.0:User:custom'",
                clause: "RFC 7644 section 3.5.2.1: an add to a multi-valued attribute adds to the values there are; the check adds twice, and \
                         wants only the second value back",
                always: true,
            },
            Deviation {
                check: "PATCH modify() returned unexpected value for 'plan'",
                clause: "RFC 7643 section 2.3.6: binary is Base64, and comes back as it was sent; the check compares the Base64 that it sent with \
                         the bytes that it decoded",
                always: true,
            },
            Deviation {
                check: "Attribute 'remark' was not",
                clause: "RFC 7643 section 7: what is returned on request is in the answer to the PATCH that says it, and in a query only if it is asked \
                         for; the check asks for nothing and wants it in a query",
                always: true,
            },
            Deviation {
                check: "did not remove attribute 'active'",
                clause: "RFC 7643 section 4.1.1: active tells whether the person may come in, and nobody comes back by its removal; of somebody \
                         inactive it is therefore said on. Fails where the suite happened to make an inactive user",
                always: false,
            },
        ],
        Suite::Sanity => {
            &[Deviation { check: "PATCH /Groups/{id} add member", clause: NO_SUCH_MEMBER, always: true }]
        }
        Suite::Okta => &[],
        Suite::Microsoft => &[
            Deviation { check: "Group patch add member: ", clause: NO_SUCH_MEMBER, always: true },
            Deviation { check: "Group patch add member2: ", clause: NO_SUCH_MEMBER, always: true },
        ],
    }
}

/// How a report compares with what is known.
pub(super) struct Judged<'r> {
    /// What failed and is no known deviation.
    pub(super) unexpected: Vec<&'r str>,
    /// Known deviations that did not occur.
    pub(super) unmet: Vec<&'static str>,
}

/// Compares.
pub(super) fn judge(suite: Suite, report: &Report) -> Judged<'_> {
    let known = of(suite);
    let is = |failed: &str, deviation: &Deviation| failed.contains(deviation.check);
    let unexpected = report.failed.iter().map(String::as_str);
    let unexpected = unexpected.filter(|failed| !known.iter().any(|deviation| is(failed, deviation)));
    let unmet = known
        .iter()
        .filter(|deviation| deviation.always)
        .filter(|deviation| !report.failed.iter().any(|failed| is(failed, deviation)));
    Judged { unexpected: unexpected.collect(), unmet: unmet.map(|deviation| deviation.check).collect() }
}

#[cfg(test)]
mod tests {
    use super::{Report, Suite, judge};

    #[test]
    fn a_known_deviation_is_expected_and_anything_else_is_not() {
        let known = "PATCH /Groups/{id} add member".to_owned();
        let report = Report { passed: 27, failed: vec![known.clone(), "GET /Users".to_owned()] };
        let judged = judge(Suite::Sanity, &report);
        assert_eq!((judged.unexpected, judged.unmet), (vec!["GET /Users"], vec![]));
        let report = Report { passed: 28, failed: Vec::new() };
        assert_eq!(judge(Suite::Sanity, &report).unmet, [known.as_str()]);
    }
}
