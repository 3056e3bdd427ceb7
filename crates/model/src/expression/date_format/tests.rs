//! Formats of dates, written and read.

use super::{Format, READ, read};
use jiff::Timestamp;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_date_is_written_in_any_format() {
    let date = at("2015-01-03T17:05:09.120Z");
    let cases = [
        ("yyyy-MM-dd", "2015-01-03"),
        ("yyyy-MM-ddTHH:mm:ss.fffZ", "2015-01-03T17:05:09.120Z"),
        ("M/d/yy h:m:s t", "1/3/15 5:5:9 P"),
        ("dddd, d MMMM yyyy", "Saturday, 3 January 2015"),
        ("ddd MMM hh tt", "Sat Jan 05 PM"),
        ("HH.FFFF", "17.12"),
        ("ss.F", "09.1"),
        ("z zz zzz K", "+0 +00 +00:00 Z"),
        ("'day' d \\d", "day 3 d"),
    ];
    for (format, written) in cases {
        assert_eq!(Format::parse(format).unwrap().write(date), written, "{format}");
    }
    assert_eq!(Format::parse("ss.FF").unwrap().write(at("2015-01-03T00:00:00Z")), "00");
    assert_eq!(Format::parse("h tt").unwrap().write(at("2015-01-03T00:00:00Z")), "12 AM");
}

#[test]
fn a_date_is_read_as_it_is_written_and_not_otherwise() {
    let cases = [
        ("yyyyMMddHHmmss.fZ", "20150123105347.1Z", Some("2015-01-23T10:53:47.1Z")),
        ("yyyyMMddHHmmss.fZ", "20150123105347Z", None),
        ("d MMM yyyy", "3 jan 2015", Some("2015-01-03T00:00:00Z")),
        ("dddd d MMM yyyy", "Friday 3 Jan 2015", None),
        ("dd/MM/yy", "03/02/50", Some("1950-02-03T00:00:00Z")),
        ("dd/MM/yy", "03/02/49", Some("2049-02-03T00:00:00Z")),
        ("M/d/yyyy h tt", "1/3/2015 12 am", Some("2015-01-03T00:00:00Z")),
        ("M/d/yyyy h tt", "1/3/2015 13 am", None),
        ("yyyy-MM-dd zzz", "2015-01-03 -02:30", Some("2015-01-03T02:30:00Z")),
        ("yyyy-MM-dd zzz", "2015-01-03 +15:00", None),
        ("yyyy-MM-dd", "2015-02-29", None),
        ("yyyy-MM-dd", "0000-01-01", None),
        ("yyyy-MM-dd", "2015-01-03 ", None),
        ("yyyy-MM-dd", "2015-01-0é", None),
    ];
    for (format, text, date) in cases {
        assert_eq!(Format::parse(format).unwrap().read(text), date.map(at), "{format} {text}");
    }
}

#[test]
fn a_format_that_is_none_is_refused() {
    for format in ["", "d", "yyy-MM", "yyyy-MM-ddg", "MMMMM", "yyyy'", "%d", "yyyy\\", "hhh", "yyyyy"] {
        assert!(Format::parse(format).is_err(), "{format}");
    }
    assert!(Format::parse_for_reading("HH:mm").is_err());
    assert!(Format::parse_for_reading("yyyy HH:mm").is_ok());
    assert!(READ.iter().all(|format| Format::parse_for_reading(format).is_ok()));
}

proptest! {
    #[test]
    fn what_is_written_is_read(second in -60_000_000_000_i64..250_000_000_000) {
        let date = Timestamp::from_second(second).unwrap();
        prop_assert_eq!(read(&super::print(date)), Some(date));
    }

    #[test]
    fn any_format_and_any_text_come_to_something(format in "[yMdhHmsfFtzKTZ.:/ -]{2,12}", text in ".{0,30}") {
        if let Ok(format) = Format::parse(&format) {
            let written = format.write(Timestamp::UNIX_EPOCH);
            let _ = (format.read(&text), format.read(&written));
        }
    }
}
