//! Who reads our metadata: noted, so that the next key pair takes over once the identity provider knows it.

use crate::context::VisitorCtx;
use crate::error::Error;
use jiff::Timestamp;
use std::net::IpAddr;
use vestibule_model::id::{ConnectionId, SpKeyId};
use vestibule_model::rotation::{KeyState, Reader, have_read, is_browser, note};
use vestibule_store::{self as store, Tx};

/// Somebody read our metadata.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// How the reader names itself.
    pub agent: &'a str,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// Whether it brought what only browsers bring.
    pub by_browser: bool,
}

/// Notes that the metadata of a connection was read. Most visits write nothing (`model::rotation`): the address is
/// public, and whoever asks it often must not make the database write.
///
/// # Errors
/// When the store does not answer.
pub async fn metadata_was_read(
    ctx: &VisitorCtx,
    connection: Option<ConnectionId>,
    visit: Visit<'_>,
) -> Result<(), Error> {
    let Some(served) = ctx.live.described(connection).filter(|_| !visit.by_browser) else { return Ok(()) };
    if is_browser(visit.agent) {
        return Ok(());
    }
    let (id, now) = (served.id, ctx.app.now());
    let (agent, address) =
        (visit.agent.to_owned(), visit.address.map(|ip| ip.to_string()).unwrap_or_default());
    let scope = ctx.app.store().account(ctx.account().id);
    let known = scope.read(move |tx| Box::pin(store::metadata_readers::list(tx, id))).await?;
    if note(&known, &agent, &address, now).is_none() {
        return Ok(());
    }
    let waiting = served.keys.iter().filter(|key| key.life.state == KeyState::Next);
    let waiting: Vec<(SpKeyId, Timestamp)> = waiting.map(|key| (key.id, key.created_at)).collect();
    let noted = scope.write(move |tx| {
        let (agent, address, waiting) = (agent.clone(), address.clone(), waiting.clone());
        Box::pin(async move {
            let readers = put(tx, id, (&agent, &address), now).await?;
            for (key, published_at) in waiting {
                if have_read(&readers, published_at, now) {
                    store::sp_keys::seen(tx, key, now).await?;
                }
            }
            Ok::<_, store::Error>(())
        })
    });
    Ok(noted.await?)
}

/// Writes the visit, and gives the readers that are known then.
async fn put(
    tx: &Tx<'_>,
    connection: ConnectionId,
    (agent, address): (&str, &str),
    now: Timestamp,
) -> Result<Vec<Reader>, store::Error> {
    let known = store::metadata_readers::list(tx, connection).await?;
    let Some(noted) = note(&known, agent, address, now) else { return Ok(known) };
    store::metadata_readers::put(tx, connection, &noted).await?;
    store::metadata_readers::list(tx, connection).await
}
