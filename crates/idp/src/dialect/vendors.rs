//! Who is imitated, and by which habits: their defaults, as they document them and as their messages show.
//!
//! The one thing to know: what an administrator can configure differs from one organization to the next. Here is what
//! comes out if nobody changes more than they must.

use vestibule_saml::write::Signed;

use super::signature::{Form, KeyInfo};
use super::{Dialect, From, Named, Several, Subject, Validity};
use super::{adfs, entra, google, keycloak, okta, onelogin, ping, shibboleth};

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const PROTECTED: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Every dialect.
pub static ALL: &[Dialect] = &[
    Dialect {
        id: "entra",
        name: "Microsoft Entra ID",
        signed: Signed::Assertion,
        attributes: ENTRA,
        name_id: Subject::Mail,
        ids: underscore_guid,
        digits: 3,
        validity: Validity { before: 5 * MINUTE, conditions: HOUR, confirmation: HOUR, session: 0 },
        context: PASSWORD,
        signature: Form {
            prefix: "",
            keeps: None,
            between: "",
            line_end: None,
            key_info: KeyInfo::Certificate,
        },
        render: entra,
    },
    Dialect {
        id: "okta",
        name: "Okta",
        signed: Signed::Both,
        attributes: OKTA,
        name_id: Subject::Mail,
        ids: decimal,
        digits: 3,
        validity: around(5),
        context: PROTECTED,
        signature: Form {
            prefix: "ds:",
            keeps: Some("xs"),
            between: "",
            line_end: Some("\n"),
            key_info: KeyInfo::Lines,
        },
        render: okta,
    },
    Dialect {
        id: "google",
        name: "Google Workspace",
        signed: Signed::Assertion,
        attributes: GOOGLE,
        name_id: Subject::Mail,
        ids: underscore,
        digits: 3,
        validity: around(5),
        context: UNSPECIFIED,
        signature: Form {
            prefix: "ds:",
            keeps: None,
            between: "",
            line_end: Some("\n"),
            key_info: KeyInfo::Subject,
        },
        render: google,
    },
    Dialect {
        id: "adfs",
        name: "Active Directory Federation Services",
        signed: Signed::Assertion,
        attributes: ADFS,
        name_id: Subject::Mail,
        ids: underscore_guid,
        digits: 3,
        validity: Validity { before: 0, conditions: HOUR, confirmation: 5 * MINUTE, session: 0 },
        context: PROTECTED,
        signature: Form {
            prefix: "ds:",
            keeps: None,
            between: "",
            line_end: None,
            key_info: KeyInfo::OwnNamespace,
        },
        render: adfs,
    },
    Dialect {
        id: "keycloak",
        name: "Keycloak",
        signed: Signed::Response,
        attributes: KEYCLOAK,
        name_id: Subject::UserName,
        ids: id_guid,
        digits: 3,
        validity: Validity { before: 2, conditions: MINUTE, confirmation: MINUTE, session: 10 * HOUR },
        context: UNSPECIFIED,
        signature: Form {
            prefix: "dsig:",
            keeps: None,
            between: "",
            line_end: Some("&#13;\n"),
            key_info: KeyInfo::Name,
        },
        render: keycloak,
    },
    Dialect {
        id: "onelogin",
        name: "OneLogin",
        signed: Signed::Assertion,
        attributes: ONELOGIN,
        name_id: Subject::Mail,
        ids: pfx_guid,
        digits: 0,
        validity: Validity {
            before: 3 * MINUTE,
            conditions: 3 * MINUTE,
            confirmation: 3 * MINUTE,
            session: 24 * HOUR,
        },
        context: PROTECTED,
        signature: Form {
            prefix: "ds:",
            keeps: None,
            between: "",
            line_end: None,
            key_info: KeyInfo::Certificate,
        },
        render: onelogin,
    },
    Dialect {
        id: "ping",
        name: "PingFederate",
        signed: Signed::Response,
        attributes: PING,
        name_id: Subject::Mail,
        ids: dotted,
        digits: 3,
        validity: around(5),
        context: UNSPECIFIED,
        signature: Form {
            prefix: "ds:",
            keeps: None,
            between: "\n",
            line_end: Some("\n"),
            key_info: KeyInfo::Lines,
        },
        render: ping,
    },
    Dialect {
        id: "shibboleth",
        name: "Shibboleth",
        signed: Signed::Response,
        attributes: SHIBBOLETH,
        name_id: Subject::Transient,
        ids: underscore,
        digits: 3,
        validity: Validity { before: 0, conditions: 5 * MINUTE, confirmation: 5 * MINUTE, session: 0 },
        context: PROTECTED,
        signature: Form {
            prefix: "ds:",
            keeps: Some("xsd"),
            between: "\n",
            line_end: Some("&#13;\n"),
            key_info: KeyInfo::Lines,
        },
        render: shibboleth,
    },
];

const fn around(minutes: i64) -> Validity {
    let seconds = minutes * MINUTE;
    Validity { before: seconds, conditions: seconds, confirmation: seconds, session: 0 }
}

const fn of(person: &'static str, name: &'static str) -> Named {
    Named { from: From::Person(person), name, friendly: None, several: Several::Values }
}

const fn known_as(person: &'static str, name: &'static str, friendly: &'static str) -> Named {
    Named { from: From::Person(person), name, friendly: Some(friendly), several: Several::Values }
}

