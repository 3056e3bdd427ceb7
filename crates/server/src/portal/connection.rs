//! The SSO connection, for administrators: our values to carry away, theirs to compare, and how sign-ins go.

use super::{Badge, Fact, Frame};
use crate::portal::moment::Moment;
use askama::Template;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::connection::{Binding, EntityIdForm, Provision, Settings, Unsolicited};

/// From how many days before its end a certificate is warned of.
const WARNED_DAYS: i64 = 30;

/// The connection, or how to make one.
#[derive(Debug, Template)]
#[template(path = "connection.html")]
pub struct ConnectionPage {
    frame: Frame,
    label: String,
    badges: Vec<Badge>,
    summary: String,
    notes: Vec<Note>,
    ours: Vec<Fact>,
    our_certificates: Vec<CertificateRow>,
    theirs: Option<Theirs>,
}

#[derive(Debug)]
struct Theirs {
    facts: Vec<Fact>,
    certificates: Vec<CertificateRow>,
    settings: Vec<Fact>,
}

#[derive(Debug)]
struct Note {
    tone: &'static str,
    title: String,
    text: String,
}

/// What the page is made of.
#[derive(Debug, Clone)]
pub struct Connection<'a> {
    /// The account's label, for the commands shown.
    pub label: &'a str,
    /// The version in use, and when it was saved.
    pub published: Option<(i64, Timestamp)>,
    /// The version being edited.
    pub draft: Option<(i64, Timestamp)>,
    /// The settings shown: the published ones, else the draft.
    pub settings: Option<&'a Settings>,
    /// The identity provider's certificates.
    pub certificates: Vec<Certificate>,
    /// Our values.
    pub ours: Ours,
    /// The time.
    pub now: Timestamp,
}

/// A certificate, as pages show it.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Whom it names.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Its SHA-256 fingerprint.
    pub fingerprint: String,
    /// Its kind of key.
    pub key: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// The whole of it, if somebody may want to carry it away.
    pub pem: Option<String>,
}

/// What the identity provider needs to know of us.
#[derive(Debug, Clone)]
pub struct Ours {
    /// The entity ID that our requests carry.
    pub entity_id: String,
    /// The other spelling, which is accepted as audience too.
    pub other_entity_id: String,
    /// Where responses go.
    pub acs_url: String,
    /// Where our metadata is.
    pub metadata_url: String,
    /// Where a sign-in starts, for a tile at the identity provider.
    pub start_url: String,
    /// The certificate of our signatures; there is none before there is a connection.
    pub certificate: Option<Certificate>,
}

#[derive(Debug)]
struct CertificateRow {
    subject: String,
    issuer: String,
    self_issued: bool,
    fingerprint: String,
    key: String,
    from: Moment,
    to: Moment,
    tone: &'static str,
    expiry: String,
    pem: Option<String>,
}

impl ConnectionPage {
    /// The page of this connection.
    #[must_use]
    pub fn new(frame: Frame, connection: Connection<'_>) -> Self {
        let now = connection.now;
        let certificates = rows(connection.certificates.clone(), now);
        let (badges, summary) = state(&connection);
        let notes = notes(&connection, &certificates);
        let theirs = connection.settings.map(|settings| Theirs {
            facts: their_facts(settings),
            certificates,
            settings: behavior(settings),
        });
        let our_certificates = rows(connection.ours.certificate.clone().into_iter().collect(), now);
        let label = connection.label.to_owned();
        Self {
            frame,
            label,
            badges,
            summary,
            notes,
            ours: our_facts(connection.ours),
            our_certificates,
            theirs,
        }
    }
}

fn state(connection: &Connection<'_>) -> (Vec<Badge>, String) {
    match (connection.published, connection.draft) {
        (Some((number, saved)), draft) => {
            let mut badges =
                vec![Badge::new("is-good", "Published"), Badge::new("", format!("Version {number}"))];
            badges.extend(draft.map(|(number, _)| Badge::new("is-warn", format!("Draft: version {number}"))));
            (badges, format!("People sign in with this version. It was saved on {}.", Moment(saved).full()))
        }
        (None, Some((number, saved))) => {
            let badges = vec![Badge::new("is-warn", "Draft"), Badge::new("", format!("Version {number}"))];
            (
                badges,
                format!("Saved on {}, and not in use: nobody signs in with it yet.", Moment(saved).full()),
            )
        }
        (None, None) => {
            let summary = "Single sign-on lets people come in with the identity provider that your company has already.";
            (vec![Badge::new("", "Not connected")], summary.to_owned())
        }
    }
}

