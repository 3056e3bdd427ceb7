//! `vestibule check-response`: the verifier alone, offline, on one file. What the server would say.

use crate::cli::CheckArgs;
use crate::commands::log;
use crate::output::{self, Exit, Failure};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use vestibule_app::Clock;
use vestibule_model::code::Code;
use vestibule_model::trace::Step;
use vestibule_saml::response::{self, Expected, MAX_SKEW_SECONDS, Rejection, Verification};
use vestibule_saml::{Allowed, Certificate, DecryptionKey};

/// Largest file that is read, in bytes: Base64 of the largest message, wrapped.
const LARGEST_FILE: u64 = 1024 * 1024;

pub(super) fn run(args: &CheckArgs, json: bool) -> Result<Exit, Failure> {
    let certificates =
        args.certificate.iter().map(|path| certificate(path)).collect::<Result<Vec<_>, _>>()?;
    let allowed = allowed(args)?;
    let decryption_keys =
        args.decryption_key.iter().map(|path| decryption_key(path)).collect::<Result<Vec<_>, _>>()?;
    let skew =
        u32::try_from(log::duration(&args.skew)?.as_secs()).ok().filter(|skew| *skew <= MAX_SKEW_SECONDS);
    let skew_seconds =
        skew.ok_or_else(|| Failure::usage(format!("--skew is at most {MAX_SKEW_SECONDS}s.")))?;
    let message = match message(&read(&args.file)?) {
        Ok(message) => message,
        Err(rejection) => return report(&refused_before(&rejection), json),
    };
    let verification = response::verify(
        &message,
        &Expected {
            now: args.now.unwrap_or_else(|| Clock::system().now()),
            skew_seconds,
            acs_urls: std::slice::from_ref(&args.acs),
            entity_ids: &args.audience,
            issuer: &args.issuer,
            certificates: &certificates,
            allowed,
            decryption_keys: &decryption_keys,
            encryption_required: false,
            request_id: args.request_id.as_deref(),
        },
    );
    report(&checked(&verification), json)
}

/// What is printed.
struct Report {
    code: Option<u16>,
    message: Option<String>,
    name_id: Option<String>,
    attributes: BTreeMap<String, Vec<String>>,
    trace: Vec<Step>,
}

fn sentence(rejection: &Rejection) -> String {
    let general = Code::from_number(rejection.code()).map(Code::message).unwrap_or_default();
    format!("{}. {rejection}", general.trim_end_matches('.'))
}

fn refused_before(rejection: &Rejection) -> Report {
    let step = Step::failed("message", "XML, or Base64 of at most 256 KB", rejection.to_string());
    Report {
        code: Some(rejection.code()),
        message: Some(sentence(rejection)),
        name_id: None,
        attributes: BTreeMap::new(),
        trace: vec![step],
    }
}

fn checked(verification: &Verification<'_>) -> Report {
    let trace = verification.trace.iter();
    let trace = trace.map(|check| Step::new(check.check, check.ok, check.expected, check.found));
    let mut report = Report {
        code: None,
        message: None,
        name_id: None,
        attributes: BTreeMap::new(),
        trace: trace.collect(),
    };
    match &verification.outcome {
        Ok(assertion) => {
            report.name_id = assertion.name_id().map(|name_id| name_id.value.clone());
            for attribute in assertion.attributes() {
                let values = report.attributes.entry(attribute.name.to_owned()).or_default();
                values.extend(attribute.values().map(str::to_owned));
            }
        }
        Err(rejection) => {
            report.code = Some(rejection.code());
            report.message = Some(sentence(rejection));
        }
    }
    report
}

fn report(report: &Report, json: bool) -> Result<Exit, Failure> {
    let Report { code, message, name_id, attributes, trace } = report;
    let accepted = code.is_none();
    if json {
        output::object(&json!({
            "accepted": accepted, "code": code, "message": message, "name_id": name_id,
            "attributes": attributes, "trace": trace,
        }))?;
    } else {
        output::line(if accepted {
            "accepted".to_owned()
        } else {
            format!("refused: {}", code.unwrap_or_default())
        });
        message.iter().for_each(output::line);
        if let Some(cure) = code.and_then(Code::from_number).map(Code::cure) {
            output::line(format!("What to do: {cure}"));
        }
        name_id.iter().for_each(|name_id| output::line(format!("NameID: {name_id}")));
        attributes.iter().for_each(|(name, values)| output::line(format!("{name}: {}", values.join(", "))));
        log::tell(trace);
    }
    Ok(if accepted { Exit::Done } else { Exit::Failed })
}

fn allowed(args: &CheckArgs) -> Result<Allowed, Failure> {
    let mut allowed = Allowed::default();
    for word in &args.allow {
        match word.as_str() {
            "sha1" => allowed.sha1 = true,
            "cbc" => allowed.cbc = true,
            _ => return Err(Failure::usage(format!("--allow: \"{word}\" is not one of sha1, cbc."))),
        }
    }
    Ok(allowed)
}

fn decryption_key(path: &Path) -> Result<DecryptionKey, Failure> {
    let wrong = |error: String| Failure::usage(format!("{}: {error}", path.display()));
    let text = String::from_utf8(read(path)?).map_err(|_| wrong("is not PEM.".to_owned()))?;
    DecryptionKey::from_pem(&text).map_err(|error| wrong(error.to_string()))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("{}: {error}", path.display()));
    if std::fs::metadata(path).map_err(failed)?.len() > LARGEST_FILE {
        return Err(Failure::usage(format!("{}: larger than {LARGEST_FILE} bytes.", path.display())));
    }
    std::fs::read(path).map_err(failed)
}

fn certificate(path: &Path) -> Result<Certificate, Failure> {
    let wrong = |error: String| Failure::usage(format!("{}: {error}", path.display()));
    let text = String::from_utf8(read(path)?).map_err(|_| wrong("is not PEM.".to_owned()))?;
    Certificate::from_pem(&text).map_err(|error| wrong(error.to_string()))
}

/// The message itself: a file that begins with `<` is XML, anything else is what a browser would post.
fn message(file: &[u8]) -> Result<Vec<u8>, Rejection> {
    let first = file.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'<') {
        return Ok(file.to_vec());
    }
    response::decode(&String::from_utf8_lossy(file))
}
