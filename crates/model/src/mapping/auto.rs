//! Auto mapping: each value of one attribute that no rule of the section is about names a group, which is made if there is
//! none.

use super::advanced::Granted;
use super::category::{CategoryName, Rule};
use super::lookup::Lookup;
use crate::group::{GroupKind, GroupName};
use crate::trace::{Step, shown};
use std::collections::HashSet;

/// Most groups that auto mapping gives one person.
pub(super) const MOST_AUTO: usize = 100;
/// Most values that the trace names.
const MOST_SHOWN: usize = 10;

/// Gives the groups that values name, behind those that a rule gave. Whether there were any.
pub(super) fn apply<'a>(
    (kind, attribute): (GroupKind, &'a str),
    rules: &'a [Rule],
    lookup: &mut Lookup<'a>,
    granted: &mut Granted,
) -> bool {
    let check = format!("mapping.auto.{}", kind.as_str());
    let expected = format!("values of {attribute} that no rule is about");
    let by_rule = granted.groups.get(&kind).map(Vec::as_slice).unwrap_or_default();
    let mut known: HashSet<String> = by_rule.iter().map(GroupName::folded).collect();
    let mut names: Vec<GroupName> = Vec::new();
    let (mut left_out, mut left_out_in_all) = (Vec::new(), 0_usize);
    for value in lookup.unruled(attribute, rules).into_iter().filter(|value| !value.trim().is_empty()) {
        match GroupName::parse(value) {
            Ok(group) if known.contains(&group.folded()) => {}
            Ok(group) if names.len() < MOST_AUTO => {
                known.insert(group.folded());
                names.push(group);
            }
            Ok(_) | Err(_) => {
                left_out_in_all += 1;
                if left_out.len() < MOST_SHOWN {
                    left_out.push(shown(value));
                }
            }
        }
    }
    if left_out_in_all > 0 {
        let values = left_out.join(", ");
        let found = format!("{left_out_in_all} left out, too many or no name for a group: {values}");
        granted.trace.push(Step::warning(&check, expected.as_str(), found).quoting());
    }
    if names.is_empty() {
        granted.trace.push(Step::passed(&check, expected, "none was sent"));
        return false;
    }
    let listed: Vec<&str> = names.iter().map(GroupName::as_str).collect();
    granted.trace.push(Step::passed(&check, expected, listed.join(", ")).quoting());
    let name = CategoryName::Groups(kind);
    granted.reasons.entry(name).or_insert_with(|| format!("auto mapping of {attribute}").into());
    granted.groups.entry(kind).or_default().extend(names);
    true
}