fn notes(connection: &Connection<'_>, certificates: &[CertificateRow]) -> Vec<Note> {
    let mut notes = Vec::new();
    if let (Some(_), Some((number, _))) = (connection.published, connection.draft) {
        notes.push(Note {
            tone: "is-warn",
            title: format!("Version {number} is a draft."),
            text: "This page shows the published version. Apply the account file without “draft = true” to publish the draft.".to_owned(),
        });
    }
    if connection.published.is_none() && connection.draft.is_some() {
        notes.push(Note {
            tone: "is-warn",
            title: "This connection is a draft.".to_owned(),
            text: "Apply the account file without “draft = true” to publish it.".to_owned(),
        });
    }
    let ending = certificates.iter().filter(|certificate| certificate.tone != "is-good");
    notes.extend(ending.map(|certificate| Note {
        tone: certificate.tone,
        title: format!("{}: {}.", certificate.subject, certificate.expiry),
        text: "Get the next certificate from your identity provider and add it to the connection. It goes on verifying responses until you take it away.".to_owned(),
    }));
    if connection.settings.is_some_and(|settings| !settings.allow.is_empty()) {
        notes.push(Note {
            tone: "is-warn",
            title: "SHA-1 is accepted.".to_owned(),
            text: "Signatures with it can be forged with effort. Set your identity provider to SHA-256, then take “sha1” out of “allow”.".to_owned(),
        });
    }
    notes
}

fn our_facts(ours: Ours) -> Vec<Fact> {
    vec![
        Fact::new("Entity ID", ours.entity_id)
            .carried()
            .help("Our name in SAML. The audience of a response must be this.")
            .tip("Okta: Audience URI (SP Entity ID). Microsoft Entra ID: Identifier. Google: Entity ID. AD FS: Relying party identifier. Keycloak: Client ID."),
        Fact::new("Entity ID, other spelling", ours.other_entity_id)
            .carried()
            .help("Accepted as audience too")
            .tip("For applications that were set up with the shorter or the longer form. You need only one of the two."),
        Fact::new("ACS URL", ours.acs_url)
            .carried()
            .help("Responses are sent here, by HTTP-POST.")
            .tip("Okta: Single sign-on URL. Microsoft Entra ID: Reply URL. Google: ACS URL. AD FS: Endpoint, SAML Assertion Consumer. Keycloak: Valid redirect URI."),
        Fact::new("Metadata URL", ours.metadata_url)
            .carried()
            .help("All of this in one document that identity providers can read")
            .tip("Let the identity provider read it again on a schedule if it can: then a new certificate of ours reaches it without anybody’s doing."),
        Fact::new("Sign-in URL", ours.start_url)
            .carried()
            .help("Sign-in starts here. Give it to tiles and bookmarks.")
            .tip("Microsoft Entra ID: Sign on URL. A tile that opens this address is safer than one that sends a response nobody asked for."),
    ]
}

fn their_facts(settings: &Settings) -> Vec<Fact> {
    let provider = &settings.identity_provider;
    vec![
        Fact::new("Issuer", provider.issuer.clone())
            .exact()
            .help("Its entity ID, letter by letter")
            .tip("Okta: Issuer. Microsoft Entra ID: Microsoft Entra Identifier. Google: Entity ID. AD FS: Federation Service identifier. Code 1005 means that a response came with another one."),
        Fact::new("Sign-in URL", provider.sign_in_url.clone()).exact().help("Our requests go here."),
        Fact::new("Sign-out URL", provider.sign_out_url.clone())
            .exact()
            .or("None: signing out here does not sign out there")
            .help("Logout messages go here."),
        Fact::new("Metadata", provider.metadata_url.clone())
            .exact()
            .or("From a file, or typed")
            .help("Where these values came from"),
    ]
}

