//! What a connection asks of its identity provider, held against what a verified assertion says was done.
//!
//! A request may be changed on its way, and an identity provider may not heed it, so asking alone proves nothing. What
//! requests say is made in `start`.

use super::record::Decided;
use vestibule_model::code::Code;
use vestibule_model::connection::Settings;
use vestibule_model::trace::Step;
use vestibule_saml::response::VerifiedAssertion;

/// Holds the class of the authentication context to those that the connection asks for, if it asks for any
/// (SAML-Core 3.3.2.2.1: with `exact`, the statement must be one of the classes that were named).
pub(super) fn authn_context(
    settings: &Settings,
    assertion: &VerifiedAssertion,
    notes: &mut Decided,
) -> Result<(), Code> {
    let asked = &settings.asks.authn_contexts;
    if asked.is_empty() {
        return Ok(());
    }
    let expected = format!("one of {}", asked.join(", "));
    let found = assertion.authn_context();
    if found.is_some_and(|found| asked.iter().any(|asked| asked == found)) {
        notes.trace.push(Step::passed("authn_context", expected, found.unwrap_or_default()));
        return Ok(());
    }
    notes.trace.push(Step::failed("authn_context", expected, found.unwrap_or("none")));
    notes.reason = Some("The identity provider signed the person in another way than asked.".to_owned());
    Err(Code::Status)
}
