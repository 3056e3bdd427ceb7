//! What happens with a verified response, inside one transaction: burn it, decide, write.

use super::asked;
use super::below;
use super::burn::{Burning, asserted};
use super::finish::Retry;
use super::hand_over;
use super::person::Person;
use super::record::{Decided, Record};
use crate::context::VisitorCtx;
use crate::directory;
use crate::domains::enforce;
use crate::error::Error;
use crate::links::{self, Fresh};
use crate::live::LiveConnection;
use crate::logout::KeptName;
use crate::{consolidation, groups, pictures, secret, sessions};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::account::Account;
use vestibule_model::admission::{self, Decision, Outcome, Rules};
use vestibule_model::code::Code;
use vestibule_model::connection::Unsolicited;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::Inventory;
use vestibule_model::mapping::{self, Mapping, Picture};
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::trace::Step;
use vestibule_model::user::{Status, User};
use vestibule_saml::response::VerifiedAssertion;
use vestibule_store::hand_overs::HandOver;
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
    /// There where somebody may be sent to a sub-account.
    pub(super) hand_over: Option<hand_over::Fresh>,
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
    /// There will be a session in this sub-account.
    HandedOver { sub_account: Account },
    /// The response is discarded, and a sign-in of our own begins.
    Restart,
    /// A verification mail went out.
    Pending { email: Email },
    /// Nobody was let in.
    Refused(Code),
    /// Nobody was let in: the person is a user of another account, and may move to this one.
    Elsewhere,
}

