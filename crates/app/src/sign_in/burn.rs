//! Using up a verified response: the request that it answers, and its assertion, each once.

use super::finish::Retry;
use crate::secret;
use vestibule_model::code::Code;
use vestibule_model::mapping::{Asserted, Attribute};
use vestibule_model::trace::Step;
use vestibule_saml::response::VerifiedAssertion;
use vestibule_store::{self as store, Tx};

/// A verified response about to be used up, with the steps that tell of it.
pub(super) struct Burning<'a, 'tx> {
    pub(super) tx: &'a Tx<'tx>,
    pub(super) assertion: &'a VerifiedAssertion,
    pub(super) trace: &'a mut Vec<Step>,
}

impl Burning<'_, '_> {
    /// After the request was looked for: what was taken of it, or why nothing was. Then the assertion is used up too.
    pub(super) async fn answering<T>(
        self,
        request_id: &str,
        has_cookie: bool,
        taken: Option<T>,
    ) -> Result<Result<T, Code>, Retry> {
        let expected = "a request that this browser began, not yet answered";
        let Some(taken) = taken else {
            // A response that comes again finds its request used up: say what happened, not what follows from it.
            if store::replays::contains(self.tx, &replay_key(self.assertion)).await? {
                self.trace.push(Step::failed(
                    "replay",
                    "a response that was never used",
                    "it was used before",
                ));
                return Ok(Err(Code::Replay));
            }
            let found = if has_cookie { "no such request" } else { "no cookie of a sign-in in this browser" };
            self.trace.push(Step::failed("in_response_to", expected, format!("{request_id}: {found}")));
            return Ok(Err(Code::RequestUnknown));
        };
        self.trace.push(Step::passed("in_response_to", expected, request_id));
        Ok(self.first_use().await?.map(|()| taken))
    }

    /// Uses up the assertion.
    pub(super) async fn first_use(self) -> Result<Result<(), Code>, Retry> {
        let (key, until) = (replay_key(self.assertion), self.assertion.replay_until());
        let expected = "a response that was never used";
        if !store::replays::insert(self.tx, &key, until).await? {
            self.trace.push(Step::failed("replay", expected, "it was used before"));
            return Ok(Err(Code::Replay));
        }
        self.trace.push(Step::passed("replay", expected, "first use"));
        Ok(Ok(()))
    }
}

/// The assertion ID is unique for its issuer alone.
fn replay_key(assertion: &VerifiedAssertion) -> [u8; 32] {
    let named = format!("{}\0{}", assertion.issuer(), assertion.assertion_id());
    secret::ordered(assertion.replay_until(), named.as_bytes())
}

/// What the assertion says of the person.
pub(super) fn asserted(assertion: &VerifiedAssertion) -> Asserted {
    let attributes = assertion.attributes().map(|attribute| Attribute {
        name: attribute.name.to_owned(),
        friendly_name: attribute.friendly_name.map(str::to_owned),
        values: attribute.values().map(str::to_owned).collect(),
    });
    Asserted {
        name_id: assertion.name_id().map(|name_id| name_id.value.clone()),
        attributes: attributes.collect(),
    }
}
