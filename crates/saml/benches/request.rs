//! What a signed request costs: `cargo bench -p vestibule-saml --bench request`.
//!
//! CPU time of this process, not wall time, of an AuthnRequest for the HTTP-Redirect binding: written, deflated, encoded
//! and signed. Beside it stands its floor, one RSA-2048 signature of the same number of bytes by the same library. Both
//! take turns, so that a busy machine slows both. Nothing is written but a table.

use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use cpu_time::ProcessTime;
use vestibule_dsig::{Algorithm, SigningKey};
use vestibule_saml::binding::{Binding, Direction, redirect_url};
use vestibule_saml::request::AuthnRequest;

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 21;
const ITERATIONS: u32 = 100;
const DESTINATION: &str = "https://idp.example/saml/sso";

fn main() -> Outcome<()> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let key = SigningKey::from_pkcs8(pair.as_der()?.as_ref())?;
    let request = AuthnRequest {
        id: "_0123456789abcdef0123456789abcdef".to_owned(),
        issue_instant: "2025-01-01T09:00:00Z".parse()?,
        issuer: "https://acme.vestibule.example".to_owned(),
        destination: Some(DESTINATION.to_owned()),
        acs_url: Some("https://acme.vestibule.example/saml/SSO".to_owned()),
        protocol_binding: Some(Binding::Post),
        force_authn: false,
        is_passive: false,
        name_id_format: Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".to_owned()),
        authn_contexts: Vec::new(),
    };
    let signed = || {
        let signer = Some((&key, Algorithm::RsaSha256));
        redirect_url(DESTINATION, Direction::Request, &request.write(), None, signer).is_ok()
    };
    let (random, bytes) = (SystemRandom::new(), vec![b'a'; request.write().len()]);
    let floor = || {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &random, &bytes, &mut signature).is_ok()
    };
    let (mut floors, mut requests) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(time(floor)?);
        requests.push(time(signed)?);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:28} {:>9} {:>9} {:>8}", "microseconds of CPU", "minimum", "median", "x floor")?;
    let [floor, request] = [floors, requests].map(sorted);
    for (name, (minimum, median)) in [("floor: one RSA signature", floor), ("a signed AuthnRequest", request)]
    {
        writeln!(out, "{name:28} {minimum:>9.1} {median:>9.1} {:>8.2}", median / floor.1)?;
    }
    Ok(())
}

/// Microseconds of CPU an iteration takes.
fn time(subject: impl Fn() -> bool) -> Outcome<f64> {
    let start = ProcessTime::try_now()?;
    for _ in 0..ITERATIONS {
        if !black_box(subject()) {
            return Err("a subject does not sign".into());
        }
    }
    Ok(start.try_elapsed()?.as_secs_f64() * 1e6 / f64::from(ITERATIONS))
}

/// The minimum and the median.
fn sorted(mut rounds: Vec<f64>) -> (f64, f64) {
    rounds.sort_by(f64::total_cmp);
    let at = |place: usize| rounds.get(place).copied().unwrap_or(f64::NAN);
    (at(0), at(rounds.len() / 2))
}
