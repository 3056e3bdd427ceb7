//! LemonLDAP::NG as identity provider: the portal of Debian's packages on Plack's own web server (`portal.pl`), with people
//! and keys of our own. What its Manager would have saved is in `config`.

mod config;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Map, Value};

use crate::{Process, TempDir, folder, free_port, installed, offline, skip};
use config::Keys;

const SCRIPT: &str = include_str!("portal.pl");

/// Where the packages put the portal's pages.
const PAGES: &str = "/usr/share/lemonldap-ng/portal/htdocs";

/// What the portal, with SAML switched on, loads from packages of their own.
const MODULES: [&str; 6] =
    ["-MPlack", "-MLasso", "-MXML::Simple", "-MIO::String", "-MGD::SecurityImage", "-MImage::Magick"];

/// Those packages.
const PACKAGES: &str = "liblemonldap-ng-portal-perl liblasso-perl libgd-securityimage-perl libgd-perl \
                        libimage-magick-perl libxml-simple-perl libio-string-perl libplack-perl";

/// What the portal is told of a service provider, in the words of its Manager.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The service provider's metadata.
    pub metadata: &'a str,
    /// Fields under *Options*, with the tab before a comma, and what is chosen there.
    pub options: &'a [(String, String)],
    /// *Exported attributes*: the variable, and its name in the response.
    pub attributes: &'a [(String, String)],
}

/// A running identity provider; ended when it is dropped.
pub struct LemonLdapNg {
    folder: TempDir,
    base: String,
    configuration: Map<String, Value>,
    saved: AtomicU32,
    process: Process,
}

impl LemonLdapNg {
    /// Starts an identity provider that knows no service; where it is not installed the test is recorded as skipped and
    /// there is none.
    pub fn start() -> Option<Self> {
        if offline() || !installed("perl") || !installed("openssl") || !is_installed() {
            skip(&format!("needs LemonLDAP::NG (Debian: {PACKAGES})"));
            return None;
        }
        let (folder, port) = (folder(), free_port());
        let base = format!("http://localhost:{port}");
        for name in ["conf", "sessions", "people"] {
            fs::create_dir(folder.path().join(name)).expect("a folder of the identity provider");
        }
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file of the identity provider");
        };
        let configuration = config::portal(folder.path(), &base, &keys(folder.path()));
        write("portal.pl", SCRIPT);
        write("people.json", &config::people().to_string());
        write("lemonldap-ng.ini", &config::local(folder.path()));
        save(folder.path(), 1, configuration.clone());
        let mut command = Command::new("perl");
        command.arg(folder.path().join("portal.pl")).arg(folder.path()).arg(port.to_string());
        let (process, ()) =
            Process::start("LemonLDAP::NG", &mut command, |line| (line == "ready").then_some(()));
        Some(Self { folder, base, configuration, saved: AtomicU32::new(1), process })
    }

    /// Makes this service provider known, or known anew; the portal goes by it from the next request on.
    pub fn trust(&self, provider: &Exchange<'_>) {
        let mut configuration = self.configuration.clone();
        config::add(&mut configuration, provider);
        let number = self.saved.fetch_add(1, Ordering::Relaxed) + 1;
        save(self.folder.path(), number, configuration);
    }

    /// Where the identity provider's metadata is.
    pub fn metadata_url(&self) -> String {
        format!("{}/saml/metadata/idp", self.base)
    }

    /// Where somebody signs out of the identity provider, and with that of every service.
    pub fn sign_out_url(&self) -> String {
        format!("{}/?logout=1", self.base)
    }

    /// What the identity provider wrote to its log.
    pub fn log(&self) -> String {
        self.process.printed()
    }
}

fn is_installed() -> bool {
    let loaded = Command::new("perl").args(MODULES).args(["-e", "1"]).output();
    Path::new(PAGES).is_dir() && loaded.is_ok_and(|ended| ended.status.success())
}

/// Makes a key and a self-signed certificate, so that no key lies in the repository.
fn keys(folder: &Path) -> Keys {
    let (key, certificate) = (folder.join("idp.key"), folder.join("idp.crt"));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]);
    command
        .args(["-subj", "/CN=LemonLDAP::NG under test", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate);
    let made = command.output().expect("openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |path: &Path| fs::read_to_string(path).expect("a key");
    Keys { certificate: read(&certificate), private: read(&key) }
}

/// Saves a configuration under its number, as the portal keeps them; it goes by the highest.
fn save(folder: &Path, number: u32, mut configuration: Map<String, Value>) {
    configuration.insert("cfgNum".to_owned(), number.into());
    configuration.insert("cfgDate".to_owned(), number.into());
    let place = folder.join(format!("conf/lmConf-{number}.json"));
    fs::write(place, Value::Object(configuration).to_string())
        .expect("the identity provider's configuration");
}
