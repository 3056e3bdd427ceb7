//! Points in time as pages show them: UTC in words, and the machine's spelling for the script, which puts the reader's own zone
//! in their place. Whoever reads without a script reads UTC.
//!
//! The one thing to know: the script knows a moment in a sentence by the spelling of [`Moment::full`], and the columns of
//! [`Moment::clock`] by the head of the table, where `data-zone` marks the name of the zone.

use jiff::Timestamp;

/// A point in time on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// For the `datetime` attribute.
    #[must_use]
    pub fn iso(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The day alone.
    #[must_use]
    pub fn day(self) -> String {
        self.0.strftime("%-d %B %Y").to_string()
    }

    /// The day of the week and of the month, under a bar.
    #[must_use]
    pub fn weekday(self) -> String {
        self.0.strftime("%a %-d").to_string()
    }

    /// Date and time, in columns that say UTC above.
    #[must_use]
    pub fn clock(self) -> String {
        self.0.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Date, time and zone.
    #[must_use]
    pub fn full(self) -> String {
        self.0.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
    }
}
