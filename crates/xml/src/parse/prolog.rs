//! What stands before the root element and after it.
//!
//! The root element itself is read in `parse.rs`. The one thing to know: the only declaration that passes is that of
//! XML 1.0 in UTF-8, and the only other thing is a comment.

use super::cursor::Cursor;
use crate::characters::is_space;
use crate::error::{ErrorKind, Fault};

/// Skips the XML declaration, if there is one, and all else that may precede the root element.
pub(crate) fn before_root(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let declared =
        cursor.rest().strip_prefix("<?xml").is_some_and(|rest| rest.bytes().next().is_some_and(is_space));
    if declared {
        declaration(cursor)?;
    }
    between(cursor)?;
    if cursor.rest().starts_with('<') {
        Ok(())
    } else {
        Err(Fault { kind: ErrorKind::NoRoot, offset: cursor.offset() })
    }
}

/// Holds what follows the root element to be nothing but comments and white space.
pub(crate) fn after_root(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    between(cursor)?;
    if cursor.rest().is_empty() { Ok(()) } else { Err(cursor.fault(ErrorKind::AfterRoot)) }
}

/// Steps over a comment, whose `<!--` is already gone.
pub(crate) fn comment(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    cursor.until("--")?;
    cursor.expect(">", ErrorKind::Comment)
}

/// Names the markup that no document may have; for the rest, `otherwise`.
pub(crate) fn refused(cursor: &Cursor<'_>, otherwise: ErrorKind) -> Fault {
    let rest = cursor.rest();
    cursor.fault(if rest.starts_with("<!DOCTYPE") {
        ErrorKind::DocumentType
    } else if rest.starts_with("<?") {
        ErrorKind::ProcessingInstruction
    } else {
        otherwise
    })
}

fn between(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    loop {
        cursor.skip_space();
        if cursor.eat("<!--") {
            comment(cursor)?;
        } else if cursor.rest().starts_with("<!") || cursor.rest().starts_with("<?") {
            return Err(refused(cursor, ErrorKind::Markup));
        } else {
            return Ok(());
        }
    }
}

fn declaration(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    cursor.eat("<?xml");
    match pseudo_attribute(cursor, "version")? {
        Some("1.0") => {}
        Some(_) => return Err(cursor.fault(ErrorKind::Version)),
        None => return Err(cursor.fault(ErrorKind::Declaration)),
    }
    if pseudo_attribute(cursor, "encoding")?.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("UTF-8")) {
        return Err(cursor.fault(ErrorKind::Encoding));
    }
    if pseudo_attribute(cursor, "standalone")?.is_some_and(|standalone| !matches!(standalone, "yes" | "no")) {
        return Err(cursor.fault(ErrorKind::Declaration));
    }
    cursor.skip_space();
    cursor.expect("?>", ErrorKind::Declaration)
}

/// The value of the next part of the declaration, if it has this name.
fn pseudo_attribute<'i>(cursor: &mut Cursor<'i>, name: &str) -> Result<Option<&'i str>, Fault> {
    let rest = cursor.rest();
    let part = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    if !part.starts_with(name) || part.len() == rest.len() {
        return Ok(None);
    }
    cursor.skip_space();
    cursor.eat(name);
    cursor.skip_space();
    cursor.expect("=", ErrorKind::Declaration)?;
    cursor.skip_space();
    cursor.quoted(ErrorKind::Declaration).map(|quoted| Some(quoted.content))
}
