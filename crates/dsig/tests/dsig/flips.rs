//! No damage goes unseen: a message with changed bytes verifies to the same content, or not at all.

use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use vestibule_dsig::{Algorithm, Allowed, sign, verify};
use vestibule_xml::Document;

use crate::support::{MESSAGE, TRUSTED};

/// What the root of these bytes verifies to.
fn content(bytes: &[u8]) -> Option<Vec<u8>> {
    let document = Document::parse(bytes).ok()?;
    let trusted = std::slice::from_ref(&TRUSTED.certificate);
    verify(document.root(), trusted, Allowed::default()).ok().map(|signed| signed.bytes().to_vec())
}

fn signed() -> Vec<u8> {
    let unsigned = MESSAGE.replace("SIGNATURE", "");
    let certificate = Some(&TRUSTED.certificate);
    sign(&unsigned, "_response", &TRUSTED.key, certificate, Algorithm::RsaSha256).unwrap().into_bytes()
}

#[test]
fn x25_no_flipped_bit_verifies_to_other_content() {
    let original = signed();
    let expected = content(&original).unwrap();
    // The lowest bit changes a character, the sixth the case of a letter.
    let mut harmless = 0;
    for index in 0..original.len() {
        for bit in [0, 5] {
            let mut flipped = original.clone();
            flipped[index] ^= 1 << bit;
            if let Some(verified) = content(&flipped) {
                assert_eq!(verified, expected, "byte {index}, bit {bit}");
                harmless += 1;
            }
        }
    }
    // Only KeyInfo's Base64 can change without being noticed.
    let key_info = TRUSTED.certificate.to_base64().len();
    assert!(harmless <= key_info * 2, "{harmless} of {} flips verify", original.len() * 2);
}

proptest! {
    #[test]
    fn x25_no_splice_of_a_message_verifies_to_other_content(
        cut in any::<prop::sample::Index>(),
        paste in any::<prop::sample::Index>(),
        length in 0_usize..600,
        keep in any::<bool>(),
    ) {
        let original = signed();
        let from = cut.index(original.len());
        let piece = original[from..original.len().min(from + length)].to_vec();
        let mut spliced = original.clone();
        if !keep {
            spliced.drain(from..from + piece.len());
        }
        let at = paste.index(spliced.len());
        spliced.splice(at..at, piece);
        if let Some(verified) = content(&spliced) {
            prop_assert_eq!(verified, content(&original).unwrap());
        }
    }
}
