//! The identity provider asks: its sessions end here, and it gets an answer.

use super::receive::Case;
use super::{Received, binding_of, pack};
use crate::error::Error;
use crate::secret;
use vestibule_model::code::Code;
use vestibule_saml::logout::{LogoutResponse, Message, VerifiedRequest, verify_request};
use vestibule_saml::write::Status;
use vestibule_store as store;

/// The longest RelayState that goes back, in bytes: SAML allows 80 (SAML-Bindings, section 3.4.3), some send more.
const LONGEST_RELAY_STATE: usize = 512;

/// Ends what a verified request names, once; the answer is the same whether there was anything to end.
pub(super) async fn answer(mut case: Case<'_>, message: &Message) -> Result<Received, Error> {
    let request = match case.verify(message, verify_request) {
        (Ok(request), _) => request,
        (Err(rejection), _) => return Err(case.refuse(&rejection).await),
    };
    if !end(&case, &request).await? {
        let sentence = "The identity provider's logout request was used before.".to_owned();
        return Err(case.refuse_with(Code::Replay, sentence).await);
    }
    tracing::info!("an identity provider ended sessions");
    respond(&case, &request, message.relay_state())
}

/// Burns the request and ends the sessions, in one transaction; false if it was burnt before.
async fn end(case: &Case<'_>, request: &VerifiedRequest) -> Result<bool, Error> {
    let (key, until) = (replay_key(request), request.replay_until());
    let (connection, now) = (case.connection.id, case.now);
    let (name_id, indexes) =
        (request.request().name_id.value.clone(), request.request().session_indexes.clone());
    let scope = case.ctx.app.store().account(case.ctx.account().id);
    let ended = scope.write(move |tx| {
        let (name_id, indexes) = (name_id.clone(), indexes.clone());
        Box::pin(async move {
            if !store::replays::insert(tx, &key, until).await? {
                return Ok::<_, store::Error>(false);
            }
            store::sessions::end_by_name_id(tx, connection, &name_id, &indexes, now).await?;
            store::hand_overs::end_by_name_id(tx, connection, &name_id).await?;
            // Whom the mapping sent to a sub-account stays there, by the word of this identity provider.
            for inside in store::sub_accounts::all(tx).await? {
                let below = &inside.tx;
                store::sessions::end_by_name_id(below, connection, &name_id, &indexes, now).await?;
                store::hand_overs::end_by_name_id(below, connection, &name_id).await?;
            }
            Ok(true)
        })
    });
    Ok(ended.await?)
}

/// The ID is unique for its issuer alone, and a request is no assertion.
fn replay_key(request: &VerifiedRequest) -> [u8; 32] {
    let request = request.request();
    secret::sha256(format!("{}\0logout\0{}", request.issuer, request.id).as_bytes())
}

fn respond(case: &Case<'_>, request: &VerifiedRequest, relay_state: Option<&str>) -> Result<Received, Error> {
    let provider = &case.connection.settings.identity_provider;
    let url = provider.sign_out_response_url.as_ref().or(provider.sign_out_url.as_ref());
    let Some(url) = url else { return Ok(Received::Ended) };
    let response = LogoutResponse {
        id: case.ctx.app.fresh_message_id(case.now),
        issue_instant: case.now,
        issuer: case.connection.entity_ids.first().cloned().unwrap_or_default(),
        destination: Some(url.clone()),
        in_response_to: Some(request.request().id.clone()),
        status: Status::success(),
    };
    let relay_state = relay_state.filter(|state| state.len() <= LONGEST_RELAY_STATE).map(str::to_owned);
    let parcel = response.parcel(binding_of(&case.connection), url).with_relay_state(relay_state);
    pack(&case.connection, parcel).map(Received::Answer)
}
