//! The form field of the HTTP-POST binding.
//!
//! Writing it is in `binding/post.rs`. The one thing to know: wrapped Base64 is accepted, since identity providers wrap
//! it (SAML-Bindings, section 3.5.4, builds on MIME); another alphabet, missing padding and stray bits are not, so a
//! message has one form field but for white space.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Rejection, Unreadable};

/// The longest form field that is read: 256 KB.
pub const MAX_FORM_VALUE: usize = 256 * 1024;

/// Decodes the value of the form field `SAMLResponse`.
///
/// # Errors
/// [`Rejection::Unreadable`] if it is empty, longer than [`MAX_FORM_VALUE`], or not Base64.
pub fn decode(form_value: &str) -> Result<Vec<u8>, Rejection> {
    if form_value.len() > MAX_FORM_VALUE {
        let size = Unreadable::Size { limit: MAX_FORM_VALUE, found: form_value.len() };
        return Err(Rejection::Unreadable(size));
    }
    match base64(form_value) {
        Some(bytes) if bytes.is_empty() => Err(Rejection::Unreadable(Unreadable::Empty)),
        Some(bytes) => Ok(bytes),
        None => Err(Rejection::Unreadable(Unreadable::Base64)),
    }
}

/// Standard Base64, skipping white space.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    // What has white space in it fails here, mostly at the end of its first line.
    STANDARD.decode(text).ok().or_else(|| {
        let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(compact).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_FORM_VALUE, decode};

    #[test]
    fn x23_wrapped_base64_is_read_and_other_alphabets_are_not() {
        for accepted in ["PHI+/z8=", "PHI+\r\n/z8=\r\n", " P H I + / z 8 = ", "PHI+\t/z8="] {
            assert_eq!(decode(accepted).unwrap(), b"<r>\xff\x3f", "{accepted:?}");
        }
        for refused in
            ["PHI-_z8=", "PHI+/z8", "PHI+/z9=", "PHI+/z8==", "<r/>", "PHI+/z8=\0", "PHI+\u{a0}/z8=", "=", "é"]
        {
            assert_eq!(decode(refused).unwrap_err().code(), 1001, "{refused:?}");
        }
        for empty in ["", " \r\n"] {
            assert_eq!(decode(empty).unwrap_err().to_string(), "The response is empty.");
        }
    }

    #[test]
    fn x22_a_form_field_over_the_limit_is_refused_unread() {
        assert!(decode(&"A".repeat(MAX_FORM_VALUE)).is_ok());
        let refused = decode(&"A".repeat(MAX_FORM_VALUE + 4)).unwrap_err();
        assert_eq!(refused.to_string(), "The response has 262148 bytes; at most 262144 are read.");
    }
}
