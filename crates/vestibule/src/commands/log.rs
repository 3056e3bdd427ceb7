//! `vestibule log` and `vestibule explain`

use crate::cli::LogArgs;
use crate::output::{self, Exit, Failure};
use jiff::SignedDuration;
use vestibule_app::response_log::{self, Explained};
use vestibule_app::{App, calls};
use vestibule_model::api_call;
use vestibule_model::code::Code;
use vestibule_model::email::Email;
use vestibule_model::response_log::Filter;
use vestibule_model::story::{self, Told, Verdict};
use vestibule_model::trace::Step;

pub(super) async fn list(app: &App, args: &LogArgs, json: bool) -> Result<Exit, Failure> {
    let filter = Filter {
        user: args.user.as_deref().map(folded),
        code: args.code.map(code).transpose()?,
        since: args.since.as_deref().map(duration).transpose()?.map(|duration| app.now() - duration),
        limit: args.limit,
        ..Filter::default()
    };
    let rows = response_log::list(&app.operator(), args.account.as_deref(), &filter).await?;
    if rows.is_empty() && !json {
        output::line("No responses. Every response that arrives is listed here for 7 days.");
    }
    output::list(&rows, json, |row| {
        let user = row.user.as_deref().unwrap_or("-");
        let why =
            row.code.map(|code| format!("{code} {}", row.message.unwrap_or_default())).unwrap_or_default();
        format!(
            "{:.0}  {:<10} {:<9} {user:<32} {}  {why}",
            row.time, row.account, row.outcome, row.tracking_id
        )
    })
}

/// `vestibule log --api`
pub(super) async fn calls(app: &App, args: &LogArgs, json: bool) -> Result<Exit, Failure> {
    let since = args.since.as_deref().map(duration).transpose()?.map(|duration| app.now() - duration);
    let filter = api_call::Filter { since, limit: args.limit, ..Default::default() };
    let rows = calls::list(&app.operator(), args.account.as_deref(), args.user.as_deref(), &filter).await?;
    if rows.is_empty() && !json {
        output::line(
            "No calls. Each call that shows a good token is listed here for 7 days, about a second later.",
        );
    }
    output::list(&rows, json, |row| {
        let client =
            row.dialect.as_ref().map_or_else(|| row.client.clone(), |it| format!("{} ({it})", row.client));
        let story = row.story.as_deref().unwrap_or("-");
        format!(
            "{:.0}  {:<10} {:>3} {:<6} {}  {client}: {story}",
            row.time, row.account, row.status, row.method, row.path
        )
    })
}

/// The form in which addresses are compared; what is no address is compared as it is.
fn folded(user: &str) -> String {
    Email::parse(user).map_or_else(|_| user.to_owned(), |email| email.folded().to_owned())
}

fn code(number: u16) -> Result<Code, Failure> {
    Code::from_number(number)
        .ok_or_else(|| Failure::usage(format!("{number} is no code of the response log.")))
}

/// A duration such as `180s`, `15m`, `1h`, `7d`.
pub(super) fn duration(text: &str) -> Result<SignedDuration, Failure> {
    let wrong = || Failure::usage(format!("\"{text}\" is not a duration like 180s, 15m, 1h or 7d."));
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: i64 = text.get(..text.len() - 1).and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
    let total = number.checked_mul(seconds).filter(|total| (0..=10 * 365 * 86_400).contains(total));
    total.map(SignedDuration::from_secs).ok_or_else(wrong)
}

pub(super) async fn explain(app: &App, tracking_id: &str, json: bool) -> Result<Exit, Failure> {
    let explained = response_log::explain(&app.operator(), tracking_id).await?;
    if json {
        output::object(&explained.explanation())?;
    } else {
        show(explained);
    }
    Ok(Exit::Done)
}

fn show(explained: Explained) {
    let compared = explained.detail.compared.clone();
    let e = explained.explanation();
    output::line(format!("{}  {:.0}  account {}", e.tracking_id, e.time, e.account));
    output::line(format!("{} {}", e.user.as_deref().unwrap_or("somebody unnamed"), e.outcome));
    if let (Some(code), Some(message), Some(cure)) = (e.code, &e.message, &e.cure) {
        output::line(format!("\n{code}  {message}\n\nWhat to do: {cure}"));
    }
    let differing = compared.iter().filter(|value| !value.agrees);
    for value in differing {
        let asserted = value.asserted.as_deref().unwrap_or("(nothing)");
        output::line(format!(
            "\n{}\n  asserted:   {asserted}\n  configured: {}",
            value.name,
            value.configured.join(" or ")
        ));
    }
    tell(&e.trace);
    if !e.changes.is_empty() {
        output::line("\nWhat changed");
    }
    for change in &e.changes {
        let worded = |value: &Option<String>| {
            value.as_deref().map_or_else(|| "-".to_owned(), |value| story::value(&change.field, value))
        };
        let (before, after) = (worded(&change.before), worded(&change.after));
        output::line(format!("  {}: {before} -> {after}  ({})", story::field(&change.field), change.rule));
    }
}

/// A trace for people, under the questions that it answers.
pub(super) fn tell(trace: &[Step]) {
    for part in story::tell(trace) {
        output::line(format!("\n{}", part.chapter.title()));
        part.told.iter().for_each(|told| output::line(step(told)));
    }
}

/// One step: what was found, and what was asked for where that says more.
fn step(told: &Told) -> String {
    let Told { name, term, verdict, found, expected, passed_over } = told;
    let name = term.map_or_else(|| name.clone(), |term| format!("{name} ({term})"));
    let mark = match verdict {
        Verdict::Passed => "ok",
        Verdict::Warning => "!!",
        Verdict::Failed => "NO",
    };
    let mut text = format!("  {mark}  {name}\n        {found}");
    if *verdict != Verdict::Passed || !passed_over.is_empty() || found.starts_with("applies") {
        text.push_str(&format!("\n        asked for: {expected}"));
    }
    for rule in passed_over {
        text.push_str(&format!("\n        did not apply: {rule}"));
    }
    text
}
