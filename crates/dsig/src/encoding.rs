//! Base64 and PEM, as strict as keys and signatures need.
//!
//! The Base64 of whole messages is the HTTP-POST binding's affair (`saml`).
//! The one thing to know: white space of every kind is skipped (identity providers wrap lines, and Keycloak writes
//! `&#13;` into them), while the alphabet, the padding and the unused bits are exact, so a value has one reading.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const LINE: usize = 64;

/// Decodes standard Base64, skipping white space.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    // Without an early exit the compiler looks at many bytes at once.
    let other = |byte: u8| byte.is_ascii_whitespace() | !byte.is_ascii();
    if !text.bytes().fold(false, |found, byte| found | other(byte)) {
        return STANDARD.decode(text).ok();
    }
    // The compact copy may hold a private key.
    let compact: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
    STANDARD.decode(compact.as_bytes()).ok()
}

/// Encodes standard Base64 in one line.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The content of the first PEM block with this label (RFC 7468).
pub(crate) fn from_pem(text: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, after) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = after.split_once(&format!("-----END {label}-----"))?;
    decode(body).map(Zeroizing::new)
}

/// One PEM block, lines of 64 characters.
pub(crate) fn to_pem(bytes: &[u8], label: &str) -> String {
    let text = Zeroizing::new(encode(bytes));
    let mut pem = String::with_capacity(text.len() + text.len() / LINE + 2 * label.len() + 40);
    pem.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = text.as_str();
    while let Some((line, after)) = rest.split_at_checked(LINE) {
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        pem.push_str(rest);
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

#[cfg(test)]
mod tests {
    use super::{decode, from_pem, to_pem};

    #[test]
    fn x23_wrapped_base64_is_read_and_foreign_alphabets_are_not() {
        for accepted in ["+/8=", " +/ 8=\r\n", "+\u{d}/\u{d}8=", "+/\u{a0}8\t="] {
            assert_eq!(decode(accepted).as_deref(), Some(&[0xfb, 0xff][..]), "{accepted:?}");
        }
        for refused in ["-_8=", "+/8", "+/9=", "+/8==", "+/8=AAAA", "+/8=\0", "+/.8=", "=", "é/8="] {
            assert_eq!(decode(refused), None, "{refused:?}");
        }
        assert_eq!(decode("").as_deref(), Some(&[][..]));
    }

    #[test]
    fn a_pem_block_comes_back_as_it_went() {
        for length in [0_u8, 1, 47, 48, 49, 96, 200] {
            let bytes: Vec<u8> = (0..length).collect();
            let pem = format!("Subject: someone\n{}", to_pem(&bytes, "CERTIFICATE"));
            assert!(pem.lines().all(|line| line.len() <= 64));
            assert_eq!(from_pem(&pem, "CERTIFICATE").unwrap().as_slice(), bytes, "{length}");
            assert!(from_pem(&pem, "PRIVATE KEY").is_none());
        }
    }
}
