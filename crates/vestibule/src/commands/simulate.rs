//! `vestibule simulate --account LABEL FILE`

use super::apply::source;
use super::log::duration;
use crate::cli::SimulateArgs;
use crate::output::{self, Exit, Failure};
use crate::progress::Watch;
use vestibule_app::App;
use vestibule_app::simulate::{self, Fate, Progress, Simulated, Simulation};
use vestibule_model::trace::shown;

pub(super) async fn run(app: &App, args: &SimulateArgs, json: bool) -> Result<Exit, Failure> {
    let since = app.now() - duration(&args.since)?;
    let source = source(&args.file)?;
    let watch = Watch::new("responses");
    let simulated =
        simulate::file(&app.operator(), &args.account, &source, since, &|Progress { done, total }| {
            watch.tell(done, total)
        })
        .await;
    watch.end();
    let simulation = simulated?;
    if json {
        output::object(&simulation)?;
    } else {
        show(&simulation);
    }
    Ok(Exit::Done)
}

fn show(simulation: &Simulation) {
    let Simulation { responses, people, changed, not_kept, not_in_use, .. } = simulation;
    let sentences: Vec<String> = simulation.totals.iter().map(simulate::Total::sentence).collect();
    output::line(if sentences.is_empty() {
        "Nothing would change.".to_owned()
    } else {
        sentences.join(", ") + "."
    });
    output::line(format!(
        "{changed} of {people} people would change, by their latest verified response among {responses} since {:.0}.",
        simulation.since
    ));
    if not_kept.people > 0 {
        let more = if (not_kept.named.len() as u64) < not_kept.people { ", …" } else { "" };
        let named: Vec<String> = not_kept.named.iter().map(|name| shown(name)).collect();
        output::line(format!(
            "Nothing is known of {} whose responses are not kept (save_response_logs): {}{more}",
            not_kept.people,
            named.join(", ")
        ));
    }
    if *not_in_use > 0 {
        output::line(format!("{not_in_use} signed in by a connection that is not in use any more."));
    }
    simulation.items.iter().for_each(person);
    if simulation.left_out > 0 {
        output::line(format!("\n… and {} more.", simulation.left_out));
    }
}

fn person(item: &Simulated) {
    output::line(format!("\n{}  ({}, {:.0})", shown(&item.user), item.tracking_id, item.time));
    if (item.before.admitted, item.before.code) != (item.after.admitted, item.after.code) {
        output::line(format!("  {} -> {}", fate(&item.before), fate(&item.after)));
    }
    for change in &item.changes {
        let value = |value: &Option<String>| value.as_deref().map_or("-".to_owned(), shown);
        let rule =
            if change.rule.is_empty() { String::new() } else { format!("  ({})", shown(&change.rule)) };
        output::line(format!(
            "  {}: {} -> {}{rule}",
            change.field,
            value(&change.before),
            value(&change.after)
        ));
    }
}

fn fate(fate: &Fate) -> String {
    let why = fate.reason.as_deref().map(|reason| format!(": {}", shown(reason))).unwrap_or_default();
    match fate.code {
        _ if fate.admitted => "let in".to_owned(),
        Some(code) => format!("refused ({code}{why})"),
        None => format!("refused{why}"),
    }
}
