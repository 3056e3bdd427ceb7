//! What a browser brings from the identity provider: unpacked, given to the connection that it is for.

use super::{Go, request, response};
use crate::context::VisitorCtx;
use crate::error::Error;
use crate::live::LiveConnection;
use crate::sign_in::{Record, in_use};
use jiff::Timestamp;
use std::sync::Arc;
use vestibule_model::code::Code;
use vestibule_model::connection::WeakAlgorithm;
use vestibule_model::response_log::{Compared, TrackingId};
use vestibule_model::trace::Step;
use vestibule_saml::Allowed;
use vestibule_saml::binding::Direction;
use vestibule_saml::logout::{Claimed, Expected, Message, Rejection};
use vestibule_saml::response::Check;

/// A message as the browser brought it.
#[derive(Debug, Clone, Copy)]
pub enum Arrived<'a> {
    /// In the address: the query as it came over the wire, because a signature covers its bytes.
    Query(&'a str),
    /// In a form.
    Form {
        /// The value of `SAMLRequest`.
        saml_request: Option<&'a str>,
        /// The value of `SAMLResponse`.
        saml_response: Option<&'a str>,
        /// The value of `RelayState`.
        relay_state: Option<&'a str>,
    },
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// The identity provider asked; its sessions have ended here, and this is the answer to it.
    Answer(Go),
    /// The identity provider asked, and takes no answer; its sessions have ended here.
    Ended,
    /// The identity provider answered a request of this browser, whose session had ended before.
    Back(Told),
    /// The identity provider answered, but no request of this browser: nothing was done.
    Nothing,
}

/// What the identity provider made of our request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The person is signed out there, and wherever else it signed the person in.
    Everywhere,
    /// The person is signed out there, and perhaps not everywhere else.
    Partly,
    /// The answer is not signed, so anybody could have written it.
    Unproven,
    /// The answer reports a failure, or cannot be believed; the response log has the reason.
    Failed(TrackingId),
}

/// Takes a message. `browser` is the binding secret of this browser: requests need none, since the identity provider's
/// page may come without any cookie.
///
/// # Errors
/// [`crate::Kind::Refused`] with the tracking ID when the message is not believed; nothing has ended then.
pub async fn receive(
    ctx: &VisitorCtx,
    arrived: Arrived<'_>,
    browser: Option<&str>,
) -> Result<Received, Error> {
    let unpacked = unpack(arrived);
    let issuer = || unpacked.as_ref().ok()?.claimed().issuer;
    let connection = in_use(ctx.live.connection_of(issuer))?;
    let now = ctx.app.now();
    let mut case = Case { ctx, record: Record::new(&ctx.app, &connection, now)?, connection, now };
    match unpacked {
        Err(rejection) => {
            case.record.logout_undecodable(&rejection);
            Err(case.refuse(&rejection).await)
        }
        Ok(message) if message.direction() == Direction::Request => request::answer(case, &message).await,
        Ok(message) => response::take(case, &message, browser).await,
    }
}

fn unpack(arrived: Arrived<'_>) -> Result<Message, Rejection> {
    let (saml_request, saml_response, relay_state) = match arrived {
        Arrived::Query(query) => return Message::from_query(query),
        Arrived::Form { saml_request, saml_response, relay_state } => {
            (saml_request, saml_response, relay_state.map(str::to_owned))
        }
    };
    match (saml_request, saml_response) {
        (Some(value), None) => Message::from_form(Direction::Request, value, relay_state),
        (None, Some(value)) => Message::from_form(Direction::Response, value, relay_state),
        _ => Err(Rejection::Binding(vestibule_saml::binding::Error::NotOneMessage)),
    }
}

/// A message that is being looked at.
pub(super) struct Case<'a> {
    pub(super) ctx: &'a VisitorCtx,
    pub(super) connection: Arc<LiveConnection>,
    pub(super) record: Record,
    pub(super) now: Timestamp,
}

impl Case<'_> {
    /// Verifies the message by what the connection expects, and notes what was seen.
    pub(super) fn verify<T>(
        &mut self,
        message: &Message,
        verify: fn(&Message, &Expected<'_>) -> vestibule_saml::logout::Verification<T>,
    ) -> (Result<T, Rejection>, Claimed) {
        let settings = &self.connection.settings;
        let urls = [format!("{}/saml/SingleLogout", self.ctx.url())];
        let verification = verify(
            message,
            &Expected {
                now: self.now,
                skew_seconds: settings.clock_skew_seconds,
                urls: &urls,
                issuer: &settings.identity_provider.issuer,
                certificates: &self.connection.certificates,
                allowed: Allowed {
                    sha1: settings.allow.contains(&WeakAlgorithm::Sha1),
                    cbc: settings.allow.contains(&WeakAlgorithm::Cbc),
                },
                decryption_keys: &self.connection.decryption,
            },
        );
        let claimed = verification.claimed;
        let trace = verification.trace.iter().map(step).collect();
        self.record.logout(message.xml(), trace, compare(&claimed, &self.connection, &urls), &claimed);
        (verification.outcome, claimed)
    }

    /// Writes the row of a message that is not believed.
    pub(super) async fn refuse(self, rejection: &Rejection) -> Error {
        let code = Code::from_number(rejection.code()).unwrap_or(Code::Unreadable);
        self.refuse_with(code, rejection.to_string()).await
    }

    pub(super) async fn refuse_with(self, code: Code, sentence: String) -> Error {
        let reason = format!("Single logout. {sentence}");
        let error = self.record.write_refusal(self.ctx, code, reason).await;
        error.tracking_id().map_or(error, Error::logout_refused)
    }
}

fn step(check: Check<'_>) -> Step {
    Step::new(check.check, check.ok, check.expected, check.found)
}

/// What was asserted beside what is configured.
fn compare(claimed: &Claimed, connection: &LiveConnection, urls: &[String]) -> Vec<Compared> {
    let issuer = vec![connection.settings.identity_provider.issuer.clone()];
    let certificates = connection.certificates.iter().map(|known| known.fingerprint_sha256()).collect();
    let certificate = claimed.certificate.as_ref().map(|certificate| certificate.fingerprint_sha256());
    vec![
        Compared::of("Issuer", claimed.issuer.clone(), issuer),
        Compared::of("Certificate (SHA-256)", certificate, certificates),
        Compared::of("Destination", claimed.destination.clone(), urls.to_vec()),
    ]
}
