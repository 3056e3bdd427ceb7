//! What verifying a response costs: `cargo bench -p vestibule-saml --bench verify`.
//!
//! CPU time of this process, not wall time, of two messages: 5 KB with one RSA-2048 signature, and 12 KB with two and
//! 60 attribute values. Beside each stand its floor (one RSA verification and one SHA-256 per signature, of the same
//! bytes, by the same library: no verifier can do less) and libxmlsec1, where its development files are installed.
//! One line shows what of it is XML and signatures: parsing, verifying, and parsing the signed bytes again.
//! The subjects take turns, and their rounds are short: a busy machine slows all of them, and some rounds of each are
//! not disturbed at all, so the ratio is that of the minima. Nothing is written but a table.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cpu_time::ProcessTime;
use vestibule_dsig::{Algorithm, Allowed, Certificate, NAMESPACE, SigningKey, sign, signature_of};
use vestibule_saml::response::{Expected, verify};
use vestibule_xml::{Document, Element, c14n};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 420;
const ITERATIONS: u32 = 25;
/// libxmlsec1 is asked once in so many rounds, for so many times as much: it is a program that has to be started.
const THEIR_ROUNDS: usize = 20;
const NOW: &str = "2025-01-01T09:00:30Z";
const ACS: &str = "https://acme.vestibule.example/saml/SSO";
const ENTITY: &str = "https://acme.vestibule.example";
const ISSUER: &str = "https://idp.example/entity";

fn main() -> Outcome<()> {
    let provider = Provider::new()?;
    let messages = [
        Message::new("5 KB, one signature", &provider, 12, &["_assertion"], 5 * 1024)?,
        Message::new(
            "12 KB, two signatures, 60 values",
            &provider,
            60,
            &["_assertion", "_response"],
            12 * 1024,
        )?,
    ];
    let judge = Judge::build();
    let mut out = std::io::stdout().lock();
    if let Err(reason) = &judge {
        writeln!(out, "libxmlsec1 is SKIPPED: {reason}")?;
    }
    for message in &messages {
        let table = measure(&provider, message, judge.as_ref().ok())?;
        write!(out, "\n{} ({} bytes)\n{table}", message.name, message.text.len())?;
    }
    Ok(())
}

/// The identity provider: its key in the two forms that are needed.
struct Provider {
    key: SigningKey,
    certificate: Certificate,
    public: ParsedPublicKey,
}

impl Provider {
    fn new() -> Outcome<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let key = SigningKey::from_pkcs8(pair.as_der()?.as_ref())?;
        let certificate = key.self_signed("idp.example", NOW.parse()?, "2035-01-01T00:00:00Z".parse()?)?;
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key())?;
        Ok(Self { key, certificate, public })
    }
}

/// A signed response.
struct Message {
    name: &'static str,
    text: String,
    floors: Vec<Floor>,
}

/// What one signature needs at least.
struct Floor {
    signed_info: Vec<u8>,
    signature: Vec<u8>,
    content: Vec<u8>,
}

impl Message {
    /// A response with so many attribute values, signed at these IDs, filled up to a size.
    fn new(
        name: &'static str,
        provider: &Provider,
        values: usize,
        ids: &[&str],
        size: usize,
    ) -> Outcome<Self> {
        let signed = |filling: usize| {
            ids.iter().try_fold(response(values, filling), |text, id| {
                sign(&text, id, &provider.key, Some(&provider.certificate), Algorithm::RsaSha256)
            })
        };
        let text = signed(size.saturating_sub(signed(0)?.len()))?;
        let document = Document::parse(text.as_bytes())?;
        let floors: Option<Vec<Floor>> = document
            .root()
            .descendants()
            .filter(|element| signature_of(*element).is_some())
            .map(Floor::of)
            .collect();
        let floors = floors.ok_or("a signature is incomplete")?;
        Ok(Self { name, text, floors })
    }
}

