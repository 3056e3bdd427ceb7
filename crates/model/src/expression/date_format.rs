//! Dates as text: custom formats as .NET writes them (`yyyy-MM-dd`), read once, then used to write dates and to read them.
//!
//! Names of months and days are English, and everything is in UTC: a date with an offset is converted when it is read.

mod reading;
mod writing;

use jiff::Timestamp;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::LazyLock;

/// A format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format(Vec<Piece>);

/// A part of a format; the number is how often its letter stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Literal(char),
    Year(usize),
    Month(usize),
    Day(usize),
    /// `h`.
    HalfDayHour(usize),
    /// `H`.
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// `f`.
    Fraction(usize),
    /// `F`, and whether a point stands before, which goes where there are no digits.
    TrimmedFraction(usize, bool),
    /// `t`.
    Half(usize),
    /// `z`.
    Offset(usize),
    /// `K`.
    Zone,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// How a date is written where text is wanted.
const PRINTED: &str = "M/d/yyyy h:mm:ss tt";

/// What is read where a date is wanted.
const READ: [&str; 12] = [
    "yyyy-MM-ddK",
    "yyyy-MM-ddTHH:mmK",
    "yyyy-MM-ddTHH:mm:ssK",
    "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    "yyyy-MM-dd HH:mmK",
    "yyyy-MM-dd HH:mm:ssK",
    "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    "M/d/yyyy",
    PRINTED,
    "M/d/yyyy h:mm tt",
    "M/d/yyyy H:mm:ss",
    "M/d/yyyy H:mm",
];

static PRINTED_FORMAT: LazyLock<Format> =
    LazyLock::new(|| Format::parse(PRINTED).unwrap_or(Format(Vec::new())));
static READ_FORMATS: LazyLock<Vec<Format>> =
    LazyLock::new(|| READ.iter().filter_map(|format| Format::parse(format).ok()).collect());

/// A date as text, in UTC: `3/16/2020 7:00:00 AM`.
pub(super) fn print(date: Timestamp) -> String {
    PRINTED_FORMAT.write(date)
}

/// A date out of text in one of the usual spellings.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    READ_FORMATS.iter().find_map(|format| format.read(text.trim()))
}

impl Format {
    /// Reads a format; else what is wrong with it.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        if pattern.chars().nth(1).is_none() {
            return Err(format!("\"{pattern}\" is no format; spell it out, as yyyy-MM-dd"));
        }
        let mut pieces = Vec::new();
        let mut rest = pattern.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\'' | '"' => quoted(c, &mut rest, &mut pieces)?,
                '\\' => {
                    pieces.push(Piece::Literal(rest.next().ok_or("nothing stands after the last backslash")?))
                }
                // Signs, and the letters of ISO 8601, stand for themselves.
                'T' | 'Z' => pieces.push(Piece::Literal(c)),
                c if !c.is_alphabetic() && c != '%' => pieces.push(Piece::Literal(c)),
                c => {
                    let count = 1 + std::iter::from_fn(|| rest.next_if_eq(&c)).count();
                    let piece = letter(c, count, pieces.last() == Some(&Piece::Literal('.')))?;
                    if matches!(piece, Piece::TrimmedFraction(_, true)) {
                        pieces.pop();
                    }
                    pieces.push(piece);
                }
            }
        }
        Ok(Self(pieces))
    }

    /// The same for reading dates; else what is wrong with it.
    pub fn parse_for_reading(pattern: &str) -> Result<Self, String> {
        let format = Self::parse(pattern)?;
        if !format.0.iter().any(|piece| matches!(piece, Piece::Year(_))) {
            return Err("a format for reading needs the year, as in yyyy-MM-dd".to_owned());
        }
        Ok(format)
    }
}

fn quoted(quote: char, rest: &mut Peekable<Chars<'_>>, pieces: &mut Vec<Piece>) -> Result<(), String> {
    for c in rest {
        if c == quote {
            return Ok(());
        }
        pieces.push(Piece::Literal(c));
    }
    Err(format!("a quotation mark {quote} is not closed"))
}

fn letter(c: char, count: usize, after_point: bool) -> Result<Piece, String> {
    let (piece, most) = match c {
        'y' if count != 3 => (Piece::Year(count), 4),
        'M' => (Piece::Month(count), 4),
        'd' => (Piece::Day(count), 4),
        'h' => (Piece::HalfDayHour(count), 2),
        'H' => (Piece::Hour(count), 2),
        'm' => (Piece::Minute(count), 2),
        's' => (Piece::Second(count), 2),
        'f' => (Piece::Fraction(count), 7),
        'F' => (Piece::TrimmedFraction(count, after_point), 7),
        't' => (Piece::Half(count), 2),
        'z' => (Piece::Offset(count), 3),
        'K' => (Piece::Zone, 1),
        _ => (Piece::Zone, 0),
    };
    if count <= most {
        return Ok(piece);
    }
    let found: String = std::iter::repeat_n(c, count.min(10)).collect();
    Err(format!(
        "found {found}, expected y yy yyyy, M to MMMM, d to dddd, h hh H HH, m mm, s ss, f to fffffff, F, t tt, z to zzz or K; \
         other letters stand between ' and '"
    ))
}

#[cfg(test)]
mod tests;
