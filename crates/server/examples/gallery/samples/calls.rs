//! Sample values of the API call log.

use super::{admin, now};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::api_call::{Body, Detail, Entry, Subject};
use vestibule_model::id::{CallId, GroupId, TokenId, UserId};
use vestibule_server::portal::Here;
use vestibule_server::portal::calls::{CallPage, CallsPage, Found, Search};

fn entry(number: u8, method: &str, path: &str, status: u16, story: Option<&str>) -> Entry {
    let id = UserId::from_bytes([7; 16]);
    Entry {
        id: CallId::from_bytes([number; 16]),
        time: earlier(number),
        method: method.to_owned(),
        path: path.to_owned(),
        status,
        duration_micros: 412 + 97 * i64::from(number),
        token: TokenId::from_bytes([9; 16]),
        client: "Okta production".to_owned(),
        dialect: Some("Okta".to_owned()),
        story: story.map(str::to_owned),
        subject: Some(Subject::User(id, Some("anna@acme.example".to_owned()))),
    }
}

fn earlier(number: u8) -> Timestamp {
    now().checked_sub(SignedDuration::from_mins(7 * i64::from(number))).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub fn entries() -> Vec<Entry> {
    let user = "/scim2/Users/usr_07070707070707070707070707070707";
    let group = Subject::Group(GroupId::from_bytes([3; 16]), Some("Marketing".to_owned()));
    vec![
        entry(1, "PATCH", user, 200, Some("deactivated anna@acme.example")),
        Entry {
            subject: None,
            ..entry(
                2,
                "GET",
                r#"/scim2/Users?filter=userName eq "••••"&startIndex=1&count=100"#,
                200,
                Some("looked for a person by userName: there is none"),
            )
        },
        entry(
            3,
            "DELETE",
            user,
            403,
            Some(
                "The person is the owner of the account, whom no directory deletes. Hand the account over first.",
            ),
        ),
        Entry {
            client: "Payroll".to_owned(),
            dialect: None,
            ..entry(4, "POST", "/v2/users", 201, Some("created jo@acme.example"))
        },
        Entry {
            subject: Some(group),
            ..entry(
                5,
                "PATCH",
                "/scim2/Groups/grp_03030303030303030303030303030303",
                204,
                Some("put 12 people into the group Marketing"),
            )
        },
        entry(6, "GET", user, 503, Some("The service is busy. Try again in a moment.")),
    ]
}

pub fn list() -> CallsPage {
    let found =
        Found { entries: entries(), newest: None, older: Some("/admin/api/calls?before=x".to_owned()) };
    CallsPage::new(admin(Here::Calls), Search::default(), found)
}

pub fn empty() -> CallsPage {
    CallsPage::new(admin(Here::Calls), Search::default(), Found::default())
}

fn body(text: &str) -> Option<Body> {
    Some(Body { length: text.len() as u64, text: Some(text.to_owned()), is_cut: false })
}

pub fn done() -> CallPage {
    let entry = entries().swap_remove(0);
    let detail = Detail {
        action: [
            "deactivated anna@acme.example",
            "Status: Active → Inactive",
            "License type: Licensed → None",
        ]
        .map(str::to_owned)
        .to_vec(),
        refusal: None,
        quirks: ["boolean_as_text", "operation_in_any_case"].map(str::to_owned).to_vec(),
        request: body(r#"{"Operations":[{"op":"Replace","value":{"active":"False","password":"••••"}}]}"#),
        response: body(
            r#"{"id":"usr_07070707070707070707070707070707","userName":"anna@acme.example","active":false}"#,
        ),
    };
    CallPage::new(admin(Here::Calls), entry, detail)
}

pub fn refused() -> CallPage {
    let entry = entries().swap_remove(2);
    let response = Some(Body {
        length: 48_213,
        text: body("{\"status\":\"403\"}").and_then(|body| body.text),
        is_cut: true,
    });
    let request = Some(Body { length: 120, text: None, is_cut: false });
    let detail = Detail { refusal: entry.story.clone(), request, response, ..Detail::default() };
    CallPage::new(admin(Here::Calls), entry, detail)
}
