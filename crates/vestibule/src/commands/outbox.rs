//! `vestibule outbox`

use crate::output::{self, Exit, Failure};
use serde::Serialize;
use vestibule_app::{App, outbox};

#[derive(Serialize)]
struct Shown {
    id: String,
    created_at: jiff::Timestamp,
    to: String,
    subject: String,
    body: String,
}

pub(super) async fn run(app: &App, json: bool) -> Result<Exit, Failure> {
    let mails: Vec<Shown> = outbox::list(&app.operator()).await?.into_iter().map(shown).collect();
    if mails.is_empty() && !json {
        output::line("No mails.");
    }
    output::list(&mails, json, |mail| {
        format!(
            "To: {}\nDate: {:.0}\nSubject: {}\n\n{}\n---",
            mail.to,
            mail.created_at,
            mail.subject,
            mail.body.trim_end()
        )
    })
}

fn shown(mail: outbox::Mail) -> Shown {
    Shown {
        id: mail.id.to_string(),
        created_at: mail.created_at,
        to: mail.to,
        subject: mail.subject,
        body: mail.body_text,
    }
}
