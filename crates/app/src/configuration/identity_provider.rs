//! What an account file says about the identity provider: by metadata URL, by metadata file, or typed.

use super::file::{Section, Sso, word};
use crate::context::App;
use crate::error::Error;
use crate::idp_metadata::{self, Problem};
use jiff::Timestamp;
use vestibule_model::connection::{Binding, IdentityProvider};
use vestibule_saml::Certificate;

/// What is looked for in metadata.
struct Wanted<'a> {
    /// The entity, where there are several.
    issuer: Option<&'a str>,
    binding: Binding,
    /// Who must have signed it, if anybody.
    pinned: &'a [Certificate],
}

/// The identity provider that a section names.
pub(super) async fn read(
    app: &App,
    section: Section<'_>,
    sso: &Sso,
    binding: Binding,
    pinned: &[String],
) -> Result<IdentityProvider, Error> {
    let pinned: Vec<Certificate> = pinned.iter().filter_map(|pem| Certificate::from_pem(pem).ok()).collect();
    let wanted = Wanted { issuer: sso.issuer.as_deref(), binding, pinned: &pinned };
    let (outbound, now) = (&app.inner.outbound, app.now());
    let typed = sso.sign_in_url.is_some() || sso.certificates.is_some();
    if let Some(pasted) = &sso.pasted_metadata {
        return from_metadata((section, "idp_metadata"), pasted.as_bytes(), wanted, now);
    }
    match (&sso.idp_metadata_url, &sso.idp_metadata_file, typed) {
        (Some(url), None, false) => {
            let fetched = outbound.fetch(url, idp_metadata::LARGEST).await;
            let document = fetched.map_err(|error| section.wrong("idp_metadata_url", plain(&error)))?;
            let described = from_metadata((section, "idp_metadata_url"), &document.body, wanted, now)?;
            Ok(IdentityProvider { metadata_url: Some(url.clone()), ..described })
        }
        (None, Some(file), false) => {
            let key = "idp_metadata_file";
            let read = section.read_file(key, file)?;
            from_metadata((section, key), &read, wanted, now)
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
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<IdentityProvider, Error> {
    let said = idp_metadata::read(document, wanted.issuer, wanted.binding, wanted.pinned, now);
    Ok(said.map_err(|problem| wrong(section, key, &problem))?.provider)
}

fn wrong(section: Section<'_>, key: &str, problem: &Problem) -> Error {
    let error = section.wrong(key, problem);
    match problem.hint() {
        Some(hint) => error.hint(hint),
        None => error,
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

/// Browsers are sent there.
pub(super) fn usable_url(section: Section<'_>, key: &str, text: &str) -> Result<String, Error> {
    if idp_metadata::usable_url(text) {
        return Ok(text.to_owned());
    }
    Err(wrong(section, key, &Problem::Url(text.to_owned())))
}
