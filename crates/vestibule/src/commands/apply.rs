//! `vestibule apply FILE [--plan]` and `vestibule export`

use crate::cli::ApplyArgs;
use crate::output::{self, Exit, Failure};
use serde_json::json;
use std::path::Path;
use vestibule_app::App;
use vestibule_app::configuration::{self, Difference, Source};
use vestibule_model::domain::Domain;

pub(super) async fn run(app: &App, args: &ApplyArgs, json: bool) -> Result<Exit, Failure> {
    let operator = app.operator();
    let planned = configuration::plan(&operator, &source(&args.file)?).await?;
    if args.plan {
        let exit = if planned.changes.is_empty() { Exit::Done } else { Exit::Changes };
        if json {
            output::object(&planned)?;
        } else {
            show(&planned.changes);
            for (domain, people) in &planned.asked_to_move {
                output::line(asked(domain, *people));
            }
        }
        return Ok(exit);
    }
    let applied = configuration::apply(&operator, planned).await?;
    if json {
        output::object(&applied)?;
    } else {
        show(&applied.changes);
        output::line(format!("{} is at version {}.", applied.account, applied.version));
    }
    Ok(Exit::Done)
}

pub(super) fn source(path: &Path) -> Result<Source, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(Source { name: path.display().to_string(), text, folder })
}

fn show(changes: &[Difference]) {
    if changes.is_empty() {
        output::line("No changes.");
    }
    for Difference { key, before, after } in changes {
        output::line(match (before, after) {
            (None, Some(after)) => format!("+ {key} = {after}"),
            (Some(before), None) => format!("- {key} = {before}"),
            (before, after) => {
                format!(
                    "~ {key}: {} -> {}",
                    before.as_deref().unwrap_or_default(),
                    after.as_deref().unwrap_or_default()
                )
            }
        });
    }
}

/// Whom a policy would begin to ask.
fn asked(domain: &Domain, people: u64) -> String {
    let who = match people {
        0 => "Nobody has".to_owned(),
        1 => "1 person has".to_owned(),
        people => format!("{people} people have"),
    };
    format!(
        "{domain}: {who} a user in another account with an address of it; with this file they are asked to move at their next sign-in, but for owners of accounts."
    )
}

pub(super) async fn export(app: &App, account: &str, json: bool) -> Result<Exit, Failure> {
    let file = configuration::export(&app.operator(), account).await?;
    if json {
        output::object(&json!({ "account": account, "file": file }))?;
    } else {
        output::line(file.trim_end());
    }
    Ok(Exit::Done)
}
