//! SimpleSAMLphp as identity provider: Debian's package on PHP's own web server, with people and keys of our own.
//! It is addressed as `localhost`, so that its POST to `*.localhost` or `127.0.0.1` is cross-site as in production.
//! What stands in its configuration files is in `config`.

mod config;

use std::path::Path;
use std::process::Command;

use crate::{Process, TempDir, folder, http, installed, offline, skip};

/// Where Debian's package puts the pages.
const PAGES: &str = "/usr/share/simplesamlphp/www";

/// Which part of its responses the identity provider signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// The assertion alone.
    Assertion,
    /// The response alone.
    Response,
    /// Both.
    Both,
    /// Neither: a service provider must refuse it.
    Nothing,
}

/// What the identity provider does.
#[derive(Clone, Debug)]
pub struct Habits {
    /// What it signs.
    pub signed: Signed,
    /// Whether it encrypts assertions, with AES-128 in CBC mode: this version knows no other way.
    pub encrypts: bool,
    /// What else stands in its entry of `saml20-idp-hosted.php`.
    pub hosted: String,
}

/// The address as NameID, as the guide says it too.
const ADDRESS_AS_NAME_ID: &str = "
    'NameIDFormat' => ['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'],
    'authproc' => [
        1 => [
            'class' => 'saml:AttributeNameID',
            'attribute' => 'mail',
            'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        ],
    ],
";

impl From<Signed> for Habits {
    fn from(signed: Signed) -> Self {
        Self { signed, encrypts: false, hosted: ADDRESS_AS_NAME_ID.to_owned() }
    }
}

/// Somebody who can sign in at the identity provider.
#[derive(Debug)]
pub struct Person {
    /// What is typed as user name.
    pub username: &'static str,
    /// What is typed as password.
    pub password: &'static str,
    /// The attribute `mail`, which is the NameID too.
    pub mail: &'static str,
    /// The attribute `givenName`.
    pub given_name: &'static str,
    /// The attribute `sn`.
    pub surname: &'static str,
    /// The attribute `displayName`.
    pub display_name: &'static str,
    /// The attribute `employeeNumber`.
    pub employee_number: &'static str,
    /// The attribute `department`; not sent when empty.
    pub department: &'static str,
    /// The values of the attribute `groups`; not sent when there are none.
    pub groups: &'static [&'static str],
}

/// The people that every started identity provider knows.
pub const PEOPLE: [Person; 4] = [
    Person {
        username: "alice",
        password: "alice-secret",
        mail: "alice@acme.example",
        given_name: "Alice",
        surname: "Archer",
        display_name: "Alice Archer",
        employee_number: "4001",
        department: "Research & Development",
        groups: &["employees", "marketing"],
    },
    Person {
        username: "bob",
        password: "bob-secret",
        mail: "bob@acme.example",
        given_name: "Bob",
        surname: "O'Neill",
        display_name: "Bob \"Bo\" O'Neill",
        employee_number: "4002",
        department: "Sales <North>",
        groups: &["employees", "sales", "hosts"],
    },
    Person {
        username: "zoe",
        password: "zoe-secret",
        mail: "zoe@acme.example",
        given_name: "Zoë",
        surname: "Łukasik-Größe",
        display_name: "Zoë Łukasik-Größe 林",
        employee_number: "4003",
        department: "Entwicklung für Übersee",
        groups: &["employees"],
    },
    Person {
        username: "nogroups",
        password: "nogroups-secret",
        mail: "nogroups@acme.example",
        given_name: "Noel",
        surname: "Groves",
        display_name: "Noel Groves",
        employee_number: "4004",
        department: "",
        groups: &[],
    },
];

/// A running identity provider; ended when it is dropped.
pub struct SimpleSamlPhp {
    folder: TempDir,
    base: String,
    // Dropped after the folder's paths are no longer needed; the fields of a struct drop in order.
    _process: Process,
}

impl SimpleSamlPhp {
    /// Starts an identity provider; where it is not installed the test is recorded as skipped and there is none.
    pub fn start(habits: impl Into<Habits>) -> Option<Self> {
        if offline() || !installed("php") || !Path::new(PAGES).is_dir() {
            skip("needs SimpleSAMLphp (Debian: simplesamlphp php-cli php-xml php-mbstring php-sqlite3)");
            return None;
        }
        let folder = folder();
        config::write(folder.path(), &habits.into()).expect("the identity provider's configuration");
        let pages = folder.path().join("www");
        std::os::unix::fs::symlink(PAGES, pages.join("simplesamlphp")).expect("a link to its pages");
        let mut command = Command::new("php");
        command
            .args(["-d", "display_errors=0", "-d", "date.timezone=UTC"])
            .arg("-d")
            .arg(format!("error_log={}", folder.path().join("log/php.log").display()))
            .args(["-S", "127.0.0.1:0", "-t"])
            .arg(&pages)
            .env("SIMPLESAMLPHP_CONFIG_DIR", folder.path().join("config"));
        let (process, port) = Process::start("SimpleSAMLphp", &mut command, port_in);
        let base = format!("http://localhost:{port}/simplesamlphp/");
        Some(Self { folder, base, _process: process })
    }

    /// Makes this service provider known, or known anew; read again at each request.
    pub fn trust(&self, sp_metadata: &str) {
        std::fs::write(self.folder.path().join(config::SERVICE_PROVIDER), sp_metadata)
            .expect("the service provider's metadata");
    }

    /// Makes a service provider known by what stands in `saml20-sp-remote.php`, with its certificate as `vestibule.pem`.
    pub fn configure(&self, sp_remote: &str, certificate: &str) {
        let write = |name: &str, text: String| {
            std::fs::write(self.folder.path().join(name), text).expect("a file of the identity provider");
        };
        write("metadata/saml20-sp-remote.php", format!("<?php\n{sp_remote}\n"));
        write("keys/vestibule.pem", certificate.to_owned());
    }

    /// Where the identity provider's metadata is; its entity ID is the same address.
    pub fn metadata_url(&self) -> String {
        format!("{}saml2/idp/metadata.php", self.base)
    }

    /// The identity provider's metadata.
    pub fn metadata(&self) -> String {
        let answer = http::get(&self.metadata_url()).expect("its metadata");
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), self.log());
        answer.text()
    }

    /// Where somebody begins an unsolicited sign-in to a service provider.
    pub fn unsolicited_url(&self, sp_entity_id: &str) -> String {
        let id = sp_entity_id.replace(':', "%3A").replace('/', "%2F");
        format!("{}saml2/idp/SSOService.php?spentityid={id}", self.base)
    }

    /// Where somebody signs out of the identity provider, and with that of every service; it ends at a page of its own.
    pub fn sign_out_url(&self) -> String {
        let ended = format!("{}logout.php", self.base).replace(':', "%3A").replace('/', "%2F");
        format!("{}saml2/idp/SingleLogoutService.php?ReturnTo={ended}", self.base)
    }

    /// What the identity provider wrote to its logs.
    pub fn log(&self) -> String {
        ["log/ssp.log", "log/php.log"]
            .iter()
            .filter_map(|name| std::fs::read_to_string(self.folder.path().join(name)).ok())
            .collect()
    }
}

/// The port in "… Development Server (http://127.0.0.1:45339) started".
fn port_in(line: &str) -> Option<u16> {
    let (address, _) = line.split_once(") started")?;
    address.rsplit_once(':')?.1.parse().ok()
}
