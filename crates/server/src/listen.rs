//! The listener: connections in, one task for each, and a quiet end.
//!
//! Every wait has a limit: for a place, for the head of a request, for the last answers at the end. How long a whole
//! request may take is in `patience`.

mod at_once;

use crate::Settings;
use crate::door::Door;
use crate::scene::Peer;
use at_once::AtOnce;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use vestibule_app::App;

/// The most connections at once; further ones wait in the operating system's queue.
const MOST_CONNECTIONS: usize = 10_000;
/// How long a connection may be silent before, between or in the heads of requests.
const HEAD_WAIT: Duration = Duration::from_secs(60);
/// The most that the head of a request may have, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;
/// The most that is read ahead of a connection, in bytes.
const LARGEST_BUFFER: usize = 64 * 1024;
/// How long answers that were begun may take after the end was called.
const LAST_ANSWERS: Duration = Duration::from_secs(20);
/// How long to wait when the operating system has no connection left to give.
const NO_CONNECTION_LEFT: Duration = Duration::from_millis(100);

/// Answers at this listener until `shutdown` comes, then finishes what was begun.
///
/// # Errors
/// None at present: a connection that cannot be accepted is logged, and the next one is waited for.
pub async fn serve(
    app: App,
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let door = Arc::new(Door::new(app, &settings));
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let (end, ended) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    loop {
        let (accepted, place) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            next = accept(&listener, &places) => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                converse(Connection { stream, peer, place, ended: ended.clone() }, Arc::clone(&door))
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(NO_CONNECTION_LEFT).await;
            }
        }
    }
    drop((listener, ended, end.send(())));
    if tokio::time::timeout(LAST_ANSWERS, end.closed()).await.is_err() {
        tracing::warn!("connections were cut off: their last answers took too long");
    }
    Ok(())
}

type Accepted = std::io::Result<(TcpStream, SocketAddr)>;

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (Accepted, Option<OwnedSemaphorePermit>) {
    let place = Arc::clone(places).acquire_owned().await.ok();
    (listener.accept().await, place)
}

/// A connection, its place among the others, and the call for its end.
struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    place: Option<OwnedSemaphorePermit>,
    ended: watch::Receiver<()>,
}

#[expect(clippy::disallowed_methods, reason = "a listener spawns a task for each connection")]
fn converse(connection: Connection, door: Arc<Door>) {
    tokio::spawn(talk(connection, door));
}

async fn talk(connection: Connection, door: Arc<Door>) {
    let Connection { stream, peer, place, mut ended } = connection;
    let _ = stream.set_nodelay(true);
    let answer = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let door = &door;
        async move { Ok::<_, Infallible>(door.answer(request.map(Body::new)).await) }
    });
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_header_size(LARGEST_HEAD)
        .max_buf_size(LARGEST_BUFFER);
    let mut talk = pin!(server.serve_connection(TokioIo::new(stream), answer));
    // An error here is the other side's: it went away, or spoke something else than HTTP.
    tokio::select! {
        _ = AtOnce::new(talk.as_mut()) => {}
        _ = ended.changed() => {
            talk.as_mut().graceful_shutdown();
            let _ = talk.await;
        }
    }
    drop(place);
}
