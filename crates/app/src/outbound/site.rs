//! Looking at a web site for what only its owner can have put there: https first, and never away from its host.
//!
//! Whether somebody answered without it, or nobody answered, is another thing for whoever asks: a page that is gone proves
//! that it is gone.

use super::{Http, Outbound, header};
use crate::error::Error;
use reqwest::header::LOCATION;
use std::time::Duration;
use url::Url;

/// How long a site has for a page, redirects included.
const PATIENCE: Duration = Duration::from_secs(8);
const MOST_REDIRECTS: usize = 3;

/// What a site says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// The page, as much of it as was wanted.
    Body(Vec<u8>),
    /// An answer that is no page of this host; what it was.
    Refused(String),
    /// No answer that says anything; why.
    Silent(String),
}

impl Outbound {
    /// The first `limit` bytes of a page of a host. By http it is asked for where https is silent and the operator allowed the
    /// address, and nowhere else: what comes by http proves who sits on the way.
    pub(crate) async fn page(&self, host: &str, path: &str, limit: usize) -> Page {
        let by = async |scheme: &str| {
            let Ok(url) = Url::parse(&format!("{scheme}://{host}{path}")) else {
                return Page::Refused("the domain makes no address of a page".to_owned());
            };
            let looked = tokio::time::timeout(PATIENCE, self.walk(url, limit)).await;
            looked
                .unwrap_or_else(|_| Page::Silent(format!("no answer within {} seconds", PATIENCE.as_secs())))
        };
        let secure = by("https").await;
        if !matches!(secure, Page::Silent(_)) {
            return secure;
        }
        match by("http").await {
            Page::Silent(_) => secure,
            plain => plain,
        }
    }

    async fn walk(&self, first: Url, limit: usize) -> Page {
        let (host, mut next) = (first.host_str().map(str::to_owned), first);
        for _ in 0..=MOST_REDIRECTS {
            let response = match self.request(&next, &super::Validators::default(), Http::Inside).await {
                Ok(response) => response,
                Err(error) => return Page::Silent(words(&error)),
            };
            let status = response.status();
            if status.is_redirection() {
                let location = header(&response, LOCATION).and_then(|location| next.join(&location).ok());
                match location.filter(|url| url.host_str() == host.as_deref() && url.port() == next.port()) {
                    Some(url) => next = url,
                    None => {
                        return Page::Refused(format!("{next} leads to another host, which proves nothing"));
                    }
                }
                continue;
            }
            if status.is_success() {
                return start(response, limit)
                    .await
                    .unwrap_or_else(|error| Page::Silent(super::cause(&error)));
            }
            let found = format!("{next} answers {status}");
            let says_nothing = status.is_server_error() || status.as_u16() == 429;
            return if says_nothing { Page::Silent(found) } else { Page::Refused(found) };
        }
        Page::Refused(format!("more than {MOST_REDIRECTS} redirects"))
    }
}

/// The beginning of a body.
async fn start(mut response: reqwest::Response, limit: usize) -> Result<Page, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let left = limit - body.len();
        body.extend_from_slice(chunk.get(..left).unwrap_or(&chunk));
        if body.len() >= limit {
            break;
        }
    }
    Ok(Page::Body(body))
}

fn words(error: &Error) -> String {
    error.message().trim_end_matches('.').to_owned()
}
