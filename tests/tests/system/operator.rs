//! What an operator does at the command line, without a service running, on both databases. Each command by itself is
//! tested beside the program.

use serde_json::json;
use vestibule_testkit::Postgres;

use crate::deployment::{DOMAIN_AND_MAPPING, Deployment};

/// A connection to an identity provider that nobody needs to reach: everything is typed.
const CONNECTION: &str = r#"
[sso]
issuer = "https://idp.acme.example/metadata"
sign_in_url = "https://idp.acme.example/sso"
certificates = ["idp.pem"]
"#;

const CERTIFICATE: &str = include_str!("idp.pem");

/// Plans, applies, plans again; then applies what was exported.
fn walks_from_nothing_to_what_is_exported(deployment: &Deployment) {
    let created = deployment.create_account();
    assert_eq!((&created["account"], &created["owner"]), (&json!("acme"), &json!("olive@acme.example")));
    assert!(created["owner_link"].as_str().unwrap().starts_with(&deployment.vanity("/")), "{created}");
    deployment.write("idp.pem", CERTIFICATE);
    deployment.write("acme.toml", &format!("account = \"acme\"\n{CONNECTION}{DOMAIN_AND_MAPPING}"));

    let plan = deployment.run(&["apply", "acme.toml", "--plan", "--json"]).expect_code(3).json();
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

    let exported = deployment.run(&["export", "--account", "acme"]).expect_code(0).stdout;
    deployment.write("exported.toml", &exported);
    let plan = deployment.run(&["apply", "exported.toml", "--plan"]);
    assert_eq!(plan.code, 0, "{exported}\n{plan:?}");
}

#[test]
fn an_account_file_is_planned_applied_and_exported_on_sqlite() {
    walks_from_nothing_to_what_is_exported(&Deployment::on_sqlite());
}

#[test]
fn an_account_file_is_planned_applied_and_exported_on_postgresql() {
    let Some(postgres) = Postgres::fresh() else { return };
    walks_from_nothing_to_what_is_exported(&Deployment::on(postgres.url()));
}
