//! The settings of a connection, as a section of an account file says them: `[sso]`, or one of `[[connection]]`.

use super::file::{Section, Sso, word};
use super::identity_provider;
use super::state::ConnectionState;
use crate::context::App;
use crate::error::Error;
use std::collections::BTreeSet;
use toml::{Table, Value};
use vestibule_model::account::Label;
use vestibule_model::connection::{
    Accepted, Asks, Binding, CertificateRotation, EntityIdForm, LEAST_AUTOMATIC_LOGOUT_SECONDS,
    MOST_AUTOMATIC_LOGOUT_SECONDS, MOST_CLOCK_SKEW_SECONDS, NewCertificates, Provision, Reach, Settings,
    SignatureHash, SigningKeyKind, Unsolicited, WeakAlgorithm,
};
use vestibule_model::domain::Domain;
use vestibule_model::duration;

/// The most values of a list, and the most characters of one.
const MOST_LISTED: usize = 50;
const LONGEST: usize = 2_048;

/// Reads a section.
pub(super) async fn read(app: &App, section: Section<'_>, sso: &Sso) -> Result<Settings, Error> {
    macro_rules! word {
        ($key:ident, $type:ident :: $default:ident) => {{
            let choice = ($type::$default, $type::from_word as fn(&str) -> Option<$type>, $type::WORDS);
            word(section, stringify!($key), sso.$key.as_deref(), choice)?
        }};
    }
    let binding = word!(binding, Binding::Redirect);
    let metadata_certificates = certificates(section, "metadata_certificates", &sso.metadata_certificates)?;
    let provider = identity_provider::read(app, section, sso, binding, &metadata_certificates).await?;
    let default = Settings::new(provider);
    let settings = Settings {
        enabled: sso.enabled.unwrap_or(default.enabled),
        reach: reach(section, sso)?,
        sp_entity_id: word!(sp_entity_id, EntityIdForm::Https),
        binding,
        signature_hash: word!(signature_hash, SignatureHash::Sha256),
        sign_requests: sso.sign_requests.unwrap_or(default.sign_requests),
        sign_logout: sso.sign_logout.unwrap_or(default.sign_logout),
        encrypted_assertions: sso.encrypted_assertions.unwrap_or(default.encrypted_assertions),
        asks: asks(section, sso)?,
        unsolicited: word!(unsolicited, Unsolicited::Restart),
        provision: word!(provision, Provision::AtSignIn),
        automatic_logout_seconds: automatic_logout(section, sso.automatic_logout.as_deref())?,
        save_response_logs: sso.save_response_logs.unwrap_or(default.save_response_logs),
        clock_skew_seconds: clock_skew(section, sso.clock_skew.as_deref(), default.clock_skew_seconds)?,
        allow: allowed(section, sso.allow.as_deref())?,
        signing_key: word!(signing_key, SigningKeyKind::Rsa2048),
        certificate_rotation: word!(certificate_rotation, CertificateRotation::Automatic),
        new_idp_certificates: word!(new_idp_certificates, NewCertificates::Review),
        metadata_certificates,
        accepted: accepted(section, sso)?,
        ..default
    };
    agree(section, &settings)?;
    Ok(settings)
}

/// Refuses settings that contradict each other.
fn agree(section: Section<'_>, settings: &Settings) -> Result<(), Error> {
    if settings.signing_key == SigningKeyKind::EcdsaP256 && settings.signature_hash != SignatureHash::Sha256 {
        return Err(section.wrong("signature_hash", "a key of the kind ecdsa-p256 signs with sha256 alone"));
    }
    let pinned = !settings.metadata_certificates.is_empty();
    if (settings.new_idp_certificates == NewCertificates::SignedMetadata) != pinned {
        return Err(section
            .wrong("metadata_certificates", "these belong to new_idp_certificates = \"signed_metadata\"")
            .hint("Give both or neither: the certificates that sign your identity provider's metadata."));
    }
    let from_url = settings.identity_provider.metadata_url.is_some();
    if settings.new_idp_certificates != NewCertificates::Review && !from_url {
        return Err(section
            .wrong("new_idp_certificates", "only metadata that is fetched can bring new certificates")
            .hint("Give idp_metadata_url, or leave the key out."));
    }
    Ok(())
}

