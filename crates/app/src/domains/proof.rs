//! Looking for the proof of a claim in the three places where it may be.

use super::page;
use crate::context::App;
use crate::outbound::{Page, Records};
use vestibule_model::domain::claim::{Claim, FILE, Findings, Seen};

/// As much as is read of the file, and of the home page, in bytes.
const FILE_BYTES: usize = 4 * 1024;
const PAGE_BYTES: usize = 256 * 1024;

/// Looks everywhere at once.
pub(super) async fn look(app: &App, claim: &Claim) -> Findings {
    let outbound = &app.inner.outbound;
    let host = claim.domain.as_str();
    let (records, file, home) = tokio::join!(
        outbound.txt(host),
        outbound.page(host, FILE, FILE_BYTES),
        outbound.page(host, "/", PAGE_BYTES)
    );
    Findings { dns: among(records, claim), file: in_file(file, claim), meta: on_page(home, claim) }
}

fn among(records: Records, claim: &Claim) -> Seen {
    match records {
        Records::Silent(why) => Seen::Unknown(format!("The name server could not say: {why}.")),
        Records::Found(records) if records.iter().any(|record| record.trim() == claim.proof()) => {
            Seen::Proved
        }
        Records::Found(records) if records.is_empty() => {
            Seen::Absent("The domain has no TXT record of its own.".to_owned())
        }
        Records::Found(records) => {
            let stale = records.iter().any(|record| record.trim().starts_with(page::NAMED));
            Seen::Absent(match stale {
                true => "There is such a TXT record, with another value.".to_owned(),
                false => format!("None of {} TXT records is it.", records.len()),
            })
        }
    }
}

fn in_file(file: Page, claim: &Claim) -> Seen {
    answered(file, |text| {
        let found = text.lines().any(|line| line.trim() == claim.proof());
        if found { Seen::Proved } else { Seen::Absent("The file says something else.".to_owned()) }
    })
}

fn on_page(home: Page, claim: &Claim) -> Seen {
    answered(home, |text| match page::tokens(text) {
        tokens if tokens.iter().any(|token| token.trim() == claim.token) => Seen::Proved,
        tokens if tokens.is_empty() => {
            Seen::Absent("The home page has no such meta tag in its head.".to_owned())
        }
        _ => Seen::Absent("The meta tag of the home page has another value.".to_owned()),
    })
}

fn answered(page: Page, read: impl FnOnce(&str) -> Seen) -> Seen {
    match page {
        Page::Body(body) => read(&String::from_utf8_lossy(&body)),
        Page::Refused(why) => Seen::Absent(sentence(&why)),
        Page::Silent(why) => Seen::Unknown(sentence(&why)),
    }
}

fn sentence(words: &str) -> String {
    let mut letters: Vec<char> = words.chars().take(300).collect();
    if !words.starts_with("http")
        && let Some(first) = letters.first_mut()
    {
        *first = first.to_ascii_uppercase();
    }
    format!("{}.", letters.into_iter().collect::<String>())
}
