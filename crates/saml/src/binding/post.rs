//! The form field of the HTTP-POST binding (SAML-Bindings, section 3.5).
//!
//! The field of a response is read by `response::decode`, by the same rules. The one thing to know: signatures of this
//! binding are inside the document, so there is nothing to verify here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Error;
use crate::response::{MAX_FORM_VALUE, base64};

/// The value of the form field that carries this document.
#[must_use]
pub fn post_value(xml: impl AsRef<[u8]>) -> String {
    STANDARD.encode(xml)
}

/// The document in the value of a form field.
///
/// # Errors
/// [`Error::Size`] over [`MAX_FORM_VALUE`] bytes, [`Error::Base64`].
pub fn post_decode(form_value: &str) -> Result<Vec<u8>, Error> {
    if form_value.len() > MAX_FORM_VALUE {
        return Err(Error::Size { limit: MAX_FORM_VALUE });
    }
    base64(form_value).ok_or(Error::Base64)
}
