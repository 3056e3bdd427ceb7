//! Permissions: each deed that an administrator may call asks for one, unless it is listed here.

use super::Room;

/// Where deeds live.
const DEEDS: &str = "crates/app/src/";

/// Deeds that ask for none themselves, and why that is right. The list may only shrink.
const EXCEPTIONS: [(&str, &str); 5] = [
    // Says our own values, which everybody can read in the metadata.
    ("sso/overview.rs", "unconnected"),
    // Names an address of what was shown before.
    ("sso/test.rs", "elsewhere"),
    // Asks when it reads rows.
    ("imports/report.rs", "report"),
    // Offers nothing to whom the deed would refuse.
    ("cures.rs", "offer"),
    ("roles/given.rs", "assignable"),
];

/// What is wrong.
pub fn wrong(rooms: &[Room<'_>]) -> Vec<String> {
    let mut open: Vec<(&str, &str, usize)> = Vec::new();
    for room in rooms {
        let Some(path) = room.file.path.strip_prefix(DEEDS) else { continue };
        for function in room.source.functions.iter().filter(|function| !function.is_test) {
            let (signature, body) = room.source.parts_of(function);
            let is_deed = signature.trim_start().starts_with("pub ")
                && ["ctx: &AdminCtx", "ctx: &PeopleCtx"].iter().any(|context| signature.contains(context));
            if is_deed && !body.contains(".must(") && !body.contains("must_hold(") {
                open.push((path, &function.name, function.line));
            }
        }
    }
    let is_listed = |path: &str, name: &str| EXCEPTIONS.contains(&(path, name));
    let unlisted = open.iter().filter(|(path, name, _)| !is_listed(path, name));
    let mut wrong: Vec<String> = unlisted
        .map(|(path, name, line)| {
            format!("{DEEDS}{path}:{line}: the deed {name} asks for no permission: ctx.must(Permission::…)?")
        })
        .collect();
    let stale =
        EXCEPTIONS.iter().filter(|(path, name)| !open.iter().any(|(at, it, _)| (at, it) == (path, name)));
    wrong.extend(stale.map(|(path, name)| {
        format!("xtask/src/tidy/permissions.rs: {path} has no {name} that asks for no permission: take it off the list")
    }));
    wrong
}

#[cfg(test)]
mod tests {
    use super::wrong;
    use crate::tidy::{Room, Source};
    use crate::tree::File;

    fn said(text: &str) -> bool {
        let file = File { path: "crates/app/src/x.rs".to_owned(), text: text.to_owned() };
        let room = Room { source: Source::of(&file.text), file: &file };
        wrong(&[room]).iter().any(|wrong| wrong.contains("x.rs"))
    }

    #[test]
    fn a_deed_that_asks_for_no_permission_is_named() {
        assert!(said(
            "pub async fn deed(ctx: &AdminCtx, id: Id) -> Result<(), Error> {\n    go(ctx).await\n}\n"
        ));
        assert!(said("pub async fn deed(\n    ctx: &PeopleCtx,\n) -> Result<(), Error> {\n    go(ctx)\n}\n"));
        assert!(!said("pub async fn deed(ctx: &AdminCtx) -> R {\n    ctx.must(Permission::SsoRead)?;\n}\n"));
        assert!(!said("pub(crate) async fn step(ctx: &AdminCtx) -> R {\n    go(ctx).await\n}\n"));
    }
}
