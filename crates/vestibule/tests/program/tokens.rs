//! API tokens at the command line.

use super::{Folder, keys};

fn with_account() -> Folder {
    let folder = Folder::new();
    folder
        .run(&["account", "create", "acme", "--name", "Acme", "--owner", "o@acme.example", "--json"])
        .ends_with(0);
    folder
}

const CREATE: [&str; 6] = ["token", "create", "--account", "acme", "--scope", "scim2"];

#[test]
fn a_token_is_made_listed_and_revoked_with_every_key() {
    let folder = with_account();
    let more = ["--scope", "users:read", "--expires", "90d", "--name", "Okta", "--json"];
    let made = folder.run(&[&CREATE[..], &more].concat()).ends_with(0).json();
    assert_eq!(keys(&made), ["account", "expires_at", "id", "scim_url", "scopes", "token"]);
    assert_eq!(made["scim_url"], "http://localhost:8080/scim2");
    assert_eq!(made["scopes"], serde_json::json!(["scim2", "users:read"]));
    assert!(made["token"].as_str().unwrap().starts_with("vst_") && made["expires_at"].is_string());
    let list = folder.run(&["token", "list", "--json"]).ends_with(0);
    assert!(!list.stdout().contains(made["token"].as_str().unwrap()));
    let all = [
        "account",
        "created_at",
        "expires_at",
        "id",
        "last_used_at",
        "made_by",
        "name",
        "revoked_at",
        "scopes",
        "state",
    ];
    assert_eq!(keys(&list.json()["items"][0]), all);
    let id = made["id"].as_str().unwrap();
    let revoked = folder.run(&["token", "revoke", id, "--json"]).ends_with(0).json();
    assert_eq!((&revoked["id"], &revoked["state"]), (&made["id"], &"revoked".into()));
    let lines = folder.run(&["token", "list", "--account", "acme"]).ends_with(0).stdout();
    assert!(lines.contains("revoked") && lines.contains("Okta"), "{lines}");
}

#[test]
fn a_token_without_an_end_says_so_and_one_for_another_api_has_no_scim_address() {
    let folder = with_account();
    let made = folder.run(&[&CREATE[..5], &["users:read", "--json"]].concat()).ends_with(0).json();
    assert!(made["expires_at"].is_null() && made["scim_url"].is_null(), "{made}");
    let shown = folder.run(&CREATE).ends_with(0).stdout();
    assert!(shown.contains("until it is revoked") && shown.contains("/scim2"), "{shown}");
}

#[test]
fn what_names_no_scope_account_or_token_fails() {
    let folder = with_account();
    let run = folder.run(&[&CREATE[..5], &["admin", "--json"]].concat()).ends_with(1);
    assert_eq!(run.error()["code"], "invalid");
    assert!(run.error()["hint"].as_str().unwrap().contains("users:write"));
    folder.run(&["token", "create", "--account", "acme"]).ends_with(2);
    folder.run(&["token", "create", "--account", "other", "--scope", "scim2"]).ends_with(1);
    folder.run(&[&CREATE[..], &["--expires", "soon"]].concat()).ends_with(2);
    folder.run(&["token", "revoke", "tok_1"]).ends_with(1);
}

#[test]
fn a_client_is_registered_listed_and_revoked_with_every_key() {
    let folder = with_account();
    let create = ["oauth-client", "create", "--account", "acme", "--scope", "scim2", "--name", "P"];
    let made = folder.run(&[&create[..], &["--redirect", "https://a.example/cb", "--json"]].concat());
    let made = made.ends_with(0).json();
    let all = ["account", "authorize_url", "id", "name", "redirect_uris", "scopes", "secret", "token_url"];
    assert_eq!(keys(&made), all);
    assert_eq!(made["token_url"], "http://localhost:8080/oauth/token");
    let list = folder.run(&["oauth-client", "list", "--json"]).ends_with(0);
    assert!(!list.stdout().contains(made["secret"].as_str().unwrap()));
    let all =
        ["account", "created_at", "id", "made_by", "name", "redirect_uris", "revoked_at", "scopes", "state"];
    assert_eq!(keys(&list.json()["items"][0]), all);
    let id = made["id"].as_str().unwrap();
    let revoked = folder.run(&["oauth-client", "revoke", id, "--json"]).ends_with(0).json();
    assert_eq!((&revoked["id"], &revoked["state"]), (&made["id"], &"revoked".into()));
    let bad =
        folder.run(&[&create[..], &["--redirect", "http://a.example/cb", "--json"]].concat()).ends_with(1);
    assert_eq!(bad.error()["code"], "invalid");
    assert!(folder.run(&create).ends_with(0).stdout().contains("vss_"));
    folder.run(&["oauth-client", "revoke", "x"]).ends_with(1);
}
