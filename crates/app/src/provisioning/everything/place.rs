//! Where a page of a search at the root ended: the type that it stands in, and that type's own cursor (RFC 9865).

use super::Kind;
use crate::provisioning::asked::no_cursor;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vestibule_scim::{Error, ResourceType};

/// Where a page begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place<'t> {
    /// The type, by its place among those that are asked.
    pub(super) kind: usize,
    /// Its own cursor; empty at its beginning.
    pub(super) own: &'t str,
}

impl<'t> Place<'t> {
    /// Reads a cursor; an empty one asks for the first page.
    ///
    /// # Errors
    /// `invalidCursor` for what was none, or stands in a type that is not asked: one that is gone, or that this query does not mean.
    pub(super) fn read(text: &'t str, kinds: &[Kind<'_>]) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self { kind: 0, own: "" });
        }
        let (name, own) = text.split_once('.').ok_or_else(no_cursor)?;
        let name = URL_SAFE_NO_PAD.decode(name).map_err(|_| no_cursor())?;
        let kind = kinds.iter().position(|kind| kind.kind.name.as_bytes() == name).ok_or_else(no_cursor)?;
        Ok(Self { kind, own })
    }

    /// Writes the cursor behind this one of a type. The type stands in it by its name, so that it holds whatever types are added.
    pub(super) fn write(kind: &ResourceType, own: &str) -> String {
        format!("{}.{own}", URL_SAFE_NO_PAD.encode(&kind.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_scim::Registry;

    #[test]
    fn what_is_written_is_read_again_and_nothing_else() {
        let registry = Registry::built_in();
        let (user, group) = (registry.user(), registry.group());
        let of = |kind| Kind { kind, filter: None };
        let both = [of(&user), of(&group)];
        for (text, place) in [
            (String::new(), Place { kind: 0, own: "" }),
            (Place::write(&user, "AbC-_"), Place { kind: 0, own: "AbC-_" }),
            (Place::write(&group, ""), Place { kind: 1, own: "" }),
        ] {
            assert_eq!(Place::read(&text, &both).unwrap(), place, "{text}");
        }
        let of_a_group = Place::write(&group, "AbC");
        for text in [".", "AbC", "User.AbC", "VXNlcg", "VXNlcg==.", "dXNlcg.", "\u{e9}.", ". .", &of_a_group]
        {
            assert_eq!(Place::read(text, &[of(&user)]).unwrap_err().status, 400, "{text}");
        }
    }
}
