//! Times and durations as texts, and differences as words.

use jiff::SignedDuration;

use super::{duration, parse, words};

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
fn durations_are_read_in_every_unit_and_anything_else_is_none() {
    for (text, seconds) in [
        ("PT6H", 21_600),
        ("P1D", 86_400),
        ("P1M", 30 * 86_400),
        ("PT1M", 60),
        ("P1Y2M3DT4H5M6.789S", 428 * 86_400 + 14_706),
        ("PT0.5S", 0),
        ("PT604800.000S", 604_800),
    ] {
        let expected = (seconds > 0).then(|| SignedDuration::from_secs(seconds));
        assert_eq!(duration(text), expected, "{text}");
    }
    for text in [
        "",
        "P",
        "PT",
        "6H",
        "P6H",
        "PT6",
        "PT6D",
        "PT1M1H",
        "-PT6H",
        "PT-6H",
        "PT+6H",
        "PT6h",
        "PT1.5H",
        "PTS",
        "P1D2",
        "P9223372036854775807Y",
        "PT6H ",
        "PT1H1H",
        "PT.5S",
        "P٦D",
    ] {
        assert_eq!(duration(text), None, "{text}");
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
