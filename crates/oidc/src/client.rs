//! How a client says who it is (RFC 6749 §2.3.1).

use crate::error::{Code, Error};
use crate::parameters::Parameters;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a client says of itself. It has no `Debug`: it holds a secret.
#[derive(Clone)]
pub struct Credentials {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

/// Reads the credentials: from the `Authorization` header (`client_secret_basic`) or from the form
/// (`client_secret_post`), and never from both.
///
/// # Errors
/// [`Code::InvalidClient`] when there are none or they cannot be read, [`Code::InvalidRequest`] when they come twice.
pub fn credentials(authorization: Option<&str>, form: &Parameters) -> Result<Credentials, Error> {
    let (id, secret) = (form.optional("client_id"), form.optional("client_secret"));
    let Some(header) = authorization else {
        return match (id, secret) {
            (Some(id), Some(secret)) => Ok(Credentials { id: id.to_owned(), secret: secret.to_owned() }),
            _ => Err(invalid("The client does not say who it is: send client_id and client_secret.")),
        };
    };
    if secret.is_some() {
        return Err(Error::request("The client says twice who it is: in the header and in the form."));
    }
    let found = basic(header)
        .ok_or_else(|| invalid("The Authorization header is not of the form that HTTP Basic has."))?;
    if id.is_some_and(|id| id != found.id) {
        return Err(Error::request("The form and the header name different clients."));
    }
    Ok(found)
}

/// Both halves are form-encoded before they are joined, which many clients leave out; ours need no encoding.
fn basic(header: &str) -> Option<Credentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    (!id.is_empty() && !secret.is_empty())
        .then(|| Credentials { id: id.to_owned(), secret: secret.to_owned() })
}

fn invalid(sentence: &str) -> Error {
    Error::new(Code::InvalidClient, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: Option<&str>, form: &str) -> Result<(String, String), Code> {
        let form = Parameters::read(form).unwrap();
        credentials(header, &form).map(|found| (found.id, found.secret)).map_err(|error| error.code)
    }

    #[test]
    fn a_client_says_who_it_is_in_the_header_or_in_the_form() {
        let both = Ok(("a".to_owned(), "b:c".to_owned()));
        assert_eq!(check(Some("Basic YTpiOmM="), ""), both);
        assert_eq!(check(Some("basic YTpiOmM="), "client_id=a"), both);
        assert_eq!(check(None, "client_id=a&client_secret=b:c"), both);
    }

    #[test]
    fn s11_credentials_that_are_missing_or_contradict_each_other_are_refused() {
        assert_eq!(check(None, ""), Err(Code::InvalidClient));
        assert_eq!(check(None, "client_id=a"), Err(Code::InvalidClient));
        assert_eq!(check(Some("Basic YTo="), ""), Err(Code::InvalidClient));
        assert_eq!(check(Some("Basic !"), ""), Err(Code::InvalidClient));
        assert_eq!(check(Some("Bearer x"), ""), Err(Code::InvalidClient));
        assert_eq!(check(Some("Basic YTpiOmM="), "client_secret=x"), Err(Code::InvalidRequest));
        assert_eq!(check(Some("Basic YTpiOmM="), "client_id=other"), Err(Code::InvalidRequest));
    }
}
