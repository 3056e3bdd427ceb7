//! Functions of dates. All is in UTC.

use super::super::date_format::Format;
use super::super::error::{EvalError, Failure};
use super::super::eval::{Run, failed, unsuitable};
use super::super::node::Call;
use super::super::signature::{Fault, Function, Takes, Type, needed, optional};
use super::super::value::Value;
use super::Prepared;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

pub(super) const TABLE: &[Function] = &[
    Function::new("CDate", &[needed("expression", Takes::Date)], Type::Date, to_date),
    Function::new(
        "DateAdd",
        &[
            needed("interval", Takes::Constant),
            needed("value", Takes::Integer),
            needed("dateTime", Takes::Date),
        ],
        Type::Date,
        date_add,
    )
    .prepared(interval),
    Function::new(
        "DateDiff",
        &[needed("interval", Takes::Constant), needed("date1", Takes::Date), needed("date2", Takes::Date)],
        Type::Integer,
        date_diff,
    )
    .prepared(interval),
    Function::new("DateFromNum", &[needed("value", Takes::Integer)], Type::Date, date_from_num),
    Function::new(
        "FormatDateTime",
        &[
            needed("source", Takes::Text),
            optional("dateTimeStyles", Takes::Constant),
            needed("inputFormat", Takes::Constant),
            needed("outputFormat", Takes::Constant),
        ],
        Type::Text,
        format_date_time,
    )
    .prepared(formats),
    Function::new("Now", &[], Type::Date, |run, _| Ok(Value::Date(run.context.now))),
    Function::new("NumFromDate", &[needed("value", Takes::Date)], Type::Integer, num_from_date),
];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Interval {
    Years,
    Months,
    Weeks,
    Days,
    Hours,
    Minutes,
    Seconds,
}

/// Of `FormatDateTime`.
#[derive(Debug)]
pub(in super::super) struct Formats {
    input: Format,
    written: String,
    output: Format,
    trims: Trims,
}

/// Which white space in the source does not matter.
#[derive(Debug, Default)]
struct Trims {
    leading: bool,
    trailing: bool,
    inner: bool,
}

/// Seconds from 1601, where the numbers of a directory begin, to 1970.
const FILETIME_EPOCH_SECONDS: i128 = 11_644_473_600;

fn interval(call: &Call) -> Result<Prepared, Fault> {
    let found = call.arguments.first().and_then(|node| node.constant()).unwrap_or_default();
    let interval = match found {
        "yyyy" => Interval::Years,
        "m" => Interval::Months,
        "ww" => Interval::Weeks,
        "d" => Interval::Days,
        "h" => Interval::Hours,
        "n" => Interval::Minutes,
        "s" => Interval::Seconds,
        _ => {
            return Err(Fault::new(
                0,
                format!("\"{found}\" is no interval; write yyyy, m, ww, d, h, n (minutes) or s"),
            ));
        }
    };
    Ok(Prepared::Interval(interval))
}

fn to_date(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    Ok(run.date(call, 0)?.map_or(Value::Null, Value::Date))
}

fn date_add(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let (count, date) = (run.integer(call, 1)?, run.date(call, 2)?);
    let (Some(count), Some(date)) = (count, date) else { return Ok(Value::Null) };
    let Prepared::Interval(interval) = call.prepared else { return Ok(Value::Null) };
    let added = later(date, interval, count).filter(|date| is_in_range(*date));
    added.map(Value::Date).ok_or_else(|| failed(call, Failure::OutOfRange))
}

fn later(date: Timestamp, interval: Interval, count: i64) -> Option<Timestamp> {
    let span = match interval {
        Interval::Years => Span::new().try_years(count),
        Interval::Months => Span::new().try_months(count),
        Interval::Weeks => Span::new().try_weeks(count),
        Interval::Days => Span::new().try_days(count),
        Interval::Hours => Span::new().try_hours(count),
        Interval::Minutes => Span::new().try_minutes(count),
        Interval::Seconds => Span::new().try_seconds(count),
    };
    let later = Offset::UTC.to_datetime(date).checked_add(span.ok()?).ok()?;
    Offset::UTC.to_timestamp(later).ok()
}

/// Whether a date is in the years 1 to 9999, which can be written and read.
fn is_in_range(date: Timestamp) -> bool {
    (1..=9999).contains(&Offset::UTC.to_datetime(date).year())
}

