//! What happens with a verified response, inside one transaction: burn it, decide, write.

use super::finish::Retry;
use super::record::Record;
use crate::context::VisitorCtx;
use crate::links::{self, Fresh};
use crate::live::LiveConnection;
use crate::logout::KeptName;
use crate::secret;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use vestibule_model::admission::{self, Decision, Known, Outcome, Rules};
use vestibule_model::code::Code;
use vestibule_model::connection::Unsolicited;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::{Inventory, License};
use vestibule_model::mapping::{self, Asserted, Attribute};
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::trace::{Change, Step};
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

/// What is noted on the way.
#[derive(Default)]
struct Notes {
    trace: Vec<Step>,
    changes: Vec<Change>,
    user: Option<Email>,
}

impl Attempt {
    /// The whole story; whatever the verdict, the response log gets its row.
    pub(super) async fn run(&self, tx: &Tx<'_>) -> Result<Verdict, Retry> {
        let mut notes = Notes::default();
        let verdict = self.judge(tx, &mut notes).await?;
        let (outcome, code) = match &verdict {
            Verdict::SignedIn { .. } => (OutcomeWord::Accepted, None),
            Verdict::Restart => (OutcomeWord::Restarted, None),
            Verdict::Pending { .. } => (OutcomeWord::Refused, Some(Code::Unverified)),
            Verdict::Refused(code) => (OutcomeWord::Refused, Some(*code)),
        };
        let user = notes.user.map(|email| email.to_string());
        let (entry, sealed) = self
            .record
            .close(&self.ctx, (outcome, code), user, notes.trace, notes.changes)
            .map_err(Retry::Failed)?;
        store::response_log::insert(tx, &entry, &sealed).await?;
        Ok(verdict)
    }

    async fn judge(&self, tx: &Tx<'_>, notes: &mut Notes) -> Result<Verdict, Retry> {
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
        let asserted = asserted(&self.assertion);
        let (email, step) = mapping::email(&self.ctx.live.configuration.mapping, &asserted);
        notes.trace.push(step);
        let Some(email) = email else { return Ok(Verdict::Refused(Code::NoEmail)) };
        notes.user = Some(email.clone());
        match store::users::owner_of(tx, email.folded()).await? {
            Some((account, id)) if account == self.ctx.account().id => {
                self.known(tx, id, &asserted, return_to, notes).await
            }
            Some(_) => Ok(self.elsewhere(&asserted, notes)),
            None => self.unknown(tx, email, &asserted, return_to, notes).await,
        }
    }

    fn unsolicited(&self, notes: &mut Notes) -> Verdict {
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
        notes: &mut Notes,
    ) -> Result<Result<String, Code>, Retry> {
        let expected = "a request that this browser began, not yet answered";
        let taken = match &self.browser_hash {
            Some(browser) => {
                store::sign_ins::take(tx, request_id, self.connection.id, browser, self.now).await?
            }
            None => None,
        };
        let Some(sign_in) = taken else {
            // A response that comes again finds its request used up: say what happened, not what follows from it.
            if store::replays::contains(tx, &self.replay_key()).await? {
                notes.trace.push(Step::failed(
                    "replay",
                    "a response that was never used",
                    "it was used before",
                ));
                return Ok(Err(Code::Replay));
            }
            let found = if self.browser_hash.is_some() {
                "no such request"
            } else {
                "no cookie of a sign-in in this browser"
            };
            notes.trace.push(Step::failed("in_response_to", expected, format!("{request_id}: {found}")));
            return Ok(Err(Code::RequestUnknown));
        };
        notes.trace.push(Step::passed("in_response_to", expected, request_id));
        let first = self.first_use(tx, notes).await?;
        Ok(first.map(|()| sign_in.return_to))
    }

    /// Uses up an assertion that nobody asked for, where the account accepts such; the answer is where to go.
    async fn burn_unsolicited(&self, tx: &Tx<'_>, notes: &mut Notes) -> Result<Result<String, Code>, Retry> {
        let expected = "a request of this browser, or none: unsolicited responses are accepted";
        notes.trace.push(Step::passed("in_response_to", expected, "none"));
        let first = self.first_use(tx, notes).await?;
        Ok(first.map(|()| self.wanted.clone()))
    }

    async fn first_use(&self, tx: &Tx<'_>, notes: &mut Notes) -> Result<Result<(), Code>, Retry> {
        let (key, until) = (self.replay_key(), self.assertion.replay_until());
        let expected = "a response that was never used";
        if !store::replays::insert(tx, &key, until).await? {
            notes.trace.push(Step::failed("replay", expected, "it was used before"));
            return Ok(Err(Code::Replay));
        }
        notes.trace.push(Step::passed("replay", expected, "first use"));
        Ok(Ok(()))
    }

