//! Accounts and account files at the command line.

use super::{Folder, keys};
use vestibule_saml::{KeyKind, SigningKey};

fn with_account() -> Folder {
    let folder = Folder::new();
    folder
        .run(&["account", "create", "acme", "--name", "Acme", "--owner", "o@acme.example", "--json"])
        .ends_with(0);
    folder
}

fn account_file(folder: &Folder, more: &str) {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let key = SigningKey::generate(KeyKind::EcdsaP256).unwrap();
    let certificate = key.self_signed("idp", now, now + jiff::SignedDuration::from_hours(24)).unwrap();
    folder.write("idp.pem", certificate.to_pem());
    folder.write(
        "acme.toml",
        format!(
            "account = \"acme\"\n[sso]\nissuer = \"https://idp.example\"\nsign_in_url = \"https://idp.example/sso\"\n\
             certificates = [\"idp.pem\"]\n{more}"
        ),
    );
}

#[test]
fn creating_an_account_prints_every_key() {
    let folder = Folder::new();
    let run =
        folder.run(&["account", "create", "acme", "--name", "Acme", "--owner", "o@acme.example", "--json"]);
    let created = run.ends_with(0).json();
    let all = [
        "account",
        "id",
        "name",
        "owner",
        "owner_link",
        "owner_link_expires_at",
        "parent",
        "state",
        "vanity_url",
    ];
    assert_eq!(keys(&created), all);
    assert_eq!(created["vanity_url"], "http://acme.localhost:8080");
    assert_eq!(created["state"], "approved");
    assert!(created["owner_link"].as_str().unwrap().starts_with("http://acme.localhost:8080/welcome/"));
    let again = folder.run(&["account", "create", "acme", "--name", "B", "--owner", "b@b.example", "--json"]);
    assert_eq!(again.ends_with(1).error()["code"], "conflict");
    folder.run(&["account", "create", "admin", "--name", "B", "--owner", "b@b.example"]).ends_with(1);
    let list = folder.run(&["account", "list", "--json"]).ends_with(0).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        folder.run(&["account", "show", "acme", "--json"]).ends_with(0).json()["owner"],
        "o@acme.example"
    );
}

#[test]
fn a_sub_account_is_made_below_another_one_and_both_say_so() {
    let folder = with_account();
    let create =
        ["account", "create", "beta", "--name", "Beta", "--owner", "o@beta.example", "--parent", "acme"];
    let created = folder.run(&[&create[..], &["--json"]].concat()).ends_with(0).json();
    assert_eq!(created["parent"], "acme");
    let show = |label| folder.run(&["account", "show", label, "--json"]).ends_with(0).json();
    let (above, below) = (show("acme"), show("beta"));
    assert_eq!(
        (&above["parent"], above["sub_accounts"][0].as_str()),
        (&serde_json::Value::Null, Some("beta"))
    );
    assert_eq!(
        (below["parent"].as_str(), below["sub_accounts"].as_array().unwrap().len()),
        (Some("acme"), 0)
    );
    assert!(folder.run(&["account", "list"]).ends_with(0).stdout().contains("(below acme)"));
    let deeper =
        ["account", "create", "gamma", "--name", "G", "--owner", "o@gamma.example", "--parent", "beta"];
    let refused = folder.run(&[&deeper[..], &["--json"]].concat()).ends_with(1);
    assert_eq!(refused.error()["code"], "conflict");
    account_file(
        &folder,
        "[[mapping.sub_account]]\nattribute = \"division\"\nvalue = \"Beta\"\nresult = \"beta\"\n",
    );
    folder.run(&["apply", "acme.toml"]).ends_with(0);
    folder.run(&["apply", "acme.toml", "--plan"]).ends_with(0);
}

#[test]
fn a_plan_with_changes_ends_with_3_and_applying_it_leaves_none() {
    let folder = with_account();
    account_file(&folder, "[domains.\"acme.example\"]\n");
    let plan = folder.run(&["apply", "acme.toml", "--plan", "--json"]).ends_with(3).json();
    assert_eq!(keys(&plan), ["account", "changes"]);
    assert_eq!(keys(&plan["changes"][0]), ["after", "before", "key"]);
    folder.run(&["apply", "acme.toml", "--plan"]).ends_with(3);
    folder.run(&["apply", "acme.toml"]).ends_with(0);
    let again = folder.run(&["apply", "acme.toml", "--plan"]).ends_with(0);
    assert!(again.stdout().contains("No changes"));
    let export = folder.run(&["export", "--account", "acme"]).ends_with(0);
    folder.write("exported.toml", export.stdout());
    folder.run(&["apply", "exported.toml", "--plan"]).ends_with(0);
}

#[test]
fn a_plan_says_how_many_people_it_would_ask_to_move() {
    let folder = with_account();
    folder
        .run(&["account", "create", "beta", "--name", "Beta", "--owner", "bob@acme.example", "--json"])
        .ends_with(0);
    account_file(&folder, "[domains.\"acme.example\"]\nmanaged = true\nconsolidate = true\n");
    let plan = folder.run(&["apply", "acme.toml", "--plan", "--json"]).ends_with(3).json();
    assert_eq!(plan["asked_to_move"]["acme.example"], 1);
    let told = folder.run(&["apply", "acme.toml", "--plan"]).ends_with(3);
    assert!(told.stdout().contains("1 person has a user in another account"), "{}", told.stdout());
    folder.run(&["apply", "acme.toml"]).ends_with(0);
    assert!(folder.run(&["domain", "list", "--account", "acme"]).stdout().contains("asks people to move"));
}

#[test]
fn an_unknown_key_of_an_account_file_is_named_with_its_line() {
    let folder = with_account();
    account_file(&folder, "provison = \"at_sign_in\"\n");
    let run = folder.run(&["apply", "acme.toml", "--json"]).ends_with(1);
    let message = run.error()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("acme.toml, line 6") && message.contains("`sso.provison`"), "{message}");
    assert!(run.error()["hint"].as_str().unwrap().contains("`provision`"));
}

#[test]
fn an_account_that_is_not_there_fails() {
    let folder = Folder::new();
    folder.write("acme.toml", "account = \"acme\"\n");
    let run = folder.run(&["apply", "acme.toml", "--json"]).ends_with(1);
    assert_eq!(run.error()["code"], "not_found");
    folder.run(&["explain", "WEB_00000000000000000000000000000000"]).ends_with(1);
    folder.run(&["log"]).ends_with(0);
    folder.run(&["outbox", "--json"]).ends_with(0);
}