fn behavior(settings: &Settings) -> Vec<Fact> {
    let allowed: Vec<_> = settings.allow.iter().map(|weak| weak.as_str().to_uppercase()).collect();
    vec![
        Fact::new("Entity ID in requests", entity_id_form(settings.sp_entity_id).to_owned()).help("Both spellings are accepted as audience"),
        Fact::new("Requests travel by", binding(settings.binding).to_owned()),
        Fact::new("Requests are signed", yes(settings.sign_requests).to_owned())
            .tip("Identity providers need our certificate, above, to check the signature. Many do not ask for one."),
        Fact::new("Logout messages are signed", yes(settings.sign_logout).to_owned()),
        Fact::new("Our signatures", format!("{} key, {}", settings.signing_key.as_str(), settings.signature_hash.as_str())),
        Fact::new("New people", provision(settings.provision).to_owned())
            .help("Provision users")
            .tip("at_sign_in creates unknown people, prior_to_sign_in refuses them (1020, 1021), link_at_sign_in lets known people in and creates nobody."),
        Fact::new("Unsolicited responses", unsolicited(settings.unsolicited).to_owned())
            .tip("A response that answers no request of ours, as from a tile at the identity provider. Accepting one would let others sign a person in to an account that is not theirs."),
        Fact::new("Clock difference tolerated", format!("{} seconds", settings.clock_skew_seconds)).help("Beyond it responses are refused with 1008"),
        Fact::new("Weak algorithms", (!allowed.is_empty()).then(|| allowed.join(", "))).or("None accepted"),
        Fact::new("Messages are logged", yes(settings.save_response_logs).to_owned())
            .help("Encrypted, for 7 days")
            .tip("When off, the response log keeps time, person, code and trace, but neither the XML nor attribute values."),
    ]
}

fn yes(on: bool) -> &'static str {
    if on { "Yes" } else { "No" }
}

fn entity_id_form(form: EntityIdForm) -> &'static str {
    match form {
        EntityIdForm::Https => "With https://",
        EntityIdForm::Bare => "The bare host name",
    }
}

fn binding(binding: Binding) -> &'static str {
    match binding {
        Binding::Redirect => "HTTP-Redirect",
        Binding::Post => "HTTP-POST",
    }
}

fn provision(provision: Provision) -> &'static str {
    match provision {
        Provision::AtSignIn => "Are created at their first sign-in",
        Provision::PriorToSignIn => "Must be made SSO users before they sign in",
        Provision::LinkAtSignIn => "Are refused; known people gain single sign-on when they first use it",
    }
}

fn unsolicited(unsolicited: Unsolicited) -> &'static str {
    match unsolicited {
        Unsolicited::Restart => "Are discarded, and a sign-in of our own begins",
        Unsolicited::Refuse => "Are refused (1017)",
    }
}

fn rows(certificates: Vec<Certificate>, now: Timestamp) -> Vec<CertificateRow> {
    certificates.into_iter().map(|certificate| row(certificate, now)).collect()
}

fn row(certificate: Certificate, now: Timestamp) -> CertificateRow {
    let left = certificate.not_after.duration_since(now);
    let days = left.as_hours() / 24;
    let (tone, expiry) = if left <= SignedDuration::ZERO {
        ("is-bad", format!("expired on {}", Moment(certificate.not_after).day()))
    } else if days < WARNED_DAYS {
        (
            "is-warn",
            match days {
                0 => "expires today".to_owned(),
                1 => "expires in 1 day".to_owned(),
                days => format!("expires in {days} days"),
            },
        )
    } else {
        ("is-good", format!("valid until {}", Moment(certificate.not_after).day()))
    };
    CertificateRow {
        self_issued: certificate.subject == certificate.issuer,
        subject: certificate.subject,
        issuer: certificate.issuer,
        fingerprint: certificate.fingerprint,
        key: certificate.key,
        from: Moment(certificate.not_before),
        to: Moment(certificate.not_after),
        pem: certificate.pem,
        tone,
        expiry,
    }
}
