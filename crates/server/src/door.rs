//! The way of every request: which host it is for, the handler, what a failure looks like, the headers of the answer.
//!
//! The host is decided before the path: an account's pages exist at its vanity host, those for administrators at the break-glass door too, the APIs at the base host. Which paths there are is in
//! `routes`, how long a request may take in `patience`.

use crate::calls::Listener;
use crate::error::{Asked, Failure};
use crate::scene::{Place, Scene};
use crate::{Settings, api, error, headers, patience, routes, scim};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
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

/// The one way in.
pub(crate) struct Door {
    desk: Arc<Desk>,
    vanity: Router,
    glass: Router,
    base: Router,
    api: Router,
    elsewhere: Router,
}

impl Door {
    /// Everything that is served, ready for a listener or a test.
    pub(crate) fn new(app: App, settings: &Settings) -> Self {
        let base_host = settings.base_url.host_str().unwrap_or_default().to_ascii_lowercase();
        let (base_url, trusted_proxies) = (settings.base_url.clone(), settings.trusted_proxies.clone());
        let uploads = Arc::default();
        let desk = Arc::new(Desk { app, base_url, base_host, trusted_proxies, uploads });
        Self {
            vanity: routes::vanity_router(&desk),
            glass: routes::plain_router(routes::glass(), &desk),
            base: routes::plain_router(routes::base(), &desk),
            api: routes::api_router(&desk),
            elsewhere: routes::plain_router(routes::elsewhere(), &desk),
            desk,
        }
    }

    pub(crate) async fn answer(&self, mut request: Request) -> Response {
        let desk = &self.desk;
        let scene = Arc::new(Scene::of(desk, &request));
        let api = *scene.place() == Place::Base && api::is_api(request.uri().path());
        let asked = Asked::of(&request, api);
        let listener = api.then(|| Listener::begin(desk, &mut request));
        request.extensions_mut().insert(Arc::clone(&scene));
        if api {
            scim::canonical(&mut request);
        }
        let mut response = self.pass(&scene, api, request).await;
        let failure = response.extensions_mut().remove::<Failure>();
        if let Some(failure) = &failure {
            response = error::render(desk, &scene, &asked, failure, response);
        }
        headers::finish(desk, &scene, &mut response);
        match listener {
            Some(listener) => listener.note(failure.as_ref(), response).await,
            None => response,
        }
    }

    async fn pass(&self, scene: &Scene, api: bool, request: Request) -> Response {
        let handled = patience::within(request, |request| self.handled(scene, api, request));
        match handled.await {
            Some(Ok(response)) => response,
            Some(Err(failure)) => failure.into_response(),
            None => Failure::TooSlow.into_response(),
        }
    }

    async fn handled(&self, scene: &Scene, api: bool, mut request: Request) -> Result<Response, Failure> {
        let router = match scene.place() {
            Place::Vanity(_) => &self.vanity,
            Place::Glass => &self.glass,
            Place::Base if api => &self.api,
            Place::Base => &self.base,
            Place::Elsewhere => &self.elsewhere,
        };
        if api {
            // The token comes before everything else, an unknown path or method included.
            request = api::authenticated(&self.desk, request).await?;
        }
        let largest = if api { scim::LARGEST_BODY } else { routes::LARGEST_FORM };
        DefaultBodyLimit::max(largest).apply(&mut request);
        match TowerToHyperService::new(router.clone()).call(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}
