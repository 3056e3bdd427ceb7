//! Codes that change with time (TOTP, RFC 6238): HMAC-SHA-1, six digits, thirty seconds, which is what every authenticator app does
//! whatever else the standard allows.
//!
//! SHA-1 is no weakness here: HMAC does not need its collision resistance. It is written here and not taken from a crate, because a crate
//! would bring a second implementation of cryptography beside aws-lc-rs for these few lines.

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use jiff::Timestamp;
use std::fmt::Write as _;

/// Bytes of a secret (RFC 4226 §4: 160 bits).
pub(super) const SECRET_LENGTH: usize = 20;
/// Seconds of a step.
const STEP: i64 = 30;
/// How many steps a clock may be off, before and after.
const SKEW: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;

/// The step of time for which this code is right, if it is one that may be used now.
pub(super) fn step_of(secret: &[u8], typed: &str, now: Timestamp) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now.as_second().div_euclid(STEP);
    let steps = current - SKEW..=current + SKEW;
    // Every step is looked at, whichever is right.
    steps.fold(None, |found, step| if same(&code(secret, step), &typed) { Some(step) } else { found })
}

/// The code of a step (RFC 4226 §5.3).
fn code(secret: &[u8], step: i64) -> String {
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = tag.last().map_or(0, |byte| usize::from(byte & 0xf));
    let four = tag.get(offset..offset + 4).unwrap_or_default();
    let number = four.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:0DIGITS$}", (number & 0x7fff_ffff) % 1_000_000)
}

fn same(one: &str, other: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// Base32 (RFC 4648 §6) without padding, as authenticator apps take it.
pub(super) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut waiting, mut count) = (String::new(), 0_u32, 0_u32);
    let letter = |five: u32| LETTERS.get(five as usize & 31).map_or('A', |letter| char::from(*letter));
    for byte in bytes {
        (waiting, count) = (waiting << 8 | u32::from(*byte), count + 8);
        while count >= 5 {
            count -= 5;
            text.push(letter(waiting >> count));
        }
        waiting &= (1 << count) - 1;
    }
    if count > 0 {
        text.push(letter(waiting << (5 - count)));
    }
    text
}

/// What an authenticator app reads out of the QR code.
pub(super) fn address(secret: &str, issuer: &str, account: &str) -> String {
    let (issuer, account) = (urlencoding::encode(issuer), urlencoding::encode(account));
    let mut address = format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}");
    // Writing into a text cannot fail.
    let _ = write!(address, "&algorithm=SHA1&digits={DIGITS}&period={STEP}");
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the rows of SHA-1; the last six of its eight digits.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (second, code) in VECTORS {
            assert_eq!(step_of(SECRET, code, at(second)), Some(second / 30), "{second}");
            assert_eq!(super::code(SECRET, second / 30), code);
        }
    }

    #[test]
    fn a_clock_may_be_off_by_a_step_and_no_more() {
        let (second, code) = (1_111_111_109, "081804");
        let step = second / 30;
        for (first, last, right) in
            [(step - 1, step + 1, true), (step - 3, step - 2, false), (step + 2, step + 3, false)]
        {
            for now in first..=last {
                assert_eq!(step_of(SECRET, code, at(now * 30)).is_some(), right, "{}", now - step);
            }
        }
        for wrong in ["", "08180", "0818040", "81804", "abcdef", "08180４"] {
            assert_eq!(step_of(SECRET, wrong, at(second)), None, "{wrong}");
        }
        assert_eq!(step_of(SECRET, " 081 804 ", at(second)), Some(step), "as apps show it");
    }

    #[test]
    fn a_secret_is_written_as_apps_read_it() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(
            address("MZXW6", "Acme & Co", "o@acme.example"),
            "otpauth://totp/Acme%20%26%20Co:o%40acme.example?secret=MZXW6&issuer=Acme%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }
}
