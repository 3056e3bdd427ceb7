//! Addresses of the HTTP-Redirect binding, and their signatures (SAML-Bindings, section 3.4).
//!
//! What a message means is read elsewhere. The one thing to know: the signature covers the query as it was sent, byte
//! for byte, in the order that the specification sets. Whoever decodes and encodes again gets other bytes (one
//! well-known product writes escapes in lower case), so the raw parameters are kept until the signature is verified.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::DeflateDecoder;
use vestibule_dsig::{Algorithm, Allowed, Certificate, Invalid, SigningKey, sign_bytes, verify_bytes};

use super::deflate::deflate;
use super::{Direction, Error};
use crate::response::base64;

/// The largest message that is unpacked: 256 KB.
pub const MAX_INFLATED: usize = 256 * 1024;

/// No browser sends more in an address.
const MAX_QUERY: usize = 64 * 1024;

const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// The address to send the browser to.
///
/// # Errors
/// [`vestibule_dsig::Error::Unsupported`] if the key does not sign with the algorithm.
pub fn redirect_url(
    destination: &str,
    direction: Direction,
    xml: &str,
    relay_state: Option<&str>,
    signer: Option<(&SigningKey, Algorithm)>,
) -> Result<String, vestibule_dsig::Error> {
    let mut query =
        format!("{}={}", direction.parameter(), percent_encode(&STANDARD.encode(deflate(xml.as_bytes()))));
    if let Some(relay_state) = relay_state {
        query.push_str("&RelayState=");
        query.push_str(&percent_encode(relay_state));
    }
    if let Some((key, algorithm)) = signer {
        query.push_str("&SigAlg=");
        query.push_str(&percent_encode(algorithm.uri()));
        let signature = STANDARD.encode(sign_bytes(key, algorithm, query.as_bytes())?);
        query.push_str("&Signature=");
        query.push_str(&percent_encode(&signature));
    }
    let (address, fragment) = destination.split_once('#').map_or((destination, None), |(a, f)| (a, Some(f)));
    let separator = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, present)) if present.ends_with('&') => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    Ok([address, separator, &query, &fragment].concat())
}

/// A message out of an address.
#[derive(Clone, Debug)]
pub struct Redirected {
    /// Whether it asks or answers.
    pub direction: Direction,
    /// The document.
    pub xml: Vec<u8>,
    /// What comes back as it was sent.
    pub relay_state: Option<String>,
    signature: Option<Signature>,
}

#[derive(Clone, Debug)]
struct Signature {
    algorithm: String,
    covered: String,
    value: Vec<u8>,
}

impl Redirected {
    /// Whether there is a signature, good or bad.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.signature.is_some()
    }

    /// Verifies the signature over document and relay state.
    ///
    /// # Errors
    /// [`Invalid::NotSigned`], or what else is wrong with it.
    pub fn verify(&self, certificates: &[Certificate], allowed: Allowed) -> Result<Certificate, Invalid> {
        let signature = self.signature.as_ref().ok_or(Invalid::NotSigned)?;
        let algorithm = Algorithm::accepted(&signature.algorithm, allowed)?;
        verify_bytes(certificates, algorithm, signature.covered.as_bytes(), &signature.value, allowed)
    }
}

/// Reads the message out of the query of an address, as it came over the wire.
///
/// # Errors
/// [`Error`] says what is wrong with it; a signature is not looked at before [`Redirected::verify`].
pub fn redirect_decode(raw_query: &str) -> Result<Redirected, Error> {
    if raw_query.len() > MAX_QUERY {
        return Err(Error::Size { limit: MAX_QUERY });
    }
    let raw = |name| raw_parameter(raw_query, name);
    let (direction, message) = match (raw("SAMLRequest")?, raw("SAMLResponse")?) {
        (Some(request), None) => (Direction::Request, request),
        (None, Some(response)) => (Direction::Response, response),
        _ => return Err(Error::NotOneMessage),
    };
    let encoding = raw("SAMLEncoding")?.map(|value| decoded(value, "SAMLEncoding")).transpose()?;
    if encoding.is_some_and(|encoding| encoding != DEFLATE) {
        return Err(Error::UnknownEncoding);
    }
    let packed = base64(&decoded(message, direction.parameter())?).ok_or(Error::Base64)?;
    let relay_state = raw("RelayState")?;
    let mut covered = format!("{}={message}", direction.parameter());
    if let Some(relay_state) = relay_state {
        covered.push_str("&RelayState=");
        covered.push_str(relay_state);
    }
    Ok(Redirected {
        direction,
        xml: inflate(&packed, MAX_INFLATED)?,
        // Outside Base64 a plus sign is a space, as in every form.
        relay_state: relay_state
            .map(|value| decoded(&value.replace('+', "%20"), "RelayState"))
            .transpose()?,
        signature: signature(raw("SigAlg")?, raw("Signature")?, covered)?,
    })
}

fn signature(
    algorithm: Option<&str>,
    value: Option<&str>,
    covered: String,
) -> Result<Option<Signature>, Error> {
    match (algorithm, value) {
        (None, None) => Ok(None),
        (Some(raw), Some(value)) => Ok(Some(Signature {
            algorithm: decoded(raw, "SigAlg")?,
            covered: format!("{covered}&SigAlg={raw}"),
            value: base64(&decoded(value, "Signature")?).ok_or(Error::Base64)?,
        })),
        _ => Err(Error::HalfSigned),
    }
}

/// Unpacks DEFLATE (RFC 1951), never to more than `limit` bytes.
///
/// # Errors
/// [`Error::Inflated`] as soon as there is one byte more, [`Error::Deflate`] if it is something else, or more.
pub fn inflate(packed: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    let mut decoder = DeflateDecoder::new(packed);
    let mut unpacked = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.by_ref().take(bound).read_to_end(&mut unpacked).map_err(|_| Error::Deflate)?;
    if unpacked.len() > limit {
        return Err(Error::Inflated { limit });
    }
    // Bytes after the end of the stream belong to no message.
    if decoder.into_inner().is_empty() { Ok(unpacked) } else { Err(Error::Deflate) }
}

/// The one value of a parameter, still encoded.
fn raw_parameter<'q>(query: &'q str, name: &'static str) -> Result<Option<&'q str>, Error> {
    let mut values = query.split('&').filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(Error::Repeated { parameter: name }),
    }
}

fn decoded(raw: &str, parameter: &'static str) -> Result<String, Error> {
    percent_decode(raw).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Error::Encoding { parameter })
}

fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        decoded.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(decoded)
}

/// Encodes everything but what RFC 3986 calls unreserved.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3 / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let digit =
                |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default().to_ascii_uppercase();
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}
