//! The way of every request: which host it is for, the handler, what a failure looks like, the headers of the answer.
//!
//! The host is decided before the path: an account's pages exist at its vanity host, those for administrators at the break-glass door too, the APIs at the base host. Which paths there are is in
//! `routes`, how long a request may take in `patience`.

use crate::calls::Listener;
use crate::error::{Asked, Failure};
use crate::scene::{Place, Scene};
use crate::{Settings, api, error, headers, patience, routes, scim};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use url::Url;
use vestibule_app::App;

/// What every handler knows.
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) base_url: Url,
    /// The host of the base URL, in lower case and without a port.
    pub(crate) base_host: String,
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
    pub(crate) uploads: Arc<patience::Uploads>,
}

impl Desk {
    /// The base host as people type it: with the port, if it has one of its own.
    pub(crate) fn typed_host(&self) -> String {
        self.base_url
            .port()
            .map_or_else(|| self.base_host.clone(), |port| format!("{}:{port}", self.base_host))
    }

    /// A page of the base host.
    pub(crate) fn base_page(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }
}

struct Door {
    desk: Arc<Desk>,
    vanity: Router,
    glass: Router,
    base: Router,
    api: Router,
    elsewhere: Router,
}

/// Everything that is served, ready for a listener or a test.
pub fn router(app: App, settings: &Settings) -> Router {
    let base_host = settings.base_url.host_str().unwrap_or_default().to_ascii_lowercase();
    let (base_url, trusted_proxies) = (settings.base_url.clone(), settings.trusted_proxies.clone());
    let uploads = Arc::default();
    let desk = Arc::new(Desk { app, base_url, base_host, trusted_proxies, uploads });
    let door = Door {
        vanity: routes::vanity_router(&desk),
        glass: routes::plain_router(routes::glass(), &desk),
        base: routes::plain_router(routes::base(), &desk),
        api: routes::api_router(&desk),
        elsewhere: routes::plain_router(routes::elsewhere(), &desk),
        desk,
    };
    Router::new().fallback(answer).with_state(Arc::new(door))
}

async fn answer(State(door): State<Arc<Door>>, mut request: Request) -> Response {
    let scene = Arc::new(Scene::of(&door.desk, &request));
    let api = *scene.place() == Place::Base && api::is_api(request.uri().path());
    let asked = Asked::of(&request, api);
    let listener = api.then(|| Listener::begin(&door.desk, &mut request));
    request.extensions_mut().insert(Arc::clone(&scene));
    if api {
        scim::canonical(&mut request);
    }
    let mut response = door.pass(&scene, api, request).await;
    let failure = response.extensions_mut().remove::<Failure>();
    if let Some(failure) = &failure {
        response = error::render(&door.desk, &scene, &asked, failure, response);
    }
    headers::finish(&door.desk, &scene, &mut response);
    match listener {
        Some(listener) => listener.note(failure.as_ref(), response).await,
        None => response,
    }
}

impl Door {
    async fn pass(&self, scene: &Scene, api: bool, request: Request) -> Response {
        let router = match scene.place() {
            Place::Vanity(_) => &self.vanity,
            Place::Glass => &self.glass,
            Place::Base if api => &self.api,
            Place::Base => &self.base,
            Place::Elsewhere => &self.elsewhere,
        };
        let service = TowerToHyperService::new(router.clone());
        match patience::within(request, |request| service.call(request)).await {
            Some(Ok(response)) => response,
            Some(Err(never)) => match never {},
            None => Failure::TooSlow.into_response(),
        }
    }
}
