//! The parameters of a request: each at most once, none without a value, and not too many.

use crate::error::Error;
use std::collections::BTreeMap;

/// The most parameters that are read.
const MOST: usize = 50;

/// The longest value that is read, in bytes.
const LONGEST: usize = 2048;

/// Parameters of a query or a form. RFC 6749 §3.1 and §3.2: one that is sent without a value is treated as if it were
/// omitted, unknown ones are ignored, and none may be there twice.
///
/// It has no `Debug`: secrets are among them.
#[derive(Clone, Default)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text: a query, or the body of a form.
    ///
    /// # Errors
    /// [`crate::Code::InvalidRequest`] for a parameter that stands twice, is too long, or too many of them.
    pub fn read(text: &str) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if all.len() >= MOST || name.len() > 100 || value.len() > LONGEST {
                return Err(Error::request("The request is too large."));
            }
            if value.contains('\0') {
                return Err(Error::request("A parameter contains a character that nothing can contain."));
            }
            if all.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Error::request(format!("The parameter {name} stands there twice.")));
            }
        }
        all.retain(|_, value| !value.is_empty());
        Ok(Self(all))
    }

    /// The value of a parameter, if there is one.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// [`crate::Code::InvalidRequest`] when it is missing.
    pub fn required(&self, name: &str) -> Result<&str, Error> {
        self.optional(name).ok_or_else(|| Error::request(format!("The parameter {name} is missing.")))
    }
}
