//! The answer to a test sign-in: judged like any other, by the version that is tested, and without any effect on people.
//!
//! Which version judges is looked up by the request that the message names, before anything of it is verified. That
//! only chooses: the transaction takes the very request that the signed message answers, and takes it as a test of this
//! version. So a test never becomes a session, and nothing but a test is ever judged by a draft.

use super::admit::rules;
use super::burn::{Burning, asserted};
use super::finish::{self, Finished, Retry};
use super::person::Person;
use super::record::{Decided, Record};
use super::start::TEST_MARK;
use super::{asked, below};
use crate::context::VisitorCtx;
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::live::LiveConnection;
use crate::secret;
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
use vestibule_model::admission::{self, Arrival, Outcome};
use vestibule_model::code::Code;
use vestibule_model::connection::{Connection, Version};
use vestibule_model::id::ConnectionId;
use vestibule_model::mapping;
use vestibule_model::publication::Tested;
use vestibule_model::response_log::{How, OutcomeWord, Would};
use vestibule_model::user::Status;
use vestibule_saml::response::{Verification, VerifiedAssertion, observe};
use vestibule_store::{self as store, Tx};

/// A test that a message says it answers.
pub(super) struct Trial {
    connection: LiveConnection,
    version: i64,
    browser_hash: [u8; 32],
    now: Timestamp,
}

impl Trial {
    /// The test of this browser that the message says it answers; `None` when it answers none.
    pub(super) async fn answered(
        ctx: &VisitorCtx,
        xml: Option<&[u8]>,
        browser: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let (Some(xml), Some(browser)) = (xml, browser) else { return Ok(None) };
        let Some(request_id) = named(xml) else { return Ok(None) };
        let browser_hash = secret::hash(browser);
        let scope = ctx.app.store().account(ctx.account().id);
        let found = scope.read(move |tx| {
            let request_id = request_id.clone();
            Box::pin(async move { find(tx, &request_id, &browser_hash, now).await })
        });
        let Some((id, version)) = found.await? else { return Ok(None) };
        let number = version.number;
        let connection = ctx.app.prepare(ctx.account(), id, version.settings).await?;
        Ok(Some(Self { connection, version: number, browser_hash, now }))
    }

    /// Judges the answer, and writes its row.
    pub(super) async fn finish(self, ctx: &VisitorCtx, xml: Vec<u8>) -> Result<Finished, Error> {
        let mut record = Record::new(&ctx.app, &self.connection, self.now)?;
        record.tests(self.version);
        let tracking_id = record.tracking_id();
        let Verification { outcome, trace, observed } = finish::verify(&xml, &self.connection, self.now);
        record.verified(trace, &observed, &self.connection);
        drop(observed);
        record.received(xml);
        match outcome {
            Err(rejection) => {
                let (code, reason) = (finish::code(rejection.code()), rejection.to_string());
                let written = record.write_refusal(ctx, code, reason).await;
                if written.kind() != Kind::Refused {
                    return Err(written);
                }
            }
            Ok(assertion) => {
                let rehearsal = Arc::new(Rehearsal {
                    trial: self,
                    ctx: ctx.clone(),
                    record,
                    assertion,
                    seed: ctx.app.fresh_seed(),
                });
                let scope = ctx.app.store().account(ctx.account().id);
                let written = scope.write(move |tx| {
                    let rehearsal = Arc::clone(&rehearsal);
                    Box::pin(async move { rehearsal.run(tx).await })
                });
                match written.await {
                    Ok(()) => {}
                    Err(Retry::Again) => return Err(store::Error::Busy.into()),
                    Err(Retry::Failed(error)) => return Err(error),
                }
            }
        }
        Ok(Finished::Tested { tracking_id })
    }
}

/// The request of a test that a message names. The mark is looked for in the text first, which costs next to nothing.
fn named(xml: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(xml).ok()?;
    if !text.contains(TEST_MARK) {
        return None;
    }
    let is_test = |id: &Cow<'_, str>| id.strip_prefix('_').is_some_and(|id| id.starts_with(TEST_MARK));
    observe(xml).in_response_to.filter(is_test).map(Cow::into_owned)
}

