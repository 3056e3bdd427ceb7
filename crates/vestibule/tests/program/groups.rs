//! Groups at the command line.

use super::{Folder, keys};

const OWNER: &str = "o@acme.example";

fn with_account() -> Folder {
    let folder = Folder::new();
    folder.run(&["account", "create", "acme", "--name", "Acme", "--owner", OWNER, "--json"]).ends_with(0);
    folder
}

#[test]
fn a_group_is_made_joined_renamed_left_and_deleted() {
    let folder = with_account();
    let groups = |words: &[&str]| {
        let mut all = vec!["groups"];
        all.extend(words);
        all.extend(["--account", "acme", "--json"]);
        folder.run(&all)
    };
    let listed =
        ["created_at", "external_id", "id", "kind", "members", "name", "settings", "updated_at", "version"];
    let made = groups(&["create", "Sales"]).ends_with(0).json();
    assert_eq!(keys(&made), listed);
    let joined = groups(&["join", "sales", OWNER]).ends_with(0).json();
    assert_eq!(keys(&joined), ["changes", "id", "user"]);
    assert_eq!(joined["changes"][0]["after"], "Sales");
    let renamed = groups(&["rename", "Sales", "Revenue"]).ends_with(0).json();
    assert_eq!(keys(&renamed), ["changes", "group", "id", "kind", "notes"]);
    let list = groups(&["list"]).ends_with(0).json();
    assert_eq!(keys(&list), ["items", "next"]);
    assert_eq!((&list["items"][0]["name"], &list["items"][0]["members"]), (&"Revenue".into(), &1.into()));
    let shown = groups(&["show", made["id"].as_str().unwrap()]).ends_with(0).json();
    let mut all: Vec<&str> =
        listed.into_iter().chain(["auto_mapping", "items", "named_by", "next"]).collect();
    all.sort_unstable();
    assert_eq!(keys(&shown), all);
    assert_eq!(shown["items"][0]["origins"], serde_json::json!(["manual"]));
    let person = folder.run(&["users", "show", OWNER, "--json"]).ends_with(0).json();
    assert_eq!(person["groups"][0]["name"], "Revenue");
    assert_eq!(keys(&person["settings"][0]), ["because", "group", "setting", "value"]);
    groups(&["leave", "revenue", OWNER]).ends_with(0);
    let deleted = groups(&["delete", "revenue"]).ends_with(0).json();
    assert_eq!(deleted["changes"][1]["before"], "0");
    assert_eq!(groups(&["show", "revenue"]).ends_with(1).error()["code"], "not_found");
}

#[test]
fn kinds_are_apart_and_what_cannot_be_is_said() {
    let folder = with_account();
    let run = |words: &[&str]| folder.run(&[words, &["--account", "acme"]].concat());
    assert!(
        run(&["groups", "create", "News", "--kind", "channel"]).ends_with(0).stdout().contains("channel")
    );
    assert!(run(&["groups", "list", "--kind", "channel"]).ends_with(0).stdout().contains("News"));
    assert!(!run(&["groups", "list"]).ends_with(0).stdout().contains("News"));
    run(&["groups", "create", "news", "--kind", "channel"]).ends_with(1);
    run(&["groups", "create", " "]).ends_with(1);
    run(&["groups", "list", "--kind", "team"]).ends_with(2);
    let shown = run(&["groups", "show", "News", "--kind", "channel"]).ends_with(0).stdout();
    assert!(shown.contains("members           0"), "{shown}");
}
