//! What an operator does at the command line, without a service running.

use serde_json::json;

use crate::deployment::{DOMAIN_AND_MAPPING, Deployment};

/// A connection to an identity provider that nobody needs to reach: everything is typed.
const CONNECTION: &str = r#"
[sso]
issuer = "https://idp.acme.example/metadata"
sign_in_url = "https://idp.acme.example/sso"
certificates = ["idp.pem"]
"#;

const CERTIFICATE: &str = include_str!("idp.pem");

/// A deployment with the account, and its file, which is not applied yet.
fn prepared() -> Deployment {
    let deployment = Deployment::on_sqlite();
    let created = deployment.create_account();
    assert_eq!((&created["account"], &created["name"]), (&json!("acme"), &json!("Acme")));
    assert_eq!(created["owner"], "olive@acme.example");
    assert!(created["owner_link"].as_str().unwrap().starts_with(&deployment.vanity("/")), "{created}");
    deployment.write("idp.pem", CERTIFICATE);
    deployment.write("acme.toml", &format!("account = \"acme\"\n{CONNECTION}{DOMAIN_AND_MAPPING}"));
    deployment
}

#[test]
fn an_account_file_is_planned_then_applied_and_then_changes_nothing() {
    let deployment = prepared();
    let plan = deployment.run(&["apply", "acme.toml", "--plan", "--json"]).expect_code(3).json();
    assert_eq!(plan["account"], "acme");
    let changes = plan["changes"].as_array().unwrap();
    let issuer = changes.iter().find(|change| change["key"] == "sso.issuer").unwrap();
    assert_eq!(
        (&issuer["before"], &issuer["after"]),
        (&json!(null), &json!("https://idp.acme.example/metadata"))
    );
    let again = deployment.run(&["apply", "acme.toml", "--plan", "--json"]).expect_code(3).json();
    assert_eq!(again, plan, "a plan changes nothing");

    deployment.run(&["apply", "acme.toml"]).expect_code(0);
    let plan = deployment.run(&["apply", "acme.toml", "--plan", "--json"]).expect_code(0).json();
    assert_eq!(plan["changes"], json!([]));
}

#[test]
fn what_is_exported_changes_nothing_when_it_is_applied() {
    let deployment = prepared();
    deployment.run(&["apply", "acme.toml"]).expect_code(0);
    let exported = deployment.run(&["export", "--account", "acme"]).expect_code(0).stdout;
    deployment.write("exported.toml", &exported);
    let plan = deployment.run(&["apply", "exported.toml", "--plan"]);
    assert_eq!(plan.code, 0, "{exported}\n{plan:?}");
}

#[test]
fn an_unknown_key_in_an_account_file_is_an_error_that_names_the_nearest() {
    let deployment = prepared();
    deployment
        .write("acme.toml", "account = \"acme\"\n[sso]\nidp_metadata_ulr = \"https://idp.acme.example/\"\n");
    let refused = deployment.run(&["apply", "acme.toml", "--plan"]).expect_code(1);
    assert!(refused.stderr.contains("idp_metadata_ulr"), "{refused:?}");
    assert!(refused.stderr.contains("idp_metadata_url"), "{refused:?}");
}

#[test]
fn wrong_usage_ends_with_two_and_says_so_as_json_too() {
    let deployment = Deployment::on_sqlite();
    deployment.run(&["no-such-command"]).expect_code(2);
    let refused = deployment.run(&["account", "create", "--json"]).expect_code(2);
    let error: serde_json::Value = serde_json::from_str(&refused.stderr).unwrap();
    assert!(error["error"]["message"].is_string(), "{error}");
}
