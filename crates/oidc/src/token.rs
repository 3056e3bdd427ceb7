//! Token requests and answers (RFC 6749 §4.1.3, §4.4.2, §5.1, §6), and what is asked of one token: revocation (RFC 7009) and
//! introspection (RFC 7662).

use crate::error::{Code, Error};
use crate::parameters::Parameters;
use crate::pkce::Verifier;
use serde_json::{Map, Value, json};

/// What a client shows to get a token. It has no `Debug`: it holds secrets.
#[derive(Clone)]
pub enum Grant {
    /// A code, with the address that it was sent to and the proof that the request was its own.
    Code {
        /// The code.
        code: String,
        /// Where it was sent.
        redirect_uri: String,
        /// The proof.
        verifier: Verifier,
    },
    /// A refresh token.
    Refresh {
        /// The token.
        token: String,
        /// Less than was granted; `None`: all of it.
        scope: Option<String>,
    },
    /// The client itself.
    Client {
        /// Less than is registered; `None`: all of it.
        scope: Option<String>,
    },
}

impl Grant {
    /// Reads the form of a token request.
    ///
    /// # Errors
    /// What is missing, or a grant type that there is not.
    pub fn read(form: &Parameters) -> Result<Self, Error> {
        let scope = form.optional("scope").map(str::to_owned);
        match form.required("grant_type")? {
            "authorization_code" => {
                let verifier = Verifier::parse(form.required("code_verifier")?).ok_or_else(|| {
                    Error::new(Code::InvalidGrant, "The code_verifier is not of the form that PKCE has.")
                })?;
                Ok(Self::Code {
                    code: form.required("code")?.to_owned(),
                    redirect_uri: form.required("redirect_uri")?.to_owned(),
                    verifier,
                })
            }
            "refresh_token" => Ok(Self::Refresh { token: form.required("refresh_token")?.to_owned(), scope }),
            "client_credentials" => Ok(Self::Client { scope }),
            _ => Err(Error::new(
                Code::UnsupportedGrantType,
                "The grant types are authorization_code, refresh_token and client_credentials.",
            )),
        }
    }
}

/// The token that a client asks about, or gives back. RFC 7009 §2.1: the hint may be wrong, so it is not even read.
///
/// # Errors
/// When it is missing.
pub fn named(form: &Parameters) -> Result<&str, Error> {
    form.required("token")
}

/// A token that is handed out. It has no `Debug`: it holds secrets.
pub struct Issued {
    /// The access token.
    pub access_token: String,
    /// For how long it is good.
    pub expires_in_seconds: i64,
    /// What gets the next one.
    pub refresh_token: Option<String>,
    /// What it permits.
    pub scope: String,
}

impl Issued {
    /// The object of RFC 6749 §5.1.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = json!({
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in_seconds,
            "scope": self.scope,
        });
        if let (Some(token), Some(fields)) = (&self.refresh_token, object.as_object_mut()) {
            fields.insert("refresh_token".to_owned(), Value::from(token.as_str()));
        }
        object
    }
}

/// A token that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    /// What it permits.
    pub scope: String,
    /// The client that got it.
    pub client_id: String,
    /// In whose name it acts, if in somebody's.
    pub sub: Option<String>,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: Option<i64>,
    /// Whether it is shown to APIs; a refresh token is shown here alone.
    pub is_access: bool,
}

/// The object of RFC 7662 §2.2; of a token that is not good it says nothing else.
#[must_use]
pub fn introspection(token: Option<&Active>, issuer: &str) -> Value {
    let Some(token) = token else { return json!({ "active": false }) };
    let mut object = Map::from_iter([
        ("active".to_owned(), Value::Bool(true)),
        ("scope".to_owned(), token.scope.as_str().into()),
        ("client_id".to_owned(), token.client_id.as_str().into()),
        ("iat".to_owned(), token.iat.into()),
        ("iss".to_owned(), issuer.into()),
    ]);
    if token.is_access {
        object.insert("token_type".to_owned(), "Bearer".into());
    }
    if let Some(exp) = token.exp {
        object.insert("exp".to_owned(), exp.into());
    }
    if let Some(sub) = &token.sub {
        object.insert("sub".to_owned(), sub.as_str().into());
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: &str) -> Result<&'static str, Code> {
        let grant = Parameters::read(form).and_then(|form| Grant::read(&form)).map_err(|error| error.code)?;
        Ok(match grant {
            Grant::Code { .. } => "code",
            Grant::Refresh { .. } => "refresh",
            Grant::Client { .. } => "client",
        })
    }

    #[test]
    fn each_grant_wants_what_proves_it() {
        let code =
            format!("grant_type=authorization_code&code=c&redirect_uri=u&code_verifier={}", "v".repeat(43));
        assert_eq!(check(&code), Ok("code"));
        assert_eq!(check("grant_type=refresh_token&refresh_token=r"), Ok("refresh"));
        assert_eq!(check("grant_type=client_credentials&scope=scim2"), Ok("client"));
        for missing in ["&code=c", "&redirect_uri=u", &format!("&code_verifier={}", "v".repeat(43))] {
            assert_eq!(check(&code.replace(missing, "")), Err(Code::InvalidRequest), "{missing}");
        }
        assert_eq!(check(&code.replace(&"v".repeat(43), "short")), Err(Code::InvalidGrant));
        assert_eq!(check("grant_type=refresh_token"), Err(Code::InvalidRequest));
        assert_eq!(check("grant_type=password&username=a&password=b"), Err(Code::UnsupportedGrantType));
        assert_eq!(check(""), Err(Code::InvalidRequest));
    }

    #[test]
    fn of_a_token_that_is_not_good_nothing_is_said() {
        assert_eq!(introspection(None, "https://v.example").to_string(), r#"{"active":false}"#);
        let (client_id, scope) = ("c".to_owned(), "scim2".to_owned());
        let token = Active { scope, client_id, sub: None, iat: 1, exp: Some(2), is_access: true };
        let said = introspection(Some(&token), "https://v.example");
        assert_eq!((&said["active"], &said["exp"], said.get("sub")), (&true.into(), &2.into(), None));
    }
}
