//! A round: begin many sign-ins, then finish them all, and see what the server spent on each half.

use crate::Result;
use crate::http::Connection;
use crate::provider::Provider;
use crate::service::Service;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::LocalSet;
use url::Url;
use vestibule_saml::binding;
use vestibule_saml::request;

/// What one sign-in of a round cost the server.
pub(crate) struct Measured {
    /// The request that begins it.
    pub(crate) start: Duration,
    /// The POST to the assertion consumer service, with its session.
    pub(crate) finish: Duration,
    /// What it wrote for one, in bytes: the log, the file, and the answer.
    pub(crate) written: u64,
}

/// A sign-in that was begun: the form to post, and the cookie to post it with.
struct Begun {
    body: String,
    cookie: String,
}

pub(crate) async fn round(
    service: &Service,
    provider: &Provider,
    (round, count): (usize, usize),
    at_once: usize,
) -> Result<Measured> {
    let host = format!("acme.localhost:{}", service.address.port());
    let acs = format!("http://{host}/saml/SSO");
    let before = service.cpu()?;
    let requests = begin(service, &host, count, at_once).await?;
    let start = (service.cpu()? - before) / u32::try_from(count)?;
    let mut begun = Vec::with_capacity(count);
    for (number, (request_id, cookie)) in requests.into_iter().enumerate() {
        let value = provider.response(round * count + number, &request_id, &acs)?;
        let body =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("SAMLResponse", &value).finish();
        begun.push(Begun { body, cookie });
    }
    let (before, written) = (service.cpu()?, service.written()?);
    finish(service, &host, begun, at_once).await?;
    let finish = (service.cpu()? - before) / u32::try_from(count)?;
    let written = (service.written()? - written) / u64::try_from(count)?;
    Ok(Measured { start, finish, written })
}

/// Begins sign-ins; the answer has the ID of each request and the cookie that binds it.
async fn begin(service: &Service, host: &str, count: usize, at_once: usize) -> Result<Vec<(String, String)>> {
    let mut requests = Vec::with_capacity(count);
    let local = LocalSet::new();
    let mut workers = Vec::new();
    for worker in 0..at_once {
        let (address, host) = (service.address, host.to_owned());
        let share = count / at_once + usize::from(worker < count % at_once);
        workers.push(local.spawn_local(async move {
            let mut connection = Connection::open(address, host).await?;
            let mut begun = Vec::with_capacity(share);
            for _ in 0..share {
                let answer = connection.get("/saml/login").await?;
                let cookie = answer.cookies.first().cloned().ok_or("the request was bound to no browser")?;
                begun.push((request_id(&answer.location)?, cookie));
            }
            Result::Ok(begun)
        }));
    }
    local.await;
    for worker in workers {
        requests.extend(worker.await??);
    }
    Ok(requests)
}

fn request_id(location: &str) -> Result<String> {
    let url = Url::parse(location)?;
    let redirected =
        binding::redirect_decode(url.query().unwrap_or_default()).map_err(|error| format!("{error:?}"))?;
    let request = request::read(&redirected.xml).map_err(|error| format!("{error:?}"))?;
    Ok(request.id)
}

async fn finish(service: &Service, host: &str, begun: Vec<Begun>, at_once: usize) -> Result<()> {
    let begun = Arc::new(begun);
    let next = Arc::new(AtomicUsize::new(0));
    let local = LocalSet::new();
    let mut workers = Vec::new();
    for _ in 0..at_once {
        let (address, host) = (service.address, host.to_owned());
        let (begun, next) = (Arc::clone(&begun), Arc::clone(&next));
        workers.push(local.spawn_local(async move {
            let mut connection = Connection::open(address, host).await?;
            while let Some(one) = begun.get(next.fetch_add(1, Ordering::Relaxed)) {
                let answer = connection.post_form("/saml/SSO", &one.cookie, &one.body).await?;
                let signed_in =
                    answer.status == 303 && answer.cookies.iter().any(|c| c.starts_with("__Host-vestibule="));
                if !signed_in {
                    return Err(format!("a sign-in ended with {} {}", answer.status, answer.location).into());
                }
            }
            Result::Ok(())
        }));
    }
    local.await;
    for worker in workers {
        worker.await??;
    }
    Ok(())
}
