//! What a line of the trace is made of, written at its place without a string for each part.
//!
//! Where lines are kept is in `trace.rs`. The one thing to know: words are parts one after the other, so a tuple of
//! words is words; `("within ", 5, " minutes")` says what it looks like.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use jiff::Timestamp;
use jiff::tz::Offset;
use vestibule_dsig::Certificate;

use crate::read;

/// Something that a line of the trace can say.
pub(crate) trait Words {
    /// Writes it at the end.
    fn put(&self, line: &mut String);

    /// The same in a string of its own.
    fn said(&self) -> String {
        let mut line = String::new();
        self.put(&mut line);
        line
    }
}

impl<W: Words + ?Sized> Words for &W {
    #[inline]
    fn put(&self, line: &mut String) {
        (**self).put(line);
    }
}

impl Words for str {
    #[inline]
    fn put(&self, line: &mut String) {
        line.push_str(self);
    }
}

impl Words for String {
    #[inline]
    fn put(&self, line: &mut String) {
        line.push_str(self);
    }
}

impl Words for Cow<'_, str> {
    #[inline]
    fn put(&self, line: &mut String) {
        line.push_str(self);
    }
}

/// In decimal.
impl Words for usize {
    fn put(&self, line: &mut String) {
        let mut digits = [b'0'; 20];
        let mut rest = *self;
        let mut first = digits.len();
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            first = place;
            if rest == 0 {
                break;
            }
        }
        let digits = digits.get(first..).and_then(|digits| std::str::from_utf8(digits).ok());
        line.push_str(digits.unwrap_or_default());
    }
}

/// In UTC, as `2025-01-01T09:00:00Z`: what its `Display` says, which takes several times as long.
impl Words for Timestamp {
    fn put(&self, line: &mut String) {
        let time = Offset::UTC.to_datetime(*self);
        let Ok(year @ 0..=9_999) = u16::try_from(time.year()) else {
            return format_args!("{self}").put(line);
        };
        let mut text = *b"0000-00-00T00:00:00";
        let [y1, y2, y3, y4, _, m1, m2, _, d1, d2, _, h1, h2, _, n1, n2, _, s1, s2] = &mut text;
        let two = |tens: &mut u8, ones: &mut u8, number: u8| {
            *tens = b'0' + number / 10;
            *ones = b'0' + number % 10;
        };
        two(y1, y2, (year / 100) as u8);
        two(y3, y4, (year % 100) as u8);
        two(m1, m2, time.month().unsigned_abs());
        two(d1, d2, time.day().unsigned_abs());
        two(h1, h2, time.hour().unsigned_abs());
        two(n1, n2, time.minute().unsigned_abs());
        two(s1, s2, time.second().unsigned_abs());
        line.push_str(std::str::from_utf8(&text).unwrap_or_default());
        if time.subsec_nanosecond() > 0 {
            let fraction = format!("{:09}", time.subsec_nanosecond());
            (".", fraction.trim_end_matches('0')).put(line);
        }
        line.push('Z');
    }
}

/// Whatever formats itself, where it is rare or says much.
impl Words for fmt::Arguments<'_> {
    fn put(&self, line: &mut String) {
        // Writing to a string cannot fail.
        let _ = line.write_fmt(*self);
    }
}

/// A certificate as [`describe`](super::describe) writes it.
impl Words for Certificate {
    fn put(&self, line: &mut String) {
        line.push_str(self.description());
    }
}

/// Words, or other words.
impl<A: Words, B: Words> Words for Result<A, B> {
    fn put(&self, line: &mut String) {
        match self {
            Ok(words) => words.put(line),
            Err(words) => words.put(line),
        }
    }
}

/// Words, or nothing.
impl<W: Words> Words for Option<W> {
    fn put(&self, line: &mut String) {
        if let Some(words) = self {
            words.put(line);
        }
    }
}

