//! What happens with a verified response, inside one transaction: burn it, decide, write.

use super::asked;
use super::burn::{Burning, asserted};
use super::finish::Retry;
use super::person::Person;
use super::record::{Decided, Record};
use crate::context::VisitorCtx;
use crate::directory;
use crate::links::{self, Fresh};
use crate::live::LiveConnection;
use crate::logout::KeptName;
use crate::pictures;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use vestibule_model::admission::{self, Decision, Outcome, Rules};
use vestibule_model::code::Code;
use vestibule_model::connection::Unsolicited;
use vestibule_model::email::Email;
use vestibule_model::expression::Context;
use vestibule_model::id::UserId;
use vestibule_model::license::Inventory;
use vestibule_model::mapping;
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::trace::Step;
use vestibule_model::user::Status;
use vestibule_saml::response::VerifiedAssertion;
use vestibule_store::sessions::Session;
use vestibule_store::{self as store, Tx};

/// Everything that was made before the transaction, so that it can be run again.
pub(super) struct Attempt {
    pub(super) ctx: VisitorCtx,
    pub(super) connection: Arc<LiveConnection>,
    pub(super) record: Record,
    pub(super) assertion: VerifiedAssertion,
    pub(super) browser_hash: Option<[u8; 32]>,
    pub(super) restarted_recently: bool,
    /// Where to go after a response that nobody asked for, if it is accepted.
    pub(super) wanted: String,
    pub(super) session: Session,
    pub(super) link: Fresh,
    pub(super) fresh_user: UserId,
    pub(super) now: Timestamp,
    /// What expressions of the mapping draw chance from.
    pub(super) seed: [u8; 32],
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Verdict {
    /// There is a session.
    SignedIn { return_to: String },
    /// The response is discarded, and a sign-in of our own begins.
    Restart,
    /// A verification mail went out.
    Pending { email: Email },
    /// Nobody was let in.
    Refused(Code),
}

impl Attempt {
    /// The whole story; whatever the verdict, the response log gets its row.
    pub(super) async fn run(&self, tx: &Tx<'_>) -> Result<Verdict, Retry> {
        let mut notes = Decided::default();
        let verdict = self.judge(tx, &mut notes).await?;
        let (outcome, code) = match &verdict {
            Verdict::SignedIn { .. } => (OutcomeWord::Accepted, None),
            Verdict::Restart => (OutcomeWord::Restarted, None),
            Verdict::Pending { .. } => (OutcomeWord::Refused, Some(Code::Unverified)),
            Verdict::Refused(code) => (OutcomeWord::Refused, Some(*code)),
        };
        let (entry, sealed) = self.record.close(&self.ctx, (outcome, code), notes).map_err(Retry::Failed)?;
        store::response_log::insert(tx, &entry, &sealed).await?;
        Ok(verdict)
    }

    async fn judge(&self, tx: &Tx<'_>, notes: &mut Decided) -> Result<Verdict, Retry> {
        let accepts_unsolicited = self.connection.settings.unsolicited == Unsolicited::Accept;
        let burned = match self.assertion.in_response_to() {
            Some(request_id) => self.burn(tx, request_id, notes).await?,
            None if accepts_unsolicited => self.burn_unsolicited(tx, notes).await?,
            None => return Ok(self.unsolicited(notes)),
        };
        let return_to = match burned {
            Ok(return_to) => return_to,
            Err(code) => return Ok(Verdict::Refused(code)),
        };
        if let Err(code) = asked::authn_context(&self.connection.settings, &self.assertion, notes) {
            return Ok(Verdict::Refused(code));
        }
        let asserted = asserted(&self.assertion);
        let rules = rules(&self.ctx, &self.connection);
        let (identity, trace) =
            mapping::identity(rules.mapping, &asserted, &Context::new(self.now, self.seed));
        notes.trace.extend(trace);
        notes.user.clone_from(&identity.email);
        let person = Person::find(tx, self.ctx.account().id, rules.mapping, &identity).await?;
        if let Err(code) = asked::addresses(&self.ctx.live, &self.connection, (&identity, &person), notes) {
            return Ok(Verdict::Refused(code));
        }
        let decide = |seats: &Inventory| {
            admission::decide(rules, &identity, person.facts(seats, (self.now, self.seed)), &asserted)
        };
        // Where no rule is about seats they are not even read, unless what the person has does not go together any more.
        let likely = person.may_take_a_seat(rules.mapping);
        let unseen = (!likely).then(|| decide(&Inventory::default()));
        let decision = match unseen.filter(|decision| !directory::moves_seats(decision)) {
            Some(decision) => decision,
            None => directory::take_seats(tx, decide).await?,
        };
        self.carry_out(tx, person, decision, return_to, notes).await
    }

