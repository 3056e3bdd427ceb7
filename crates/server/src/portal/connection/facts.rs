//! The facts about a connection: each with its name, its value, a sentence, and what others call it.

use super::Ours;
use crate::portal::Fact;
use vestibule_model::connection::{Binding, EntityIdForm, Provision, Settings, Unsolicited};

pub(super) fn ours(ours: Ours) -> Vec<Fact> {
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
        Fact::new("Logout URL", ours.logout_url)
            .carried()
            .help("Logout requests and their answers are sent here, by HTTP-Redirect or HTTP-POST.")
            .tip("Okta: Single Logout URL. Microsoft Entra ID: Logout URL. AD FS: Endpoint, SAML Logout. Keycloak: Logout Service Redirect Binding URL. Logout requests must be signed."),
        Fact::new("Metadata URL", ours.metadata_url)
            .carried()
            .help("All of this in one document that identity providers can read")
            .tip("Let the identity provider read it again on a schedule if it can: then a new certificate of ours reaches it without anybody’s doing."),
        Fact::new("Start URL", ours.start_url)
            .carried()
            .help("Sign-in starts here. Give it to tiles and bookmarks.")
            .tip("Microsoft Entra ID: Sign on URL. A tile that opens this address is safer than one that sends a response nobody asked for."),
    ]
}

pub(super) fn theirs(settings: &Settings) -> Vec<Fact> {
    let provider = &settings.identity_provider;
    vec![
        Fact::new("Issuer", provider.issuer.clone())
            .exact()
            .help("Its entity ID, letter by letter")
            .tip("Okta: Issuer. Microsoft Entra ID: Microsoft Entra Identifier. Google: Entity ID. AD FS: Federation Service identifier. Code 1005 means that a response came with another one."),
        Fact::new("Sign-in URL", provider.sign_in_url.clone())
            .exact()
            .help("Our requests go here.")
            .tip("Okta: Identity Provider Single Sign-On URL. Microsoft Entra ID: Login URL. Google: SSO URL. Keycloak: SingleSignOnService in its metadata. It must be the one for the way in which requests travel, below."),
        Fact::new("Sign-out URL", provider.sign_out_url.clone())
            .exact()
            .or("None: signing out here does not sign out there")
            .help("Logout messages go here: signing out here then signs out there.")
            .tip("Okta: Single Logout URL. Microsoft Entra ID: Logout URL. Many identity providers have none; that is no fault."),
        Fact::new("Sign-out answers", provider.sign_out_response_url.clone())
            .exact()
            .or("To the sign-out URL")
            .help("Where our answers to its logout requests go")
            .tip("Account file: sign_out_response_url. ResponseLocation in its metadata. Few identity providers have an address of its own for this."),
        Fact::new("Metadata", provider.metadata_url.clone())
            .exact()
            .or("From a file, or typed")
            .help("Where these values came from")
            .tip("One document of the identity provider that holds its issuer, its addresses and its certificates. In a published connection it is read again on a schedule; see “Its metadata”."),
    ]
}

pub(super) fn behavior(settings: &Settings) -> Vec<Fact> {
    let mut facts = requests(settings);
    facts.extend(responses(settings));
    facts
}

fn requests(settings: &Settings) -> Vec<Fact> {
    let (key, hash) =
        (settings.signing_key.as_str().to_uppercase(), settings.signature_hash.as_str().to_uppercase());
    vec![
        Fact::new("Entity ID in requests", entity_id_form(settings.sp_entity_id).to_owned())
            .help("Both spellings are accepted as audience.")
            .tip("Account file: sp_entity_id. It must be the spelling that the identity provider knows us by."),
        Fact::new("Requests travel by", binding(settings.binding).to_owned())
            .help("In the address, or in a form")
            .tip("Account file: binding. HTTP-Redirect suits nearly everybody; HTTP-POST is for identity providers that refuse long addresses."),
        Fact::new("Requests are signed", yes(settings.sign_requests).to_owned())
            .help("So that the identity provider knows they are ours")
            .tip("Account file: sign_requests. The identity provider needs our certificate, above, to check the signature. Many do not ask for one."),
        Fact::new(
            "Logout messages travel by",
            binding(settings.identity_provider.sign_out_binding.unwrap_or(settings.binding)).to_owned(),
        )
            .help("As requests do, unless it offers single logout by the other way alone")
            .tip("Account file: sign_out_binding."),
        Fact::new("Logout messages are signed", yes(settings.sign_logout).to_owned())
            .help("Most identity providers insist on it.")
            .tip("Account file: sign_logout."),
        Fact::new("Our signatures", format!("{key} key, {hash}"))
            .help("The kind of our key, and the hash")
            .tip("Account file: signing_key and signature_hash. Every identity provider takes RSA-2048 with SHA256."),
    ]
}

fn responses(settings: &Settings) -> Vec<Fact> {
    let allowed: Vec<_> = settings.allow.iter().map(|weak| weak.as_str().to_uppercase()).collect();
    vec![
        Fact::new("New people", provision(settings.provision).to_owned())
            .help("Provision users")
            .tip("Account file: provision. at_sign_in creates unknown people, prior_to_sign_in refuses them (1020, 1021), link_at_sign_in lets known people in and creates nobody."),
        Fact::new("Unsolicited responses", unsolicited(settings.unsolicited).to_owned())
            .help("Those that answer no request of ours")
            .tip("Account file: unsolicited. They come from tiles at the identity provider. Accepting one would let others sign a person in to an account that is not theirs."),
        Fact::new("Clock difference tolerated", format!("{} seconds", settings.clock_skew_seconds))
            .help("Beyond it responses are refused with 1008.")
            .tip("Account file: clock_skew, at most 300s. A clock that is far off is better corrected than tolerated."),
        Fact::new("Encrypted assertions", if settings.encrypted_assertions { "Required" } else { "Accepted" }.to_owned())
            .help(if settings.encrypted_assertions { "One in the clear is refused with 1011." } else { "So is one in the clear." })
            .tip("Account file: encrypted_assertions. Our metadata names the certificate to encrypt for. Switch encryption on at the identity provider first, then require it here."),
        Fact::new("Weak algorithms", (!allowed.is_empty()).then(|| allowed.join(", ")))
            .or("None accepted")
            .help("Others are refused with 1018, or 1011 in encryption.")
            .tip("Account file: allow. Only for identity providers that cannot sign with SHA-256, or encrypt with AES-GCM."),
        Fact::new("Messages are logged", yes(settings.save_response_logs).to_owned())
            .help("Encrypted, for 7 days")
            .tip("Account file: save_response_logs. When off, the response log keeps time, person, code and trace, but neither the XML nor attribute values."),
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
        Unsolicited::Accept => "Are accepted",
        Unsolicited::Refuse => "Are refused (1017)",
    }
}
