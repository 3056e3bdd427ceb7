//! Writing the calls that wait: masked, packed together by account, encrypted, in transactions that let others go first.

use super::waiting::Call;
use super::whom::Meant;
use super::{mask, sealed, waiting};
use crate::context::App;
use crate::error::Error;
use crate::vault::{Place, Purpose};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use vestibule_model::api_call::{Body, Detail, Entry};
use vestibule_model::id::AccountId;
use vestibule_store::api_calls::Block;
use vestibule_store::{self as store};

/// How long a call waits at most.
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// The most calls in one block.
const BLOCK_CALLS: usize = 256;
/// When a block has so many bytes of bodies, the next one begins.
const BLOCK_BYTES: usize = 512 * 1024;
/// The most that is kept of a sentence, in characters.
const LONGEST_STORY: usize = 400;

/// Writes what waits, again and again: after a second, or when enough waits.
pub(crate) async fn keep_writing(app: &App) {
    let mut ticks = tokio::time::interval(WRITE_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.inner.calls.enough() => {}
        }
        if let Err(error) = write_waiting(app).await {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(source, "calls of the APIs are missing in the log: {error}");
        }
    }
}

/// Writes the calls that wait, and tells how many there were.
///
/// # Errors
/// When the store does not answer; what was not written yet is dropped.
pub async fn write_waiting(app: &App) -> Result<usize, Error> {
    let (waiting, lost) = app.inner.calls.take();
    if lost > 0 {
        tracing::warn!(lost, "too many calls of the APIs at once: some are missing in the log");
    }
    let count = waiting.len();
    let mut by_account: BTreeMap<AccountId, Vec<Call>> = BTreeMap::new();
    for call in waiting {
        by_account.entry(call.account).or_default().push(call);
    }
    for (account, calls) in by_account {
        write_account(app, account, calls).await?;
    }
    Ok(count)
}

async fn write_account(app: &App, account: AccountId, calls: Vec<Call>) -> Result<(), Error> {
    let (mut entries, mut meant, mut details, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let hidden = mask::Hidden::of(&app.inner.deployment.schemas);
    for call in calls {
        meant.extend(Meant::by(&call.heard).map(|whom| (entries.len(), whom)));
        let (entry, detail) = told(call, &hidden);
        bytes += size(&detail);
        entries.push(entry);
        details.push(detail);
        if entries.len() == BLOCK_CALLS || bytes >= BLOCK_BYTES {
            let calls = (std::mem::take(&mut entries), std::mem::take(&mut meant));
            write_block(app, account, calls, &std::mem::take(&mut details)).await?;
            bytes = 0;
        }
    }
    write_block(app, account, (entries, meant), &details).await
}

/// Writes calls, of which some mean somebody who has yet to be looked up: at that place among them.
async fn write_block(
    app: &App,
    account: AccountId,
    (entries, meant): (Vec<Entry>, Vec<(usize, Meant)>),
    details: &[Detail],
) -> Result<(), Error> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
    let place = Place { purpose: Purpose::Calls, account, row: first.id.to_bytes() };
    let sealed = app.inner.vault.seal_packed(place, app.random(), &sealed::write(details)?)?;
    let block = Block { id: first.id, last: last.id, sealed };
    let calls = Arc::new((entries, meant, block));
    let written = app.store().account(account).bulk().write(move |tx| {
        let calls = Arc::clone(&calls);
        Box::pin(async move {
            let (entries, meant, block) = &*calls;
            let mut entries = Cow::Borrowed(entries.as_slice());
            for (at, meant) in meant {
                let subject = meant.known(tx).await?;
                if let Some(entry) = entries.to_mut().get_mut(*at) {
                    entry.subject = subject;
                }
            }
            store::api_calls::insert(tx, &entries, block).await
        })
    });
    Ok(written.await?)
}

/// A call as it is kept.
fn told(call: Call, hidden: &mask::Hidden) -> (Entry, Detail) {
    let Call { id, account: _, client, duration_micros, heard } = call;
    let hidden = hidden.at(&heard.target);
    let detail = Detail {
        request: body(&heard.request, mask::Side::Asked, hidden),
        response: body(&heard.response, mask::Side::Answered, hidden),
        refusal: heard.refusal,
        quirks: heard.quirks.into_iter().map(str::to_owned).collect(),
        action: heard.action,
    };
    let story = detail.action.first().or(detail.refusal.as_ref());
    let entry = Entry {
        id,
        time: heard.began,
        method: heard.method,
        path: mask::target(&heard.target),
        status: heard.status,
        duration_micros,
        token: client.token,
        client: plain(client.name.clone(), LONGEST_STORY),
        dialect: heard.dialect.map(str::to_owned),
        story: story.map(|text| plain(text.clone(), LONGEST_STORY)),
        subject: heard.subject,
    };
    (entry, detail)
}

fn body(raw: &waiting::Raw, side: mask::Side, hidden: Option<&mask::Hidden>) -> Option<Body> {
    if raw.length == 0 {
        return None;
    }
    let is_cut = raw.length > raw.start.len() as u64;
    Some(Body { length: raw.length, text: mask::body(&raw.start, is_cut, side, hidden), is_cut })
}

fn size(detail: &Detail) -> usize {
    let of = |body: &Option<Body>| body.as_ref().and_then(|body| body.text.as_ref()).map_or(0, String::len);
    of(&detail.request) + of(&detail.response)
}

/// A text for a column: one line, bounded.
pub(super) fn plain(text: String, most: usize) -> String {
    let is_plain = text.len() <= most && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain {
        return text;
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect()
}
