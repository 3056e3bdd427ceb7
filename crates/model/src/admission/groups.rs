//! Which memberships mapping gives after a sign-in. What came by SCIM, by an import or by hand stays.

use super::Notes;
use crate::group::{GroupKind, GroupName, Membership, Origin};
use crate::mapping::{CategoryName, Granted};
use crate::trace::Text;
use std::collections::BTreeMap;

/// The memberships that mapping gives, of the kinds where they change.
pub(super) fn memberships(
    granted: &Granted,
    before: &[Membership],
    notes: &mut Notes,
) -> BTreeMap<GroupKind, Vec<GroupName>> {
    let mut changed = BTreeMap::new();
    for (kind, names) in &granted.groups {
        let given = by(before, *kind, |origin| origin == Origin::Mapping);
        let same = given.len() == names.len()
            && given.iter().zip(names).all(|(given, name)| *given == name || given.folded() == name.folded());
        if same {
            continue;
        }
        let others = by(before, *kind, |origin| origin != Origin::Mapping);
        let reason = granted.reasons.get(&CategoryName::Groups(*kind)).map_or("", Text::as_str);
        let after = names.iter().chain(others.iter().copied());
        let all = by(before, *kind, |_| true);
        notes.change(kind.as_str(), listed(all.into_iter()), listed(after), reason);
        changed.insert(*kind, names.clone());
    }
    changed
}

/// The names of groups, in the order of their places.
fn by(before: &[Membership], kind: GroupKind, of: impl Fn(Origin) -> bool) -> Vec<&GroupName> {
    let mut found: Vec<&Membership> =
        before.iter().filter(|membership| membership.group.kind == kind && of(membership.origin)).collect();
    found.sort_by_key(|membership| (membership.position, membership.group.id));
    found.into_iter().map(|membership| &membership.group.name).collect()
}

/// The names as people read them, each once.
fn listed<'a>(names: impl Iterator<Item = &'a GroupName>) -> Option<String> {
    let mut shown: Vec<&str> = Vec::new();
    for name in names {
        if !shown.iter().any(|known| known.to_lowercase() == name.folded()) {
            shown.push(name.as_str());
        }
    }
    (!shown.is_empty()).then(|| shown.join(", "))
}
