//! What SCIM documents cost: `cargo bench -p vestibule-scim --bench documents`.
//!
//! CPU time of this process, not wall time. The page is what a client gets for `count=100`: each of its users is parsed from
//! the text that a store keeps, and written with everything into one answer; the target is one millisecond. The rows that
//! are filtered are parsed first, as they are where no column answers. Nothing is written but a table.

use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;

use cpu_time::ProcessTime;
use serde_json::{Map, Value, json};
use vestibule_scim::resource::{self, Projection, Rendered, Stored};
use vestibule_scim::{
    Document, ListResponse, Meta, Mode, Registry, ResourceType, filter, json as strict, patch,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 21;
const PAGE: usize = 100;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn body(number: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "externalId": format!("8f14e45f-ceea-467f-a0e6-{number:012}"),
        "userName": format!("ada.lovelace.{number}@acme.example"),
        "active": true,
        "displayName": format!("Ada Lovelace {number}"),
        "name": { "givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace" },
        "title": "Analyst",
        "preferredLanguage": "en-US",
        "emails": [
            { "value": format!("ada.lovelace.{number}@acme.example"), "type": "work", "primary": true },
            { "value": format!("ada.{number}@home.example"), "type": "home" },
        ],
        "phoneNumbers": [
            { "value": "+49 30 123456", "type": "work" },
            { "value": "+49 170 123456", "type": "mobile" },
        ],
        "addresses": [{ "type": "work", "streetAddress": "Main Street 1", "locality": "Berlin", "country": "DE" }],
        ENTERPRISE: {
            "employeeNumber": format!("{number:06}"),
            "department": "Engines",
            "manager": { "value": "usr_01h" },
        },
    })
}

fn meta(number: usize) -> Meta {
    Meta {
        id: format!("usr_{number:026}"),
        external_id: None,
        version: "W/\"3\"".to_owned(),
        created: "2026-01-31T12:00:00Z".to_owned(),
        last_modified: "2026-02-28T12:00:00Z".to_owned(),
        location: format!("https://id.example/scim2/things/usr_{number:026}"),
    }
}

/// The least and the median CPU time of an operation, in microseconds.
fn measure(iterations: u32, mut operation: impl FnMut() -> Outcome<()>) -> Outcome<(f64, f64)> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = ProcessTime::now();
        for _ in 0..iterations {
            operation()?;
        }
        times.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(iterations));
    }
    times.sort_by(f64::total_cmp);
    let at = |place: usize| times.get(place).copied().ok_or("no round was run");
    Ok((at(0)?, at(ROUNDS / 2)?))
}

fn page(kind: &ResourceType, stored: &[String], metas: &[Meta], projection: &Projection) -> Outcome<Vec<u8>> {
    let documents: Vec<Document> = stored
        .iter()
        .map(|text| serde_json::from_str::<Map<String, Value>>(text).map(Document::stored))
        .collect::<Result<_, _>>()?;
    let rendered =
        documents.iter().zip(metas).map(|(document, meta)| Rendered { kind, document, projection, meta });
    let response =
        ListResponse { total_results: Some(PAGE), start_index: Some(1), ..ListResponse::default() };
    let mut out = Vec::with_capacity(128 * 1_024);
    response.write(&mut out, rendered);
    Ok(out)
}

/// The same without parsing.
fn copied(
    kind: &ResourceType,
    stored: &[String],
    metas: &[Meta],
    projection: &Projection,
) -> Outcome<Vec<u8>> {
    let added = Map::new();
    let answers =
        stored.iter().zip(metas).map(|(text, meta)| Stored { kind, text, added: &added, projection, meta });
    let response =
        ListResponse { total_results: Some(PAGE), start_index: Some(1), ..ListResponse::default() };
    let mut out = Vec::with_capacity(128 * 1_024);
    if response.write(&mut out, answers) { Ok(out) } else { Err("a text was not answered".into()) }
}

/// A row of the table.
type Row = (&'static str, (f64, f64));

/// One document at a time.
fn single(kind: &ResourceType) -> Outcome<Vec<Row>> {
    let sent = body(1).to_string();
    let document = resource::read(kind, body(1), Mode::Create)?;
    let entra = json!({ "Operations": [
        { "op": "Replace", "path": "active", "value": "False" },
        { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@acme.example" },
        { "op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": "271" },
        { "op": "Replace", "path": "name.familyName", "value": "King" },
    ] });
    let read = measure(200, || {
        let body = strict::parse(black_box(sent.as_bytes()), 65_536)?;
        black_box(resource::read(kind, body, Mode::Create)?);
        Ok(())
    })?;
    let patched = measure(200, || {
        let patch = patch::parse(black_box(&entra).clone())?;
        black_box(patch::apply(kind, &document, &patch)?);
        Ok(())
    })?;
    Ok(vec![
        ("a user is read from what Entra sends", read),
        ("a patch of four operations is read and applied", patched),
    ])
}

fn filters(kind: &ResourceType) -> Outcome<Vec<Row>> {
    let by_name = measure(2_000, || {
        black_box(filter::parse(black_box("userName eq \"ada@acme.example\""), kind)?);
        Ok(())
    })?;
    let text = "active eq true and (meta.lastModified ge \"2026-01-01T00:00:00Z\" \
                and emails[type eq \"work\" and value co \"@acme\"])";
    let of_four = measure(1_000, || {
        black_box(filter::parse(black_box(text), kind)?);
        Ok(())
    })?;
    Ok(vec![("a filter by user name is read", by_name), ("a filter of four terms is read", of_four)])
}

fn pages(kind: &ResourceType) -> Outcome<Vec<Row>> {
    let read = |number| resource::read(kind, body(number), Mode::Create);
    let stored: Vec<String> = (0..PAGE)
        .map(|number| read(number).map(|document| Value::Object(document.attributes).to_string()))
        .collect::<Result<_, _>>()?;
    let metas: Vec<Meta> = (0..PAGE).map(meta).collect();
    let all = Projection::all();
    let some = Projection::new(kind, &["userName".to_owned(), "name.familyName".to_owned()], &[]);
    let wanted = filter::parse("displayName co \"lovelace 7\" or title sw \"x\"", kind)?;
    let whole = measure(10, || {
        black_box(page(kind, black_box(&stored), &metas, &all)?);
        Ok(())
    })?;
    let as_stored = measure(10, || {
        black_box(copied(kind, black_box(&stored), &metas, &all)?);
        Ok(())
    })?;
    let narrow = measure(10, || {
        black_box(copied(kind, black_box(&stored), &metas, &some)?);
        Ok(())
    })?;
    let filtered = measure(10, || {
        for text in &stored {
            let row: Value = serde_json::from_str(black_box(text))?;
            black_box(wanted.matches(&row));
        }
        Ok(())
    })?;
    Ok(vec![
        ("a page of 100 is parsed and answered", whole),
        ("a page of 100 is answered as it is stored", as_stored),
        ("two attributes of a page of 100 as it is stored", narrow),
        ("100 rows are parsed and filtered", filtered),
    ])
}

fn main() -> Outcome<()> {
    let kind = Registry::built_in().user();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:52} {:>9} {:>9}", "microseconds of CPU", "minimum", "median")?;
    for (name, (minimum, median)) in [single(&kind)?, filters(&kind)?, pages(&kind)?].concat() {
        writeln!(out, "{name:52} {minimum:>9.2} {median:>9.2}")?;
    }
    Ok(())
}
