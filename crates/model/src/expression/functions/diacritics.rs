//! Latin letters without their marks. Other scripts stay as they are: there, a mark is part of the letter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Letters that are not made of a plain one and a mark, or that are two.
const SPELLED: [(char, &str); 19] = [
    ('ß', "ss"),
    ('ẞ', "SS"),
    ('æ', "ae"),
    ('Æ', "AE"),
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ø', "oe"),
    ('Ø', "OE"),
    ('ı', "i"),
    ('ł', "l"),
    ('Ł', "L"),
    ('đ', "d"),
    ('Đ', "D"),
    ('ð', "d"),
    ('Ð', "D"),
    ('ħ', "h"),
    ('Ħ', "H"),
    ('ŧ', "t"),
    ('Ŧ', "T"),
];

/// Whether this is a mark that belongs to the letter before it.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The text with plain Latin letters.
pub(super) fn without(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_latin = false;
    for c in text.nfc() {
        if is_mark(c) && is_latin {
            continue;
        }
        let spelled = spelled(c);
        is_latin = spelled.is_some();
        match spelled {
            Some(letters) => plain.push_str(&letters),
            None => plain.push(c),
        }
    }
    plain
}

/// A Latin letter without its marks.
fn spelled(c: char) -> Option<String> {
    let mut base = None;
    decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    let base = base?;
    let known = SPELLED.iter().find(|(letter, _)| *letter == base).map(|(_, letters)| (*letters).to_owned());
    known.or_else(|| base.is_ascii_alphabetic().then(|| base.to_string()))
}
