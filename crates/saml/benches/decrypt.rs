//! What verifying an encrypted response costs: `cargo bench -p vestibule-saml --bench decrypt`.
//!
//! CPU time of this process, of a case of the tests: AES-256-GCM, RSA-2048 with OAEP, the assertion signed inside. Beside it
//! stands its floor, one private operation of an RSA-2048 key of the same library. The two take turns, so that a busy
//! machine slows both.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use cpu_time::ProcessTime;
use vestibule_saml::response::{Expected, verify};
use vestibule_saml::{Allowed, Certificate, DecryptionKey, SigningKey};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 21;
const ITERATIONS: u32 = 100;

fn main() -> Outcome<()> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let read = |name: &str| fs::read_to_string(tests.join(name));
    let message = read("accept/e01_signed_inside/message.xml")?;
    let ours = read("keys/sp.pem")?;
    let (certificates, keys) =
        ([Certificate::from_pem(&read("keys/idp.pem")?)?], [DecryptionKey::from_pem(&ours)?]);
    let (urls, ids) = (
        ["https://acme.vestibule.example/saml/SSO".to_owned()],
        ["https://acme.vestibule.example".to_owned()],
    );
    let expected = Expected {
        now: "2026-03-01T12:00:00Z".parse()?,
        skew_seconds: 180,
        acs_urls: &urls,
        entity_ids: &ids,
        issuer: "https://idp.example/metadata",
        certificates: &certificates,
        allowed: Allowed::default(),
        decryption_keys: &keys,
        encryption_required: true,
        request_id: None,
    };
    let pair = RsaKeyPair::from_pkcs8(&SigningKey::from_pem(&ours)?.to_pkcs8()?)?;
    let random = SystemRandom::new();
    let private = || {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &random, b"message", &mut signature).is_ok()
    };
    let accepted = || verify(black_box(message.as_bytes()), &expected).outcome.is_ok();
    let (mut floor, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floor.push(time(private)?);
        whole.push(time(accepted)?);
    }
    let (floor, whole) = (least(&floor), least(&whole));
    writeln!(
        std::io::stdout(),
        "{} bytes, microseconds of CPU, minimum of {ROUNDS} rounds\none RSA-2048 private operation {floor:>9.1}\nverify, encrypted assertion       {whole:>9.1}  x {:.2}",
        message.len(),
        whole / floor
    )?;
    Ok(())
}

fn time(mut work: impl FnMut() -> bool) -> Outcome<Duration> {
    let start = ProcessTime::try_now()?;
    for _ in 0..ITERATIONS {
        if !black_box(work()) {
            return Err("the work failed".into());
        }
    }
    Ok(start.try_elapsed()?)
}

fn least(rounds: &[Duration]) -> f64 {
    let least = rounds.iter().min().copied().unwrap_or_default();
    least.as_secs_f64() * 1e6 / f64::from(ITERATIONS)
}
