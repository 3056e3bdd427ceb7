//! Points in time as SAML writes them, and differences between them as people say them.
//!
//! Which times a message must carry is decided in `response`. The one thing to know: SAML wants `xs:dateTime` in UTC
//! (SAML-Core, section 1.3.3). A missing zone means UTC there; an offset is unambiguous and read as such.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

#[cfg(test)]
mod tests;

/// Reads an `xs:dateTime`. Digits beyond the nanosecond are dropped; leap seconds and hour 24 are refused.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    common(text).or_else(|| any(text))
}

/// The form that nearly all have, `2025-01-01T09:00:00Z`.
fn common(text: &str) -> Option<Timestamp> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] =
        text.as_bytes()
    else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let two = |tens: u8, ones: u8| (10 * (tens - b'0') + (ones - b'0')).cast_signed();
    let year = 100 * i16::from(two(y1, y2)) + i16::from(two(y3, y4));
    let time = DateTime::new(year, two(m1, m2), two(d1, d2), two(h1, h2), two(n1, n2), two(s1, s2), 0);
    Offset::UTC.to_timestamp(time.ok()?).ok()
}

/// Every other form.
fn any(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once('T')?;
    let (clock, offset) = split_zone(rest)?;
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let (clock, fraction) =
        clock.split_once('.').map_or((clock, None), |(clock, digits)| (clock, Some(digits)));
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    let nanosecond = fraction.map_or(Some(0), nanoseconds)?;
    let small = |number: i16| i8::try_from(number).ok();
    let civil = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        nanosecond,
    );
    offset.to_timestamp(civil.ok()?).ok()
}

/// Reads an `xs:duration` that is longer than nothing. A month counts as 30 days and a year as 365, for what is meant is
/// roughly how often something is looked at again; fractions of a second are dropped.
pub(crate) fn duration(text: &str) -> Option<SignedDuration> {
    let (date, clock) = text.strip_prefix('P').map(|rest| rest.split_once('T').unwrap_or((rest, "")))?;
    let days = units(date, &[('Y', 365 * 86_400), ('M', 30 * 86_400), ('D', 86_400)])?;
    let total = days.checked_add(units(clock, &[('H', 3_600), ('M', 60), ('S', 1)])?)?;
    (total > 0).then(|| SignedDuration::from_secs(total))
}

/// The seconds of a part of an `xs:duration`: numbers with their units, largest first.
fn units(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0_i64;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        let whole = number.split_once('.').filter(|_| *unit == 'S').map_or(number, |(whole, _)| whole);
        let plain = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        let counted = whole.parse::<i64>().ok().filter(|_| plain)?.checked_mul(*seconds)?;
        total = total.checked_add(counted)?;
        text = rest;
    }
    text.is_empty().then_some(total)
}

/// The difference in words, as `5 minutes 12 seconds`; the two largest units, for a sentence.
pub(crate) fn words(difference: SignedDuration) -> String {
    let total = difference.unsigned_abs();
    if total.as_secs() == 0 && total.subsec_millis() > 0 {
        return counted(u64::from(total.subsec_millis()), "millisecond");
    }
    let units = [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];
    let mut seconds = total.as_secs();
    let mut parts = Vec::new();
    for (unit, length) in units {
        let count = seconds / length;
        seconds %= length;
        if count > 0 {
            parts.push(counted(count, unit));
        } else if !parts.is_empty() {
            break;
        }
    }
    if parts.is_empty() {
        return counted(0, "second");
    }
    parts.truncate(2);
    parts.join(" ")
}

fn counted(count: u64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn split_zone(text: &str) -> Option<(&str, Offset)> {
    if let Some(clock) = text.strip_suffix('Z') {
        return Some((clock, Offset::UTC));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, Offset::UTC)) };
    let (clock, zone) = text.split_at_checked(at)?;
    let (sign, zone) = zone.split_at_checked(1)?;
    let [hours, minutes] = fields(zone, ':', [2, 2])?;
    // xs:dateTime ends at fourteen hours.
    if minutes > 59 || hours > 14 || (hours == 14 && minutes > 0) {
        return None;
    }
    let seconds = i32::from(hours) * 3_600 + i32::from(minutes) * 60;
    Some((clock, Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()?))
}

/// Numbers of exactly these widths between separators.
fn fields<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i16; N]> {
    let mut rest = Some(text);
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let (digits, behind) = rest?.split_at_checked(width)?;
        for digit in digits.bytes() {
            *number = *number * 10 + i16::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        }
        rest = behind.strip_prefix(separator);
        if rest.is_none() && !behind.is_empty() {
            return None;
        }
    }
    rest.is_none().then_some(numbers)
}

fn nanoseconds(digits: &str) -> Option<i32> {
    if digits.is_empty() || !is_digits(digits) {
        return None;
    }
    let padded: String = digits.chars().chain("00000000".chars()).take(9).collect();
    padded.parse().ok()
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
