//! Any bytes as what the HTTP-Redirect binding carries: never more than the limit comes out of them; and any text as a
//! message for it, which comes out as it went in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_saml::binding::{Direction, inflate, redirect_decode, redirect_url};

const LIMIT: usize = 64 * 1024;

fuzz_target!(|input: &[u8]| {
    if let Ok(unpacked) = inflate(input, LIMIT) {
        assert!(unpacked.len() <= LIMIT);
    }
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(redirected) = redirect_decode(text) {
        assert!(!redirected.is_signed() || text.contains("Signature="));
    }
    let (state, xml) = text.split_once('\n').unwrap_or(("", text));
    let address = "https://idp.example/sso?a=b#c";
    let address =
        redirect_url(address, Direction::Request, xml, Some(state), None).expect("nothing is signed");
    let query = address.strip_prefix("https://idp.example/sso?a=b&").and_then(|rest| rest.strip_suffix("#c"));
    let redirected = redirect_decode(query.expect("the address stays")).expect("what was sent comes back");
    assert_eq!(redirected.xml, xml.as_bytes());
    assert_eq!(redirected.relay_state.as_deref(), Some(state));
});
