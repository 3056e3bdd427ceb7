//! Errors as they are answered.

use serde_json::json;

use super::{Error, SCHEMA, shown};

#[test]
fn an_error_is_answered_as_rfc_7644_writes_it() {
    let expected = json!({
        "schemas": [SCHEMA],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "userName is taken",
    });
    assert_eq!(Error::uniqueness("userName is taken").to_json(None), expected);
    let gone = json!({ "schemas": [SCHEMA], "status": "404", "detail": "there is no user usr_1" });
    assert_eq!(Error::plain(404, "there is no user usr_1").to_json(None), gone);
}

#[test]
fn an_error_carries_an_extension_under_its_urn() {
    let message =
        Error::plain(409, "no seat is left").to_json(Some(("urn:example:error", json!({ "code": 1031 }))));
    assert_eq!(message["schemas"], json!([SCHEMA, "urn:example:error"]));
    assert_eq!(message["urn:example:error"]["code"], 1031);
}

#[test]
fn what_a_client_sent_is_shown_short_and_without_control_characters() {
    assert_eq!(shown("a\u{7}b"), "ab…");
    assert_eq!(shown("user"), "user");
    assert!(shown(&"ä".repeat(10_000)).len() < 200);
}
