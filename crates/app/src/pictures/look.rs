//! Looking at what is wanted as a picture: the deed of a job, one at a time on a node.
//!
//! Whatever goes wrong is noted with its reason, and no attempt follows by itself: the next sign-in wants the picture again,
//! after a day at the earliest.

use super::canonical::{self, Canonical, LARGEST_FILE};
use super::{LONGEST_BASE64, LONGEST_URL};
use crate::context::{App, JobCtx};
use crate::error::Error;
use crate::outbound::{Fetched, Validators};
use crate::secret::sha256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use vestibule_model::id::UserId;
use vestibule_store as store;
use vestibule_store::pictures::{Kind, Shown, Source};

/// What came of looking.
enum Found {
    Picture(Canonical, Validators),
    Unchanged,
}

/// Looks at what is wanted, and keeps it.
pub(crate) async fn look(ctx: &JobCtx, user: UserId) -> Result<Option<Timestamp>, Error> {
    let scope = ctx.app.store().account(ctx.account.id);
    let Some(source) = scope.read(move |tx| Box::pin(store::pictures::source(tx, user))).await? else {
        return Ok(None);
    };
    let Some(text) = source.text.clone() else { return Ok(None) };
    let found = find(&ctx.app, &source, &text).await;
    let now = ctx.app.now();
    if let Err(reason) = &found {
        tracing::info!(%user, account = %ctx.account.id, length = reason.len(), "a picture cannot be used");
    }
    let (found, source) = (found.map(|found| note(source.clone(), found)), source);
    let written = scope.write(move |tx| {
        let (found, source) = (found.clone(), source.clone());
        Box::pin(async move {
            match found {
                Ok(Some((source, shown))) => store::pictures::show(tx, user, &source, &shown, now).await,
                Ok(None) => store::pictures::unchanged(tx, user, &source, now).await,
                Err(reason) => store::pictures::fail(tx, user, &source, &reason, now).await,
            }
        })
    });
    written.await?;
    Ok(None)
}

/// The picture with what it came with; `None` when it is the one that is there.
fn note(source: Source, found: Found) -> Option<(Source, Shown)> {
    let Found::Picture(Canonical { media_type, image }, validators) = found else { return None };
    let Validators { etag, last_modified } = validators;
    let shown = Shown { hash: sha256(&image).to_vec(), media_type: media_type.to_owned(), image };
    Some((Source { etag, last_modified, ..source }, shown))
}

/// Fetches or decodes what is wanted; what is wrong with it is a sentence for administrators.
async fn find(app: &App, source: &Source, text: &str) -> Result<Found, String> {
    let (file, validators) = match source.kind {
        Kind::Base64 => (decode(text)?, Validators::default()),
        Kind::Url if text.len() > LONGEST_URL => {
            return Err(format!("The address is longer than {LONGEST_URL} bytes."));
        }
        Kind::Url => {
            let known = Validators { etag: source.etag.clone(), last_modified: source.last_modified.clone() };
            let fetched = app.inner.outbound.fetch_picture(text, LARGEST_FILE, &known).await;
            match fetched.map_err(|error| sentence(&error))? {
                Fetched::Unchanged => return Ok(Found::Unchanged),
                Fetched::Document(document) => (document.body, document.validators),
            }
        }
    };
    let made = tokio::task::spawn_blocking(move || canonical::of(&file)).await;
    // A decoder that stumbles has found a file that it cannot read.
    let made = made.map_err(|_| canonical::DAMAGED.to_owned())??;
    Ok(Found::Picture(made, validators))
}

fn sentence(error: &Error) -> String {
    let advice = error.advice().map(|advice| format!(" {advice}")).unwrap_or_default();
    format!("{}{advice}", error.message())
}

/// The bytes of a Base64 text, which may be a `data:` URL (RFC 2397), with line breaks.
fn decode(text: &str) -> Result<Vec<u8>, String> {
    if text.len() > LONGEST_BASE64 {
        return Err(format!("The picture in the response is longer than {} KB.", LONGEST_BASE64 / 1024));
    }
    let wrong = || "The value is neither an https address nor Base64.".to_owned();
    let text = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,").map(|(_, text)| text).ok_or_else(wrong)?,
        None => text,
    };
    let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if packed.is_empty() {
        return Err(wrong());
    }
    STANDARD.decode(packed).map_err(|_| wrong())
}
