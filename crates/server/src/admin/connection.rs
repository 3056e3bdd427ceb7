//! The SSO connections' pages: the list, and one connection.

use super::{frame, keys, metadata};
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::Admin;
use crate::page;
use crate::portal::Here;
use crate::portal::connection::{
    self as portal, Certificate, Change, Connection, ConnectionPage, ConnectionsPage, Draft, Listed, Ours,
};
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;
use vestibule_app::AdminCtx;
use vestibule_app::configuration::edit;
use vestibule_app::idp_metadata;
use vestibule_app::keys as app_keys;
use vestibule_app::sso::{self, CertificateView, Overview};
use vestibule_model::connection::{Settings, Version};
use vestibule_model::domain::Domain;
use vestibule_model::id::ConnectionId;

/// The page of a connection.
pub(crate) fn address(id: ConnectionId) -> String {
    format!("/admin/sso/{id}")
}

/// `GET /admin/sso`: the connections; where there is one, its page.
pub(crate) async fn list(Admin(admin): Admin) -> Result<Response, Failure> {
    let connections = sso::list(&admin).await?;
    if let [only] = connections.as_slice() {
        return Ok(page::see_other(&address(only.connection.id)));
    }
    let listed = connections.into_iter().map(listed).collect();
    let label = admin.account().label.as_str();
    let ours = ours(&sso::unconnected(&admin));
    Ok(page::shown(&ConnectionsPage::new(frame(&admin, Here::Sso), label, listed, ours)))
}

/// `GET /admin/sso/{connection}`
pub(crate) async fn page(
    State(desk): State<Arc<Desk>>,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let overview = sso::overview(&admin, known(&id)?).await?;
    let several = sso::list(&admin).await?.len() > 1;
    let saved = |version: &Version| (version.number, version.created_at);
    let settings = overview.settings().ok_or(Failure::NoPage)?;
    let followed = idp_metadata::status(&admin, overview.id).await?;
    let connection = Connection {
        name: &overview.name,
        several,
        published: overview.published.as_ref().map(saved),
        draft: overview.draft.as_ref().map(saved),
        settings,
        certificates: overview.certificates.iter().map(certificate).collect(),
        ours: ours(&overview.ours),
        keys: app_keys::overview(&admin, Some(overview.id)).await?.map(keys::shown),
        metadata: followed.map(|status| metadata::shown(overview.id, status)),
        change: change(&admin, &overview),
        versions: versions(&admin, &overview).await?,
        now: desk.app.now(),
    };
    Ok(page::shown(&ConnectionPage::new(frame(&admin, Here::Sso), connection)))
}

pub(super) fn change(admin: &AdminCtx, overview: &Overview) -> Change {
    let before = overview.published.as_ref().map(|version| &version.settings);
    let draft = overview.draft.as_ref().map(|draft| Draft {
        number: draft.number,
        tested: draft.tested.as_ref().map(|tested| (tested.at, super::test::address(tested.tracking_id))),
        differences: before.map(|before| differences(before, &draft.settings)).unwrap_or_default(),
    });
    Change {
        address: address(overview.id),
        published: overview.published.is_some(),
        draft,
        elsewhere: sso::test::elsewhere(admin, overview),
    }
}

fn differences(before: &Settings, after: &Settings) -> Vec<(String, Option<String>, Option<String>)> {
    let compared = edit::compare(before, after).into_iter();
    compared.map(|difference| (difference.key, difference.before, difference.after)).collect()
}

async fn versions(admin: &AdminCtx, overview: &Overview) -> Result<Vec<portal::Version>, Failure> {
    let number = |version: &Option<Version>| version.as_ref().map(|version| version.number);
    let saved = sso::versions::versions(admin, overview.id).await?;
    let rows = saved.into_iter().map(|saved| portal::Version {
        number: saved.version.number,
        saved: saved.version.created_at,
        published: saved.published_at,
        tested: saved.version.tested.map(|tested| tested.at),
        in_use: number(&overview.published) == Some(saved.version.number),
        draft: number(&overview.draft) == Some(saved.version.number),
    });
    Ok(rows.collect())
}

/// The connection that an address names.
pub(crate) fn known(text: &str) -> Result<ConnectionId, Failure> {
    text.parse().map_err(|_| Failure::NoPage)
}

fn listed(listed: sso::Listed) -> Listed {
    let sso::Listed { connection, host } = listed;
    let version = connection.published.as_ref().or(connection.draft.as_ref());
    let settings = version.map(|version| &version.settings);
    Listed {
        address: address(connection.id),
        published: connection.published.as_ref().map(|version| version.number),
        draft: connection.draft.as_ref().map(|version| version.number),
        enabled: settings.is_some_and(|settings| settings.enabled),
        issuer: settings.map(|settings| settings.identity_provider.issuer.clone()).unwrap_or_default(),
        host,
        domains: settings
            .map(|settings| settings.reach.email_domains.iter().map(Domain::to_string).collect())
            .unwrap_or_default(),
        name: connection.name,
    }
}

fn ours(ours: &sso::Ours) -> Ours {
    Ours {
        entity_id: ours.entity_id.clone(),
        other_entity_id: ours.other_entity_id.clone(),
        acs_url: ours.acs_url.clone(),
        logout_url: ours.logout_url.clone(),
        metadata_url: ours.metadata_url.clone(),
        start_url: ours.start_url.clone(),
    }
}

/// A certificate, as pages show it.
pub(super) fn certificate(view: &CertificateView) -> Certificate {
    Certificate {
        subject: view.subject.clone(),
        issuer: view.issuer.clone(),
        fingerprint: view.fingerprint_sha256.clone(),
        key: view.key.clone(),
        not_before: view.not_before,
        not_after: view.not_after,
        pem: None,
    }
}
