//! The form that edits the draft of a connection. Its fields are the keys of the account file, under the same names.

use crate::portal::Frame;
use askama::Template;
use std::collections::BTreeMap;

/// The form.
#[derive(Debug, Template)]
#[template(path = "connection_form.html")]
pub struct FormPage {
    frame: Frame,
    heading: String,
    action: String,
    back: String,
    problem: Option<String>,
    from: String,
    groups: Vec<Group>,
}

/// What the form is filled with.
#[derive(Debug, Clone)]
pub struct Filled {
    /// The text of each key.
    pub values: BTreeMap<String, String>,
    /// What is wrong, and the key that is.
    pub problem: Option<(String, Option<String>)>,
    /// Where what is known of the identity provider comes from: `url`, `xml` or `typed`.
    pub from: &'static str,
}

#[derive(Debug)]
struct Group {
    title: &'static str,
    text: &'static str,
    /// Only for this source of what is known of the identity provider.
    from: Option<(&'static str, &'static str)>,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    key: &'static str,
    label: &'static str,
    help: &'static str,
    kind: Kind,
    value: String,
    wrong: Option<String>,
}

impl Field {
    fn is_area(&self) -> bool {
        self.kind == Kind::Area
    }

    fn is_switch(&self) -> bool {
        self.kind == Kind::Switch
    }

