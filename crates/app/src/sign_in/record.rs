//! The row of the response log: gathered while a response is read, closed when it is decided, sealed for the store.
//!
//! What the message claims is marked by where it stands: the trace says which check failed, `compared` sets what was
//! asserted beside what is configured. When the account does not save response logs, no XML and no attribute value
//! is kept.

use crate::context::{App, VisitorCtx};
use crate::error::Error;
use crate::live::LiveConnection;
use crate::response_log::sealed;
use crate::vault::{Place, Purpose};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use vestibule_model::code::Code;
use vestibule_model::email::Email;
use vestibule_model::id::{ConnectionId, LogId};
use vestibule_model::mapping::{self, Attribute};
use vestibule_model::response_log::{Compared, Detail, Entry, OutcomeWord, Test, TrackingId, Would};
use vestibule_model::trace::{Change, Step};
use vestibule_saml::response::{Check, Observed, Rejection, Trace};
use vestibule_store as store;

/// A row in the making.
pub(crate) struct Record {
    id: LogId,
    tracking_id: TrackingId,
    time: Timestamp,
    connection: ConnectionId,
    saves_messages: bool,
    claimed_user: Option<String>,
    /// What was checked of the message; the steps of `detail` come after.
    checks: Option<Trace>,
    detail: Detail,
}

impl Record {
    pub(crate) fn new(app: &App, connection: &LiveConnection, now: Timestamp) -> Result<Self, Error> {
        let id = LogId::from_bytes(app.fresh_id(now));
        Ok(Self {
            id,
            tracking_id: app.inner.vault.tracking_id(id)?,
            time: now,
            connection: connection.id,
            saves_messages: connection.settings.save_response_logs,
            claimed_user: None,
            checks: None,
            detail: Detail::default(),
        })
    }

    pub(super) fn tracking_id(&self) -> TrackingId {
        self.tracking_id
    }

    pub(super) fn time(&self) -> Timestamp {
        self.time
    }

    /// The response answers a test of this version.
    pub(super) fn tests(&mut self, version: i64) {
        self.detail.test = Some(Test { version, would: None });
    }

    /// The form value was no message at all.
    pub(super) fn undecodable(&mut self, rejection: &Rejection) {
        self.detail.trace.push(Step::failed(
            "message",
            "SAMLResponse: Base64 of at most 256 KB",
            rejection.to_string(),
        ));
    }

    /// The message was read, and verified or not.
    pub(super) fn verified(&mut self, trace: Trace, observed: &Observed<'_>, connection: &LiveConnection) {
        self.checks = Some(trace);
        self.detail.compared = compare(observed, connection, self.time);
        self.claimed_user = observed.name_id.as_ref().map(|name_id| name_id.chars().take(254).collect());
        if self.saves_messages {
            self.detail.name_id = owned(&observed.name_id);
            let attributes = observed.attributes.iter().map(|attribute| Attribute {
                name: attribute.name.to_string(),
                friendly_name: owned(&attribute.friendly_name),
                values: attribute.values.iter().map(ToString::to_string).collect(),
            });
            self.detail.attributes = attributes.collect();
        }
    }

    /// The message itself, when nothing borrows from it any more.
    pub(super) fn received(&mut self, xml: Vec<u8>) {
        if self.saves_messages {
            self.detail.xml = Some(
                String::from_utf8(xml)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            );
        }
    }

    /// The value was no logout message at all.
    pub(crate) fn logout_undecodable(&mut self, rejection: &vestibule_saml::logout::Rejection) {
        let expected = "one of SAMLRequest and SAMLResponse, packed as its binding wants it";
        self.detail.trace.push(Step::failed("message", expected, rejection.to_string()));
    }

    /// A logout message was read, and verified or not.
    pub(crate) fn logout(
        &mut self,
        xml: &[u8],
        trace: Vec<Step>,
        compared: Vec<Compared>,
        claimed: &vestibule_saml::logout::Claimed,
    ) {
        self.detail.trace = trace;
        self.detail.compared = compared;
        self.claimed_user = claimed.name_id.as_ref().map(|name_id| name_id.chars().take(254).collect());
        if self.saves_messages {
            self.detail.name_id.clone_from(&claimed.name_id);
            self.detail.xml = Some(String::from_utf8_lossy(xml).into_owned());
        }
    }

    /// The finished row: what the store keeps in columns, and the rest sealed.
    pub(super) fn close(
        &self,
        ctx: &VisitorCtx,
        (outcome, code): (OutcomeWord, Option<Code>),
        mut decided: Decided,
    ) -> Result<(Entry, Vec<u8>), Error> {
        if !self.saves_messages {
            mapping::conceal(&mut decided.trace, &mut decided.changes);
        }
        let user = decided.user.as_ref().map(Email::to_string);
        self.seal(ctx, (outcome, code), user, &Written::new(self, &decided))
    }

    /// Writes the row of a response that verification refused, in a small transaction of its own.
    pub(crate) async fn write_refusal(mut self, ctx: &VisitorCtx, code: Code, reason: String) -> Error {
        self.detail.reason = Some(reason);
        let user = self.claimed_user.take();
        let outcome = if self.detail.test.is_some() { OutcomeWord::Tested } else { OutcomeWord::Refused };
        let written = Written::new(&self, &NOTHING);
        let (entry, sealed) = match self.seal(ctx, (outcome, Some(code)), user, &written) {
            Ok(row) => row,
            Err(error) => return error,
        };
        let scope = ctx.app.store().account(ctx.account().id);
        let written = scope.write(move |tx| {
            let (entry, sealed) = (entry.clone(), sealed.clone());
            Box::pin(async move { store::response_log::insert(tx, &entry, &sealed).await })
        });
        match written.await {
            Ok(()) => Error::refused(self.tracking_id),
            Err(error) => error.into(),
        }
    }

