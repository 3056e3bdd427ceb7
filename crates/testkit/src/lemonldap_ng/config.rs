//! The configuration of LemonLDAP::NG, as its Manager would save it.
//!
//! The one thing to know: what is said of the service provider comes in the Manager's own words, those of the guide, and a
//! word that the Manager does not have fails the test.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{PEOPLE, Person};

use super::Exchange;

/// The name of our service provider there.
const NAME: &str = "vestibule";

/// The fields of a service provider's options in the Manager, and the keys that they are saved under.
const FIELDS: [(&str, &str); 7] = [
    ("Authentication response, Default NameID format", "NameIDFormat"),
    ("Signature, Signature method", "SignatureMethod"),
    ("Signature, Sign SSO message", "SignSSOMessage"),
    ("Signature, Check SSO message signature", "CheckSSOMessageSignature"),
    ("Signature, Sign SLO message", "SignSLOMessage"),
    ("Signature, Check SLO message signature", "CheckSLOMessageSignature"),
    ("Security, Encryption mode", "EncryptionMode"),
];

/// What the Manager offers in these fields, and what it saves for it.
const CHOICES: [(&str, &str); 8] = [
    ("Email", "email"),
    ("RSA SHA1", "RSA_SHA1"),
    ("RSA SHA256", "RSA_SHA256"),
    ("On", "1"),
    ("Off", "0"),
    ("None", "none"),
    ("Name ID", "nameid"),
    ("Assertion", "assertion"),
];

/// The variables of people that the directory's module exports.
const VARIABLES: [&str; 7] = ["uid", "mail", "givenName", "sn", "cn", "department", "employeeNumber"];

/// `lemonldap-ng.ini`: where the rest is. Nothing is kept of it in memory between two requests.
pub fn local(folder: &Path) -> String {
    format!(
        "[all]
logLevel = info
[configuration]
type = File
dirName = {}
localStorage = Cache::NullCache
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
",
        folder.join("conf").display()
    )
}

/// Who can sign in, for `portal.pl`.
pub fn people() -> Value {
    let by_name = |value: fn(&Person) -> Value| -> Value {
        PEOPLE.iter().map(|person| (person.username.to_owned(), value(person))).collect::<Map<_, _>>().into()
    };
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for person in &PEOPLE {
        person.groups.iter().for_each(|group| groups.entry(group).or_default().push(person.username));
    }
    json!({
        "accounts": by_name(variables),
        "passwords": by_name(|person| person.password.into()),
        "groups": groups,
    })
}

fn variables(person: &Person) -> Value {
    json!({
        "uid": person.username,
        "mail": person.mail,
        "givenName": person.given_name,
        "sn": person.surname,
        "cn": person.display_name,
        "department": person.department,
        "employeeNumber": person.employee_number,
    })
}

/// The configuration of this number, without a service provider.
pub fn portal(folder: &Path, base: &str, keys: &Keys) -> Map<String, Value> {
    let storage = |name: &str| {
        let place = folder.join(name);
        json!({
            "Directory": place,
            "LockDirectory": place,
            "generateModule": "Lemonldap::NG::Common::Apache::Session::Generate::SHA256",
        })
    };
    let exported: BTreeMap<&str, &str> = VARIABLES.map(|name| (name, name)).into();
    let configuration = json!({
        "cfgAuthor": "the test",
        "cfgVersion": "2.16.1",
        "portal": format!("{base}/"),
        "domain": "localhost",
        "key": "0123456789abcdef0123456789abcdef",
        // Without it the cookie is not sent with a form that comes from elsewhere.
        "securedCookie": 1,
        "authentication": "Demo",
        "userDB": "Same",
        "passwordDB": "Null",
        // The token of its form is kept in a cache otherwise, and there is none.
        "tokenUseGlobalStorage": 1,
        "demoExportedVars": exported,
        "globalStorage": "Apache::Session::File",
        "globalStorageOptions": storage("sessions"),
        "persistentStorage": "Apache::Session::File",
        "persistentStorageOptions": storage("people"),
        "localSessionStorage": "Cache::NullCache",
        "localSessionStorageOptions": {},
        "locationRules": { "localhost": { "default": "accept" } },
        "exportedHeaders": {},
        "whatToTrace": "uid",
        "issuerDBSAMLActivation": 1,
        "samlServicePublicKeySig": keys.certificate,
        "samlServicePrivateKeySig": keys.private,
    });
    match configuration {
        Value::Object(configuration) => configuration,
        other => panic!("not an object: {other}"),
    }
}

/// The key that the portal signs with.
pub struct Keys {
    /// The certificate, as PEM.
    pub certificate: String,
    /// The private key, as PEM.
    pub private: String,
}

/// Adds our service provider, with the options that the Manager gives a new one where the guide says nothing.
pub fn add(configuration: &mut Map<String, Value>, provider: &Exchange<'_>) {
    let mut options = json!({
        "samlSPMetaDataOptionsSignSSOMessage": "-1",
        "samlSPMetaDataOptionsSignSLOMessage": "-1",
        "samlSPMetaDataOptionsCheckSSOMessageSignature": "1",
        "samlSPMetaDataOptionsCheckSLOMessageSignature": "1",
        "samlSPMetaDataOptionsEncryptionMode": "none",
        "samlSPMetaDataOptionsForceUTF8": "1",
    });
    for (field, value) in provider.options {
        let key = format!("samlSPMetaDataOptions{}", known(&FIELDS, field));
        options[key] = known(&CHOICES, value).into();
    }
    let attributes: Map<String, Value> = provider
        .attributes
        .iter()
        .map(|(variable, name)| (variable.clone(), format!("0;{name};;").into()))
        .collect();
    let of_ours = |value: Value| json!({ NAME: value });
    configuration
        .insert("samlSPMetaDataXML".to_owned(), of_ours(json!({ "samlSPMetaDataXML": provider.metadata })));
    configuration.insert("samlSPMetaDataOptions".to_owned(), of_ours(options));
    configuration.insert("samlSPMetaDataExportedAttributes".to_owned(), of_ours(attributes.into()));
}

fn known(words: &[(&str, &'static str)], word: &str) -> &'static str {
    let found = words.iter().find(|(known, _)| *known == word);
    found.unwrap_or_else(|| panic!("the Manager has no {word:?}")).1
}
