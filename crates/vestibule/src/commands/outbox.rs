//! `vestibule outbox`

use crate::output::{self, Exit, Failure};
use serde::Serialize;
use vestibule_app::App;
use vestibule_app::outbox::{self, Delivery, Mail};

#[derive(Serialize)]
struct Shown {
    id: String,
    created_at: jiff::Timestamp,
    to: String,
    subject: String,
    /// Gone once nobody waits for it: it may hold a one-time link.
    body: Option<String>,
    state: &'static str,
    attempts: i64,
    ended_at: Option<jiff::Timestamp>,
    answer: Option<String>,
}

pub(super) async fn run(app: &App, json: bool) -> Result<Exit, Failure> {
    let mails: Vec<Shown> = outbox::list(&app.operator()).await?.into_iter().map(shown).collect();
    if mails.is_empty() && !json {
        output::line("No mails.");
    }
    output::list(&mails, json, |mail| {
        format!(
            "To: {}\nDate: {:.0}\nSubject: {}\nState: {}\n\n{}\n---",
            mail.to,
            mail.created_at,
            mail.subject,
            state(mail),
            mail.body.as_deref().unwrap_or("(The text was removed: it may have held a link.)").trim_end()
        )
    })
}

/// What became of it, for people.
fn state(mail: &Shown) -> String {
    let answer = mail.answer.as_deref().unwrap_or_default();
    match (mail.state, mail.ended_at) {
        ("kept", _) => "kept here, not sent".to_owned(),
        ("queued", _) if mail.attempts == 0 => "waits to be sent by `vestibule serve`".to_owned(),
        ("queued", _) => format!("not sent yet, tried {}: {answer}", times(mail.attempts)),
        (state, Some(at)) => format!("{state} {at:.0}, tried {}: {answer}", times(mail.attempts)),
        (state, None) => state.to_owned(),
    }
}

fn times(count: i64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn shown(mail: Mail) -> Shown {
    let gone = matches!(mail.delivery, Delivery::Sent { .. } | Delivery::Failed { .. });
    Shown {
        id: mail.id.to_string(),
        created_at: mail.created_at,
        to: mail.to,
        subject: mail.subject,
        state: mail.delivery.as_str(),
        attempts: mail.delivery.attempts(),
        ended_at: mail.delivery.ended_at(),
        answer: mail.delivery.answer().map(str::to_owned),
        body: (!gone).then_some(mail.body_text),
    }
}
