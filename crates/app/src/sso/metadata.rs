//! The metadata that the identity provider reads.

use crate::context::VisitorCtx;
use crate::error::Error;
use crate::live::Live;
use vestibule_model::id::ConnectionId;
use vestibule_saml::Certificate;
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::{Endpoint, sp};
use vestibule_store as store;

/// Our metadata, for the identity provider. It is there before a connection is published, so that the identity
/// provider can be set up first; without a connection it names no certificate.
///
/// Where an account has several connections, each has a key pair of its own, and `connection` says whose is wanted.
///
/// # Errors
/// When the store does not answer.
pub async fn sp_metadata(ctx: &VisitorCtx, connection: Option<ConnectionId>) -> Result<String, Error> {
    let live: &Live = &ctx.live;
    let url = ctx.url();
    let (entity_id, signed, certificates) = match live.described(connection) {
        Some(connection) => {
            let id = connection.entity_ids.first().cloned();
            let settings = &connection.settings;
            let certificates = connection.keys.signing_certificates(settings.signing_key, ctx.app.now());
            (id, settings.sign_requests, certificates)
        }
        None => unpublished(ctx).await?,
    };
    let entity_id = entity_id.unwrap_or_else(|| format!("https://{}", ctx.app.account_host(&ctx.live.host)));
    Ok(sp::write(&sp::ServiceProvider {
        entity_id,
        acs_urls: vec![format!("{url}/saml/SSO")],
        slo: [Binding::Redirect, Binding::Post]
            .map(|binding| Endpoint::new(binding, format!("{url}/saml/SingleLogout")))
            .into(),
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
    let keys = ctx.app.ring(ctx.account().id, id).await?;
    let certificates = keys.signing_certificates(draft.settings.signing_key, ctx.app.now());
    let [entity_id, _] = ctx.app.entity_ids(&ctx.live.host, draft.settings.sp_entity_id);
    Ok((Some(entity_id), draft.settings.sign_requests, certificates))
}
