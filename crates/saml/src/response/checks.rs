//! What an assertion states, against what is expected of it.
//!
//! Reading is in `envelope.rs` and `claims.rs`; signatures were verified before (`covered.rs`). The one thing to know:
//! the checks run in the order of the functions below, every one is recorded, and none can be left out by a setting.
//! An unsigned Response is held to the same expectations wherever it states something: that stops nobody who forges,
//! and tells whoever misconfigured what is wrong.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::Expected;
use super::claims::{Bearer, Claims};
use super::envelope::Envelope;
use super::rejection::{Moment, Part, Rejection, Untimely};
use super::trace::Trace;
use super::words::{Words, any_of, or_none, quoted};

/// A response is made when it is sent. One that is older was not, whatever validity it states.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(24);

pub(super) struct Checks<'a, 'd> {
    expected: &'a Expected<'a>,
    trace: &'a mut Trace,
    envelope: &'a Envelope<'d>,
    envelope_is_signed: bool,
    claims: &'a Claims<'d>,
    /// A time that limits a validity must be after this one: what the trace says of it.
    earliest: Timestamp,
    /// A time that begins a validity must not be after this one.
    latest: Timestamp,
}

impl<'a, 'd> Checks<'a, 'd> {
    pub(super) fn new(
        expected: &'a Expected<'a>,
        trace: &'a mut Trace,
        envelope: &'a Envelope<'d>,
        envelope_is_signed: bool,
        claims: &'a Claims<'d>,
    ) -> Self {
        let (now, skew) = (expected.now, expected.skew());
        Self {
            expected,
            trace,
            envelope,
            envelope_is_signed,
            claims,
            earliest: now.saturating_sub(skew).unwrap_or(Timestamp::MIN),
            latest: now.saturating_add(skew).unwrap_or(Timestamp::MAX),
        }
    }

