//! What is known of a request before anybody handles it: its tracking ID, and the host that it is for.

use crate::door::Desk;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;
use vestibule_app::context::GLASS;
use vestibule_model::account::Label;
use vestibule_model::response_log::TrackingId;

/// A request, as far as it is known at the door.
pub(crate) struct Scene {
    tracking_id: TrackingId,
    place: Place,
    authority: Option<Authority>,
    client: Option<IpAddr>,
    account_name: OnceLock<String>,
}

/// The host that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// What could be the vanity host of an account.
    Vanity(Label),
    /// The break-glass door, for administrators of every account.
    Glass,
    /// The deployment's own host.
    Base,
    /// None of ours.
    Elsewhere,
}

/// The other end of the connection; the listener puts it beside each request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Scene {
    pub(crate) fn of(desk: &Desk, request: &Request) -> Self {
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        let authority = match request.uri().authority() {
            Some(authority) => Some(authority.clone()),
            None => named_host(request.headers(), believed(desk, peer)),
        };
        let place = authority.as_ref().map_or(Place::Elsewhere, |authority| place(desk, authority.host()));
        let client = peer.and_then(|peer| client(desk, request.headers(), peer));
        let tracking_id = desk.app.fresh_tracking_id();
        Self { tracking_id, place, authority, client, account_name: OnceLock::new() }
    }

    /// The ID by which this request is found in the service's log.
    pub(crate) fn tracking_id(&self) -> TrackingId {
        self.tracking_id
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The host with its port, as the browser writes it into `Origin`.
    pub(crate) fn authority(&self) -> Option<&str> {
        self.authority.as_ref().map(Authority::as_str)
    }

    /// Where the request came from, as far as we or a believed proxy know.
    pub(crate) fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// Remembers whose page this is, in case an error page is needed.
    pub(crate) fn remember_account(&self, name: &str) {
        self.account_name.get_or_init(|| name.to_owned());
    }

    /// The account's name once it is known, else the product's.
    pub(crate) fn place_name(&self) -> &str {
        self.account_name.get().map_or("Vestibule", String::as_str)
    }
}

fn believed(desk: &Desk, peer: Option<IpAddr>) -> bool {
    peer.is_some_and(|peer| desk.trusted_proxies.iter().any(|range| range.contains(&peer)))
}

/// The other end, or whom the last believed proxy spoke to: each appends to the list, so what stands before may be made up.
fn client(desk: &Desk, headers: &HeaderMap, peer: IpAddr) -> Option<IpAddr> {
    let named = || headers.get("x-forwarded-for")?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
    if believed(desk, Some(peer)) { named().or(Some(peer)) } else { Some(peer) }
}

/// The host that the request names; a believed proxy may name another one.
fn named_host(headers: &HeaderMap, believed: bool) -> Option<Authority> {
    let forwarded = headers.get("x-forwarded-host").filter(|_| believed);
    let text = forwarded.or_else(|| headers.get(HOST))?.to_str().ok()?;
    // A chain of proxies appends; the first value is what the browser asked for.
    text.split(',').next()?.trim().parse().ok()
}

fn place(desk: &Desk, host: &str) -> Place {
    if host.eq_ignore_ascii_case(&desk.base_host) {
        return Place::Base;
    }
    let host = host.to_ascii_lowercase();
    let label = host.strip_suffix(desk.base_host.as_str()).and_then(|rest| rest.strip_suffix('.'));
    if label == Some(GLASS) {
        return Place::Glass;
    }
    label.and_then(|label| Label::parse(label).ok()).map_or(Place::Elsewhere, Place::Vanity)
}
