//! Times as SCIM writes them: `dateTime` of XML Schema (RFC 7643, section 2.3.5).
//!
//! Clients write them with and without an offset, and with more digits than anyone needs; the missing offset is UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The longest text that may be a time.
const LONGEST: usize = 64;

/// Reads a time; nothing if it is none.
pub fn parse(text: &str) -> Option<Timestamp> {
    if text.len() > LONGEST || !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let civil: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}