impl Floor {
    fn of(element: Element<'_>) -> Option<Self> {
        let signature = signature_of(element)?;
        let value = signature.child(NAMESPACE, "SignatureValue")?.text()?;
        Some(Self {
            signed_info: c14n::exclusive(signature.child(NAMESPACE, "SignedInfo")?, None, &[]),
            signature: STANDARD.decode(value.as_bytes()).ok()?,
            content: c14n::exclusive(element, Some(signature), &[]),
        })
    }

    fn run(&self, public: &ParsedPublicKey) -> bool {
        black_box(digest(&SHA256, &self.content));
        public.verify_sig(&self.signed_info, &self.signature).is_ok()
    }
}

/// An unsigned response with values in attributes of six, and a long value to fill it up.
fn response(values: usize, filling: usize) -> String {
    let mut attributes = String::new();
    for value in 0..values {
        if value % 6 == 0 {
            attributes.push_str(&format!(
                "<saml:Attribute Name=\"urn:oid:1.3.6.1.4.1.5923.1.5.{value}\" \
                 NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"
            ));
        }
        attributes.push_str(&format!("<saml:AttributeValue>Group {value}</saml:AttributeValue>"));
        if value % 6 == 5 {
            attributes.push_str("</saml:Attribute>");
        }
    }
    let filling = "Lorem ipsum, and so on. ".chars().cycle().take(filling).collect::<String>();
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
         ID=\"_response\" Version=\"2.0\" IssueInstant=\"2025-01-01T09:00:00Z\" Destination=\"{ACS}\" \
         InResponseTo=\"_request\"><saml:Issuer>{ISSUER}</saml:Issuer>\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>\
         <saml:Assertion ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"2025-01-01T09:00:00Z\">\
         <saml:Issuer>{ISSUER}</saml:Issuer>\
         <saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">\
         maria@acme.example</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
         <saml:SubjectConfirmationData InResponseTo=\"_request\" NotOnOrAfter=\"2025-01-01T09:05:00Z\" \
         Recipient=\"{ACS}\"/></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"2025-01-01T08:59:00Z\" NotOnOrAfter=\"2025-01-01T09:05:00Z\">\
         <saml:AudienceRestriction><saml:Audience>{ENTITY}</saml:Audience></saml:AudienceRestriction>\
         </saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"2025-01-01T09:00:00Z\" SessionIndex=\"_session\"><saml:AuthnContext>\
         <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
         </saml:AuthnContext></saml:AuthnStatement>\
         <saml:AttributeStatement>{attributes}<saml:Attribute Name=\"note\">\
         <saml:AttributeValue>{filling}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>\
         </saml:Assertion></samlp:Response>"
    )
}

/// The whole way, from the bytes to the verified assertion.
fn accepted(text: &str, expected: &Expected<'_>) -> bool {
    verify(text.as_bytes(), expected).outcome.is_ok()
}

/// The part of it that is not SAML: the signed bytes, parsed.
fn covered(text: &str, certificates: &[Certificate]) -> Option<()> {
    let document = Document::parse(text.as_bytes()).ok()?;
    for element in document.root().descendants().filter(|element| signature_of(*element).is_some()) {
        let signed = vestibule_dsig::verify(element, certificates, Allowed::default()).ok()?;
        black_box(Document::parse(signed.bytes()).ok()?);
    }
    Some(())
}

