//! Authorization requests (RFC 6749 §4.1.1) and their answers (§4.1.2, RFC 9207).
//!
//! Two things of a request come first, because everything else depends on them: which client, and where the answer goes.
//! While one of them is in doubt the person is told, and nothing is sent anywhere; afterwards the client is told.

use crate::error::{Code, Error, described};
use crate::parameters::Parameters;
use crate::pkce::Challenge;
use url::Url;

/// The longest `state` that is carried, in bytes.
const LONGEST_STATE: usize = 1024;

/// Who asks, and where the answer is to go: both still to be compared with what is registered.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'p> {
    /// The client.
    pub client_id: &'p str,
    /// Where the answer is to go.
    pub redirect_uri: &'p str,
}

impl<'p> Asking<'p> {
    /// Reads who asks.
    ///
    /// # Errors
    /// When it is missing: for the person, never for a client.
    pub fn read(request: &'p Parameters) -> Result<Self, Error> {
        Ok(Self {
            client_id: request.required("client_id")?,
            redirect_uri: request.required("redirect_uri")?,
        })
    }
}

/// The rest of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What the client may do then; `None`: all that is registered.
    pub scope: Option<String>,
    /// What the token request has to prove.
    pub challenge: Challenge,
}

impl Wanted {
    /// Reads what is asked for.
    ///
    /// # Errors
    /// For the client.
    pub fn read(request: &Parameters) -> Result<Self, Error> {
        state(request)?;
        if request.required("response_type")? != "code" {
            return Err(Error::new(Code::UnsupportedResponseType, "The one response_type is code."));
        }
        let scope = request.optional("scope").map(str::to_owned);
        Ok(Self { scope, challenge: Challenge::of(request)? })
    }
}

/// What the client gave to get back.
///
/// # Errors
/// When it is longer than anybody needs; then it is not carried.
pub fn state(request: &Parameters) -> Result<Option<&str>, Error> {
    match request.optional("state") {
        Some(state) if state.len() > LONGEST_STATE => Err(Error::request("The state is too long.")),
        state => Ok(state),
    }
}

/// What the client is told.
#[derive(Debug, Clone, Copy)]
pub enum Answer<'a> {
    /// A code to be exchanged.
    Code(&'a str),
    /// Why there is none.
    Error(&'a Error),
}

/// The address with the answer. It names the issuer (RFC 9207 §2), so that a client of several servers knows who speaks.
/// `None` when the registered address cannot be read.
#[must_use]
pub fn answer(redirect_uri: &str, state: Option<&str>, issuer: &str, answer: Answer<'_>) -> Option<String> {
    let mut url = Url::parse(redirect_uri).ok()?;
    {
        let mut query = url.query_pairs_mut();
        match answer {
            Answer::Code(code) => query.append_pair("code", code),
            Answer::Error(error) => query
                .append_pair("error", error.code.as_str())
                .append_pair("error_description", &described(&error.description)),
        };
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", issuer);
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "response_type=code&client_id=c&redirect_uri=https%3A%2F%2Fa.example%2Fcb&state=s&\
                        code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    fn read(text: &str) -> Result<Wanted, Code> {
        Parameters::read(text).and_then(|request| Wanted::read(&request)).map_err(|error| error.code)
    }

    #[test]
    fn a_request_is_read_and_its_answer_carries_state_and_issuer() {
        let request = Parameters::read(GOOD).unwrap();
        let asking = Asking::read(&request).unwrap();
        assert_eq!((asking.client_id, asking.redirect_uri), ("c", "https://a.example/cb"));
        assert_eq!(read(GOOD).unwrap().scope, None);
        let url =
            answer("https://a.example/cb?x=1", Some("s&t"), "https://v.example", Answer::Code("k")).unwrap();
        assert_eq!(url, "https://a.example/cb?x=1&code=k&state=s%26t&iss=https%3A%2F%2Fv.example");
    }

    #[test]
    fn s11_what_is_missing_doubled_or_of_another_kind_is_refused_by_name() {
        assert_eq!(read(&GOOD.replace("=code&", "=token&")), Err(Code::UnsupportedResponseType));
        assert_eq!(read(&GOOD.replace("response_type=code&", "")), Err(Code::InvalidRequest));
        assert_eq!(read(&GOOD.replace("S256", "plain")), Err(Code::InvalidRequest));
        assert_eq!(read(&format!("{GOOD}&state=again")), Err(Code::InvalidRequest));
        assert_eq!(
            read(&GOOD.replace("state=s", &format!("state={}", "s".repeat(1025)))),
            Err(Code::InvalidRequest)
        );
        assert!(Asking::read(&Parameters::read("client_id=c&redirect_uri=").unwrap()).is_err());
    }

    #[test]
    fn an_error_goes_back_with_a_sentence_that_fits() {
        let error = Error::new(Code::AccessDenied, "The \"person\" said no: ä\\.");
        let url = answer("https://a.example/cb", None, "https://v.example", Answer::Error(&error)).unwrap();
        assert!(url.contains("error=access_denied&error_description=The+%27person%27+said+no%3A+."), "{url}");
    }
}