/// From the first date to the second. Years and months are those of the calendar; weeks begin on Sunday; what is shorter is
/// the time between them, cut.
fn date_diff(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let (from, to) = (run.date(call, 1)?, run.date(call, 2)?);
    let (Some(from), Some(to)) = (from, to) else { return Ok(Value::Null) };
    let Prepared::Interval(interval) = call.prepared else { return Ok(Value::Null) };
    let [first, last] = [from, to].map(|date| Offset::UTC.to_datetime(date));
    let seconds = to.duration_since(from).as_secs();
    let months = |date: DateTime| i64::from(date.year()) * 12 + i64::from(date.month());
    let sundays = |date: DateTime| i64::from(date.weekday().to_sunday_zero_offset());
    Ok(Value::Integer(match interval {
        Interval::Years => i64::from(last.year()) - i64::from(first.year()),
        Interval::Months => months(last) - months(first),
        Interval::Weeks => (seconds + (sundays(first) - sundays(last)) * 86_400) / 86_400 / 7,
        Interval::Days => seconds / 86_400,
        Interval::Hours => seconds / 3_600,
        Interval::Minutes => seconds / 60,
        Interval::Seconds => seconds,
    }))
}

fn date_from_num(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let Some(number) = run.integer(call, 0)? else { return Ok(Value::Null) };
    let nanoseconds = i128::from(number) * 100 - FILETIME_EPOCH_SECONDS * 1_000_000_000;
    let date = Timestamp::from_nanosecond(nanoseconds).ok().filter(|date| is_in_range(*date));
    date.map(Value::Date).ok_or_else(|| failed(call, Failure::OutOfRange))
}

fn num_from_date(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let Some(date) = run.date(call, 0)? else { return Ok(Value::Null) };
    let number = date.as_nanosecond().div_euclid(100) + FILETIME_EPOCH_SECONDS * 10_000_000;
    i64::try_from(number).map(Value::Integer).map_err(|_| failed(call, Failure::OutOfRange))
}

fn formats(call: &Call) -> Result<Prepared, Fault> {
    let constant = |place: usize| call.arguments.get(place).and_then(|node| node.constant());
    let (input, output) = (constant(2).unwrap_or_default(), constant(3).unwrap_or_default());
    Ok(Prepared::Formats(Box::new(Formats {
        input: Format::parse_for_reading(input).map_err(|reason| Fault::new(2, reason))?,
        written: input.to_owned(),
        output: Format::parse(output).map_err(|reason| Fault::new(3, reason))?,
        trims: trims(constant(1).unwrap_or("AllowLeadingWhite, AllowTrailingWhite"))?,
    })))
}

/// Reads the styles. A date without an offset is in UTC anyway, and one with an offset is converted to it.
fn trims(styles: &str) -> Result<Trims, Fault> {
    let mut trims = Trims::default();
    for style in styles.split([',', '|']).map(str::trim) {
        match style {
            "AllowLeadingWhite" => trims.leading = true,
            "AllowTrailingWhite" => trims.trailing = true,
            "AllowInnerWhite" => trims.inner = true,
            "AllowWhiteSpaces" => trims = Trims { leading: true, trailing: true, inner: true },
            ""
            | "None"
            | "RoundtripKind"
            | "AssumeUniversal"
            | "AdjustToUniversal"
            | "NoCurrentDateDefault" => (),
            _ => {
                return Err(Fault::new(
                    1,
                    format!(
                        "\"{style}\" is not supported; write AllowLeadingWhite, AllowTrailingWhite, \
                         AllowInnerWhite, AllowWhiteSpaces, RoundtripKind, AssumeUniversal, AdjustToUniversal, \
                         NoCurrentDateDefault or None"
                    ),
                ));
            }
        }
    }
    Ok(trims)
}

fn format_date_time(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let Prepared::Formats(formats) = &call.prepared else { return Ok(Value::Null) };
    let source = match run.argument(call, 0)? {
        // A date that another function made needs not be read.
        Value::Date(date) => return Ok(Value::Text(formats.output.write(date))),
        other => other.text().filter(|source| !source.is_empty()),
    };
    let Some(source) = source else { return Ok(Value::Null) };
    let Trims { leading, trailing, inner } = formats.trims;
    let text = if leading { source.trim_start() } else { &source };
    let text = if trailing { text.trim_end() } else { text };
    let collapsed =
        if inner { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() };
    match formats.input.read(&collapsed) {
        Some(date) => Ok(Value::Text(formats.output.write(date))),
        None => {
            Err(unsuitable(call, Value::Text(source), &format!("a date in the format {}", formats.written)))
        }
    }
}