    fn seal(
        &self,
        ctx: &VisitorCtx,
        (outcome, code): (OutcomeWord, Option<Code>),
        user: Option<String>,
        detail: &Written<'_>,
    ) -> Result<(Entry, Vec<u8>), Error> {
        let entry = Entry {
            id: self.id,
            tracking_id: self.tracking_id,
            time: self.time,
            connection: Some(self.connection),
            // U+0000 cannot be stored, and no address has one.
            user: user.map(|user| user.replace('\0', "\u{fffd}")),
            outcome,
            code,
        };
        let plain = sealed::write(detail, self.detail.xml.as_deref())?;
        let place = Place { purpose: Purpose::Response, account: ctx.account().id, row: self.id.to_bytes() };
        Ok((entry, ctx.app.inner.vault.seal_packed(place, ctx.app.random(), &plain)?))
    }
}

/// A [`Detail`] about to be written: what was gathered, and what the decision added, without a copy of either.
#[derive(Serialize)]
struct Written<'a> {
    reason: &'a Option<String>,
    compared: &'a [Compared],
    trace: Lines<'a>,
    changes: &'a [Change],
    name_id: &'a Option<String>,
    attributes: &'a [Attribute],
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<Test>,
}

/// What a decision adds to a row.
#[derive(Default)]
pub(super) struct Decided {
    /// Every step of it.
    pub(super) trace: Vec<Step>,
    /// What changes for the person.
    pub(super) changes: Vec<Change>,
    /// Whom it was about.
    pub(super) user: Option<Email>,
    /// Why it was refused, where the code alone does not say it.
    pub(super) reason: Option<String>,
    /// What a test would have come to.
    pub(super) would: Option<Would>,
}

static NOTHING: Decided =
    Decided { trace: Vec::new(), changes: Vec::new(), user: None, reason: None, would: None };

impl<'a> Written<'a> {
    fn new(record: &'a Record, decided: &'a Decided) -> Self {
        let Detail { reason, compared, trace, changes: _, name_id, attributes, xml: _, test } =
            &record.detail;
        Self {
            reason: if decided.reason.is_some() { &decided.reason } else { reason },
            compared,
            trace: Lines { checks: record.checks.as_ref(), steps: [trace, &decided.trace] },
            changes: &decided.changes,
            name_id,
            attributes,
            test: test.as_ref().map(|test| Test { version: test.version, would: decided.would.clone() }),
        }
    }
}

/// A trace about to be written: the checks of the message as [`Step`]s are, and the steps.
struct Lines<'a> {
    checks: Option<&'a Trace>,
    steps: [&'a [Step]; 2],
}

/// One line of it.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Checked { check: &'a str, ok: bool, expected: &'a str, found: &'a str },
    Step(&'a Step),
}

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Which request is answered is compared by this room, with a step of its own.
        let is_ours = |check: &Check<'_>| check.check == "in response to" && check.ok;
        let checks = self.checks.into_iter().flat_map(Trace::iter).filter(|check| !is_ours(check));
        let checks =
            checks.map(|Check { check, ok, expected, found }| Line::Checked { check, ok, expected, found });
        serializer.collect_seq(checks.chain(self.steps.into_iter().flatten().map(Line::Step)))
    }
}

fn owned(text: &Option<Cow<'_, str>>) -> Option<String> {
    text.as_ref().map(ToString::to_string)
}

/// What was asserted beside what is configured.
fn compare(observed: &Observed<'_>, connection: &LiveConnection, now: Timestamp) -> Vec<Compared> {
    let issuer = vec![connection.settings.identity_provider.issuer.clone()];
    let certificates: Vec<String> = connection.certificates.iter().map(|c| c.fingerprint_sha256()).collect();
    let certificate = observed.certificate.as_ref().map(|certificate| certificate.fingerprint_sha256());
    let joined = |values: &[Cow<'_, str>]| (!values.is_empty()).then(|| values.join(", "));
    let one_of = |values: &[Cow<'_, str>], known: &[String]| {
        values.iter().any(|value| known.iter().any(|known| known == value))
    };
    vec![
        Compared::of("Issuer", observed.issuer().map(str::to_owned), issuer),
        Compared::of("Certificate (SHA-256)", certificate, certificates),
        Compared {
            agrees: one_of(&observed.audiences, &connection.entity_ids),
            ..Compared::of("Audience", joined(&observed.audiences), connection.entity_ids.clone())
        },
        Compared::of("Destination", owned(&observed.destination), connection.acs_urls.clone()),
        Compared {
            agrees: one_of(&observed.recipients, &connection.acs_urls),
            ..Compared::of("Recipient", joined(&observed.recipients), connection.acs_urls.clone())
        },
        validity(observed, now, connection.settings.clock_skew_seconds),
    ]
}

/// The time of validity beside the time here.
fn validity(observed: &Observed<'_>, now: Timestamp, skew_seconds: u32) -> Compared {
    let skew = SignedDuration::from_secs(i64::from(skew_seconds));
    let read = |text: &Option<Cow<'_, str>>| text.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let begun = read(&observed.not_before).is_none_or(|begin| now.duration_since(begin) >= -skew);
    let over = read(&observed.not_on_or_after).is_some_and(|end| now.duration_since(end) >= skew);
    let asserted = observed.not_on_or_after.as_ref().map(|end| match &observed.not_before {
        Some(begin) => format!("{begin} to {end}"),
        None => format!("until {end}"),
    });
    let configured = vec![format!("{now:.0}, give or take {skew_seconds} seconds")];
    Compared { agrees: begun && !over, ..Compared::of("Time", asserted, configured) }
}
