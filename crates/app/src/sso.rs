//! What an administrator sees of the SSO connection, and the metadata that the identity provider reads.

use crate::context::{AdminCtx, VisitorCtx};
use crate::error::Error;
use crate::live::Live;
use jiff::Timestamp;
use vestibule_model::connection::{Connection, EntityIdForm, IdentityProvider, Settings, Version};
use vestibule_model::id::ConnectionId;
use vestibule_saml::{Certificate, metadata::sp};
use vestibule_store as store;

/// The connection, as its page shows it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The version that sign-ins use.
    pub published: Option<Version>,
    /// A newer version that waits for its publication.
    pub draft: Option<Version>,
    /// The identity provider's certificates, of the version that is shown.
    pub certificates: Vec<CertificateView>,
    /// What to enter at the identity provider.
    pub ours: Ours,
}

impl Overview {
    /// The settings that the page shows: the published ones, else the draft's.
    #[must_use]
    pub fn settings(&self) -> Option<&Settings> {
        self.published.as_ref().or(self.draft.as_ref()).map(|version| &version.settings)
    }
}

/// A certificate, as people compare it.
#[derive(Debug, Clone)]
pub struct CertificateView {
    /// Whom it names.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Its SHA-256 fingerprint.
    pub fingerprint_sha256: String,
    /// Its key, as `RSA 2048`.
    pub key: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

impl From<&Certificate> for CertificateView {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_owned(),
            issuer: certificate.issuer_name().to_owned(),
            fingerprint_sha256: certificate.fingerprint_sha256(),
            key: certificate.key_description(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        }
    }
}

/// Our side of the connection.
#[derive(Debug, Clone)]
pub struct Ours {
    /// The entity ID that requests name.
    pub entity_id: String,
    /// The other spelling, accepted as audience too.
    pub other_entity_id: String,
    /// Where responses arrive.
    pub acs_url: String,
    /// Where our metadata is.
    pub metadata_url: String,
    /// Where a sign-in starts.
    pub start_url: String,
    /// The certificate of our signing key, and the same as PEM; there is none before there is a connection.
    pub certificate: Option<(CertificateView, String)>,
}

/// The connection of the administrator's account.
///
/// # Errors
/// When the store does not answer.
pub async fn overview(ctx: &AdminCtx) -> Result<Overview, Error> {
    let (app, account) = (ctx.app(), ctx.account());
    let connections =
        app.store().account(account.id).read(|tx| Box::pin(store::connections::list(tx))).await?;
    let Some(Connection { id, published, draft, .. }) = connections.into_iter().next() else {
        let ours = ours(ctx, None, None);
        return Ok(Overview { published: None, draft: None, certificates: Vec::new(), ours });
    };
    let settings = published.as_ref().or(draft.as_ref()).map(|version| &version.settings);
    let signing = match settings {
        Some(settings) => Some(app.signing(account.id, id, settings).await?),
        None => None,
    };
    let ours = ours(ctx, settings, signing.as_ref().map(|signing| &signing.certificate));
    let certificates = certificates(settings.map(|settings| &settings.identity_provider))?;
    Ok(Overview { published, draft, certificates, ours })
}

fn ours(ctx: &AdminCtx, settings: Option<&Settings>, certificate: Option<&Certificate>) -> Ours {
    let (app, account) = (ctx.app(), ctx.account());
    let url = app.account_url(&account.label);
    let form = settings.map_or(EntityIdForm::Https, |settings| settings.sp_entity_id);
    let [entity_id, other_entity_id] = app.entity_ids(&account.label, form);
    Ours {
        entity_id,
        other_entity_id,
        acs_url: format!("{url}/saml/SSO"),
        metadata_url: format!("{url}/saml/metadata/sp"),
        start_url: format!("{url}/saml/login"),
        certificate: certificate
            .map(|certificate| (CertificateView::from(certificate), certificate.to_pem())),
    }
}

fn certificates(provider: Option<&IdentityProvider>) -> Result<Vec<CertificateView>, Error> {
    let pems = provider.map(|provider| provider.certificates.as_slice()).unwrap_or_default();
    let read =
        |pem: &String| Certificate::from_pem(pem).map(|certificate| CertificateView::from(&certificate));
    pems.iter().map(read).collect::<Result<_, _>>().map_err(Error::internal)
}

/// Our metadata, for the identity provider. It is there before a connection is published, so that the identity
/// provider can be set up first; without a connection it names no certificate.
///
/// Where an account has several connections, each has a key pair of its own, and `connection` says whose is wanted.
///
/// # Errors
/// When the store does not answer.
pub async fn sp_metadata(ctx: &VisitorCtx, connection: Option<ConnectionId>) -> Result<String, Error> {
    let live: &Live = &ctx.live;
    let wanted = match connection {
        Some(id) => live.connection_with(id),
        None => live.connection().or_else(|| live.connections.first()),
    };
    let url = ctx.url();
    let (entity_id, signed, certificates) = match wanted {
        Some(connection) => {
            let id = connection.entity_ids.first().cloned();
            (id, connection.settings.sign_requests, vec![connection.signing.certificate.clone()])
        }
        None => unpublished(ctx).await?,
    };
    let entity_id = entity_id.unwrap_or_else(|| format!("https://{}", ctx.app.account_host(&ctx.live.host)));
    Ok(sp::write(&sp::ServiceProvider {
        entity_id,
        acs_urls: vec![format!("{url}/saml/SSO")],
        signing_certificates: certificates,
        authn_requests_signed: signed,
        ..sp::ServiceProvider::default()
    }))
}

/// What the draft says, if there is one.
async fn unpublished(ctx: &VisitorCtx) -> Result<(Option<String>, bool, Vec<Certificate>), Error> {
    let scope = ctx.app.store().account(ctx.account().id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    let draft = connections.into_iter().find_map(|connection| {
        let draft = connection.draft?;
        let host = draft.settings.reach.vanity_url.as_ref().unwrap_or(&ctx.account().label);
        (*host == ctx.live.host).then_some((connection.id, draft))
    });
    let Some((id, draft)) = draft else { return Ok((None, false, Vec::new())) };
    let signing = ctx.app.signing(ctx.account().id, id, &draft.settings).await?;
    let [entity_id, _] = ctx.app.entity_ids(&ctx.live.host, draft.settings.sp_entity_id);
    Ok((Some(entity_id), draft.settings.sign_requests, vec![signing.certificate]))
}
