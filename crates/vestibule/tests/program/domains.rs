//! Domains at the command line.

use super::{Folder, keys};

#[test]
fn a_domain_is_claimed_and_listed_with_every_key() {
    let folder = Folder::new();
    folder
        .run(&["account", "create", "acme", "--name", "Acme", "--owner", "o@acme.example", "--json"])
        .ends_with(0);
    let made =
        folder.run(&["domain", "claim", "Claim.example", "--account", "acme", "--json"]).ends_with(0).json();
    let all = [
        "checked_at",
        "consolidate",
        "domain",
        "enforce_sso",
        "exempt",
        "managed",
        "proof",
        "proved_by",
        "set_by_operator",
        "state",
    ];
    assert_eq!(keys(&made), all);
    assert_eq!((&made["domain"], &made["state"]), (&"claim.example".into(), &"verifying".into()));
    let proof = made["proof"].as_str().unwrap();
    assert!(proof.starts_with("vestibule-verification=") && proof.len() == 23 + 32, "{proof}");
    let list = folder.run(&["domain", "list", "--account", "acme", "--json"]).ends_with(0).json();
    assert_eq!(list["items"][0], made);
    let refused = folder.run(&["domain", "claim", "gmail.com", "--account", "acme", "--json"]).ends_with(1);
    assert_eq!(refused.error()["code"], "invalid");
}
