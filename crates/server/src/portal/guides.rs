//! The guides to identity providers, with the account's own values in their places, and the documents that explain the portal's
//! pages: the list, and one of them.
//!
//! The texts are Markdown in `docs`, embedded; how they become HTML is in `markdown.rs`. The one thing to know:
//! a name in double braces is a placeholder, and [`Values`] says what is put there.

pub(super) mod markdown;

use super::Frame;
use askama::Template;
use markdown::Part;

/// A guide.
#[derive(Debug)]
pub struct Guide {
    /// What its address ends with.
    pub id: &'static str,
    /// The product.
    pub name: &'static str,
    /// What it is, in a few words.
    pub kind: &'static str,
    text: &'static str,
}

macro_rules! guides {
    ($(#[$about:meta])* $all:ident in $folder:literal: $($id:literal, $name:literal, $kind:literal;)+) => {
        $(#[$about])*
        pub const $all: &[Guide] = &[$(Guide {
            id: $id,
            name: $name,
            kind: $kind,
            text: include_str!(concat!("../../../../docs/", $folder, $id, ".md")),
        }),+];
    };
}

guides! {
    /// Every guide to an identity provider, in the order of the list.
    ALL in "guides/":
    "entra-id", "Microsoft Entra ID", "Microsoft’s directory in the cloud, Azure AD in former times";
    "okta", "Okta", "Workforce identity in the cloud";
    "google-workspace", "Google Workspace", "Google accounts of an organization";
    "ad-fs", "AD FS", "Active Directory Federation Services on a Windows server of one’s own";
    "onelogin", "OneLogin", "Workforce identity in the cloud";
    "pingone", "PingOne", "Ping Identity in the cloud";
    "keycloak", "Keycloak", "Open source, on a server of one’s own";
    "shibboleth", "Shibboleth", "Open source, common at universities";
    "simplesamlphp", "SimpleSAMLphp", "Open source, in PHP";
    "lemonldap-ng", "LemonLDAP::NG", "Open source, common in public administration";
}

guides! {
    /// What stands behind the pages of the portal, each of which leads to its own.
    DOCUMENTS in "":
    "people", "People and licenses", "Statuses, ways of signing in, groups and seats";
    "roles", "Roles", "Who may do what here, and how ownership is handed on";
    "passwords", "Passwords", "Limits, invitations, and the second factor";
    "mapping", "Mapping", "Attributes become profiles, licenses, roles and groups";
    "attribute-mapping-language", "Expressions", "How a value is made of several attributes";
    "domains", "Domains", "Claimed, proved, managed, and SSO enforced";
    "importing-people", "Importing people", "From a file, with everything shown before it is done";
    "scim", "SCIM", "How a directory keeps users and groups right";
    "rest-api", "REST API", "Users by programs of your own";
    "api", "Tokens and clients", "What programs show, and what they may do";
    "errors", "Error codes", "Why a sign-in is refused, and what to do";
    "audit", "Audit log", "What is written down, and how a changed record is found";
    "account-file", "Account file", "Everything that is configured, as one file";
}

/// The guide of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Guide> {
    ALL.iter().find(|guide| guide.id == id)
}

/// The document of this id.
#[must_use]
pub fn document(id: &str) -> Option<&'static Guide> {
    DOCUMENTS.iter().find(|document| document.id == id)
}

/// Where something is explained.
#[derive(Debug)]
pub struct Help {
    /// What the text is called.
    pub title: &'static str,
    /// Its address.
    pub href: String,
}

/// What is put into the places that guides leave open.
#[derive(Debug, Clone)]
pub struct Values {
    /// `entity_id`
    pub entity_id: String,
    /// `acs_url`
    pub acs_url: String,
    /// `metadata_url`
    pub metadata_url: String,
    /// `logout_url`
    pub logout_url: String,
    /// `start_url`
    pub start_url: String,
    /// `label`: the first part of the vanity URL's host, and the name of the account file.
    pub label: String,
    /// `certificate`: that of our signatures, as PEM; there is none before there is a connection.
    pub certificate: Option<String>,
    /// `certificate_base64`: the same in one line, without what stands around it.
    pub certificate_base64: Option<String>,
}

impl Values {
    /// What is put in the place of this name.
    fn of(&self, name: &str) -> Option<&str> {
        let none = "(shown here once the account file was applied)";
        match name {
            "entity_id" => Some(&self.entity_id),
            "acs_url" => Some(&self.acs_url),
            "metadata_url" => Some(&self.metadata_url),
            "logout_url" => Some(&self.logout_url),
            "start_url" => Some(&self.start_url),
            "label" => Some(&self.label),
            "certificate" => Some(self.certificate.as_deref().unwrap_or(none)),
            "certificate_base64" => Some(self.certificate_base64.as_deref().unwrap_or(none)),
            _ => None,
        }
    }
}

/// The list of guides.
#[derive(Debug, Template)]
#[template(path = "guides.html")]
pub struct GuidesPage {
    frame: Frame,
}

impl GuidesPage {
    /// The list.
    #[must_use]
    pub fn new(frame: Frame) -> Self {
        Self { frame }
    }
}

/// The list of documents.
#[derive(Debug, Template)]
#[template(path = "help.html")]
pub struct HelpPage {
    frame: Frame,
}

impl HelpPage {
    /// The list.
    #[must_use]
    pub fn new(frame: Frame) -> Self {
        Self { frame }
    }
}

/// One guide, or one document.
#[derive(Debug, Template)]
#[template(path = "guide.html")]
pub struct GuidePage {
    frame: Frame,
    list: (&'static str, &'static str),
    name: &'static str,
    choices: Vec<Choice>,
    intro: String,
    parts: Vec<Part>,
}

/// A connection whose values a guide can show.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The guide with its values.
    pub address: String,
    /// What the connection is called.
    pub title: String,
    /// Whether its values are the ones shown.
    pub chosen: bool,
}

impl GuidePage {
    /// The page of this guide; a choice is offered where there are several connections.
    ///
    /// # Errors
    /// Those of the templates, which have none.
    pub fn new(
        frame: Frame,
        guide: &Guide,
        values: &Values,
        choices: Vec<Choice>,
    ) -> Result<Self, askama::Error> {
        let (intro, parts) = markdown::parts(guide.text, values)?;
        let list =
            if document(guide.id).is_some() { ("/admin/help", "Help") } else { ("/admin/guides", "Guides") };
        Ok(Self { frame, list, name: guide.name, choices, intro, parts })
    }
}

/// What a guide says before its parts, and the parts, with these values.
pub(super) fn parts(guide: &Guide, values: &Values) -> Result<(String, Vec<Part>), askama::Error> {
    markdown::parts(guide.text, values)
}

/// The Base64 of a PEM, in one line.
#[must_use]
pub fn base64(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).map(str::trim).collect()
}

#[cfg(test)]
mod tests;
