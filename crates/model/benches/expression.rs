//! What an expression costs: `cargo bench -p vestibule-model --bench expression`.
//!
//! CPU time of this process, not wall time: reading a typical expression, which happens when a mapping is saved or loaded, and
//! evaluating it, which happens at every sign-in. Beside them stands the floor, a copy of the value that comes out. Nothing is written but a
//! table.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;

use cpu_time::ProcessTime;
use vestibule_model::expression::{Context, Expression};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 21;
const ITERATIONS: u32 = 1_000;

const PLAIN: &str = "Join(\" \", [givenName], [surname])";
const TYPICAL: &str = "Switch([employeeType], IIF(IsPresent([department]), PCase([department]), \"Guest\"), \
                       \"E\", Append(Left(ToLower(NormalizeDiacritics([givenName])), 1), [surname]), \"C\", \"Contractor\")";
const PATTERN: &str =
    r#"Replace([mail], , "^(?<first>[^.@]+)\\.(?<last>[^@]+)@.*$", , "${last}, ${first}", , )"#;
const DATE: &str = r#"FormatDateTime(DateAdd("yyyy", 1, [hired]), , "yyyy-MM-dd", "d MMMM yyyy")"#;

fn main() -> Outcome<()> {
    let object = [
        ("givenName", "Zoë"),
        ("surname", "Doe"),
        ("department", "RESEARCH"),
        ("employeeType", "E"),
        ("mail", "zoe.doe@contoso.com"),
        ("hired", "2012-03-16-07:00"),
    ];
    let object: BTreeMap<String, Vec<String>> =
        object.into_iter().map(|(name, value)| (name.to_owned(), vec![value.to_owned()])).collect();
    let context = Context::new("2026-03-01T12:00:00Z".parse()?, [0; 32]);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:44} {:>9} {:>9}", "microseconds of CPU", "minimum", "median")?;
    let floor = measure(|| !black_box("Zoë Doe").to_owned().is_empty())?;
    writeln!(out, "{:44} {:>9.3} {:>9.3}", "floor: copying a value", floor.0, floor.1)?;
    for (name, source) in
        [("join", PLAIN), ("choose and case", TYPICAL), ("pattern", PATTERN), ("date", DATE)]
    {
        let expression = Expression::parse(source)?;
        let read = measure(|| Expression::parse(black_box(source)).is_ok())?;
        let evaluated = measure(|| expression.evaluate(&object, &context).is_ok())?;
        for (what, (minimum, median)) in [("read", read), ("evaluated", evaluated)] {
            writeln!(out, "{:44} {minimum:>9.3} {median:>9.3}", format!("{name}: {what}"))?;
        }
    }
    Ok(())
}

/// Microseconds of CPU an iteration takes: the minimum and the median of the rounds.
fn measure(subject: impl Fn() -> bool) -> Outcome<(f64, f64)> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = ProcessTime::try_now()?;
        for _ in 0..ITERATIONS {
            if !black_box(subject()) {
                return Err("a subject fails".into());
            }
        }
        rounds.push(start.try_elapsed()?.as_secs_f64() * 1e6 / f64::from(ITERATIONS));
    }
    rounds.sort_by(f64::total_cmp);
    let at = |place: usize| rounds.get(place).copied().unwrap_or(f64::NAN);
    Ok((at(0), at(rounds.len() / 2)))
}