fn reach(section: Section<'_>, sso: &Sso) -> Result<Reach, Error> {
    let vanity_url = match &sso.vanity_url {
        None => None,
        Some(text) => Some(Label::parse(text).map_err(|error| section.wrong("vanity_url", error))?),
    };
    let mut email_domains = BTreeSet::new();
    for text in limited(section, "email_domains", &sso.email_domains)? {
        let domain = Domain::parse(&text);
        email_domains
            .insert(domain.map_err(|error| section.wrong("email_domains", format!("\"{text}\": {error}")))?);
    }
    Ok(Reach { vanity_url, email_domains })
}

fn asks(section: Section<'_>, sso: &Sso) -> Result<Asks, Error> {
    let uri = |key, text: &String| {
        let plain = text.contains(':') && text.bytes().all(|b| b.is_ascii_graphic()) && text.len() <= LONGEST;
        if plain { Ok(()) } else { Err(section.wrong(key, format!("\"{text}\" is not a URI"))) }
    };
    let authn_contexts = limited(section, "authn_contexts", &sso.authn_contexts)?;
    authn_contexts.iter().try_for_each(|context| uri("authn_contexts", context))?;
    let name_id_format = sso.name_id_format.as_deref().map(name_id_format);
    name_id_format.iter().try_for_each(|format| uri("name_id_format", format))?;
    Ok(Asks { force_authn: sso.force_authn.unwrap_or(false), authn_contexts, name_id_format })
}