    fn choices(&self) -> Option<&'static [(&'static str, &'static str)]> {
        match self.kind {
            Kind::Choice(choices) => Some(choices),
            Kind::Text | Kind::Area | Kind::Switch => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Area,
    Switch,
    Choice(&'static [(&'static str, &'static str)]),
}

type Spec = (&'static str, &'static str, Kind, &'static str);

const URL: &[Spec] =
    &[("idp_metadata_url", "Metadata URL", Kind::Text, "It is read now, and what it says is saved.")];
const XML: &[Spec] = &[(
    "idp_metadata",
    "Metadata (XML)",
    Kind::Area,
    "The whole document, as your identity provider offers it for download.",
)];
const TYPED: &[Spec] = &[
    ("issuer", "Issuer", Kind::Text, "Its entity ID, letter by letter."),
    ("sign_in_url", "Sign-in URL", Kind::Text, "Where our requests go."),
    (
        "sign_out_url",
        "Sign-out URL",
        Kind::Text,
        "Where logout messages go. Leave it empty if there is none.",
    ),
    (
        "sign_out_response_url",
        "Sign-out response URL",
        Kind::Text,
        "Where answers to its logout requests go, if elsewhere.",
    ),
    (
        "sign_out_binding",
        "Logout messages travel by",
        Kind::Choice(&[("", "Like requests"), ("redirect", "HTTP-Redirect"), ("post", "HTTP-POST")]),
        "Only if it differs.",
    ),
    (
        "certificates",
        "Certificates",
        Kind::Area,
        "One or more in PEM, one after the other. Any of them verifies.",
    ),
];
const REQUESTS: &[Spec] = &[
    (
        "binding",
        "Requests travel by",
        Kind::Choice(&[("redirect", "HTTP-Redirect"), ("post", "HTTP-POST")]),
        "Redirect suits nearly everybody.",
    ),
    (
        "sp_entity_id",
        "Our entity ID in requests",
        Kind::Choice(&[("https", "With https://"), ("bare", "The bare host name")]),
        "Both are accepted as audience.",
    ),
    ("sign_requests", "Sign requests", Kind::Switch, "So that the identity provider knows they are ours."),
    ("sign_logout", "Sign logout messages", Kind::Switch, "Most identity providers insist on it."),
    (
        "signature_hash",
        "Hash of our signatures",
        Kind::Choice(&[("sha256", "SHA-256"), ("sha384", "SHA-384"), ("sha512", "SHA-512")]),
        "SHA-384 and SHA-512 need an RSA key.",
    ),
    (
        "signing_key",
        "Our signing key",
        Kind::Choice(&[
            ("rsa-2048", "RSA 2048"),
            ("rsa-3072", "RSA 3072"),
            ("ecdsa-p256", "ECDSA P-256"),
            ("imported", "Imported by the account file"),
        ]),
        "Every identity provider takes RSA 2048.",
    ),
    (
        "force_authn",
        "Ask for a fresh sign-in",
        Kind::Switch,
        "The person proves anew who they are, session or not (ForceAuthn).",
    ),
    (
        "authn_contexts",
        "Ways to sign in that are asked for",
        Kind::Area,
        "URIs of authentication contexts that requests ask for, one a line. Empty: any.",
    ),
    (
        "name_id_format",
        "Format of the NameID",
        Kind::Text,
        "email, persistent, transient, unspecified, or a URI. Empty: any.",
    ),
];
const RESPONSES: &[Spec] = &[
    (
        "encrypted_assertions",
        "Assertions must be encrypted",
        Kind::Switch,
        "One in the clear is refused then (1011).",
    ),
    (
        "unsolicited",
        "Unsolicited responses",
        Kind::Choice(&[
            ("restart", "Begin a sign-in of our own"),
            ("accept", "Accept"),
            ("refuse", "Refuse (1017)"),
        ]),
        "Accepting one lets others sign a person in to an account that is not theirs.",
    ),
    ("clock_skew", "Clock difference tolerated", Kind::Text, "Like 180s or 3m, at most 300s."),
    ("allow", "Weak algorithms accepted", Kind::Area, "sha1, cbc, one a line. Empty: none."),
    ("save_response_logs", "Keep messages in the response log", Kind::Switch, "Encrypted, for 7 days."),
    (
        "accepted_acs",
        "Other addresses for responses",
        Kind::Area,
        "Paths or URLs of a product that you moved from, one a line.",
    ),
    (
        "accepted_entity_ids",
        "Other audiences",
        Kind::Area,
        "Entity IDs of a product that you moved from, one a line.",
    ),
    (
        "accepted_certificates",
        "Other certificates",
        Kind::Area,
        "Accepted besides those that the metadata lists, in PEM.",
    ),
];
const PEOPLE: &[Spec] = &[
    ("enabled", "In use", Kind::Switch, "A connection that is not in use refuses on every way in."),
    (
        "provision",
        "Provision users",
        Kind::Choice(&[
            ("at_sign_in", "At sign-in"),
            ("prior_to_sign_in", "Prior to sign-in"),
            ("link_at_sign_in", "Link at sign-in"),
        ]),
        "Who is created, or gains single sign-on, by signing in.",
    ),
    ("automatic_logout", "Automatic logout", Kind::Text, "off, or a time after sign-in from 15m to 180d."),
    (
        "vanity_url",
        "Vanity URL",
        Kind::Text,
        "The label whose visitors use this connection. Empty: the account’s own.",
    ),
    (
        "email_domains",
        "E-mail domains",
        Kind::Area,
        "Whose addresses use this connection, one a line. Empty: all that no other connection names.",
    ),
];
const CERTIFICATES: &[Spec] = &[
    (
        "certificate_rotation",
        "Our certificates are replaced",
        Kind::Choice(&[("automatic", "Automatically"), ("manual", "By an administrator")]),
        "Before they end.",
    ),
    (
        "new_idp_certificates",
        "New certificates in its metadata",
        Kind::Choice(&[
            ("review", "Wait for an administrator"),
            ("same_origin_https", "Are added if https and the same origin"),
            ("signed_metadata", "Are added if the metadata is signed"),
        ]),
        "Only for metadata with an address.",
    ),
    (
        "metadata_certificates",
        "Certificates that sign the metadata",
        Kind::Area,
        "In PEM; only for signed metadata.",
    ),
];
const NAME: &[Spec] = &[(
    "name",
    "Name",
    Kind::Text,
    "What this connection is called here and in the account file. The connection for everybody needs none.",
)];

/// Title, text, source, fields.
type GroupSpec = (&'static str, &'static str, Option<(&'static str, &'static str)>, &'static [Spec]);

const GROUPS: &[GroupSpec] = &[
    (
        "Your identity provider",
        "How we come to know it: choose one of three.",
        Some(("url", "By the address of its metadata")),
        URL,
    ),
    ("Or its metadata", "", Some(("xml", "By metadata that is pasted here")), XML),
    ("Or its values", "", Some(("typed", "By values typed here")), TYPED),
    ("Who signs in", "Whom this connection is for, and what happens with people who are new.", None, PEOPLE),
    ("Requests", "What we send to the identity provider.", None, REQUESTS),
    ("Responses", "What we accept from it.", None, RESPONSES),
    ("Certificates", "How both sides change theirs.", None, CERTIFICATES),
];

impl FormPage {
    /// The form for the draft of a connection.
    #[must_use]
    pub fn edit(frame: Frame, title: &str, address: &str, filled: Filled) -> Self {
        let heading = format!("Edit {title}");
        Self::new(frame, (heading, format!("{address}/edit"), address.to_owned()), GROUPS.to_vec(), filled)
    }

    /// The form for a new connection.
    #[must_use]
    pub fn create(frame: Frame, filled: Filled) -> Self {
        let mut groups = vec![("Name", "", None, NAME)];
        groups.extend_from_slice(GROUPS);
        let place = ("New SSO connection".to_owned(), "/admin/sso/new".to_owned(), "/admin/sso".to_owned());
        Self::new(frame, place, groups, filled)
    }

    fn new(
        frame: Frame,
        (heading, action, back): (String, String, String),
        groups: Vec<GroupSpec>,
        filled: Filled,
    ) -> Self {
        let groups = groups.into_iter().map(|(title, text, from, specs)| Group {
            title,
            text,
            from,
            fields: specs.iter().map(|spec| field(spec, &filled)).collect(),
        });
        let groups = groups.collect();
        let problem = filled.problem.map(|(sentence, _)| sentence);
        Self { frame, heading, action, back, problem, from: filled.from.to_owned(), groups }
    }
}

fn field((key, label, kind, help): &Spec, filled: &Filled) -> Field {
    let about = filled.problem.as_ref().filter(|(_, about)| about.as_deref() == Some(*key));
    Field {
        key,
        label,
        help,
        kind: *kind,
        value: filled.values.get(*key).cloned().unwrap_or_default(),
        wrong: about.map(|(sentence, _)| sentence.clone()),
    }
}
