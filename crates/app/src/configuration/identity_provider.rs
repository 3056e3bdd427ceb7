//! What an account file says about the identity provider: by metadata URL, by metadata file, or typed.

use super::file::{Section, Sso, word};
use crate::context::App;
use crate::error::Error;
use jiff::Timestamp;
use url::Url;
use vestibule_model::connection::{Binding, IdentityProvider};
use vestibule_saml::{Certificate, metadata};

/// Largest metadata document, in bytes.
const LARGEST_METADATA: usize = 5 * 1024 * 1024;

/// The identity provider that a section names.
pub(super) async fn read(
    app: &App,
    section: Section<'_>,
    sso: &Sso,
    binding: Binding,
) -> Result<IdentityProvider, Error> {
    let (outbound, now) = (&app.inner.outbound, app.now());
    let typed = sso.sign_in_url.is_some() || sso.certificates.is_some();
    if let Some(pasted) = &sso.pasted_metadata {
        return from_metadata((section, "idp_metadata"), pasted.as_bytes(), sso, binding, now);
    }
    match (&sso.idp_metadata_url, &sso.idp_metadata_file, typed) {
        (Some(url), None, false) => {
            let fetched = outbound.fetch(url, LARGEST_METADATA).await;
            let document = fetched.map_err(|error| section.wrong("idp_metadata_url", plain(&error)))?;
            let described = from_metadata((section, "idp_metadata_url"), &document, sso, binding, now)?;
            Ok(IdentityProvider { metadata_url: Some(url.clone()), ..described })
        }
        (None, Some(file), false) => {
            let key = "idp_metadata_file";
            let read = section.read_file(key, file)?;
            from_metadata((section, key), &read, sso, binding, now)
        }
        (None, None, true) => typed_fields(section, sso),
        (None, None, false) => Err(section
            .wrong_itself("the identity provider is missing")
            .hint("Give idp_metadata_url, or idp_metadata_file, or issuer, sign_in_url and certificates.")),
        _ => Err(section
            .wrong_itself("the identity provider is described twice")
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
    (section, key): (Section<'_>, &str),
    document: &[u8],
    sso: &Sso,
    binding: Binding,
    now: Timestamp,
) -> Result<IdentityProvider, Error> {
    let read = metadata::idp::read(document, sso.issuer.as_deref(), now);
    let provider = read.map_err(|error| section.wrong(key, error))?;
    let wanted = binding_of(binding);
    let sign_in_url = provider.sso.iter().find(|endpoint| endpoint.binding == wanted).ok_or_else(|| {
        section
            .wrong(
                key,
                format!("the identity provider offers no sign-in by binding = \"{}\"", binding.as_str()),
            )
            .hint("Choose the other binding.")
    })?;
    // Single logout goes the way of the connection if it is offered, else the other way.
    let slo = provider.slo.iter().find(|endpoint| endpoint.binding == wanted).or(provider.slo.first());
    let address = |url: Option<&String>| url.map(|url| usable_url(section, key, url)).transpose();
    Ok(IdentityProvider {
        metadata_url: None,
        sign_in_url: usable_url(section, key, &sign_in_url.url)?,
        sign_out_url: address(slo.map(|endpoint| &endpoint.url))?,
        sign_out_response_url: address(slo.and_then(|endpoint| endpoint.response_url.as_ref()))?,
        sign_out_binding: slo.filter(|endpoint| endpoint.binding != wanted).map(|_| other(binding)),
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

fn other(binding: Binding) -> Binding {
    match binding {
        Binding::Redirect => Binding::Post,
        Binding::Post => Binding::Redirect,
    }
}

fn typed_fields(section: Section<'_>, sso: &Sso) -> Result<IdentityProvider, Error> {
    let required = |key: &str, value: &Option<String>| {
        value.clone().filter(|value| !value.trim().is_empty()).ok_or_else(|| section.wrong(key, "is missing"))
    };
    let issuer = required("issuer", &sso.issuer)?;
    let sign_in_url = usable_url(section, "sign_in_url", &required("sign_in_url", &sso.sign_in_url)?)?;
    let sign_out_url =
        sso.sign_out_url.as_deref().map(|url| usable_url(section, "sign_out_url", url)).transpose()?;
    let key = "sign_out_response_url";
    let sign_out_response_url =
        sso.sign_out_response_url.as_deref().map(|url| usable_url(section, key, url)).transpose()?;
    let sign_out_binding = match sso.sign_out_binding.as_deref() {
        None => None,
        given => {
            let words =
                (Binding::Redirect, Binding::from_word as fn(&str) -> Option<Binding>, Binding::WORDS);
            Some(word(section, "sign_out_binding", given, words)?)
        }
    };
    let key = "certificates";
    let listed = sso.certificates.as_deref().filter(|list| !list.is_empty());
    let listed = listed.ok_or_else(|| section.wrong(key, "at least one certificate is needed"))?;
    let certificates = certificates(section, key, listed)?;
    Ok(IdentityProvider {
        metadata_url: None,
        issuer,
        sign_in_url,
        sign_out_url,
        sign_out_response_url,
        sign_out_binding,
        certificates,
    })
}

/// Certificates as PEM, each given as PEM, as bare Base64, or as the path of a file with either.
pub(super) fn certificates(
    section: Section<'_>,
    key: &str,
    entries: &[String],
) -> Result<Vec<String>, Error> {
    entries.iter().map(|entry| certificate(section, key, entry).map(|read| read.to_pem())).collect()
}

fn certificate(section: Section<'_>, key: &str, entry: &str) -> Result<Certificate, Error> {
    let looks_like_path = !entry.contains("-----BEGIN") && entry.len() < 512;
    let text = if looks_like_path {
        String::from_utf8_lossy(&section.read_file(key, entry)?).into_owned()
    } else {
        entry.to_owned()
    };
    let read = if text.contains("-----BEGIN") {
        Certificate::from_pem(&text)
    } else {
        Certificate::from_base64(&text)
    };
    read.map_err(|error| section.wrong(key, error))
}

/// Browsers are sent there, so it is http or https and nothing else (never `javascript:`).
pub(super) fn usable_url(section: Section<'_>, key: &str, text: &str) -> Result<String, Error> {
    let unusable = || section.wrong(key, format!("\"{text}\" is not an http or https URL"));
    let url = Url::parse(text).map_err(|_| unusable())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || text.len() > 2_048 {
        return Err(unusable());
    }
    Ok(text.to_owned())
}
