//! `vestibule simulate` and `vestibule mapping suggest`, as far as an account that nobody signed in to shows: what they print, and
//! how they end. What they say of people who did is in the whole-system tests.

use super::{Folder, keys};
use serde_json::json;

fn with_account() -> Folder {
    let folder = Folder::new();
    for label in ["acme", "beta"] {
        let owner = format!("o@{label}.example");
        folder.run(&["account", "create", label, "--name", label, "--owner", &owner]).ends_with(0);
    }
    folder.write("acme.toml", "account = \"acme\"\n\n[mapping.basic]\ndefault_license = \"licensed\"\n");
    folder
}

#[test]
fn a_simulation_prints_every_key_and_changes_nothing() {
    let folder = with_account();
    let simulate = ["simulate", "acme.toml", "--account", "acme"];
    let told = folder.run(&[&simulate[..], &["--json"]].concat()).ends_with(0).json();
    let all = [
        "account",
        "changed",
        "items",
        "left_out",
        "looked_at",
        "not_in_use",
        "not_kept",
        "people",
        "responses",
        "since",
        "totals",
    ];
    assert_eq!(keys(&told), all);
    assert_eq!(keys(&told["not_kept"]), ["named", "people"]);
    assert_eq!((&told["account"], &told["items"], &told["totals"]), (&json!("acme"), &json!([]), &json!([])));
    let said = folder.run(&simulate).ends_with(0);
    assert!(
        said.stdout().starts_with("Nothing would change.\n0 of 0 people would change"),
        "{}",
        said.stdout()
    );
    assert_eq!(said.stderr(), "", "what is done at once shows no progress");
    folder.run(&["apply", "acme.toml", "--plan"]).ends_with(3);
}

#[test]
fn a_simulation_of_a_file_that_is_wrong_or_about_another_account_fails() {
    let folder = with_account();
    let run = folder.run(&["simulate", "acme.toml", "--account", "beta", "--json"]).ends_with(1);
    assert_eq!(keys(&run.error()), ["code", "hint", "message"]);
    assert!(
        run.error()["message"].as_str().unwrap().contains("about the account \"acme\""),
        "{}",
        run.stderr()
    );
    let run = folder.run(&["simulate", "acme.toml", "--account", "gamma", "--json"]).ends_with(1);
    assert_eq!(run.error()["code"], "not_found");
    folder.write("wrong.toml", "account = \"acme\"\n[mapping.basic]\ndefault_licence = \"basic\"\n");
    let run = folder.run(&["simulate", "wrong.toml", "--account", "acme", "--json"]).ends_with(1);
    assert!(run.error()["hint"].as_str().unwrap().contains("default_license"), "{}", run.stderr());
}

#[test]
fn wrong_usage_of_both_ends_with_2() {
    let folder = with_account();
    for wrong in [
        &["simulate", "nowhere.toml", "--account", "acme"][..],
        &["simulate", "acme.toml"],
        &["simulate", "acme.toml", "--account", "acme", "--since", "a week"],
        &["mapping"],
        &["mapping", "suggest"],
        &["mapping", "suggest", "--account", "acme", "--since", "7"],
    ] {
        folder.run(wrong).ends_with(2);
    }
}

#[test]
fn what_could_be_mapped_is_printed_with_every_key() {
    let folder = with_account();
    let suggest = ["mapping", "suggest", "--account", "acme"];
    let advice = folder.run(&[&suggest[..], &["--json"]].concat()).ends_with(0).json();
    let all = ["account", "attributes", "is_cut", "not_kept", "overage", "proposals", "sign_ins", "since"];
    assert_eq!(keys(&advice), all);
    assert_eq!((&advice["sign_ins"], &advice["overage"]), (&json!(0), &json!(null)));
    let said = folder.run(&[&suggest[..], &["--since", "12h", "--unmasked"]].concat()).ends_with(0).stdout();
    assert!(said.starts_with("0 sign-ins since ") && said.contains("What was sent"), "{said}");
    let run = folder.run(&["mapping", "suggest", "--account", "gamma", "--json"]).ends_with(1);
    assert_eq!(run.error()["code"], "not_found");
}
