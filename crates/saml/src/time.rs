//! Points in time as SAML writes them, and differences between them as people say them.
//!
//! Which times a message must carry is decided in `response`. The one thing to know: SAML wants `xs:dateTime` in UTC
//! (SAML-Core, section 1.3.3). A missing zone means UTC there; an offset is unambiguous and read as such.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// Reads an `xs:dateTime`. Digits beyond the nanosecond are dropped; leap seconds and hour 24 are refused.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
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
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width && is_digits(part))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{parse, words};

    #[test]
    fn times_are_read_in_every_form_that_identity_providers_write() {
        let same = "2026-01-02T03:04:05Z";
        for (text, expected) in [
            (same, same),
            ("2026-01-02T03:04:05", same),
            ("2026-01-02T03:04:05+00:00", same),
            ("2026-01-02T05:04:05+02:00", same),
            ("2026-01-01T22:04:05-05:00", same),
            ("2026-01-02T03:04:05.000Z", same),
            ("2026-01-02T03:04:05.25Z", "2026-01-02T03:04:05.25Z"),
            ("2026-01-02T03:04:05.1234567899999Z", "2026-01-02T03:04:05.123456789Z"),
            ("2028-02-29T23:59:59Z", "2028-02-29T23:59:59Z"),
        ] {
            assert_eq!(parse(text).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_time() {
        for text in [
            "",
            "T",
            "now",
            "2026-01-02",
            "2026-01-02 03:04:05Z",
            "2026-01-02t03:04:05Z",
            "2026-01-02T03:04:05z",
            "2026-01-02T03:04Z",
            "2026-1-2T03:04:05Z",
            "2026-13-02T03:04:05Z",
            "2026-02-29T03:04:05Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T23:59:60Z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05.xZ",
            "2026-01-02T03:04:05+0000",
            "2026-01-02T03:04:05+15:00",
            "+026-01-02T03:04:05Z",
            "-2026-01-02T03:04:05Z",
            "12026-01-02T03:04:05Z",
            " 2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05ZZ",
            "2026-01-02T-3:04:05Z",
            "٢٠٢٦-01-02T03:04:05Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn differences_read_as_people_say_them() {
        for (milliseconds, expected) in [
            (0, "0 seconds"),
            (1, "1 millisecond"),
            (-999, "999 milliseconds"),
            (1_000, "1 second"),
            (312_000, "5 minutes 12 seconds"),
            (-3_600_000, "1 hour"),
            (3_601_000, "1 hour"),
            (90_061_000, "1 day 1 hour"),
            (172_800_000, "2 days"),
        ] {
            assert_eq!(words(SignedDuration::from_millis(milliseconds)), expected);
        }
    }
}
