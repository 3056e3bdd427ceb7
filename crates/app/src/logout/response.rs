//! The identity provider answers: nothing ends by that, for our session ended before it was asked.

use super::receive::Case;
use super::{Received, Told};
use crate::error::Error;
use crate::secret;
use vestibule_saml::logout::{Message, Rejection, verify_response};
use vestibule_store as store;

/// Takes an answer to a request of this browser.
pub(super) async fn take(
    mut case: Case<'_>,
    message: &Message,
    browser: Option<&str>,
) -> Result<Received, Error> {
    let (outcome, claimed) = case.verify(message, verify_response);
    // What is signed says the same as what is claimed; where nothing is, this only finds the page to show.
    let in_response_to = match &outcome {
        Ok(verified) => verified.response().in_response_to.clone(),
        Err(_) => claimed.in_response_to,
    };
    let answers = answers(&case, in_response_to, browser).await?;
    let told = match outcome {
        Ok(verified) if verified.is_partial() => Told::Partly,
        Ok(_) => Told::Everywhere,
        Err(Rejection::NotSigned { .. }) => Told::Unproven,
        Err(rejection) => {
            let error = case.refuse(&rejection).await;
            match error.tracking_id() {
                Some(tracking_id) if answers => Told::Failed(tracking_id),
                _ => return Err(error),
            }
        }
    };
    Ok(if answers { Received::Back(told) } else { Received::Nothing })
}

/// Whether this browser waits for an answer to that request; it does not any more after this.
async fn answers(
    case: &Case<'_>,
    in_response_to: Option<String>,
    browser: Option<&str>,
) -> Result<bool, Error> {
    let (Some(request_id), Some(browser)) = (in_response_to, browser) else { return Ok(false) };
    let (browser_hash, connection, now) = (secret::hash(browser), case.connection.id, case.now);
    let scope = case.ctx.app.store().account(case.ctx.account().id);
    let taken = scope.write(move |tx| {
        let request_id = request_id.clone();
        Box::pin(async move { store::logouts::take(tx, &request_id, connection, &browser_hash, now).await })
    });
    Ok(taken.await?)
}
