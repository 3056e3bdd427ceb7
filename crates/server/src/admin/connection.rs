//! The SSO connection's page.

use super::frame;
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::Admin;
use crate::page;
use crate::portal::Here;
use crate::portal::connection::{Certificate, Connection, ConnectionPage, Ours};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use vestibule_app::sso::{self, CertificateView};
use vestibule_model::connection::Version;

/// `GET /admin/sso`
pub(crate) async fn page(State(desk): State<Arc<Desk>>, Admin(admin): Admin) -> Result<Response, Failure> {
    let overview = sso::overview(&admin).await?;
    let saved = |version: &Version| (version.number, version.created_at);
    let connection = Connection {
        label: admin.account().label.as_str(),
        published: overview.published.as_ref().map(saved),
        draft: overview.draft.as_ref().map(saved),
        settings: overview.settings(),
        certificates: overview.certificates.iter().map(certificate).collect(),
        ours: ours(&overview.ours),
        now: desk.app.now(),
    };
    Ok(page::shown(&ConnectionPage::new(frame(&admin, Here::Sso), connection)))
}

fn ours(ours: &sso::Ours) -> Ours {
    let with_pem =
        |(view, pem): &(CertificateView, String)| Certificate { pem: Some(pem.clone()), ..certificate(view) };
    Ours {
        entity_id: ours.entity_id.clone(),
        other_entity_id: ours.other_entity_id.clone(),
        acs_url: ours.acs_url.clone(),
        metadata_url: ours.metadata_url.clone(),
        start_url: ours.start_url.clone(),
        certificate: ours.certificate.as_ref().map(with_pem),
    }
}

fn certificate(view: &CertificateView) -> Certificate {
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