macro_rules! one_after_the_other {
    ($($part:ident)*) => {
        impl<$($part: Words),*> Words for ($($part,)*) {
            #[inline]
            fn put(&self, line: &mut String) {
                #[expect(non_snake_case, reason = "the types' names stand for the parts")]
                let ($($part,)*) = self;
                $($part.put(line);)*
            }
        }
    };
}
one_after_the_other!(A B);
one_after_the_other!(A B C);
one_after_the_other!(A B C D);
one_after_the_other!(A B C D E);

/// Words in quotes.
pub(crate) fn quoted<W: Words>(words: W) -> impl Words {
    ("\"", words, "\"")
}

/// A text in quotes, or that there is none.
pub(crate) fn or_none(text: Option<&str>) -> impl Words {
    text.map(quoted).ok_or("none")
}

/// The beginning of a string that the sender chose.
pub(crate) struct Excerpt<'t>(pub(crate) &'t str);

impl Words for Excerpt<'_> {
    fn put(&self, line: &mut String) {
        line.push_str(&read::shortened(self.0.into()));
    }
}

/// Some words, with a word between them.
pub(crate) struct List<'w, W> {
    pub(crate) words: &'w [W],
    pub(crate) between: &'static str,
}

impl<W> List<'_, W> {
    /// Puts each by a function.
    fn put_each(&self, line: &mut String, put: impl Fn(&W, &mut String)) {
        for (place, words) in self.words.iter().enumerate() {
            if place > 0 {
                line.push_str(self.between);
            }
            put(words, line);
        }
    }
}

impl<W: Words> Words for List<'_, W> {
    fn put(&self, line: &mut String) {
        self.put_each(line, W::put);
    }
}

/// Texts in quotes, any of them.
pub(crate) fn any_of<W: Words>(texts: &[W]) -> impl Words {
    Quotes(List { words: texts, between: " or " })
}

struct Quotes<'w, W>(List<'w, W>);

impl<W: Words> Words for Quotes<'_, W> {
    fn put(&self, line: &mut String) {
        self.0.put_each(line, |words, line| quoted(words).put(line));
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Excerpt, List, Words, any_of, or_none, quoted};

    #[test]
    fn a_time_is_said_as_its_display_says_it() {
        let nanoseconds = [0, 1, 10, 999_999_999, 123_000_000, 100_000_000, 120_300, 5_000];
        let seconds = (0..4_000).map(|step| step * 98_765_431 - 199_999_999_999);
        let edges = [Timestamp::MIN, Timestamp::MAX, "0000-01-01T00:00:00Z".parse().unwrap()];
        let times = seconds.zip(nanoseconds.into_iter().cycle());
        let times = times.filter_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).ok());
        let mut count = 0;
        for time in times.chain(edges) {
            assert_eq!(time.said(), time.to_string());
            count += 1;
        }
        assert!(count > 3_000, "{count}");
    }

    #[test]
    fn a_number_is_said_as_its_display_says_it() {
        for number in [0, 1, 9, 10, 99, 100, 65_535, 1_234_567_890, usize::MAX] {
            assert_eq!(number.said(), number.to_string());
        }
    }

    #[test]
    fn words_are_said_one_after_the_other() {
        let [one, two] = ["one", "two"].map(str::to_owned);
        assert_eq!((&one, " and ", Some(&two), None::<&str>).said(), "one and two");
        assert_eq!(quoted((&one, 2_usize)).said(), "\"one2\"");
        assert_eq!((or_none(Some("it")), or_none(None)).said(), "\"it\"none");
        assert_eq!(any_of::<String>(&[]).said(), "");
        assert_eq!(any_of(&[&one, &two]).said(), "\"one\" or \"two\"");
        assert_eq!(List { words: &["a", "b", "c"], between: ", " }.said(), "a, b, c");
        assert_eq!(Ok::<&str, usize>("fine").said() + &Err::<&str, usize>(3).said(), "fine3");
        assert_eq!(format_args!("{:?}", 1.5).said(), "1.5");
        assert_eq!(Excerpt(&"é".repeat(150)).said(), "é".repeat(100) + "…");
    }
}
