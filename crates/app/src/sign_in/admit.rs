//! What happens with a verified response, inside one transaction: burn it, decide, write.

use super::asked;
use super::burn::{Burning, asserted};
use super::finish::Retry;
use super::person::Person;
use super::record::{Decided, Record};
use crate::context::VisitorCtx;
use crate::links::{self, Fresh};
use crate::live::LiveConnection;
use crate::logout::KeptName;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use vestibule_model::admission::{self, Decision, Outcome, Rules};
use vestibule_model::code::Code;
use vestibule_model::connection::Unsolicited;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::{Inventory, License};
use vestibule_model::mapping;
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::trace::Step;
use vestibule_model::user::{Logins, Profile, Role, Status, User};
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
        let (email, step) = mapping::email(&self.ctx.live.configuration.mapping, &asserted);
        notes.trace.push(step);
        let Some(email) = email else { return Ok(Verdict::Refused(Code::NoEmail)) };
        notes.user = Some(email.clone());
        if let Err(code) = asked::address(&self.ctx.live, &self.connection, &email, notes) {
            return Ok(Verdict::Refused(code));
        }
        let person = Person::find(tx, self.ctx.account().id, &email).await?;
        let rules = rules(&self.ctx, &self.connection);
        let decide = |seats: &Inventory| admission::decide(rules, person.known(seats), &asserted);
        let decision = if person.may_take_a_seat() {
            take_seat(tx, decide).await?
        } else {
            decide(&Inventory::default())
        };
        self.carry_out(tx, (email, person), decision, return_to, notes).await
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
        (email, person): (Email, Person),
        decision: Decision,
        return_to: String,
        notes: &mut Decided,
    ) -> Result<Verdict, Retry> {
        notes.trace.extend(decision.trace);
        let updated = match (decision.outcome, person.user()) {
            (Outcome::Admit { logins, profile }, Some(user)) => {
                User { logins, profile, updated_at: self.now, ..user.clone() }
            }
            (Outcome::Approve { license, logins, profile }, Some(user)) => User {
                status: Status::Active,
                license: Some(license),
                logins,
                profile,
                updated_at: self.now,
                ..user.clone()
            },
            (Outcome::Create { status, license, profile }, None) => {
                notes.changes = decision.changes;
                let user = self.new_user(email, status, license, profile);
                return self.create(tx, user, return_to).await;
            }
            (Outcome::Refuse(Code::Unverified), Some(user)) => {
                let link = Fresh { row: self.link.row.clone(), secret: self.link.secret.clone() };
                links::send_verification(tx, &self.ctx, user, &link).await?;
                return Ok(Verdict::Pending { email: user.email.clone() });
            }
            (Outcome::Refuse(code), _) => return Ok(Verdict::Refused(code)),
            // Only somebody unknown is created, and only somebody known is let in as they are.
            (Outcome::Create { .. }, Some(_)) | (Outcome::Admit { .. } | Outcome::Approve { .. }, None) => {
                return Err(store::Error::Stale.into());
            }
        };
        if !decision.changes.is_empty() {
            store::users::update(tx, &updated).await?;
        }
        notes.changes = decision.changes;
        self.begin_session(tx, updated.id).await?;
        Ok(Verdict::SignedIn { return_to })
    }

    async fn create(&self, tx: &Tx<'_>, user: User, return_to: String) -> Result<Verdict, Retry> {
        store::users::insert(tx, &user).await?;
        if user.status == Status::Pending {
            links::send_verification(tx, &self.ctx, &user, &self.link).await?;
            return Ok(Verdict::Pending { email: user.email });
        }
        self.begin_session(tx, user.id).await?;
        Ok(Verdict::SignedIn { return_to })
    }

    fn new_user(&self, email: Email, status: Status, license: Option<License>, profile: Profile) -> User {
        User {
            id: self.fresh_user,
            email,
            status,
            role: Role::Member,
            logins: Logins::SSO,
            license,
            profile,
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        }
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

/// Decides, and takes the seat that was decided on; if somebody else took the last one meanwhile, decides again without
/// it.
async fn take_seat(tx: &Tx<'_>, decide: impl Fn(&Inventory) -> Decision) -> Result<Decision, Retry> {
    let mut seats = store::licenses::inventory(tx).await?;
    loop {
        let decision = decide(&seats);
        let (Outcome::Create { license: Some(license), .. } | Outcome::Approve { license, .. }) =
            &decision.outcome
        else {
            return Ok(decision);
        };
        if store::licenses::take(tx, *license).await? {
            return Ok(decision);
        }
        seats.0.remove(license);
    }
}
