//! Proof key for code exchange (RFC 7636), S256 alone: `plain` proves nothing to whoever saw the request.

use crate::error::Error;
use crate::parameters::Parameters;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What the authorization request promises: the SHA-256 of a verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// The challenge of an authorization request.
    ///
    /// # Errors
    /// [`crate::Code::InvalidRequest`] when it is missing, of another method, or not of this form.
    pub fn of(request: &Parameters) -> Result<Self, Error> {
        let text = request.optional("code_challenge").ok_or_else(|| {
            Error::request("PKCE is required: send code_challenge and code_challenge_method=S256.")
        })?;
        // RFC 7636 §4.3: without a method it would be "plain".
        if request.optional("code_challenge_method") != Some("S256") {
            return Err(Error::request("The code_challenge_method must be S256."));
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or_else(|| Error::request("The code_challenge is not a SHA-256 in Base64 for URLs."))
    }

    /// The challenge with this hash.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Whether this is the SHA-256 of the verifier.
    #[must_use]
    pub fn is_kept(self, hash_of_verifier: &[u8; 32]) -> bool {
        self.0 == *hash_of_verifier
    }
}

/// What the token request shows: 43 to 128 unreserved characters (RFC 7636 §4.1). It has no `Debug`: it is a secret.
#[derive(Clone)]
pub struct Verifier(String);

impl Verifier {
    /// Reads a verifier.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        let usable = (43..=128).contains(&text.len()) && text.bytes().all(unreserved);
        usable.then(|| Self(text.to_owned()))
    }

    /// The text whose SHA-256 is the challenge.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_kept() {
        // RFC 7636, appendix B.
        let request = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let challenge = Challenge::of(&Parameters::read(request).unwrap()).unwrap();
        let hash: [u8; 32] = [
            19, 211, 30, 150, 26, 26, 216, 236, 47, 22, 177, 12, 76, 152, 46, 8, 118, 168, 120, 173, 109,
            241, 68, 86, 110, 225, 137, 74, 203, 112, 249, 195,
        ];
        assert!(challenge.is_kept(&hash) && !challenge.is_kept(&[0; 32]));
        assert!(Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").is_some());
    }

    #[test]
    fn s11_a_request_without_s256_is_refused() {
        let good = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        for request in [
            String::new(),
            format!("code_challenge={good}"),
            format!("code_challenge={good}&code_challenge_method=plain"),
            "code_challenge=short&code_challenge_method=S256".to_owned(),
            format!("code_challenge={good}=&code_challenge_method=S256"),
        ] {
            assert!(Challenge::of(&Parameters::read(&request).unwrap()).is_err(), "{request}");
        }
    }

    #[test]
    fn a_verifier_has_its_length_and_characters() {
        for bad in ["", &"a".repeat(42), &"a".repeat(129), &format!("{}/", "a".repeat(43))] {
            assert!(Verifier::parse(bad).is_none(), "{bad}");
        }
        assert!(Verifier::parse(&"~".repeat(128)).is_some());
    }
}
