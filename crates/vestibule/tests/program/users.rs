//! People at the command line.

use super::{Folder, keys};

const OWNER: &str = "o@acme.example";

fn with_account() -> Folder {
    let folder = Folder::new();
    folder.run(&["account", "create", "acme", "--name", "Acme", "--owner", OWNER, "--json"]).ends_with(0);
    folder
}

#[test]
fn people_are_listed_and_shown_with_every_key() {
    let folder = with_account();
    let list = folder.run(&["users", "list", "--account", "acme", "--json"]).ends_with(0).json();
    assert_eq!(keys(&list), ["items", "next"]);
    let listed =
        ["created_at", "email", "id", "license", "login_types", "name", "role", "status", "updated_at"];
    assert_eq!(keys(&list["items"][0]), listed);
    let none = folder.run(&["users", "list", "--account", "acme", "--prefix", "x", "--json"]).ends_with(0);
    assert_eq!(none.json()["items"], serde_json::json!([]));
    let shown = folder.run(&["users", "show", OWNER, "--json"]).ends_with(0).json();
    let more = [
        "add_ons",
        "employee_id",
        "groups",
        "invitation",
        "phone_site",
        "picture",
        "profile",
        "second_factor",
        "settings",
        "verification",
    ];
    let mut all: Vec<&str> = listed.into_iter().chain(more).collect();
    all.sort_unstable();
    assert_eq!(keys(&shown), all);
    assert_eq!(shown["login_types"], serde_json::json!(["work_email"]));
    let lines = folder.run(&["users", "show", OWNER]).ends_with(0).stdout();
    assert!(lines.contains("Session idle time         2h (the built-in default)"), "{lines}");
    assert!(lines.contains("employee ID   none") && lines.contains("role          Owner"), "{lines}");
    assert!(folder.run(&["users", "list", "--account", "acme"]).ends_with(0).stdout().contains(OWNER));
}

#[test]
fn a_login_type_is_added_once() {
    let folder = with_account();
    let changed = folder.run(&["users", "add-login", "sso", OWNER, "--json"]).ends_with(0).json();
    assert_eq!(keys(&changed), ["changes", "id", "user"]);
    assert_eq!(changed["changes"][0]["after"], "work_email, sso");
    let again = folder.run(&["users", "add-login", "sso", OWNER]).ends_with(0);
    assert!(again.stdout().contains("nothing changed"));
    folder.run(&["users", "add-login", "saml", OWNER]).ends_with(2);
}

#[test]
fn an_employee_id_is_given_and_taken_away() {
    let folder = with_account();
    folder.run(&["users", "employee-id", OWNER, "e-1"]).ends_with(0);
    let removed = folder.run(&["users", "employee-id", OWNER, "--remove", "--json"]).ends_with(0).json();
    assert_eq!(removed["changes"][0]["before"], "e-1");
    assert!(removed["changes"][0]["after"].is_null());
    folder.run(&["users", "employee-id", OWNER]).ends_with(2);
}

#[test]
fn no_verification_mail_is_sent_to_somebody_who_needs_none() {
    let folder = with_account();
    let sent = folder.run(&["users", "send-verification", OWNER, "--json"]).ends_with(0).json();
    assert_eq!(
        (keys(&sent).as_slice(), &sent["changes"]),
        (["changes", "id", "user"].as_slice(), &serde_json::json!([]))
    );
    assert!(
        folder.run(&["users", "send-verification", OWNER]).ends_with(0).stdout().contains("nothing changed")
    );
    let run = folder.run(&["users", "send-verification", "nobody@acme.example", "--json"]).ends_with(1);
    assert_eq!(run.error()["code"], "not_found");
}

#[test]
fn t15_the_owner_is_not_deactivated() {
    let folder = with_account();
    let run = folder.run(&["users", "deactivate", OWNER, "--json"]).ends_with(1);
    assert_eq!(run.error()["code"], "forbidden");
    assert!(run.error()["hint"].is_string());
    let active = folder.run(&["users", "activate", OWNER]).ends_with(0);
    assert!(active.stdout().contains("nothing changed"));
}

#[test]
fn nobody_is_found_under_an_unknown_address() {
    let folder = with_account();
    let run = folder.run(&["users", "show", "nobody@acme.example", "--json"]).ends_with(1);
    assert_eq!(run.error()["code"], "not_found");
    folder.run(&["users", "show", "nobody"]).ends_with(2);
    folder.run(&["users", "list", "--account", "other"]).ends_with(1);
}