    /// The assertion ID is unique for its issuer alone.
    fn replay_key(&self) -> [u8; 32] {
        secret::sha256(format!("{}\0{}", self.assertion.issuer(), self.assertion.assertion_id()).as_bytes())
    }

    fn elsewhere(&self, asserted: &Asserted, notes: &mut Notes) -> Verdict {
        let decision = admission::decide(self.rules(), Known::Elsewhere, asserted);
        notes.trace.extend(decision.trace);
        Verdict::Refused(Code::NotHere)
    }

    async fn known(
        &self,
        tx: &Tx<'_>,
        id: UserId,
        asserted: &Asserted,
        return_to: String,
        notes: &mut Notes,
    ) -> Result<Verdict, Retry> {
        let user = store::users::by_id(tx, id).await?.ok_or(store::Error::Stale)?;
        let decision = self.decide_known(tx, &user, asserted).await?;
        notes.trace.extend(decision.trace);
        let updated = match decision.outcome {
            Outcome::Admit { logins, profile } => User { logins, profile, updated_at: self.now, ..user },
            Outcome::Approve { license, logins, profile } => User {
                status: Status::Active,
                license: Some(license),
                logins,
                profile,
                updated_at: self.now,
                ..user
            },
            Outcome::Refuse(Code::Unverified) => {
                let link = Fresh { row: self.link.row.clone(), secret: self.link.secret.clone() };
                links::send_verification(tx, &self.ctx, &user, &link).await?;
                return Ok(Verdict::Pending { email: user.email });
            }
            Outcome::Refuse(code) => return Ok(Verdict::Refused(code)),
            // Only somebody unknown is created.
            Outcome::Create { .. } => return Err(store::Error::Stale.into()),
        };
        if !decision.changes.is_empty() {
            store::users::update(tx, &updated).await?;
        }
        notes.changes = decision.changes;
        self.begin_session(tx, id).await?;
        Ok(Verdict::SignedIn { return_to })
    }

    /// Decides about a user of this account. Only for a pending one it matters what the domain is by now.
    async fn decide_known(&self, tx: &Tx<'_>, user: &User, asserted: &Asserted) -> Result<Decision, Retry> {
        if user.status != Status::Pending {
            return Ok(admission::decide(self.rules(), Known::Here(user), asserted));
        }
        let domain_associated = store::domains::is_associated(tx, user.email.domain()).await?;
        let rules = self.rules();
        let decide = |seats: &Inventory| {
            admission::decide(rules, Known::Pending { user, domain_associated, seats }, asserted)
        };
        take_seat(tx, decide).await
    }

    async fn unknown(
        &self,
        tx: &Tx<'_>,
        email: Email,
        asserted: &Asserted,
        return_to: String,
        notes: &mut Notes,
    ) -> Result<Verdict, Retry> {
        let domain_associated = store::domains::is_associated(tx, email.domain()).await?;
        let rules = self.rules();
        let decide = |seats: &Inventory| {
            admission::decide(rules, Known::Nobody { domain_associated, seats }, asserted)
        };
        let decision = take_seat(tx, decide).await?;
        notes.trace.extend(decision.trace);
        match decision.outcome {
            Outcome::Create { status, license, profile } => {
                notes.changes = decision.changes;
                let user = self.new_user(email, status, license, profile);
                store::users::insert(tx, &user).await?;
                if status == Status::Pending {
                    links::send_verification(tx, &self.ctx, &user, &self.link).await?;
                    return Ok(Verdict::Pending { email: user.email });
                }
                self.begin_session(tx, user.id).await?;
                Ok(Verdict::SignedIn { return_to })
            }
            Outcome::Refuse(code) => Ok(Verdict::Refused(code)),
            // Nobody unknown is admitted as they are.
            Outcome::Admit { .. } | Outcome::Approve { .. } => Err(store::Error::Stale.into()),
        }
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

    fn rules(&self) -> Rules<'_> {
        let configuration = &self.ctx.live.configuration;
        Rules {
            provision: self.connection.settings.provision,
            mapping: &configuration.mapping,
            fallback_license: configuration.fallback_license,
        }
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

fn asserted(assertion: &VerifiedAssertion) -> Asserted {
    let attributes = assertion.attributes().iter().map(|attribute| Attribute {
        name: attribute.name.clone(),
        friendly_name: attribute.friendly_name.clone(),
        values: attribute.values.clone(),
    });
    Asserted {
        name_id: assertion.name_id().map(|name_id| name_id.value.clone()),
        attributes: attributes.collect(),
    }
}
