//! The details of a block as they are sealed: their documents (JSON), and behind a NUL, which no document has in it, the bodies.
//!
//! A body is JSON itself: inside of a document it would have to be escaped, packed with its escapes, and read with every other one
//! of its block. A document says how long each of its bodies is, in bytes; they follow each other in the order of the documents.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use vestibule_model::api_call::{Body, Detail};

/// The documents of a block, and behind them the bodies.
pub(super) fn write(details: &[Detail]) -> Result<Vec<u8>, Error> {
    let texts = || details.iter().flat_map(|detail| [&detail.request, &detail.response]).filter_map(text);
    let size: usize = texts().map(str::len).sum();
    let mut plain = Vec::with_capacity(size + 256 * details.len());
    let documents: Vec<Written<'_>> = details.iter().map(Written::of).collect();
    serde_json::to_writer(&mut plain, &documents).map_err(Error::internal)?;
    plain.push(0);
    texts().for_each(|text| plain.extend_from_slice(text.as_bytes()));
    Ok(plain)
}

/// The detail at a place of a block. In blocks of an older version the bodies stand in the documents.
pub(super) fn read(plain: &[u8], place: usize) -> Result<Detail, Error> {
    let mut parts = plain.splitn(2, |byte| *byte == 0);
    let documents: Vec<Read> =
        serde_json::from_slice(parts.next().unwrap_or_default()).map_err(Error::internal)?;
    let mut bodies = Bodies(parts.next().unwrap_or_default());
    let mut details = documents.into_iter().map(|document| document.with(&mut bodies));
    details.nth(place).ok_or_else(|| Error::internal("a call is not in its block"))
}

fn text(body: &Option<Body>) -> Option<&str> {
    body.as_ref()?.text.as_deref()
}

/// A detail about to be written.
#[derive(Serialize)]
struct Written<'a> {
    action: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: &'a Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    quirks: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Beside>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Beside>,
}

impl<'a> Written<'a> {
    fn of(detail: &'a Detail) -> Self {
        let Detail { action, refusal, quirks, request, response } = detail;
        Self { action, refusal, quirks, request: Beside::of(request), response: Beside::of(response) }
    }
}

/// A body whose text stands behind the documents.
#[derive(Serialize)]
struct Beside {
    length: u64,
    text: Option<usize>,
    is_cut: bool,
}

impl Beside {
    fn of(body: &Option<Body>) -> Option<Self> {
        let Body { length, text, is_cut } = body.as_ref()?;
        Some(Self { length: *length, text: text.as_ref().map(String::len), is_cut: *is_cut })
    }
}

/// A detail that was read.
#[derive(Deserialize)]
struct Read {
    action: Vec<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    quirks: Vec<String>,
    #[serde(default)]
    request: Option<ReadBody>,
    #[serde(default)]
    response: Option<ReadBody>,
}

#[derive(Deserialize)]
struct ReadBody {
    length: u64,
    text: Option<Text>,
    is_cut: bool,
}

/// Where the text of a body is.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    /// Behind the documents, so many bytes.
    Beside(usize),
    /// Here.
    Inside(String),
}

/// The bodies that were not taken yet.
struct Bodies<'p>(&'p [u8]);

impl Bodies<'_> {
    fn next(&mut self, length: usize) -> String {
        let (text, rest) = self.0.split_at_checked(length).unwrap_or((self.0, &[]));
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}

impl Read {
    fn with(self, bodies: &mut Bodies<'_>) -> Detail {
        let mut body = |body: Option<ReadBody>| {
            let ReadBody { length, text, is_cut } = body?;
            let text = text.map(|text| match text {
                Text::Beside(length) => bodies.next(length),
                Text::Inside(text) => text,
            });
            Some(Body { length, text, is_cut })
        };
        let (request, response) = (body(self.request), body(self.response));
        Detail { action: self.action, refusal: self.refusal, quirks: self.quirks, request, response }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: Option<&str>) -> Option<Body> {
        Some(Body { length: 9, text: text.map(str::to_owned), is_cut: true })
    }

    #[test]
    fn bodies_stand_beside_their_documents_or_in_them() {
        let detail = Detail {
            action: vec!["created anna".to_owned()],
            refusal: Some("why\0not".to_owned()),
            quirks: vec!["a quirk".to_owned()],
            request: body(Some("{\"é\":1}")),
            response: body(None),
        };
        let other = Detail { response: body(Some("[]")), ..Detail::default() };
        let details = [detail, other, Detail { request: body(Some("")), ..Detail::default() }];
        let (plain, older) = (write(&details).unwrap(), serde_json::to_vec(&details).unwrap());
        for (place, detail) in details.iter().enumerate() {
            assert_eq!(read(&plain, place).unwrap(), *detail);
            assert_eq!(read(&older, place).unwrap(), *detail);
        }
        assert!(read(&plain, 3).is_err());
    }
}