const fn always(name: &'static str, values: &'static [&'static str]) -> Named {
    Named { from: From::Everybody(values), name, friendly: None, several: Several::Values }
}

const ENTRA: &[Named] = &[
    always(
        "http://schemas.microsoft.com/identity/claims/tenantid",
        &["6f1d4a52-0c3b-4e0e-9d7a-2b5e8c914f60"],
    ),
    Named {
        from: From::PersistentId,
        name: "http://schemas.microsoft.com/identity/claims/objectidentifier",
        friendly: None,
        several: Several::Values,
    },
    of("displayName", "http://schemas.microsoft.com/identity/claims/displayname"),
    of("groups", "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"),
    always(
        "http://schemas.microsoft.com/identity/claims/identityprovider",
        &["https://sts.windows.net/6f1d4a52-0c3b-4e0e-9d7a-2b5e8c914f60/"],
    ),
    always(
        "http://schemas.microsoft.com/claims/authnmethodsreferences",
        &[
            "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
            "http://schemas.microsoft.com/claims/multipleauthn",
        ],
    ),
    of("givenName", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"),
    of("sn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"),
    of("mail", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"),
    of("mail", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"),
    of("employeeNumber", "employeeid"),
    of("department", "department"),
    of("title", "jobtitle"),
];

const OKTA: &[Named] = &[
    of("mail", "email"),
    of("givenName", "firstName"),
    of("sn", "lastName"),
    of("displayName", "displayName"),
    of("employeeNumber", "employeeNumber"),
    of("title", "title"),
    of("department", "department"),
    of("groups", "groups"),
];

const GOOGLE: &[Named] = &[
    of("mail", "email"),
    of("givenName", "firstName"),
    of("sn", "lastName"),
    of("title", "jobTitle"),
    of("department", "department"),
    of("employeeNumber", "employeeId"),
    of("groups", "groups"),
];

const ADFS: &[Named] = &[
    of("mail", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"),
    of("givenName", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"),
    of("sn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"),
    of("displayName", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"),
    of("mail", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"),
    of("groups", "http://schemas.xmlsoap.org/claims/Group"),
    of("department", "department"),
    of("title", "title"),
];

const KEYCLOAK: &[Named] = &[
    known_as("mail", "urn:oid:1.2.840.113549.1.9.1", "email"),
    known_as("givenName", "urn:oid:2.5.4.42", "givenName"),
    known_as("sn", "urn:oid:2.5.4.4", "surname"),
    of("department", "department"),
    of("employeeNumber", "employeeNumber"),
    of("groups", "member"),
    Named {
        from: From::Everybody(&["offline_access", "uma_authorization", "default-roles-acme"]),
        name: "Role",
        friendly: None,
        several: Several::Attributes,
    },
];

const ONELOGIN: &[Named] = &[
    of("mail", "User.email"),
    of("givenName", "User.FirstName"),
    of("sn", "User.LastName"),
    of("department", "User.Department"),
    of("title", "User.Title"),
    Named { from: From::Person("groups"), name: "memberOf", friendly: None, several: Several::Joined },
    Named { from: From::PersistentId, name: "PersonImmutableID", friendly: None, several: Several::Values },
];

const PING: &[Named] = &[
    of("mail", "mail"),
    of("givenName", "givenName"),
    of("sn", "sn"),
    of("displayName", "displayName"),
    of("department", "department"),
    of("title", "title"),
    of("groups", "memberOf"),
];

const SHIBBOLETH: &[Named] = &[
    known_as("mail", "urn:oid:0.9.2342.19200300.100.1.3", "mail"),
    known_as("mail", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "eduPersonPrincipalName"),
    known_as("givenName", "urn:oid:2.5.4.42", "givenName"),
    known_as("sn", "urn:oid:2.5.4.4", "sn"),
    known_as("displayName", "urn:oid:2.16.840.1.113730.3.1.241", "displayName"),
    known_as("employeeNumber", "urn:oid:2.16.840.1.113730.3.1.3", "employeeNumber"),
    known_as("title", "urn:oid:2.5.4.12", "title"),
    known_as("department", "urn:oid:2.16.840.1.113730.3.1.2", "departmentNumber"),
    known_as("groups", "urn:oid:1.3.6.1.4.1.5923.1.5.1.1", "isMemberOf"),
    known_as("preferredLanguage", "urn:oid:2.16.840.1.113730.3.1.39", "preferredLanguage"),
    known_as("telephoneNumber", "urn:oid:2.5.4.20", "telephoneNumber"),
];

fn guid(digits: &str) -> String {
    let mut text = String::with_capacity(36);
    for (place, digit) in digits.chars().enumerate().take(32) {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

fn underscore(digits: &str) -> String {
    format!("_{digits}")
}

fn underscore_guid(digits: &str) -> String {
    format!("_{}", guid(digits))
}

fn id_guid(digits: &str) -> String {
    format!("ID_{}", guid(digits))
}

fn pfx_guid(digits: &str) -> String {
    format!("pfx{}", guid(digits))
}

/// Letters, digits and signs that a name may hold, and some that few would expect in one.
fn dotted(digits: &str) -> String {
    let (first, second) = digits.split_at_checked(16).unwrap_or((digits, ""));
    format!("a{first}.{second}-_")
}

/// `id` and a long decimal number.
fn decimal(digits: &str) -> String {
    let number = u128::from_str_radix(digits, 16).unwrap_or_default();
    format!("id{number:039}")
}