impl Attempt {
    /// The whole story; whatever the verdict, the response log gets its row.
    pub(super) async fn run(&self, tx: &Tx<'_>) -> Result<Verdict, Retry> {
        let mut notes = Decided::default();
        let mut verdict = self.judge(tx, &mut notes).await?;
        if matches!(verdict, Verdict::Refused(Code::NotHere))
            && let Some(email) = &notes.user
            && consolidation::is_offered(tx, email).await?
        {
            verdict = Verdict::Elsewhere;
        }
        let (outcome, code) = match &verdict {
            Verdict::SignedIn { .. } | Verdict::HandedOver { .. } => (OutcomeWord::Accepted, None),
            Verdict::Restart => (OutcomeWord::Restarted, None),
            Verdict::Pending { .. } => (OutcomeWord::Refused, Some(Code::Unverified)),
            Verdict::Refused(code) => (OutcomeWord::Refused, Some(*code)),
            Verdict::Elsewhere => (OutcomeWord::Refused, Some(Code::NotHere)),
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
            mapping::identity(rules.mapping, &asserted, &rules.context(self.now, self.seed));
        notes.trace.extend(trace);
        notes.user.clone_from(&identity.email);
        let mut person = Person::find(tx, self.ctx.account().id, rules.mapping, &identity).await?;
        if let Err(code) = asked::addresses(&self.ctx.live, &self.connection, (&identity, &person), notes) {
            return Ok(Verdict::Refused(code));
        }
        let own = match asked::domains(tx, (&identity, &person), notes).await? {
            Ok(own) => own,
            Err(code) => return Ok(Verdict::Refused(code)),
        };
        let chance = (self.now, self.seed);
        let of = (&identity, &person, &asserted);
        match below::route(tx, rules.mapping, of, chance, notes).await? {
            Err(code) => Ok(Verdict::Refused(code)),
            Ok(None) => {
                if let Some(user) = person.demoted(rules.mapping, &asserted) {
                    let is_last = enforce::is_last_way_in(tx, user).await?;
                    person.stays(is_last);
                }
                let here = Here { tx, account: self.ctx.account(), person: &person, above: None, own: &own };
                let decide = |seats: &Inventory| {
                    admission::decide(rules, &identity, person.facts(seats, chance), &asserted)
                };
                let decision = decided(&here, rules.mapping, decide).await?;
                self.carry_out(here, decision, return_to, notes).await
            }
            Ok(Some((routed, inside))) => {
                let (account, rules) = (&inside.account, routed.rules(rules));
                let here =
                    Here { tx: &inside.tx, account, person: &routed.person, above: Some(tx), own: &own };
                let decide = |seats: &Inventory| {
                    admission::decide(rules, &identity, routed.facts(seats, chance), &asserted)
                };
                let decision = decided(&here, rules.mapping, decide).await?;
                self.carry_out(here, decision, return_to, notes).await
            }
        }
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
        here: Here<'_, '_>,
        decision: Decision,
        return_to: String,
        notes: &mut Decided,
    ) -> Result<Verdict, Retry> {
        let Here { tx, account, person, above, own } = here;
        notes.trace.extend(decision.trace);
        let (app, before) = (&self.ctx.app, person.user());
        let after = match decision.outcome {
            Outcome::Admit(after) => after,
            Outcome::Refuse(Code::Unverified) => {
                let Some(user) = before else { return Ok(Verdict::Refused(Code::Unverified)) };
                links::send_verification(tx, (app, account), user, &self.link_for(&here)).await?;
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
        directory::place(tx, app, (user.id, person.memberships()), &after.groups, self.now).await?;
        if user.status == Status::Pending {
            links::send_verification(tx, (app, account), &user, &self.link_for(&here)).await?;
            return Ok(Verdict::Pending { email: user.email });
        }
        if let Some(picture) = after.picture {
            self.note_picture(&here, user.id, picture, notes).await?;
        }
        match above {
            None => {
                self.begin_session(tx, &user, own).await?;
                Ok(Verdict::SignedIn { return_to })
            }
            Some(above) => {
                self.hand_over(above, account, user.id).await?;
                Ok(Verdict::HandedOver { sub_account: account.clone() })
            }
        }
    }

    /// The link that confirms a mailbox. It brings the license type that was decided on when the person was made; in a
    /// sub-account, that of the mapping that the person came by.
    fn link_for(&self, here: &Here<'_, '_>) -> Fresh {
        let mut row = self.link.row.clone();
        let usual = here.above.and(self.ctx.live.configuration.mapping.default_license);
        row.license = here.person.promised().or(usual);
        Fresh { row, secret: self.link.secret.clone() }
    }

    /// Leaves the ticket with which the browser goes to the sub-account.
    async fn hand_over(&self, above: &Tx<'_>, to: &Account, user: UserId) -> Result<(), Retry> {
        let missing = || Retry::Failed(Error::internal("a sign-in was handed over without a ticket"));
        let fresh = self.hand_over.as_ref().ok_or_else(missing)?;
        let name = self.assertion.name_id().map(KeptName::of).unwrap_or_default();
        let on_its_way = HandOver {
            token_hash: secret::hash(&fresh.secret),
            browser_hash: secret::hash(&fresh.browser),
            sub_account: to.id,
            user,
            connection: self.connection.id,
            name_id: name.name_id,
            name_qualifiers: name.qualifiers,
            session_index: self.assertion.session_index().map(str::to_owned),
            session_ends_at: self.end(),
            expires_at: hand_over::over_at(self.now),
        };
        Ok(store::hand_overs::insert(above, &on_its_way).await?)
    }

    /// Notes the picture, unless a setting of the person keeps the mapping from it.
    async fn note_picture(
        &self,
        here: &Here<'_, '_>,
        user: UserId,
        picture: Picture,
        notes: &mut Decided,
    ) -> Result<(), Retry> {
        let tx = here.tx;
        // A sub-account has settings of its own.
        let policy = match here.above {
            None => self.ctx.live.policy.clone(),
            Some(_) => groups::policy(tx).await.map_err(Retry::Failed)?,
        };
        let memberships = sessions::memberships(tx, &policy, user).await?;
        match policy.without_picture(&memberships) {
            None => pictures::wanted(tx, user, &picture.into(), self.now).await?,
            Some(held) => {
                let found = format!("left out: {} is off, {}", held.setting.title(), held.reason());
                notes.trace.push(Step::warning("mapping.picture", "a picture that may be mapped", found));
            }
        }
        Ok(())
    }

    async fn begin_session(&self, tx: &Tx<'_>, user: &User, own: &BTreeSet<Domain>) -> Result<(), Retry> {
        let name = self.assertion.name_id().map(KeptName::of).unwrap_or_default();
        let session = Session {
            user: user.id,
            connection: Some(self.connection.id),
            name_id: name.name_id,
            name_qualifiers: name.qualifiers,
            session_index: self.assertion.session_index().map(str::to_owned),
            expires_at: self.end(),
            ..self.session.clone()
        };
        // Nobody else has a domain that is the account's own, so nobody is asked for.
        if own.contains(user.email.domain()) {
            return Ok(store::sessions::insert(tx, &session).await?);
        }
        Ok(consolidation::begin(tx, user, &session).await?)
    }

    /// When the session ends at the latest: as the identity provider says, or by automatic logout, whichever is first.
    fn end(&self) -> Option<Timestamp> {
        let automatic = self.connection.settings.automatic_logout_seconds;
        let automatic = automatic.map(|seconds| self.now + SignedDuration::from_secs(i64::from(seconds)));
        self.assertion.session_not_on_or_after().into_iter().chain(automatic).min()
    }
}

/// Where somebody is let in: the account, or a sub-account of it.
#[derive(Clone, Copy)]
struct Here<'t, 'tx> {
    tx: &'t Tx<'tx>,
    account: &'t Account,
    person: &'t Person,
    /// The transaction in the account whose identity provider vouched for the person, if it is another one.
    above: Option<&'t Tx<'tx>>,
    /// The domains of the person's addresses that are the own ones of the account that was asked.
    own: &'t BTreeSet<Domain>,
}

/// Decides, with the seats that takes. Where no rule is about seats they are not even read, unless what the person has does
/// not go together any more.
async fn decided(
    here: &Here<'_, '_>,
    mapping: &Mapping,
    decide: impl Fn(&Inventory) -> Decision,
) -> Result<Decision, store::Error> {
    let likely = here.person.may_take_a_seat(mapping);
    let unseen = (!likely).then(|| decide(&Inventory::default()));
    match unseen.filter(|decision| !directory::moves_seats(decision)) {
        Some(decision) => Ok(decision),
        None => directory::take_seats(here.tx, decide).await,
    }
}

/// The rules of the account, with those of the connection.
pub(super) fn rules<'a>(ctx: &'a VisitorCtx, connection: &LiveConnection) -> Rules<'a> {
    let configuration = &ctx.live.configuration;
    Rules {
        provision: connection.settings.provision,
        mapping: &configuration.mapping,
        fallback_license: configuration.fallback_license,
        default_domain: ctx.live.default_domain.as_ref().map(Domain::as_str),
    }
}
