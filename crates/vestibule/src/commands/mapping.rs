//! `vestibule mapping suggest`

use super::log::duration;
use crate::cli::MappingCommand;
use crate::output::{self, Exit, Failure};
use vestibule_app::App;
use vestibule_app::assistant::{self, Advice, Received, Value, Values};

pub(super) async fn run(app: &App, command: &MappingCommand, json: bool) -> Result<Exit, Failure> {
    let MappingCommand::Suggest { account, since, unmasked } = command;
    let since = app.now() - duration(since)?;
    let values = if *unmasked { Values::Plain } else { Values::Masked };
    let advice = assistant::suggest(&app.operator(), account, since, values).await?;
    if json {
        output::object(&advice)?;
    } else {
        show(&advice);
    }
    Ok(Exit::Done)
}

fn show(advice: &Advice) {
    let newest = if advice.is_cut { "the newest " } else { "" };
    output::line(format!("{newest}{} sign-ins since {:.0}", advice.sign_ins, advice.since));
    if advice.not_kept > 0 {
        output::line(format!(
            "Nothing is kept of {} more: the connection does not save responses (save_response_logs).",
            advice.not_kept
        ));
    }
    if let Some(overage) = &advice.overage {
        output::line(format!(
            "\nToo many groups: {} sign-ins came with {}\n  {}\n  What to do: {}",
            overage.sign_ins, overage.attribute, overage.meaning, overage.cure
        ));
    }
    output::line("\nWhat was sent");
    advice.attributes.iter().for_each(attribute);
    if advice.proposals.is_empty() {
        return output::line("\nEverything that is known by its name is mapped.");
    }
    output::line("\nWhat could be mapped");
    for proposal in &advice.proposals {
        let line = proposal.line.clone();
        let line = line.unwrap_or_else(|| format!("rules that ask for {}", proposal.attribute));
        output::line(format!("  {line}    # {} of {} sign-ins", proposal.sign_ins, advice.sign_ins));
    }
}

fn attribute(received: &Received) {
    let friendly = received.friendly_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let used = match received.used_by.is_empty() {
        true => "not mapped".to_owned(),
        false => format!("used by {}", received.used_by.join(", ")),
    };
    let more = if received.has_more { "more than " } else { "" };
    output::line(format!(
        "  {}{friendly}: {} sign-ins, {more}{} values such as {}; {used}",
        vestibule_model::trace::shown(&received.name),
        received.sign_ins,
        received.distinct,
        received.samples.join(", ")
    ));
    if !received.unruled.is_empty() {
        let listed: Vec<String> = received
            .unruled
            .iter()
            .map(|Value { value, sign_ins }| format!("{value} ({sign_ins})"))
            .collect();
        output::line(format!("    no rule is about: {}", listed.join(", ")));
    }
}
