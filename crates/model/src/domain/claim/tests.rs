//! Claims, as tables.

use super::{Claim, Event, Findings, Holder, Method, Seen, State, Unclaimable, claimable};
use crate::domain::Domain;
use crate::id::ClaimId;
use jiff::{SignedDuration, Timestamp};

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn start() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn after(hours: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hours)
}

fn claim() -> Claim {
    Claim::new(ClaimId::from_bytes([1; 16]), domain("acme.example"), [7; 16], start())
}

fn absent() -> Seen {
    Seen::Absent("not there".to_owned())
}

fn unknown() -> Seen {
    Seen::Unknown("no answer".to_owned())
}

fn found(dns: Seen, file: Seen, meta: Seen) -> Findings {
    Findings { dns, file, meta }
}

fn nothing() -> Findings {
    found(absent(), absent(), absent())
}

fn by_dns() -> Findings {
    found(Seen::Proved, unknown(), unknown())
}

#[test]
fn t05_public_reserved_and_own_domains_are_not_claimed_in_any_spelling_and_neighbors_are() {
    let cases = [
        ("gmail.com", Some(Unclaimable::PublicMail)),
        ("GMAIL.com.", Some(Unclaimable::PublicMail)),
        ("web.de", Some(Unclaimable::PublicMail)),
        ("co.uk", Some(Unclaimable::PublicSuffix)),
        ("github.io", Some(Unclaimable::PublicSuffix)),
        ("公司.cn", Some(Unclaimable::PublicSuffix)),
        ("xn--55qx5d.cn", Some(Unclaimable::PublicSuffix)),
        ("printer.local", Some(Unclaimable::Reserved)),
        ("10.in-addr.arpa", Some(Unclaimable::Reserved)),
        ("example.com", Some(Unclaimable::Reserved)),
        ("vestibule.host", Some(Unclaimable::Reserved)),
        ("acme.vestibule.host", Some(Unclaimable::Reserved)),
        ("acme.co.uk", None),
        ("acme.github.io", None),
        ("notgmail.com", None),
        ("mylocal.example", None),
        ("notvestibule.host", None),
        ("bücher.example", None),
    ];
    for (text, expected) in cases {
        assert_eq!(claimable(&domain(text), "vestibule.host").err(), expected, "{text}");
    }
}

#[test]
fn each_way_proves_a_domain_alone() {
    let ways = [
        (found(Seen::Proved, absent(), unknown()), Method::Dns),
        (found(absent(), Seen::Proved, absent()), Method::File),
        (found(unknown(), unknown(), Seen::Proved), Method::Meta),
    ];
    for (findings, method) in ways {
        let (claim, event) = claim().judge(findings, Holder::Nobody, start());
        assert_eq!((claim.state(), event), (State::Verified, Some(Event::Verified)));
        assert_eq!(claim.proved_by, Some(method));
    }
    let (claim, event) = claim().judge(nothing(), Holder::Nobody, start());
    assert_eq!((claim.state(), event), (State::Verifying, None));
}

#[test]
fn t03_who_proves_second_is_told_once_and_gets_nothing() {
    let (claim, event) = claim().judge(by_dns(), Holder::Another, start());
    assert_eq!((claim.state(), claim.taken, event), (State::Verifying, true, Some(Event::Taken)));
    let (claim, event) = claim.judge(by_dns(), Holder::Another, after(1));
    assert_eq!((claim.state(), event), (State::Verifying, None));
    let (claim, event) = claim.judge(by_dns(), Holder::Nobody, after(2));
    assert_eq!((claim.state(), claim.taken, event), (State::Verified, false, Some(Event::Verified)));
}

#[test]
fn t02_a_proof_that_is_missing_for_three_days_suspends_and_one_that_comes_back_restores() {
    let (verified, _) = claim().judge(by_dns(), Holder::Nobody, start());
    let (missing, event) = verified.judge(nothing(), Holder::Claimant, after(24));
    assert_eq!((missing.state(), event), (State::Verified, Some(Event::Missing)));
    let (missing, event) = missing.judge(nothing(), Holder::Claimant, after(24 + 71));
    assert_eq!((missing.state(), event), (State::Verified, None));
    let (back, event) = missing.clone().judge(by_dns(), Holder::Claimant, after(24 + 72));
    assert_eq!((back.state(), back.suspends_at(), event), (State::Verified, None, None));
    let (suspended, event) = missing.judge(nothing(), Holder::Claimant, after(24 + 72));
    assert_eq!((suspended.state(), event), (State::Suspended, Some(Event::Suspended)));
    let (still, event) = suspended.judge(nothing(), Holder::Nobody, after(200));
    assert_eq!((still.state(), event), (State::Suspended, None));
    // Meanwhile another account proved it.
    let (lost, event) = still.clone().judge(by_dns(), Holder::Another, after(201));
    assert_eq!((lost.state(), event), (State::Suspended, Some(Event::Taken)));
    let (restored, event) = still.judge(by_dns(), Holder::Nobody, after(201));
    assert_eq!((restored.state(), event), (State::Verified, Some(Event::Restored)));
}

#[test]
fn silence_where_the_proof_was_is_borne_for_two_weeks() {
    let (mut claim, _) = claim().judge(by_dns(), Holder::Nobody, start());
    for (hours, expected) in [(24, State::Verified), (24 * 14, State::Verified), (24 * 15, State::Suspended)]
    {
        (claim, _) = claim.judge(found(unknown(), absent(), absent()), Holder::Claimant, after(hours));
        assert_eq!(claim.state(), expected, "{hours}");
    }
}

#[test]
fn a_claim_is_looked_after_less_often_the_older_it_is_and_given_up_after_two_weeks() {
    let wait =
        |hours| claim().next_check(after(hours)).map(|next| next.duration_since(after(hours)).as_mins());
    let cases = [
        (0, Some(2)),
        (1, Some(30)),
        (23, Some(30)),
        (24, Some(360)),
        (14 * 24 - 1, Some(360)),
        (14 * 24, None),
    ];
    for (hours, expected) in cases {
        assert_eq!(wait(hours), expected, "{hours}");
    }
    let (verified, _) = claim().judge(by_dns(), Holder::Nobody, start());
    assert_eq!(verified.next_check(start()), Some(after(24)));
    let (missing, _) = verified.judge(nothing(), Holder::Claimant, after(24));
    assert_eq!(missing.next_check(after(24)), Some(after(30)));
}

#[test]
fn a_token_is_of_one_claim() {
    let other = Claim::new(ClaimId::from_bytes([2; 16]), domain("acme.example"), [8; 16], start());
    assert_eq!(claim().proof(), format!("vestibule-verification={}", "07".repeat(16)));
    assert_ne!(claim().proof(), other.proof());
}
