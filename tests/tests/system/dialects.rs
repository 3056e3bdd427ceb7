//! A sign-in in the dialect of each vendor: the same person comes in, whatever the vendor calls things.

use vestibule_idp::dialect::{self, Dialect, From};
use vestibule_system_tests::browserless::{Ended, sign_in};
use vestibule_testkit::{Process, Program, free_port, http};

use crate::deployment::Deployment;

/// The test identity provider, on the port that all dialects take after each other.
fn provider(program: &Program, port: u16, dialect: &Dialect, metadata: &str) -> Process {
    let port = port.to_string();
    let arguments = ["idp", "--port", &port, "--dialect", dialect.id, "--sp-metadata", metadata];
    let (process, ()) =
        program.start(&arguments, |line| line.contains("It writes honest responses").then_some(()));
    process
}

/// What the dialect calls an attribute of a person.
fn name(dialect: &Dialect, of: &'static str) -> &'static str {
    dialect.attributes.iter().find(|named| named.from == From::Person(of)).unwrap().name
}

fn account_file(dialect: &Dialect, port: u16) -> String {
    let [mail, given_name, surname, department] =
        ["mail", "givenName", "sn", "department"].map(|of| name(dialect, of));
    format!(
        r#"account = "acme"

[sso]
idp_metadata_url = "http://localhost:{port}/metadata"

[domains."acme.example"]

[mapping.basic]
default_license = "basic"
email = "{mail}"
first_name = {{ attribute = "{given_name}", update = true }}
last_name = {{ attribute = "{surname}", update = true }}
department = {{ attribute = "{department}", update = true }}
"#
    )
}

#[test]
fn x24_somebody_signs_in_through_the_dialect_of_every_vendor_and_is_the_same_person() {
    let deployment = Deployment::on_sqlite();
    deployment.create_account();
    let _service = deployment.serve();
    let program = Program::configured("");
    let port = free_port();
    for dialect in dialect::ALL {
        let idp = provider(&program, port, dialect, &deployment.vanity("/saml/metadata/sp"));
        deployment.write("acme.toml", &account_file(dialect, port));
        deployment.run(&["apply", "acme.toml"]).expect_code(0);
        let ended = sign_in(&deployment.vanity(""), &[("person", "employee")]).unwrap();
        let Ended::SignedIn { cookie } = ended else {
            panic!("{} is refused: {:?} {:?}", dialect.id, ended, deployment.log().first())
        };
        let page = http::send("GET", &deployment.vanity("/profile"), &[("Cookie", &cookie)], b"").unwrap();
        for wanted in ["Zoë", "Lindström", "zoe.lindstrom@acme.example", "Engineering"] {
            assert!(page.text().contains(wanted), "{} says no {wanted}: {}", dialect.id, page.text());
        }
        drop(idp);
    }
    assert_eq!(deployment.log().len(), dialect::ALL.len());
}