/// The formats that have a short name.
const NAME_ID_FORMATS: [(&str, &str); 4] = [
    ("email", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
    ("persistent", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
    ("transient", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
    ("unspecified", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
];

fn name_id_format(text: &str) -> String {
    let known = NAME_ID_FORMATS.iter().find(|(short, _)| *short == text);
    known.map_or(text, |(_, uri)| uri).to_owned()
}

fn accepted(section: Section<'_>, sso: &Sso) -> Result<Accepted, Error> {
    let acs = limited(section, "accepted_acs", &sso.accepted_acs)?;
    for entry in &acs {
        let path = entry.starts_with('/')
            && !entry.starts_with("//")
            && entry.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'\\'));
        if !path {
            identity_provider::usable_url(section, "accepted_acs", entry)?;
        }
    }
    let entity_ids = limited(section, "accepted_entity_ids", &sso.accepted_entity_ids)?;
    let certificates = certificates(section, "accepted_certificates", &sso.accepted_certificates)?;
    Ok(Accepted { acs, entity_ids, certificates })
}

fn certificates(section: Section<'_>, key: &str, list: &Option<Vec<String>>) -> Result<Vec<String>, Error> {
    let entries = list.as_deref().unwrap_or_default();
    if entries.len() > MOST_LISTED {
        return Err(section.wrong(key, format!("at most {MOST_LISTED} entries")));
    }
    identity_provider::certificates(section, key, entries)
}

/// A list of a bounded number of texts that are not empty, and not too long.
fn limited(section: Section<'_>, key: &str, list: &Option<Vec<String>>) -> Result<Vec<String>, Error> {
    let entries = list.clone().unwrap_or_default();
    let usable = |entry: &String| !entry.trim().is_empty() && entry.len() <= LONGEST;
    if entries.len() > MOST_LISTED || !entries.iter().all(usable) {
        let problem = format!("expected at most {MOST_LISTED} texts of 1 to {LONGEST} characters");
        return Err(section.wrong(key, problem));
    }
    Ok(entries)
}

fn allowed(section: Section<'_>, list: Option<&[String]>) -> Result<BTreeSet<WeakAlgorithm>, Error> {
    let choice =
        (WeakAlgorithm::Sha1, WeakAlgorithm::from_word as fn(&str) -> Option<_>, WeakAlgorithm::WORDS);
    list.unwrap_or_default().iter().map(|entry| word(section, "allow", Some(entry), choice)).collect()
}

fn clock_skew(section: Section<'_>, text: Option<&str>, default: u32) -> Result<u32, Error> {
    let Some(text) = text else { return Ok(default) };
    duration::seconds(text).filter(|seconds| *seconds <= MOST_CLOCK_SKEW_SECONDS).ok_or_else(|| {
        let problem = format!("\"{text}\" is not a duration like \"180s\" or \"3m\" of at most {MOST_CLOCK_SKEW_SECONDS} seconds");
        section.wrong("clock_skew", problem)
    })
}

fn automatic_logout(section: Section<'_>, text: Option<&str>) -> Result<Option<u32>, Error> {
    let Some(text) = text.filter(|text| *text != "off") else { return Ok(None) };
    let possible = LEAST_AUTOMATIC_LOGOUT_SECONDS..=MOST_AUTOMATIC_LOGOUT_SECONDS;
    duration::seconds(text).filter(|seconds| possible.contains(seconds)).map(Some).ok_or_else(|| {
        let problem = format!("\"{text}\" is neither \"off\" nor a duration from \"15m\" to \"180d\"");
        section.wrong("automatic_logout", problem)
    })
}

/// Settings as a section of an account file says them, every key; lists that are empty are left out.
pub(super) fn table(state: &ConnectionState) -> Table {
    let settings = &state.settings;
    let provider = &settings.identity_provider;
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
    put("enabled", settings.enabled.into());
    put("issuer", provider.issuer.as_str().into());
    put("sign_in_url", provider.sign_in_url.as_str().into());
    put("certificates", provider.certificates.clone().into());
    put("sp_entity_id", settings.sp_entity_id.as_str().into());
    put("binding", settings.binding.as_str().into());
    put("signature_hash", settings.signature_hash.as_str().into());
    put("sign_requests", settings.sign_requests.into());
    put("sign_logout", settings.sign_logout.into());
    put("encrypted_assertions", settings.encrypted_assertions.into());
    put("force_authn", settings.asks.force_authn.into());
    put("unsolicited", settings.unsolicited.as_str().into());
    put("provision", settings.provision.as_str().into());
    put(
        "automatic_logout",
        settings.automatic_logout_seconds.map_or("off".to_owned(), duration::text).into(),
    );
    put("save_response_logs", settings.save_response_logs.into());
    put("clock_skew", format!("{}s", settings.clock_skew_seconds).into());
    put("signing_key", settings.signing_key.as_str().into());
    put("certificate_rotation", settings.certificate_rotation.as_str().into());
    put("new_idp_certificates", settings.new_idp_certificates.as_str().into());
    put("draft", state.draft.into());
    let optional = [
        ("idp_metadata_url", provider.metadata_url.clone()),
        ("sign_out_url", provider.sign_out_url.clone()),
        ("sign_out_response_url", provider.sign_out_response_url.clone()),
        ("sign_out_binding", provider.sign_out_binding.map(|binding| binding.as_str().to_owned())),
        ("vanity_url", settings.reach.vanity_url.as_ref().map(Label::to_string)),
        ("name_id_format", settings.asks.name_id_format.clone()),
    ];
    for (key, value) in optional.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        put(key, value.into());
    }
    let lists = [
        ("allow", settings.allow.iter().map(|weak| weak.as_str().to_owned()).collect()),
        ("email_domains", settings.reach.email_domains.iter().map(Domain::to_string).collect()),
        ("authn_contexts", settings.asks.authn_contexts.clone()),
        ("metadata_certificates", settings.metadata_certificates.clone()),
        ("accepted_acs", settings.accepted.acs.clone()),
        ("accepted_entity_ids", settings.accepted.entity_ids.clone()),
        ("accepted_certificates", settings.accepted.certificates.clone()),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list): &(_, Vec<String>)| !list.is_empty()) {
        put(key, list.into());
    }
    table
}
