//! Writing a date in a format.

use super::{DAYS, Format, MONTHS, Piece};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

impl Format {
    /// The date in this format, in UTC.
    pub fn write(&self, date: Timestamp) -> String {
        let date = Offset::UTC.to_datetime(date);
        self.0.iter().fold(String::new(), |mut out, piece| {
            write_piece(&mut out, *piece, date);
            out
        })
    }
}

fn write_piece(out: &mut String, piece: Piece, date: DateTime) {
    match piece {
        Piece::Literal(c) => out.push(c),
        Piece::Year(count @ 1..=2) => number(out, i32::from(date.year()).rem_euclid(100), count),
        Piece::Year(count) => number(out, i32::from(date.year()), count),
        Piece::Month(count @ 1..=2) => number(out, i32::from(date.month()), count),
        Piece::Month(count) => out.push_str(name(&MONTHS, date.month() - 1, count)),
        Piece::Day(count @ 1..=2) => number(out, i32::from(date.day()), count),
        Piece::Day(count) => out.push_str(name(&DAYS, date.weekday().to_monday_zero_offset(), count)),
        Piece::HalfDayHour(count) => number(out, (i32::from(date.hour()) + 11) % 12 + 1, count),
        Piece::Hour(count) => number(out, i32::from(date.hour()), count),
        Piece::Minute(count) => number(out, i32::from(date.minute()), count),
        Piece::Second(count) => number(out, i32::from(date.second()), count),
        Piece::Fraction(count) => out.push_str(&fraction(date, count)),
        Piece::TrimmedFraction(count, has_point) => {
            let digits = fraction(date, count);
            let digits = digits.trim_end_matches('0');
            if has_point && !digits.is_empty() {
                out.push('.');
            }
            out.push_str(digits);
        }
        Piece::Half(count) => {
            let half = if date.hour() < 12 { "AM" } else { "PM" };
            out.extend(half.chars().take(count));
        }
        Piece::Offset(1) => out.push_str("+0"),
        Piece::Offset(2) => out.push_str("+00"),
        Piece::Offset(_) => out.push_str("+00:00"),
        Piece::Zone => out.push('Z'),
    }
}

fn number(out: &mut String, value: i32, width: usize) {
    out.push_str(&format!("{value:0width$}"));
}

/// A name, or its first three letters.
fn name<const N: usize>(names: &[&'static str; N], place: i8, count: usize) -> &'static str {
    let name = usize::try_from(place).ok().and_then(|place| names.get(place)).copied().unwrap_or_default();
    if count == 3 { name.get(..3).unwrap_or_default() } else { name }
}

fn fraction(date: DateTime, count: usize) -> String {
    format!("{:09}", date.subsec_nanosecond()).chars().take(count).collect()
}