/// The rounds of every subject, in turns, as the lines of a table.
fn measure(provider: &Provider, message: &Message, judge: Option<&Judge>) -> Outcome<String> {
    let files = judge.map(|judge| judge.files(provider, message)).transpose()?;
    let (certificates, urls, ids) = ([provider.certificate.clone()], [ACS.to_owned()], [ENTITY.to_owned()]);
    let expected = Expected {
        now: NOW.parse()?,
        skew_seconds: 180,
        acs_urls: &urls,
        entity_ids: &ids,
        issuer: ISSUER,
        certificates: &certificates,
        allowed: Allowed::default(),
        decryption_keys: &[],
        encryption_required: false,
        request_id: Some("_request"),
    };
    let [mut floor, mut signed, mut ours, mut theirs] = [const { Rounds(Vec::new()) }; 4];
    for round in 0..ROUNDS {
        floor.add(time(|| message.floors.iter().all(|floor| floor.run(&provider.public)))?);
        signed.add(time(|| covered(&message.text, &certificates).is_some())?);
        ours.add(time(|| accepted(&message.text, &expected))?);
        if let Some(files) = files.as_ref().filter(|_| round % THEIR_ROUNDS == 0) {
            theirs.add(files.round()?);
        }
    }
    let mut table =
        format!("{:28} {:>9} {:>9} {:>8}\n", "microseconds of CPU", "minimum", "median", "x floor");
    floor.line("floor: RSA and SHA-256", &floor, &mut table)?;
    ours.line("Vestibule", &floor, &mut table)?;
    signed.line("of that, XML and signatures", &floor, &mut table)?;
    if files.is_some() {
        theirs.line("libxmlsec1", &floor, &mut table)?;
        let faster = theirs.minimum() / ours.minimum();
        writeln!(table, "Vestibule is {faster:.1} times as fast as libxmlsec1")?;
    }
    Ok(table)
}

/// Microseconds of CPU an iteration takes.
fn time(subject: impl Fn() -> bool) -> Outcome<f64> {
    let start = ProcessTime::try_now()?;
    for _ in 0..ITERATIONS {
        if !black_box(subject()) {
            return Err("a subject refuses the message".into());
        }
    }
    Ok(start.try_elapsed()?.as_secs_f64() * 1e6 / f64::from(ITERATIONS))
}

struct Rounds(Vec<f64>);

impl Rounds {
    /// Keeps the rounds sorted.
    fn add(&mut self, microseconds: f64) {
        let place = self.0.partition_point(|other| *other < microseconds);
        self.0.insert(place, microseconds);
    }

    fn minimum(&self) -> f64 {
        self.0.first().copied().unwrap_or(f64::NAN)
    }

    fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn line(&self, name: &str, floor: &Self, table: &mut String) -> std::fmt::Result {
        let (minimum, median) = (self.minimum(), self.median());
        writeln!(table, "{name:28} {minimum:>9.1} {median:>9.1} {:>8.2}", minimum / floor.minimum())
    }
}

/// The C program that asks libxmlsec1, compiled for this run.
struct Judge {
    program: PathBuf,
}

struct Files<'j> {
    judge: &'j Judge,
    certificate: PathBuf,
    message: PathBuf,
}

impl Judge {
    fn build() -> Result<Self, String> {
        let flags = ["--cflags", "--libs", "xmlsec1-openssl"];
        let flags =
            Command::new("pkg-config").args(flags).output().ok().filter(|output| output.status.success());
        let flags = flags.ok_or("pkg-config does not find xmlsec1-openssl (Debian: libxmlsec1-dev)")?.stdout;
        let flags = String::from_utf8(flags).map_err(|error| error.to_string())?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/xmlsec1/verify.c");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("xmlsec1-verify");
        let mut compiler = Command::new("cc");
        compiler.arg("-O2").arg("-o").arg(&program).arg(source).args(flags.split_whitespace());
        match compiler.status() {
            Ok(status) if status.success() => Ok(Self { program }),
            Ok(status) => Err(format!("the C compiler failed: {status}")),
            Err(error) => Err(format!("there is no C compiler: {error}")),
        }
    }

    fn files(&self, provider: &Provider, message: &Message) -> Outcome<Files<'_>> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (certificate, file) = (folder.join("certificate.pem"), folder.join("message.xml"));
        std::fs::write(&certificate, provider.certificate.to_pem())?;
        std::fs::write(&file, &message.text)?;
        Ok(Files { judge: self, certificate, message: file })
    }
}

impl Files<'_> {
    fn round(&self) -> Outcome<f64> {
        let iterations = (ITERATIONS as usize * THEIR_ROUNDS).to_string();
        let mut program = Command::new(&self.judge.program);
        let output = program.arg(&self.certificate).arg(&self.message).args(["1", &iterations]).output()?;
        if !output.status.success() {
            return Err(format!("libxmlsec1: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let nanoseconds: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
        Ok(nanoseconds / 1000.0)
    }
}