async fn find(
    tx: &Tx<'_>,
    request_id: &str,
    browser_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(ConnectionId, Version)>, store::Error> {
    let Some((id, number)) = store::sign_ins::find_test(tx, request_id, browser_hash, now).await? else {
        return Ok(None);
    };
    // The versions of a connection that was taken out of use are kept, and serve nobody.
    let connections = store::connections::list(tx).await?;
    let in_use = |known: &Connection| known.id == id && (known.published.is_some() || known.draft.is_some());
    if !connections.iter().any(in_use) {
        return Ok(None);
    }
    Ok(store::connections::version(tx, id, number).await?.map(|version| (id, version)))
}

/// A sign-in that is only rehearsed: everything that its transaction reads, and nothing that it would write about people.
struct Rehearsal {
    trial: Trial,
    ctx: VisitorCtx,
    record: Record,
    assertion: VerifiedAssertion,
    /// What expressions of the mapping draw chance from.
    seed: [u8; 32],
}

impl Rehearsal {
    async fn run(&self, tx: &Tx<'_>) -> Result<(), Retry> {
        let mut notes = Decided::default();
        let refused = self.judge(tx, &mut notes).await?.err();
        let (entry, sealed) =
            self.record.close(&self.ctx, (OutcomeWord::Tested, refused), notes).map_err(Retry::Failed)?;
        Ok(store::response_log::insert(tx, &entry, &sealed).await?)
    }

    async fn judge(&self, tx: &Tx<'_>, notes: &mut Decided) -> Result<Result<(), Code>, Retry> {
        let Trial { connection, version, browser_hash, now } = &self.trial;
        let request_id = self.assertion.in_response_to().unwrap_or_default();
        let of = (connection.id, *version);
        let taken = store::sign_ins::take_test(tx, request_id, of, browser_hash, *now).await?;
        let burning = Burning { tx, assertion: &self.assertion, trace: &mut notes.trace };
        let tester = match burning.answering(request_id, true, taken).await? {
            Ok(tester) => tester,
            Err(code) => return Ok(Err(code)),
        };
        if let Err(code) = self.rehearse(tx, notes).await? {
            return Ok(Err(code));
        }
        let tested = Tested { at: *now, by: tester, tracking_id: self.record.tracking_id() };
        store::connections::mark_tested(tx, connection.id, *version, &tested).await?;
        Ok(Ok(()))
    }

    /// What a sign-in would come to, by the same rules on the same data.
    async fn rehearse(&self, tx: &Tx<'_>, notes: &mut Decided) -> Result<Result<(), Code>, Retry> {
        if let Err(code) = asked::authn_context(&self.trial.connection.settings, &self.assertion, notes) {
            return Ok(Err(code));
        }
        let asserted = asserted(&self.assertion);
        let rules = rules(&self.ctx, &self.trial.connection);
        let (identity, trace) =
            mapping::identity(rules.mapping, &asserted, &rules.context(self.trial.now, self.seed));
        notes.trace.extend(trace);
        notes.user.clone_from(&identity.email);
        let mut person = Person::find(tx, self.ctx.account().id, rules.mapping, &identity).await?;
        let connection = &self.trial.connection;
        if let Err(code) = asked::addresses(&self.ctx.live, connection, (&identity, &person), notes) {
            return Ok(Err(code));
        }
        if let Err(code) = asked::domains(tx, (&identity, &person), notes).await? {
            return Ok(Err(code));
        }
        let chance = (self.trial.now, self.seed);
        let of = (&identity, &person, &asserted);
        let routed = match below::route(tx, rules.mapping, of, chance, notes).await? {
            Err(code) => return Ok(Err(code)),
            Ok(routed) => routed,
        };
        let decision = match &routed {
            Some((routed, inside)) => {
                let seats = store::licenses::inventory(&inside.tx).await?;
                let rules = routed.rules(rules);
                admission::decide(rules, &identity, routed.facts(&seats, chance), &asserted)
            }
            None => {
                if let Some(user) = person.demoted(rules.mapping, &asserted) {
                    let is_last = enforce::would_be_last_way_in(tx, user).await?;
                    person.stays(is_last);
                }
                let seats = store::licenses::inventory(tx).await?;
                admission::decide(rules, &identity, person.facts(&seats, chance), &asserted)
            }
        };
        notes.trace.extend(decision.trace);
        let after = match decision.outcome {
            Outcome::Refuse(code) => return Ok(Err(code)),
            Outcome::Admit(after) if after.status == Status::Pending => return Ok(Err(Code::Unverified)),
            Outcome::Admit(after) => after,
        };
        let how = match after.arrival {
            Arrival::Created => How::Created,
            Arrival::Approved => How::Approved,
            Arrival::Known => How::Known,
        };
        notes.changes = decision.changes;
        let sub_account = after.sub_account.map(|label| label.to_string());
        notes.would =
            Some(Would { email: after.email.to_string(), how, license: after.license, sub_account });
        Ok(Ok(()))
    }
}
