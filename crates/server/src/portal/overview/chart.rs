//! Sign-ins of the last days as bars: a column for each day, in parts for each way to end.
//!
//! A column is an SVG without letters, as wide as there is room, so the numbers beside it stay as large as the reader wants
//! them. What a bar says stands below as a table too.

use super::number;
use crate::portal::moment::Moment;
use vestibule_app::overview::Day;

/// The height of the tallest column.
const TALL: i64 = 1_000;
/// The least height of a part that is not nothing, so that one refusal among thousands is seen.
const LEAST: i64 = 12;

/// The chart.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) days: Vec<Column>,
    pub(super) accepted: String,
    pub(super) refused: String,
    /// Restarts and tests, where there were any.
    pub(super) others: Option<String>,
    pub(super) is_empty: bool,
}

/// A day.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) day: Moment,
    pub(super) total: String,
    pub(super) accepted: String,
    pub(super) refused: String,
    pub(super) restarted: String,
    pub(super) tested: String,
    pub(super) bars: Vec<Bar>,
}

/// A part of a column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) y: i64,
    pub(super) height: i64,
}

impl Chart {
    pub(super) fn of(days: &[Day]) -> Self {
        let most = days.iter().map(Day::total).max().unwrap_or(0);
        let sum = |part: fn(&Day) -> i64| days.iter().map(part).sum::<i64>();
        let others = sum(|day| day.restarted + day.tested);
        Self {
            days: days.iter().map(|day| column(day, most)).collect(),
            accepted: number(sum(|day| day.accepted)),
            refused: number(sum(|day| day.refused)),
            others: (others > 0).then(|| number(others)),
            is_empty: most == 0,
        }
    }
}

fn column(day: &Day, most: i64) -> Column {
    Column {
        day: Moment(day.day),
        total: number(day.total()),
        accepted: number(day.accepted),
        refused: number(day.refused),
        restarted: number(day.restarted),
        tested: number(day.tested),
        bars: bars(day, most),
    }
}

/// From the ground up: who came in, who did not, and what was no sign-in of anybody.
fn bars(day: &Day, most: i64) -> Vec<Bar> {
    let parts = [
        ("is-accepted", day.accepted),
        ("is-refused", day.refused),
        ("is-other", day.restarted + day.tested),
    ];
    let mut ground = TALL;
    let some = parts.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(class, count)| {
        let height = (count * (TALL - 2 * LEAST) / most.max(1)).max(LEAST);
        ground -= height;
        Bar { class, y: ground, height }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{Day, LEAST, TALL, bars};
    use jiff::Timestamp;

    #[test]
    fn parts_stand_on_each_other_and_the_smallest_is_seen() {
        let day = Day { day: Timestamp::UNIX_EPOCH, accepted: 50_000, refused: 1, restarted: 0, tested: 1 };
        let drawn = bars(&day, 100_000);
        assert_eq!(drawn.len(), 3);
        assert_eq!(drawn[0].y + drawn[0].height, TALL);
        assert_eq!((drawn[1].height, drawn[2].height), (LEAST, LEAST));
        assert_eq!(drawn[2].y + drawn[2].height, drawn[1].y);
        let full = bars(&day, day.total());
        assert!(full.iter().all(|bar| bar.y >= 0), "{full:?}");
        assert!(bars(&Day { accepted: 0, refused: 0, tested: 0, ..day }, 0).is_empty());
    }
}