    /// Runs every check, and returns the request that is answered.
    pub(super) fn run(&mut self) -> Result<Option<&'d str>, Rejection> {
        self.issuer()?;
        self.destination()?;
        let bearers = self.recipient()?;
        self.audience()?;
        let bearers = self.confirmation(&bearers)?;
        self.issued()?;
        self.conditions()?;
        self.session()?;
        self.in_response_to(&bearers)
    }

    /// Issuers of the Assertion, and of the Response if it names one (SAML-Profiles, section 4.1.4.2).
    fn issuer(&mut self) -> Result<(), Rejection> {
        let expected = self.expected.issuer;
        let [response, assertion] =
            [&self.envelope.issuer, &self.claims.issuer].map(|issuer| issuer.as_deref());
        let mismatch = |of, found: Option<&str>| {
            let found = found.map(str::to_owned);
            Err(Rejection::Issuer { of, expected: expected.to_owned(), found })
        };
        let outcome = if response.is_some_and(|issuer| issuer != expected) {
            mismatch(Part::Response, response)
        } else if assertion != Some(expected) {
            mismatch(Part::Assertion, assertion)
        } else {
            Ok(())
        };
        let found = ("Response ", or_none(response), ", Assertion ", or_none(assertion));
        self.trace.check("issuer", quoted(expected), found, outcome)
    }

    /// A Response that is signed must say where it is sent (SAML-Bindings, section 3.5.5.2); one that is not, may.
    fn destination(&mut self) -> Result<(), Rejection> {
        let expected = self.expected.acs_urls;
        let found = self.envelope.destination;
        let outcome = match found {
            Some(destination) if holds(expected, destination) => Ok(()),
            None if !self.envelope_is_signed => Ok(()),
            _ => {
                let found = found.map(str::to_owned);
                Err(Rejection::Destination { expected: expected.to_vec(), found })
            }
        };
        let note =
            if found.is_none() && outcome.is_ok() { " (an unsigned Response may leave it out)" } else { "" };
        self.trace.check("destination", any_of(expected), (or_none(found), note), outcome)
    }

    /// A bearer confirmation names this service as its recipient (SAML-Profiles, section 4.1.4.2).
    fn recipient(&mut self) -> Result<Vec<&'a Bearer<'d>>, Rejection> {
        let expected = self.expected.acs_urls;
        let bearers = &self.claims.bearers;
        let is_ours = |bearer: &&Bearer<'_>| bearer.recipient.is_some_and(|url| holds(expected, url));
        let ours: Vec<&Bearer<'_>> = bearers.iter().filter(is_ours).collect();
        let outcome = if ours.is_empty() {
            let found = bearers.iter().map(|bearer| bearer.recipient.map(str::to_owned)).collect();
            Err(Rejection::Recipient { expected: expected.to_vec(), found })
        } else {
            Ok(ours)
        };
        self.trace.check("recipient", any_of(expected), Recipients(bearers), outcome)
    }

    /// Every AudienceRestriction holds this service, and there is one (SAML-Core, section 2.5.1.4).
    fn audience(&mut self) -> Result<(), Rejection> {
        let expected = self.expected.entity_ids;
        let restrictions = &self.claims.conditions.audiences;
        let foreign = restrictions.iter().find(|audiences| !audiences.iter().any(|one| holds(expected, one)));
        let mismatch = |found| Err(Rejection::Audience { expected: expected.to_vec(), found });
        let outcome = match foreign {
            Some(audiences) => mismatch(Some(audiences.iter().map(ToString::to_string).collect())),
            None if restrictions.is_empty() => mismatch(None),
            None => Ok(()),
        };
        self.trace.check("audience", any_of(expected), Audiences(restrictions), outcome)
    }

    /// One of these bearer confirmations holds now. An Address is shown and not compared: the identity provider may
    /// see the browser at another address than this service does.
    fn confirmation(&mut self, bearers: &[&'a Bearer<'d>]) -> Result<Vec<&'a Bearer<'d>>, Rejection> {
        let hold: Vec<&Bearer<'_>> =
            bearers.iter().copied().filter(|bearer| self.holds(bearer).is_ok()).collect();
        let shown = hold.first().or(bearers.first());
        let found = shown.map(|bearer| {
            let begins = if bearer.begins { ", with NotBefore" } else { "" };
            let address = bearer.address.map(|at| (", Address ", at, " not compared"));
            ("bearer, NotOnOrAfter ", time_or_none(bearer.not_on_or_after), begins, address)
        });
        let outcome = match bearers.first() {
            Some(first) if hold.is_empty() => self.holds(first).map(|()| hold).map_err(Rejection::Time),
            _ => Ok(hold),
        };
        let expected = ("bearer, no NotBefore, NotOnOrAfter after ", self.earliest);
        self.trace.check("confirmation", expected, found, outcome)
    }

    fn holds(&self, bearer: &Bearer) -> Result<(), Untimely> {
        if bearer.begins {
            return Err(Untimely::Begins);
        }
        let end = bearer.not_on_or_after.ok_or(Untimely::NoLimit { of: "SubjectConfirmationData" })?;
        self.not_over("SubjectConfirmationData NotOnOrAfter", end)
    }

    /// Neither the Response nor the Assertion was made in the future, nor the Response long ago.
    fn issued(&mut self) -> Result<(), Rejection> {
        let (response, assertion) = (self.envelope.issue_instant, self.claims.issue_instant);
        let outcome = self
            .begun("Response IssueInstant", response)
            .and_then(|()| self.begun("Assertion IssueInstant", assertion))
            .and_then(|()| self.recent("Response IssueInstant", response));
        let expected = ("within the 24 hours before ", self.latest);
        let found = ("Response ", response, ", Assertion ", assertion);
        self.trace.check("issue instant", expected, found, outcome.map_err(Rejection::Time))
    }

    /// The conditions hold now, and they end (SAML-Core, section 2.5.1.2).
    fn conditions(&mut self) -> Result<(), Rejection> {
        let conditions = &self.claims.conditions;
        let begun = conditions.not_before.map_or(Ok(()), |start| self.begun("Conditions NotBefore", start));
        let expected = ("none, or at the latest ", self.latest);
        let found = time_or_none(conditions.not_before);
        self.trace.check("not before", expected, found, begun.map_err(Rejection::Time))?;
        let over = conditions
            .not_on_or_after
            .ok_or(Untimely::NoLimit { of: "Conditions element" })
            .and_then(|end| self.not_over("Conditions NotOnOrAfter", end));
        let expected = ("after ", self.earliest);
        let found = time_or_none(conditions.not_on_or_after);
        self.trace.check("not on or after", expected, found, over.map_err(Rejection::Time))
    }

    /// The identity provider has not ended its session (SAML-Core, section 2.7.2).
    fn session(&mut self) -> Result<(), Rejection> {
        let end = self.claims.session.not_on_or_after;
        let outcome = end.map_or(Ok(()), |end| self.not_over("SessionNotOnOrAfter", end));
        let expected = ("none, or after ", self.earliest);
        self.trace.check("session", expected, time_or_none(end), outcome.map_err(Rejection::Time))
    }

    /// The request that is answered, by a statement that a signature covers: the confirmation's, or the Response's if
    /// that is signed. Where both say something they must agree.
    fn in_response_to(&mut self, bearers: &[&'a Bearer<'d>]) -> Result<Option<&'d str>, Rejection> {
        let response = self.envelope.in_response_to;
        let answered = bearers
            .iter()
            .find_map(|bearer| bearer.in_response_to)
            .or(response.filter(|_| self.envelope_is_signed));
        let expected = self.expected.request_id;
        let mismatch = |expected: Option<&str>, found: Option<&str>| {
            let [expected, found] = [expected, found].map(|id| id.map(str::to_owned));
            Err(Rejection::InResponseTo { expected, found })
        };
        let outcome = match expected {
            Some(request) if answered != Some(request) => mismatch(Some(request), answered),
            _ if answered.is_some() && response.is_some() && answered != response => mismatch(None, response),
            _ => Ok(answered),
        };
        let wanted = expected.map(quoted).ok_or("not compared: no request was given");
        let found = ("Response ", or_none(response), ", signed statement ", or_none(answered));
        self.trace.check("in response to", wanted, found, outcome)
    }

    fn begun(&self, what: &'static str, stated: Timestamp) -> Result<(), Untimely> {
        // Differences, unlike sums, cannot leave the calendar.
        if stated.duration_since(self.expected.now) <= self.expected.skew() {
            return Ok(());
        }
        Err(Untimely::Future(self.moment(what, stated)))
    }

    fn not_over(&self, what: &'static str, stated: Timestamp) -> Result<(), Untimely> {
        if self.expected.now.duration_since(stated) < self.expected.skew() {
            return Ok(());
        }
        Err(Untimely::Past(self.moment(what, stated)))
    }

    fn recent(&self, what: &'static str, stated: Timestamp) -> Result<(), Untimely> {
        if self.expected.now.duration_since(stated) <= MAX_AGE {
            return Ok(());
        }
        Err(Untimely::Past(self.moment(what, stated)))
    }

    fn moment(&self, what: &'static str, stated: Timestamp) -> Moment {
        Moment { what, stated, now: self.expected.now, skew: self.expected.skew() }
    }
}

fn holds(expected: &[String], found: &str) -> bool {
    expected.iter().any(|one| one == found)
}

fn time_or_none(time: Option<Timestamp>) -> impl Words {
    time.ok_or("none")
}

/// The recipients of all bearer confirmations.
struct Recipients<'c>(&'c [Bearer<'c>]);

impl Words for Recipients<'_> {
    fn put(&self, line: &mut String) {
        if self.0.is_empty() {
            "no bearer confirmation".put(line);
        }
        for (place, bearer) in self.0.iter().enumerate() {
            ((place > 0).then_some(", "), or_none(bearer.recipient)).put(line);
        }
    }
}

/// The audiences of all restrictions.
struct Audiences<'c>(&'c [Vec<Cow<'c, str>>]);

impl Words for Audiences<'_> {
    fn put(&self, line: &mut String) {
        if self.0.is_empty() {
            "none".put(line);
        }
        for (place, audiences) in self.0.iter().enumerate() {
            ((place > 0).then_some(" and "), any_of(audiences)).put(line);
        }
    }
}
