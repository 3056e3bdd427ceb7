//! What an administrator sees of the connections: each with its versions, our values and theirs.

use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use jiff::Timestamp;
use vestibule_model::account::Label;
use vestibule_model::connection::{Connection, EntityIdForm, IdentityProvider, Settings, Version};
use vestibule_model::id::ConnectionId;
use vestibule_model::permission::Permission;
use vestibule_saml::Certificate;
use vestibule_store as store;

/// A connection in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The connection with its versions.
    pub connection: Connection,
    /// The host whose visitors sign in by it.
    pub host: String,
}

/// A connection, as its page shows it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Its id.
    pub id: ConnectionId,
    /// What the account file calls it; empty for the one of `[sso]`.
    pub name: String,
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
    /// Where logout messages arrive.
    pub logout_url: String,
    /// Where our metadata is.
    pub metadata_url: String,
    /// Where a sign-in starts.
    pub start_url: String,
    /// The certificate of our signing key, and the same as PEM; there is none before there is a connection.
    pub certificate: Option<(CertificateView, String)>,
}

/// The connections of the administrator's account that are in use or being made, in the order in which they were made.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &AdminCtx) -> Result<Vec<Listed>, Error> {
    ctx.must(Permission::SsoRead)?;
    let connections = kept(ctx).await?;
    let listed = connections.into_iter().map(|connection| {
        let host = ctx.app().account_host(host(ctx, settings(&connection)));
        Listed { connection, host }
    });
    Ok(listed.collect())
}

/// One of them.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such connection.
pub async fn overview(ctx: &AdminCtx, id: ConnectionId) -> Result<Overview, Error> {
    ctx.must(Permission::SsoRead)?;
    let connections = kept(ctx).await?;
    let several = connections.len() > 1;
    let connection = connections.into_iter().find(|connection| connection.id == id).ok_or_else(unknown)?;
    let shown = settings(&connection);
    let signing = match shown {
        Some(settings) => Some(ctx.app().signing(ctx.account().id, id, settings).await?),
        None => None,
    };
    let certificate = signing.as_ref().map(|signing| &signing.certificate);
    let ours = ours(ctx, several.then_some(id), shown, certificate);
    let certificates = certificates(shown.map(|settings| &settings.identity_provider))?;
    let Connection { id, name, published, draft } = connection;
    Ok(Overview { id, name, published, draft, certificates, ours })
}

/// Our side, before there is a connection.
#[must_use]
pub fn unconnected(ctx: &AdminCtx) -> Ours {
    ours(ctx, None, None, None)
}

pub(super) fn unknown() -> Error {
    Error::new(Kind::NotFound, "The account has no such SSO connection.")
        .hint("It may have been removed. Look at the list of connections.")
}

/// Those that were not retired.
async fn kept(ctx: &AdminCtx) -> Result<Vec<Connection>, Error> {
    let scope = ctx.app().store().account(ctx.account().id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    Ok(connections.into_iter().filter(|connection| settings(connection).is_some()).collect())
}

fn settings(connection: &Connection) -> Option<&Settings> {
    connection.published.as_ref().or(connection.draft.as_ref()).map(|version| &version.settings)
}

/// The label of the host whose visitors sign in by these settings.
fn host<'a>(ctx: &'a AdminCtx, settings: Option<&'a Settings>) -> &'a Label {
    settings.and_then(|settings| settings.reach.vanity_url.as_ref()).unwrap_or(&ctx.account().label)
}

/// Our values; where there are several connections, addresses name the one that is meant.
fn ours(
    ctx: &AdminCtx,
    named: Option<ConnectionId>,
    settings: Option<&Settings>,
    certificate: Option<&Certificate>,
) -> Ours {
    let app = ctx.app();
    let host = host(ctx, settings);
    let url = app.account_url(host);
    let form = settings.map_or(EntityIdForm::Https, |settings| settings.sp_entity_id);
    let [entity_id, other_entity_id] = app.entity_ids(host, form);
    let query = named.map(|id| format!("?connection={id}")).unwrap_or_default();
    Ours {
        entity_id,
        other_entity_id,
        acs_url: format!("{url}/saml/SSO"),
        logout_url: format!("{url}/saml/SingleLogout"),
        metadata_url: format!("{url}/saml/metadata/sp{query}"),
        start_url: format!("{url}/saml/login{query}"),
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
