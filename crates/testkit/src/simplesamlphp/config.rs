//! The configuration files of SimpleSAMLphp, written as PHP. Keys are made by PHP too, so that no key lies in the repository.

use std::fmt::Write as _;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;

use super::{Habits, PEOPLE, Person, Signed};

/// The service provider's metadata, relative to the folder of the identity provider.
pub const SERVICE_PROVIDER: &str = "sp.xml";

/// Makes a key and a self-signed certificate in the folder given as the first argument.
const MAKE_KEYS: &str = r#"
$key = openssl_pkey_new(["private_key_bits" => 2048, "private_key_type" => OPENSSL_KEYTYPE_RSA]);
$csr = openssl_csr_new(["commonName" => "SimpleSAMLphp under test"], $key, ["digest_alg" => "sha256"]);
$certificate = openssl_csr_sign($csr, null, $key, 30, ["digest_alg" => "sha256"]);
openssl_x509_export_to_file($certificate, $argv[1] . "/idp.crt");
openssl_pkey_export_to_file($key, $argv[1] . "/idp.key");
"#;

/// Writes everything that the identity provider needs under `folder`.
pub fn write(folder: &Path, habits: &Habits) -> Result<()> {
    for name in ["config", "metadata", "keys", "log", "tmp", "data", "sessions", "www"] {
        fs::create_dir(folder.join(name))?;
    }
    let made = Command::new("php").args(["-r", MAKE_KEYS, "--"]).arg(folder.join("keys")).output()?;
    if !made.status.success() {
        return Err(Error::other(String::from_utf8_lossy(&made.stderr).into_owned()));
    }
    fs::write(folder.join("config/config.php"), main_file(folder))?;
    fs::write(folder.join("config/authsources.php"), people_file())?;
    fs::write(folder.join("metadata/saml20-idp-hosted.php"), identity_provider_file(habits))
}

/// `config.php`: the address follows the Host header, since PHP chooses the port after this is written.
fn main_file(folder: &Path) -> String {
    let base = php_string(&folder.to_string_lossy());
    let template = r"<?php
$folder = {BASE};
$config = [
    'baseurlpath' => 'http://' . $_SERVER['HTTP_HOST'] . '/simplesamlphp/',
    'certdir' => $folder . '/keys/',
    'loggingdir' => $folder . '/log/',
    'datadir' => $folder . '/data/',
    'tempdir' => $folder . '/tmp',
    'metadatadir' => $folder . '/metadata/',
    'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',
    'logging.handler' => 'file',
    'logging.logfile' => 'ssp.log',
    'logging.level' => SimpleSAML\Logger::INFO,
    'secretsalt' => hash_file('sha256', $folder . '/keys/idp.key'),
    'auth.adminpassword' => hash_file('sha256', $folder . '/keys/idp.crt'),
    'admin.checkforupdates' => false,
    'technicalcontact_name' => 'Nobody',
    'technicalcontact_email' => 'nobody@acme.example',
    'timezone' => 'UTC',
    'showerrors' => true,
    'errorreporting' => false,
    'production' => true,
    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'exampleauth' => true, 'saml' => true],
    'language.available' => ['en'],
    'language.default' => 'en',
    'language.cookie.secure' => false,
    'language.cookie.samesite' => null,
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'session.phpsession.cookiename' => 'IdentityProviderSession',
    'session.phpsession.savepath' => $folder . '/sessions',
    'store.type' => 'phpsession',
    'theme.use' => 'default',
    'metadata.sources' => [['type' => 'flatfile']],
];
if (is_file($folder . '/{SP}')) {
    $config['metadata.sources'][] = ['type' => 'xml', 'file' => $folder . '/{SP}'];
}
";
    template.replace("{BASE}", &base).replace("{SP}", SERVICE_PROVIDER)
}

/// `authsources.php`: the people, for the module `exampleauth`.
fn people_file() -> String {
    let mut file = String::from(
        "<?php\n$config = [\n  'admin' => ['core:AdminPassword'],\n  'people' => [\n    'exampleauth:UserPass',\n",
    );
    for person in &PEOPLE {
        let login = php_string(&format!("{}:{}", person.username, person.password));
        file.push_str(&format!("    {login} => [{}],\n", attributes(person)));
    }
    file.push_str("  ],\n];\n");
    file
}

fn attributes(person: &Person) -> String {
    let single = [
        ("uid", person.username),
        ("mail", person.mail),
        ("givenName", person.given_name),
        ("sn", person.surname),
        ("displayName", person.display_name),
        ("employeeNumber", person.employee_number),
        ("department", person.department),
    ];
    let mut list = String::new();
    for (name, value) in single.iter().filter(|(_, value)| !value.is_empty()) {
        // Writing to a String cannot fail.
        write!(list, "'{name}' => [{}], ", php_string(value)).ok();
    }
    let groups: Vec<String> = person.groups.iter().map(|group| php_string(group)).collect();
    if !groups.is_empty() {
        write!(list, "'groups' => [{}]", groups.join(", ")).ok();
    }
    list
}

/// `saml20-idp-hosted.php`: what is signed and encrypted, and the NameID.
fn identity_provider_file(habits: &Habits) -> String {
    let Habits { signed, encrypts, hosted } = habits;
    let assertion = matches!(signed, Signed::Assertion | Signed::Both);
    let response = matches!(signed, Signed::Response | Signed::Both);
    format!(
        r"<?php
$metadata['__DYNAMIC:1__'] = [
    'host' => '__DEFAULT__',
    'privatekey' => 'idp.key',
    'certificate' => 'idp.crt',
    'auth' => 'people',
    'saml20.sign.assertion' => {assertion},
    'saml20.sign.response' => {response},
    'assertion.encryption' => {encrypts},
    'sign.logout' => true,
    'validate.logout' => true,
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
    {hosted}
];
"
    )
}

/// A PHP string literal in single quotes.
fn php_string(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_quote_does_not_end_a_php_string() {
        assert_eq!(super::php_string(r"O'Neill \ Co"), r"'O\'Neill \\ Co'");
        assert!(super::people_file().contains(r"'sn' => ['O\'Neill']"));
    }
}
