//! What an account file says about the identity provider: by metadata URL, by metadata file, or typed.

use super::file::{Source, Sso};
use crate::context::OperatorCtx;
use crate::error::{Error, Kind};
use jiff::Timestamp;
use url::Url;
use vestibule_model::connection::{Binding, IdentityProvider};
use vestibule_saml::{Certificate, metadata};

/// Largest metadata document, in bytes.
const LARGEST_METADATA: usize = 5 * 1024 * 1024;

/// The identity provider that `[sso]` names.
pub(super) async fn read(
    ctx: &OperatorCtx,
    source: &Source,
    sso: &Sso,
    binding: Binding,
) -> Result<IdentityProvider, Error> {
    let (outbound, now) = (&ctx.app.inner.outbound, ctx.app.now());
    let typed = sso.sign_in_url.is_some() || sso.certificates.is_some();
    match (&sso.idp_metadata_url, &sso.idp_metadata_file, typed) {
        (Some(url), None, false) => {
            let fetched = outbound.fetch(url, LARGEST_METADATA).await;
            let document = fetched.map_err(|error| source.wrong("sso.idp_metadata_url", plain(&error)))?;
            let described = from_metadata((source, "sso.idp_metadata_url"), &document, sso, binding, now)?;
            Ok(IdentityProvider { metadata_url: Some(url.clone()), ..described })
        }
        (None, Some(file), false) => {
            let key = "sso.idp_metadata_file";
            let path = source.path(file);
            let read = std::fs::read(&path)
                .map_err(|error| source.wrong(key, format!("{}: {error}", path.display())))?;
            from_metadata((source, key), &read, sso, binding, now)
        }
        (None, None, true) => typed_fields(source, sso),
        (None, None, false) => Err(source
            .wrong("sso", "the identity provider is missing")
            .hint("Give idp_metadata_url, or idp_metadata_file, or issuer, sign_in_url and certificates.")),
        _ => Err(source
            .wrong("sso", "the identity provider is described twice")
            .hint("Give one of: idp_metadata_url; idp_metadata_file; issuer, sign_in_url and certificates.")),
    }
}

/// An error's sentence with its advice, to stand inside another sentence.
fn plain(error: &Error) -> String {
    let message = error.message().trim_end_matches('.');
    error
        .advice()
        .map_or_else(|| message.to_owned(), |advice| format!("{message} ({})", advice.trim_end_matches('.')))
}

fn from_metadata(
    (source, key): (&Source, &str),
    document: &[u8],
    sso: &Sso,
    binding: Binding,
    now: Timestamp,
) -> Result<IdentityProvider, Error> {
    let read = metadata::idp::read(document, sso.issuer.as_deref(), now);
    let provider = read.map_err(|error| source.wrong(key, error))?;
    let wanted = binding_of(binding);
    let sign_in_url = provider.sso.iter().find(|endpoint| endpoint.binding == wanted).ok_or_else(|| {
        source
            .wrong(
                key,
                format!("the identity provider offers no sign-in by binding = \"{}\"", binding.as_str()),
            )
            .hint("Choose the other binding in [sso].")
    })?;
    Ok(IdentityProvider {
        metadata_url: None,
        sign_in_url: usable_url(source, key, &sign_in_url.url)?,
        sign_out_url: provider
            .slo
            .first()
            .map(|endpoint| usable_url(source, key, &endpoint.url))
            .transpose()?,
        certificates: provider.signing_certificates.iter().map(Certificate::to_pem).collect(),
        issuer: provider.entity_id,
    })
}

/// The protocol's name for a binding.
fn binding_of(binding: Binding) -> vestibule_saml::binding::Binding {
    match binding {
        Binding::Redirect => vestibule_saml::binding::Binding::Redirect,
        Binding::Post => vestibule_saml::binding::Binding::Post,
    }
}

fn typed_fields(source: &Source, sso: &Sso) -> Result<IdentityProvider, Error> {
    let required = |key: &str, value: &Option<String>| {
        value.clone().filter(|value| !value.trim().is_empty()).ok_or_else(|| source.wrong(key, "is missing"))
    };
    let issuer = required("sso.issuer", &sso.issuer)?;
    let sign_in_url = usable_url(source, "sso.sign_in_url", &required("sso.sign_in_url", &sso.sign_in_url)?)?;
    let sign_out_url =
        sso.sign_out_url.as_deref().map(|url| usable_url(source, "sso.sign_out_url", url)).transpose()?;
    let key = "sso.certificates";
    let listed = sso.certificates.as_deref().filter(|list| !list.is_empty());
    let listed = listed.ok_or_else(|| source.wrong(key, "at least one certificate is needed"))?;
    let mut certificates = Vec::with_capacity(listed.len());
    for entry in listed {
        certificates.push(certificate(source, key, entry)?.to_pem());
    }
    Ok(IdentityProvider { metadata_url: None, issuer, sign_in_url, sign_out_url, certificates })
}

/// A certificate given as PEM, as bare Base64, or as the path of a file with either.
fn certificate(source: &Source, key: &str, entry: &str) -> Result<Certificate, Error> {
    let looks_like_path = !entry.contains("-----BEGIN") && entry.len() < 512;
    let text = if looks_like_path {
        let path = source.path(entry);
        std::fs::read_to_string(&path)
            .map_err(|error| source.wrong(key, format!("{}: {error}", path.display())))?
    } else {
        entry.to_owned()
    };
    let read = if text.contains("-----BEGIN") {
        Certificate::from_pem(&text)
    } else {
        Certificate::from_base64(&text)
    };
    read.map_err(|error| source.wrong(key, error))
}

/// Browsers are sent there, so it is http or https and nothing else (never `javascript:`).
fn usable_url(source: &Source, key: &str, text: &str) -> Result<String, Error> {
    let unusable = || source.wrong(key, format!("\"{text}\" is not an http or https URL"));
    let url = Url::parse(text).map_err(|_| unusable())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || text.len() > 2_048 {
        return Err(unusable());
    }
    Ok(text.to_owned())
}

/// Refuses values of the format that this version cannot honor.
pub(super) fn refuse_unavailable(source: &Source, sso: &Sso) -> Result<(), Error> {
    let word_is =
        |value: &Option<String>, allowed: &str| value.as_deref().is_none_or(|value| value == allowed);
    let empty = |list: &Option<Vec<String>>| list.as_deref().is_none_or(<[String]>::is_empty);
    let weak = |word: &str| sso.allow.as_deref().is_some_and(|list| list.iter().any(|entry| entry == word));
    let cases = [
        ("encrypted_assertions", sso.encrypted_assertions.unwrap_or(false)),
        ("automatic_logout", !word_is(&sso.automatic_logout, "off")),
        ("unsolicited", sso.unsolicited.as_deref() == Some("accept")),
        ("certificate_rotation", !word_is(&sso.certificate_rotation, "manual")),
        ("new_idp_certificates", !word_is(&sso.new_idp_certificates, "review")),
        ("accepted_acs", !empty(&sso.accepted_acs)),
        ("accepted_entity_ids", !empty(&sso.accepted_entity_ids)),
        ("allow", weak("cbc")),
    ];
    match cases.into_iter().find(|(_, unavailable)| *unavailable) {
        None => Ok(()),
        Some((key, _)) => {
            let message = format!(
                "{}: `sso.{key}`: this version of Vestibule cannot honor this value yet.",
                source.name
            );
            Err(Error::new(Kind::Invalid, message).hint("Take the key out of the file."))
        }
    }
}
