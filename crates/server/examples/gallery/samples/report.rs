//! Samples of the reports of test sign-ins.

use super::{MAIL, admin, detail, entry, text};
use vestibule_model::code::Code;
use vestibule_model::id::ConnectionId;
use vestibule_model::license::License;
use vestibule_model::response_log::{Detail, Entry, How, OutcomeWord, Test, Would};
use vestibule_server::portal::Here;
use vestibule_server::portal::response::ResponsePage;

pub fn test_passed() -> ResponsePage {
    let would =
        Would { email: text(MAIL), how: How::Created, license: Some(License::Licensed), sub_account: None };
    page(None, Detail { test: Some(Test { version: 4, would: Some(would) }), ..detail(false) })
}

pub fn test_failed() -> ResponsePage {
    page(Some(Code::Audience), Detail { test: Some(Test { version: 4, would: None }), ..detail(true) })
}

fn page(code: Option<Code>, detail: Detail) -> ResponsePage {
    let entry = entry(1, Some(MAIL), OutcomeWord::Tested, code);
    let entry = Entry { connection: Some(ConnectionId::from_bytes([1; 16])), ..entry };
    ResponsePage::new(admin(Here::Sso), &entry, detail)
}
