//! Reading a date in a format: every character of the text must be accounted for.

use super::{DAYS, Format, MONTHS, Piece};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// The last two-digit year that is of this century.
const LAST_SHORT_YEAR: i16 = 49;
/// The largest offset, in minutes.
const FARTHEST: i32 = 14 * 60;

/// What was read so far.
struct Parts {
    year: i16,
    month: i8,
    day: i8,
    weekday: Option<i8>,
    hour: i8,
    is_afternoon: Option<bool>,
    minute: i8,
    second: i8,
    nanosecond: i32,
    offset_minutes: i32,
}

impl Format {
    /// The date that the text says in this format; `None` if it says none.
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        let mut parts = Parts {
            year: 0,
            month: 1,
            day: 1,
            weekday: None,
            hour: 0,
            is_afternoon: None,
            minute: 0,
            second: 0,
            nanosecond: 0,
            offset_minutes: 0,
        };
        let mut rest = text;
        for piece in &self.0 {
            rest = parts.read(*piece, rest)?;
        }
        if rest.is_empty() { parts.date() } else { None }
    }
}

impl Parts {
    /// Reads one piece, and says what is left.
    fn read<'t>(&mut self, piece: Piece, text: &'t str) -> Option<&'t str> {
        match piece {
            Piece::Literal(c) => text.strip_prefix(c),
            Piece::Year(count @ 1..=2) => {
                let (year, rest) = number::<i16>(text, count, 2)?;
                self.year = year + if year > LAST_SHORT_YEAR { 1900 } else { 2000 };
                Some(rest)
            }
            Piece::Year(count) => set(&mut self.year, number(text, count, count)?),
            Piece::Month(count @ 1..=2) => set(&mut self.month, number(text, count, 2)?),
            Piece::Month(count) => set(&mut self.month, named(&MONTHS, text, count, 1)?),
            Piece::Day(count @ 1..=2) => set(&mut self.day, number(text, count, 2)?),
            Piece::Day(count) => {
                let (day, rest) = named(&DAYS, text, count, 0)?;
                self.weekday = Some(day);
                Some(rest)
            }
            Piece::HalfDayHour(count) => {
                let (hour, rest) = number::<i8>(text, count, 2)?;
                self.hour = hour % 12;
                (1..=12).contains(&hour).then_some(rest)
            }
            Piece::Hour(count) => set(&mut self.hour, number(text, count, 2)?),
            Piece::Minute(count) => set(&mut self.minute, number(text, count, 2)?),
            Piece::Second(count) => set(&mut self.second, number(text, count, 2)?),
            Piece::Fraction(count) => self.fraction(text, count, count),
            Piece::TrimmedFraction(count, has_point) => match text.strip_prefix('.') {
                Some(digits) if has_point => self.fraction(digits, 1, count),
                _ if has_point => Some(text),
                _ => self.fraction(text, 0, count),
            },
            Piece::Half(count) => self.half(text, count),
            Piece::Offset(count) => self.offset(text, count),
            Piece::Zone if text.is_empty() => Some(text),
            Piece::Zone => text.strip_prefix('Z').or_else(|| self.offset(text, 3)),
        }
    }

    fn fraction<'t>(&mut self, text: &'t str, least: usize, most: usize) -> Option<&'t str> {
        let digits = digits(text, most);
        if digits.len() < least {
            return None;
        }
        self.nanosecond = format!("{digits:0<9}").parse().ok()?;
        text.get(digits.len()..)
    }

    fn half<'t>(&mut self, text: &'t str, count: usize) -> Option<&'t str> {
        let (half, rest) = text.split_at_checked(count)?;
        self.is_afternoon = match half.to_ascii_uppercase().as_str() {
            "A" | "AM" => Some(false),
            "P" | "PM" => Some(true),
            _ => return None,
        };
        Some(rest)
    }

    fn offset<'t>(&mut self, text: &'t str, count: usize) -> Option<&'t str> {
        let sign = match text.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (hours, mut rest) = number::<i32>(text.get(1..)?, if count == 1 { 1 } else { 2 }, 2)?;
        let mut minutes = 0;
        if count == 3 {
            (minutes, rest) = number(rest.strip_prefix(':').unwrap_or(rest), 2, 2)?;
        }
        self.offset_minutes = sign * (hours * 60 + minutes);
        (minutes < 60 && self.offset_minutes.abs() <= FARTHEST).then_some(rest)
    }

    fn date(&self) -> Option<Timestamp> {
        let hour = match self.is_afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour >= 12 => return None,
            _ => self.hour,
        };
        let date =
            DateTime::new(self.year, self.month, self.day, hour, self.minute, self.second, self.nanosecond)
                .ok()?;
        let is_that_day =
            self.weekday.is_none_or(|weekday| weekday == date.weekday().to_monday_zero_offset());
        if !is_that_day || self.year < 1 {
            return None;
        }
        let here = Offset::UTC.to_timestamp(date).ok()?;
        here.checked_sub(SignedDuration::from_mins(self.offset_minutes.into())).ok()
    }
}

fn set<'t, T>(part: &mut T, (value, rest): (T, &'t str)) -> Option<&'t str> {
    *part = value;
    Some(rest)
}

/// The digits with which the text begins, at most so many.
fn digits(text: &str, most: usize) -> &str {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    text.get(..count).unwrap_or_default()
}

/// A number of so many digits.
fn number<T: std::str::FromStr>(text: &str, least: usize, most: usize) -> Option<(T, &str)> {
    let digits = digits(text, most);
    if digits.len() < least {
        return None;
    }
    Some((digits.parse().ok()?, text.get(digits.len()..)?))
}

/// The place of a name, or of its first three letters, counted from `first`.
fn named<'t, const N: usize>(
    names: &[&str; N],
    text: &'t str,
    count: usize,
    first: i8,
) -> Option<(i8, &'t str)> {
    names.iter().zip(first..).find_map(|(name, place)| {
        let name = if count == 3 { name.get(..3)? } else { name };
        let (found, rest) = text.split_at_checked(name.len())?;
        found.eq_ignore_ascii_case(name).then_some((place, rest))
    })
}
