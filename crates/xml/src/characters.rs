//! Which characters may stand where (XML 1.0, fifth edition, sections 2.2 and 2.3).
//!
//! Where names are cut from the input is in `parse/cursor.rs`. The one thing to know: the allowed characters are
//! checked once for the whole input, before parsing; after that only references can bring in a bad one.

use crate::error::{ErrorKind, Fault};

/// White space, production `S`.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Production `Char`.
pub(crate) fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Refuses the first character of `text` that is not a `Char`.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    // Without an early exit the compiler looks at many bytes at once.
    let suspicious = |byte: u8| u8::from(byte == 0xEF) | (u8::from(byte < b' ') & u8::from(!is_space(byte)));
    let (blocks, tail) = text.as_bytes().as_chunks::<64>();
    // The first look is the cheaper one; most blocks have no line end either.
    let passes = |block: &[u8; 64]| {
        let (low, high) =
            block.iter().fold((u8::MAX, 0), |(low, high), byte| (low.min(*byte), high.max(*byte)));
        (low >= b' ' && high < 0xEF) || block.map(suspicious).iter().fold(0, |found, one| found | one) == 0
    };
    if blocks.iter().all(passes) && tail.iter().all(|byte| suspicious(*byte) == 0) {
        return Ok(());
    }
    match text.char_indices().find(|(_, character)| !is_allowed(*character)) {
        Some((offset, _)) => Err(Fault { kind: ErrorKind::Character, offset }),
        None => Ok(()),
    }
}

/// Whether the byte may belong to a name, a colon included; of those beyond ASCII only [`is_name`] knows.
#[inline]
pub(crate) fn is_name_byte(byte: u8) -> bool {
    class(byte) != 0
}

/// Whether the byte may begin a part of a name without others than ASCII.
#[inline]
pub(crate) fn begins_common_name(byte: u8) -> bool {
    class(byte) & BEGINS != 0
}

/// Whether such a part may go on with the byte.
#[inline]
pub(crate) fn continues_common_name(byte: u8) -> bool {
    class(byte) & CONTINUES != 0
}

const BEGINS: u8 = 1;
const CONTINUES: u8 = 2;
const BELONGS: u8 = 4;

#[inline]
fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}

static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut rest: &mut [u8] = &mut table;
    let mut byte = 0_u8;
    while let Some((class, behind)) = rest.split_first_mut() {
        *class = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => BEGINS | CONTINUES,
            b'0'..=b'9' | b'.' | b'-' => CONTINUES,
            b':' | 0x80.. => BELONGS,
            _ => 0,
        };
        byte = byte.wrapping_add(1);
        rest = behind;
    }
    table
};

/// Whether a part of a qualified name, of bytes that [`is_name_byte`] lets pass and without a colon, is a name
/// (Namespaces in XML 1.0, production `NCName`).
pub(crate) fn is_name(part: &str) -> bool {
    if part.is_ascii() {
        return part.bytes().next().is_some_and(|first| !matches!(first, b'0'..=b'9' | b'.' | b'-'));
    }
    let mut characters = part.chars();
    characters.next().is_some_and(begins_name) && characters.all(continues_name)
}

fn begins_name(character: char) -> bool {
    matches!(character,
        'a'..='z' | 'A'..='Z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}' | '\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(character: char) -> bool {
    begins_name(character)
        || matches!(character,
            '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}' | '\u{2040}')
}
