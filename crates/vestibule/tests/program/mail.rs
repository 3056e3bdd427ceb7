//! What becomes of mails, as an operator sees it.

use super::Folder;
use serde_json::Value;

const CREATE: [&str; 6] = ["account", "create", "acme", "--name", "Acme", "--owner"];

fn only_mail(folder: &Folder) -> Value {
    let listed = folder.run(&["outbox", "--json"]).ends_with(0).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    listed["items"][0].clone()
}

#[test]
fn without_a_server_a_mail_is_kept_with_its_text() {
    let folder = Folder::new();
    folder.run(&[&CREATE[..], &["o@acme.example"]].concat()).ends_with(0);
    let mail = only_mail(&folder);
    assert_eq!((mail["state"].as_str(), mail["attempts"].as_i64()), (Some("kept"), Some(0)));
    assert!(mail["body"].as_str().unwrap().contains("/welcome/") && mail["answer"].is_null(), "{mail}");
    let text = folder.run(&["outbox"]).ends_with(0).stdout();
    assert!(text.contains("State: kept here, not sent") && text.contains("/welcome/"), "{text}");
    let checked = folder.run(&["config", "check"]).ends_with(0).stdout();
    assert!(checked.contains("mails are kept in the outbox"), "{checked}");
}

#[test]
fn with_a_server_a_mail_waits_for_the_service() {
    let folder = Folder::new();
    folder.write(
        "vestibule.toml",
        "[mail]\ntransport = \"smtp://me@mail.example.com\"\npassword_file = \"secret\"\nfrom = \"Acme <a@acme.example>\"\n",
    );
    let failed = folder.run(&["config", "check", "--json"]).ends_with(2).error();
    assert!(failed["message"].as_str().unwrap().contains("`mail.password_file`"), "{failed}");
    folder.write("secret", "swordfish\n");
    let checked = folder.run(&["config", "check"]).ends_with(0).stdout();
    assert!(checked.contains("mails are sent through mail.example.com:587, STARTTLS required"), "{checked}");
    assert!(!checked.contains("swordfish"));
    folder.run(&[&CREATE[..], &["o@acme.example"]].concat()).ends_with(0);
    let mail = only_mail(&folder);
    assert_eq!((mail["state"].as_str(), mail["ended_at"].as_str()), (Some("queued"), None));
    let text = folder.run(&["outbox"]).ends_with(0).stdout();
    assert!(text.contains("State: waits to be sent by `vestibule serve`"), "{text}");
}
