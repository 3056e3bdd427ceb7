//! What a message costs that wants to keep a reader busy (X22): `cargo bench -p vestibule-idp`.
//!
//! For each: its size, the CPU time of decoding and verifying it, and by how much the memory of the process grew at its
//! highest. Each is measured in a process of its own, which is this program called with the name of a file: what was
//! freed by one would else serve the next. The promise is 50 ms and 20 MB; nothing here asserts it.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use cpu_time::ProcessTime;
use jiff::{Timestamp, ToSpan as _};
use vestibule_idp::attack::{ALL, Genuine};
use vestibule_saml::binding::{self, Direction, redirect_decode, redirect_url};
use vestibule_saml::response::{Expected, decode, verify};
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Algorithm, Allowed, Certificate, KeyKind, NameId, SigningKey};

type Outcome<T> = Result<T, Box<dyn Error>>;

const NOW: &str = "2026-03-01T12:00:00Z";
const ACS: &str = "https://acme.example/saml/SSO";
const ENTITY_ID: &str = "https://acme.example";
const ISSUER: &str = "https://idp.example/metadata";
const ROUNDS: usize = 21;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.as_slice() {
        [_, word, kind, message, certificate] if word == "measure" => {
            measure(kind, Path::new(message), Path::new(certificate))
        }
        _ => table(),
    }
}

/// Writes every message into a file, and has each measured.
fn table() -> Outcome<()> {
    let genuine = genuine()?;
    let folder = vestibule_testkit::folder();
    let certificate = folder.path().join("certificate.pem");
    fs::write(&certificate, genuine.signer.certificate.to_pem())?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "| message | bytes | CPU | memory | ends as |\n|---|---|---|---|---|")?;
    for (name, kind, message) in messages(&genuine)? {
        let file = folder.path().join("message");
        fs::write(&file, &message)?;
        let mut child = Command::new(std::env::current_exe()?);
        let output = child.args(["measure", kind]).arg(&file).arg(&certificate).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        writeln!(out, "| {name} | {} |{}", message.len(), String::from_utf8(output.stdout)?.trim_end())?;
    }
    Ok(())
}

/// The honest response, every variant of X22, and what stands beside the response: fields and queries that are too large.
fn messages(genuine: &Genuine) -> Outcome<Vec<(String, &'static str, String)>> {
    let honest = genuine.response.write_signed(genuine.signed, &genuine.signer)?;
    let mut messages = vec![("honest, for comparison".to_owned(), "field", binding::post_value(&honest))];
    for attack in ALL.iter().filter(|attack| attack.id.starts_with("x22")) {
        messages.push((format!("{}: {}", attack.id, attack.title), "field", attack.form_value(genuine)?));
    }
    let large = format!("<a b=\"{}\"/>", "x".repeat(10 * 1024 * 1024));
    messages.push(("An attribute is 10 MB long.".to_owned(), "field", binding::post_value(&large)));
    let unpacked = " ".repeat(30 * 1024 * 1024);
    let url = redirect_url("https://acme.example/", Direction::Request, &unpacked, None, None)?;
    let query = url.split_once('?').map_or("", |(_, query)| query);
    messages.push(("A request unpacks to 30 MB.".to_owned(), "query", query.to_owned()));
    Ok(messages)
}

/// Reads a message once for its memory, and again for its time.
fn measure(kind: &str, message: &Path, certificate: &Path) -> Outcome<()> {
    let message = fs::read_to_string(message)?;
    let certificates = [Certificate::from_pem(&fs::read_to_string(certificate)?)?];
    let expected = Expected {
        now: NOW.parse()?,
        skew_seconds: 180,
        acs_urls: &[ACS.to_owned()],
        entity_ids: &[ENTITY_ID.to_owned()],
        issuer: ISSUER,
        certificates: &certificates,
        allowed: Allowed::default(),
        decryption_keys: &[],
        encryption_required: false,
        request_id: None,
    };
    let read = || match kind {
        "query" => redirect_decode(&message).map_or_else(|error| error.to_string(), |_| "read".to_owned()),
        _ => decode(&message)
            .and_then(|xml| verify(&xml, &expected).outcome)
            .map_or_else(|rejection| rejection.code().to_string(), |_| "accepted".to_owned()),
    };
    // The highest mark of the process is set back to what it holds now (proc(5), `clear_refs`).
    fs::write("/proc/self/clear_refs", "5")?;
    let before = kilobytes("VmRSS:")?;
    let outcome = read();
    let grown = kilobytes("VmHWM:")?.saturating_sub(before);
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = ProcessTime::now();
        black_box(read());
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let median = times.get(ROUNDS / 2).copied().unwrap_or_default();
    writeln!(std::io::stdout(), " {} µs | {grown} KB | {outcome} |", median.as_micros())?;
    Ok(())
}

fn kilobytes(name: &str) -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
    Ok(line.split_whitespace().next().ok_or("no figure")?.parse()?)
}

fn genuine() -> Outcome<Genuine> {
    let now: Timestamp = NOW.parse()?;
    let key = SigningKey::generate(KeyKind::Rsa2048)?;
    let certificate = key.self_signed("idp.example", now, now + 1.hours())?;
    let assertion = Assertion {
        id: "_a1".to_owned(),
        issue_instant: now,
        issuer: ISSUER.to_owned(),
        name_id: Some(NameId { value: "someone@acme.example".to_owned(), ..NameId::default() }),
        recipient: ACS.to_owned(),
        in_response_to: Some("_q1".to_owned()),
        not_before: Some(now),
        not_on_or_after: now + 5.minutes(),
        audiences: vec![ENTITY_ID.to_owned()],
        one_time_use: false,
        authn_instant: now,
        authn_context: vestibule_saml::names::PASSWORD_PROTECTED_TRANSPORT.to_owned(),
        session_index: Some("_s1".to_owned()),
        session_not_on_or_after: None,
        attributes: Vec::new(),
    };
    let response = Response {
        id: "_r1".to_owned(),
        issue_instant: now,
        issuer: ISSUER.to_owned(),
        destination: Some(ACS.to_owned()),
        in_response_to: Some("_q1".to_owned()),
        status: Status::success(),
        assertion: Some(assertion),
    };
    let signer = Signer { key, certificate, algorithm: Algorithm::RsaSha256 };
    Ok(Genuine { response, signed: Signed::Both, signer, encryption_certificate: None })
}