    fn unsolicited(&self, notes: &mut Decided) -> Verdict {
        let expected = "the ID of a request that this browser began";
        let policy = self.connection.settings.unsolicited;
        let restart = policy == Unsolicited::Restart && !self.restarted_recently;
        let found = match (policy, restart) {
            (_, true) => "none: the response is discarded, and a sign-in begins here",
            (Unsolicited::Restart, false) => "none, although a sign-in had just begun here for that reason",
            (Unsolicited::Refuse | Unsolicited::Accept, false) => {
                "none, and unsolicited responses are refused"
            }
        };
        let step = if restart { Step::passed } else { Step::failed };
        notes.trace.push(step("in_response_to", expected, found));
        if restart { Verdict::Restart } else { Verdict::Refused(Code::Unsolicited) }
    }

    /// Uses up the request and the assertion; the answer is where the person wanted to go.
    async fn burn(
        &self,
        tx: &Tx<'_>,
        request_id: &str,
        notes: &mut Decided,
    ) -> Result<Result<String, Code>, Retry> {
        let taken = match &self.browser_hash {
            Some(browser) => {
                store::sign_ins::take(tx, request_id, self.connection.id, browser, self.now).await?
            }
            None => None,
        };
        let burning = Burning { tx, assertion: &self.assertion, trace: &mut notes.trace };
        let taken = burning.answering(request_id, self.browser_hash.is_some(), taken).await?;
        Ok(taken.map(|sign_in| sign_in.return_to))
    }

    /// Uses up an assertion that nobody asked for, where the account accepts such; the answer is where to go.
    async fn burn_unsolicited(
        &self,
        tx: &Tx<'_>,
        notes: &mut Decided,
    ) -> Result<Result<String, Code>, Retry> {
        let expected = "a request of this browser, or none: unsolicited responses are accepted";
        notes.trace.push(Step::passed("in_response_to", expected, "none"));
        let burning = Burning { tx, assertion: &self.assertion, trace: &mut notes.trace };
        Ok(burning.first_use().await?.map(|()| self.wanted.clone()))
    }

    /// Writes what was decided.
    async fn carry_out(
        &self,
        tx: &Tx<'_>,
        person: Person,
        decision: Decision,
        return_to: String,
        notes: &mut Decided,
    ) -> Result<Verdict, Retry> {
        notes.trace.extend(decision.trace);
        let before = person.user();
        let after = match decision.outcome {
            Outcome::Admit(after) => after,
            Outcome::Refuse(Code::Unverified) => {
                let Some(user) = before else { return Ok(Verdict::Refused(Code::Unverified)) };
                let link = Fresh { row: self.link.row.clone(), secret: self.link.secret.clone() };
                links::send_verification(tx, &self.ctx, user, &link).await?;
                return Ok(Verdict::Pending { email: user.email.clone() });
            }
            Outcome::Refuse(code) => return Ok(Verdict::Refused(code)),
        };
        let changed = !decision.changes.is_empty();
        notes.changes = decision.changes;
        let user = after.record(before, self.fresh_user, self.now);
        notes.user = Some(user.email.clone());
        match before {
            None => store::users::insert(tx, &user).await?,
            Some(_) if changed => store::users::update(tx, &user).await.map(drop)?,
            Some(_) => {}
        }
        let app = &self.ctx.app;
        directory::place(tx, app, (user.id, person.memberships()), &after.groups, self.now).await?;
        if user.status == Status::Pending {
            links::send_verification(tx, &self.ctx, &user, &self.link).await?;
            return Ok(Verdict::Pending { email: user.email });
        }
        if let Some(picture) = after.picture {
            pictures::wanted(tx, user.id, &picture.into(), self.now).await?;
        }
        self.begin_session(tx, user.id).await?;
        Ok(Verdict::SignedIn { return_to })
    }

    async fn begin_session(&self, tx: &Tx<'_>, user: UserId) -> Result<(), Retry> {
        let name = self.assertion.name_id().map(KeptName::of).unwrap_or_default();
        let session = Session {
            user,
            connection: Some(self.connection.id),
            name_id: name.name_id,
            name_qualifiers: name.qualifiers,
            session_index: self.assertion.session_index().map(str::to_owned),
            expires_at: self.end(),
            ..self.session.clone()
        };
        Ok(store::sessions::insert(tx, &session).await?)
    }

    /// When the session ends at the latest: as the identity provider says, or by automatic logout, whichever is first.
    fn end(&self) -> Option<Timestamp> {
        let automatic = self.connection.settings.automatic_logout_seconds;
        let automatic = automatic.map(|seconds| self.now + SignedDuration::from_secs(i64::from(seconds)));
        self.assertion.session_not_on_or_after().into_iter().chain(automatic).min()
    }
}

/// The rules of the account, with those of the connection.
pub(super) fn rules<'a>(ctx: &'a VisitorCtx, connection: &LiveConnection) -> Rules<'a> {
    let configuration = &ctx.live.configuration;
    Rules {
        provision: connection.settings.provision,
        mapping: &configuration.mapping,
        fallback_license: configuration.fallback_license,
    }
}
