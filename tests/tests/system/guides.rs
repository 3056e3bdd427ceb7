//! The guides per identity provider: what they tell people to write is what is written here.

use vestibule_system_tests::guide::Guide;

use crate::deployment::Deployment;

/// What stands in the place of an identity provider's metadata where there is none to ask.
const TYPED: &str = r#"issuer = "https://idp.acme.example/metadata"
sign_in_url = "https://idp.acme.example/sso"
certificates = ["idp.pem"]"#;

/// A deployment's values for the placeholders of guides; `docs/guides/README.md` says what they are.
pub struct Values(Vec<(&'static str, String)>);

impl Values {
    /// The values of an account that has no connection yet.
    pub fn without_connection(deployment: &Deployment) -> Self {
        let at = |path: &str| deployment.vanity(path);
        Self(vec![
            ("acs_url", at("/saml/SSO")),
            ("metadata_url", at("/saml/metadata/sp")),
            ("logout_url", at("/saml/SingleLogout")),
            ("start_url", at("/saml/login")),
            ("label", "acme".to_owned()),
        ])
    }

    /// The values of an account that has one: entity ID and certificate are those of its metadata.
    pub fn of(deployment: &Deployment) -> Self {
        let metadata = deployment.metadata();
        let between = |from: &str, to: &str| {
            let (_, rest) = metadata.split_once(from).unwrap_or_else(|| panic!("no {from}: {metadata}"));
            rest.split_once(to).unwrap().0.to_owned()
        };
        let base64 = between("X509Certificate>", "</").split_whitespace().collect::<String>();
        let lines: Vec<&str> =
            base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", lines.join("\n"));
        let mut values = Self::without_connection(deployment).0;
        values.push(("entity_id", between("entityID=\"", "\"")));
        values.push(("certificate", pem));
        values.push(("certificate_base64", base64));
        Self(values)
    }

    /// A block of a guide with these values.
    pub fn fill(&self, guide: &Guide, block: &str) -> String {
        let values: Vec<_> = self.0.iter().map(|(name, value)| (*name, value.as_str())).collect();
        guide.block(block, &values).unwrap_or_else(|| panic!("no block {block}"))
    }
}

/// The account file of a guide, with these lines in place of the one that names the metadata.
pub fn account_file(deployment: &Deployment, guide: &Guide, provider: &str) -> String {
    let file = Values::without_connection(deployment).fill(guide, "toml {{label}}.toml");
    let line = file.lines().find(|line| line.starts_with("idp_metadata_")).unwrap();
    format!("{}\n\n[domains.\"acme.example\"]\n", file.replace(line, provider))
}

#[test]
fn the_account_file_of_every_guide_is_understood() {
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    deployment.write("idp.pem", include_str!("idp.pem"));
    let ids = Guide::ids().unwrap();
    assert!(ids.len() >= 10, "{ids:?}");
    for id in ids {
        let guide = Guide::read(&id).unwrap();
        deployment.write("acme.toml", &account_file(&deployment, &guide, TYPED));
        let plan = deployment.run(&["apply", "acme.toml", "--plan", "--json"]);
        assert_eq!(plan.code, 3, "{id}: {plan:?}");
    }
}
