//! The overview: how the account does, what needs somebody, what to do next.

mod chart;
mod words;

use super::licenses::{self, SeatRow};
use super::moment::Moment;
use super::{Badge, Frame};
use askama::Template;
use chart::Chart;
use vestibule_app::overview::{Failing, Overview};
use vestibule_model::domain::claim::State;
use words::{NoticeLine, StepLine};

/// The most domains that are named.
const MOST_DOMAINS: usize = 6;

/// The page.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct OverviewPage {
    frame: Frame,
    users: String,
    steps: Vec<StepLine>,
    done: usize,
    notices: Vec<NoticeLine>,
    chart: Chart,
    failing: Vec<FailingRow>,
    reasons: Vec<ReasonRow>,
    seats: Vec<SeatRow>,
    domains: Vec<DomainRow>,
    more_domains: usize,
}

#[derive(Debug)]
struct FailingRow {
    person: String,
    times: usize,
    code: u16,
    reason: &'static str,
    cure: &'static str,
    href: String,
    last: Option<Moment>,
}

#[derive(Debug)]
struct ReasonRow {
    code: u16,
    reason: &'static str,
    times: String,
}

#[derive(Debug)]
struct DomainRow {
    domain: String,
    state: Badge,
    enforced: bool,
}

impl OverviewPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, seen: &Overview) -> Self {
        let steps: Vec<StepLine> = words::steps(seen);
        let reason = |(code, times): &(vestibule_model::code::Code, usize)| ReasonRow {
            code: code.number(),
            reason: code.in_lists(),
            times: number(i64::try_from(*times).unwrap_or(i64::MAX)),
        };
        Self {
            users: number(seen.users),
            done: steps.iter().filter(|step| step.is_done).count(),
            steps,
            notices: seen.notices.iter().map(words::notice).collect(),
            chart: Chart::of(&seen.days),
            failing: seen.failing.iter().map(failing).collect(),
            reasons: seen.reasons.iter().map(reason).collect(),
            seats: licenses::rows(&seen.seats),
            domains: seen.domains.iter().take(MOST_DOMAINS).map(domain).collect(),
            more_domains: seen.domains.len().saturating_sub(MOST_DOMAINS),
            frame,
        }
    }

    fn is_set_up(&self) -> bool {
        self.done == self.steps.len()
    }
}

fn failing(failing: &Failing) -> FailingRow {
    FailingRow {
        person: failing.person.clone(),
        times: failing.times,
        code: failing.code.number(),
        reason: failing.code.in_lists(),
        cure: failing.code.cure(),
        href: format!("/admin/log/{}", failing.tracking_id),
        last: failing.last_at.map(Moment),
    }
}

fn domain(line: &vestibule_app::overview::DomainLine) -> DomainRow {
    let state = match line.state {
        State::Verifying => Badge::new("is-warn", "Not proved yet"),
        State::Verified => Badge::new("is-good", "Verified"),
        State::Suspended => Badge::new("is-bad", "Suspended"),
    };
    DomainRow { domain: line.domain.to_string(), state, enforced: line.enforced }
}

/// A number with its thousands apart.
pub(crate) fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut parts = if number < 0 { "−".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            parts.push(',');
        }
        parts.push(digit);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn thousands_are_apart() {
        let told = [0, 7, 999, 1_000, 123_456, 1_234_567].map(number);
        assert_eq!(told, ["0", "7", "999", "1,000", "123,456", "1,234,567"]);
    }
}
