//! Whatever comes in is read or refused, and what is answered can be read again.

use proptest::prelude::*;
use vestibule_oidc::authorization::{Answer, Asking, Wanted, answer};
use vestibule_oidc::token::Grant;
use vestibule_oidc::{Code, Error, Parameters, RedirectUri, credentials};

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,300}", header in proptest::option::of(".{0,80}")) {
        if let Ok(request) = Parameters::read(&text) {
            let _ = (Asking::read(&request).is_ok(), Wanted::read(&request), Grant::read(&request).is_ok());
            let _ = credentials(header.as_deref(), &request).is_ok();
        }
        let _ = RedirectUri::parse(&text);
    }

    #[test]
    fn an_answer_carries_what_it_was_given_whatever_that_is(
        state in ".{0,60}",
        code in "[A-Za-z0-9_-]{1,60}",
        sentence in ".{0,60}",
    ) {
        for base in ["https://a.example/cb", "https://a.example/cb?x=1"] {
            let url = answer(base, Some(&state), "https://v.example", Answer::Code(&code)).unwrap();
            let url = url::Url::parse(&url).unwrap();
            prop_assert_eq!(url.host_str(), Some("a.example"));
            let last: Vec<_> = url.query_pairs().into_owned().collect();
            prop_assert!(last.contains(&("state".to_owned(), state.clone())));
            prop_assert!(last.contains(&("code".to_owned(), code.clone())));
            let error = Error::new(Code::InvalidRequest, sentence.clone());
            let url = answer(base, None, "https://v.example", Answer::Error(&error)).unwrap();
            prop_assert!(url::Url::parse(&url).unwrap().query_pairs().any(|(name, _)| name == "error"));
            let plain = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
            prop_assert!(error.to_json()["error_description"].as_str().unwrap().chars().all(plain));
        }
    }
}

#[test]
fn what_stands_twice_or_is_too_much_is_refused_and_what_is_empty_is_not_there() {
    let check = |text: &str| Parameters::read(text).map(|_| ()).map_err(|error| error.code);
    assert_eq!(check("a=1&b=2&c=3"), Ok(()));
    assert_eq!(check("a=1&a=1"), Err(Code::InvalidRequest));
    assert_eq!(check(&format!("a={}", "x".repeat(2049))), Err(Code::InvalidRequest));
    let many: Vec<String> = (0..51).map(|number| format!("p{number}=1")).collect();
    assert_eq!(check(&many.join("&")), Err(Code::InvalidRequest));
    assert_eq!(check(&many[..50].join("&")), Ok(()));
    assert_eq!(check("a=%00"), Err(Code::InvalidRequest));
    assert_eq!(Parameters::read("a=&b=1").unwrap().optional("a"), None);
}
