//! `vestibule audit verify · list · export`

use super::log::duration;
use crate::cli::{AuditCommand, AuditRange};
use crate::output::{self, Exit, Failure};
use vestibule_app::App;
use vestibule_app::audit::{self, Listed, Verified};
use vestibule_model::audit::{Filter, Head, Record};
use vestibule_model::trace::{Change, shown};

pub(super) async fn run(app: &App, command: AuditCommand, json: bool) -> Result<Exit, Failure> {
    match command {
        AuditCommand::Verify { account, head } => {
            let verified = match account {
                Some(label) => {
                    let head = head.as_deref().map(head_of).transpose()?;
                    vec![audit::verify(&app.operator(), &label, head).await?]
                }
                None => audit::verify_all(&app.operator()).await?,
            };
            output::list(&verified, json, told)?;
            let whole = verified.iter().all(|verified| verified.broken.is_none());
            Ok(if whole { Exit::Done } else { Exit::Failed })
        }
        AuditCommand::List { range, about, limit } => {
            let since = range.since.as_deref().map(duration).transpose()?;
            let about = about.map(|text| text.trim().to_lowercase());
            let since = since.map(|since| app.now() - since);
            let filter = Filter { about, since, limit, ..Filter::default() };
            let found = audit::list(&app.operator(), &range.account, &filter).await?;
            if found.is_empty() && !json {
                output::line(
                    "No records. Every change that an administrator or the operator makes is listed here.",
                );
            }
            output::list(&found, json, line)
        }
        AuditCommand::Export { range } => export(app, &range).await,
    }
}

fn head_of(text: &str) -> Result<Head, Failure> {
    Head::parse(text).ok_or_else(|| {
        Failure::usage(format!(
            "\"{}\" is no head: it is a number, a colon and 64 hexadecimal digits.",
            shown(text)
        ))
    })
}

fn told(verified: &Verified) -> String {
    let Verified { account, records, head, broken } = verified;
    match broken {
        None => format!("{account:<20} whole: {records} records, head {head}"),
        Some(broken) => format!("{account:<20} broken at record {}: {}", broken.number, broken.message),
    }
}

fn line(listed: &Listed) -> String {
    let Record { number, time, actor, entrance, address, deed, subject, changes, .. } = &listed.record;
    let address = address.as_ref().map(|address| format!(" ({address})")).unwrap_or_default();
    let changes: Vec<String> = changes.iter().map(changed).collect();
    let changes = if changes.is_empty() { String::new() } else { format!("  {}", changes.join("; ")) };
    format!(
        "{number:>6}  {time:.0}  {} by {}{address}: {} {}{changes}",
        actor.name(),
        entrance.title(),
        deed.as_str(),
        shown(&subject.name)
    )
}

fn changed(change: &Change) -> String {
    let said = |value: &Option<String>| value.as_deref().map_or("-".to_owned(), shown);
    format!("{} {} -> {}", change.field, said(&change.before), said(&change.after))
}

async fn export(app: &App, range: &AuditRange) -> Result<Exit, Failure> {
    let since = range.since.as_deref().map(duration).transpose()?.map(|since| app.now() - since);
    let mut export = audit::export(&app.operator(), &range.account, since).await?;
    while let Some(lines) = export.next().await? {
        if !lines.is_empty() {
            output::line(lines.trim_end_matches('\n'));
        }
    }
    Ok(Exit::Done)
}
