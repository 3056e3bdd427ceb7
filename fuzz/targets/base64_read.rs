//! Any text as the form field of the HTTP-POST binding: what is read is what its letters say, white space aside, and there
//! is one way to write it; and any bytes, which come out as they went in, also from wrapped lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_saml::binding::{post_decode, post_value};
use vestibule_saml::response;

fuzz_target!(|input: &[u8]| {
    let value = post_value(input);
    assert_eq!(post_decode(&value).expect("what was written is read"), input);
    let wrapped: String =
        value.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\r\n").collect();
    assert_eq!(post_decode(&wrapped).expect("wrapped lines are read"), input);

    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(read) = post_decode(text) else {
        assert!(response::decode(text).is_err(), "both readers refuse the same");
        return;
    };
    let letters: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    assert_eq!(post_value(&read), letters, "a message has one form");
    assert_eq!(response::decode(text).is_ok(), !read.is_empty());
});
