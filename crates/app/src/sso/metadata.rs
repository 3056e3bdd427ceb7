//! The metadata that the identity provider reads.

use crate::context::VisitorCtx;
use crate::error::Error;
use crate::keys::Ring;
use crate::live::Live;
use jiff::SignedDuration;
use vestibule_model::connection::{Settings, WeakAlgorithm};
use vestibule_model::id::ConnectionId;
use vestibule_saml::Cipher;
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::{Endpoint, sp};
use vestibule_store as store;

/// How long an identity provider may keep what it read: less than the grace that a new certificate of ours has. There is no
/// end of validity: an identity provider that cannot reach us for a while must not forget us.
const CACHED_FOR: SignedDuration = SignedDuration::from_hours(12);

/// Our metadata, for the identity provider. It is there before a connection is published, so that the identity
/// provider can be set up first; without a connection it names no certificate.
///
/// Where an account has several connections, each has a key pair of its own, and `connection` says whose is wanted.
///
/// # Errors
/// When the store does not answer.
pub async fn sp_metadata(ctx: &VisitorCtx, connection: Option<ConnectionId>) -> Result<String, Error> {
    let live: &Live = &ctx.live;
    let mut provider = match live.described(connection) {
        Some(connection) => described(ctx, &connection.keys, &connection.settings),
        None => unpublished(ctx).await?,
    };
    if provider.entity_id.is_empty() {
        provider.entity_id = format!("https://{}", ctx.app.account_host(&ctx.live.host));
    }
    let url = ctx.url();
    provider.acs_urls = vec![format!("{url}/saml/SSO")];
    provider.slo = [Binding::Redirect, Binding::Post]
        .map(|binding| Endpoint::new(binding, format!("{url}/saml/SingleLogout")))
        .into();
    Ok(sp::write(&provider))
}

/// What settings and key pairs say. A certificate to encrypt for is there whether encryption is required or not, so that
/// it can be switched on at the identity provider first.
fn described(ctx: &VisitorCtx, keys: &Ring, settings: &Settings) -> sp::ServiceProvider {
    let [entity_id, _] = ctx.app.entity_ids(&ctx.live.host, settings.sp_entity_id);
    let cbc = settings.allow.contains(&WeakAlgorithm::Cbc);
    sp::ServiceProvider {
        entity_id,
        signing_certificates: keys.signing_certificates(settings, ctx.app.now()),
        encryption_certificates: keys.encryption_certificates(settings),
        ciphers: Cipher::ALL.into_iter().filter(|cipher| cbc || cipher.is_authenticated()).collect(),
        authn_requests_signed: settings.sign_requests,
        cache_duration: Some(CACHED_FOR),
        ..sp::ServiceProvider::default()
    }
}

/// What the draft says, if there is one.
async fn unpublished(ctx: &VisitorCtx) -> Result<sp::ServiceProvider, Error> {
    let scope = ctx.app.store().account(ctx.account().id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    let draft = connections.into_iter().find_map(|connection| {
        let draft = connection.draft?;
        let host = draft.settings.reach.vanity_url.as_ref().unwrap_or(&ctx.account().label);
        (*host == ctx.live.host).then_some((connection.id, draft))
    });
    let Some((id, draft)) = draft else { return Ok(sp::ServiceProvider::default()) };
    let keys = ctx.app.ring(ctx.account().id, id).await?;
    Ok(described(ctx, &keys, &draft.settings))
}
