//! The rules of rotation, case by case.

use super::*;
use crate::connection::CertificateRotation::{Automatic, Manual};

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap()
}

const DAY: i64 = 24;

fn pair(number: u8, life: Life, ends: i64) -> Pair {
    Pair { id: id(number), life, not_after: at(ends) }
}

fn id(number: u8) -> SpKeyId {
    SpKeyId::from_bytes([number; 16])
}

fn reader(agent: &str, first: i64, last: i64) -> Reader {
    Reader {
        agent: agent.to_owned(),
        address: "192.0.2.1".to_owned(),
        first_seen_at: at(first),
        last_seen_at: at(last),
    }
}

#[test]
fn a_successor_is_made_ninety_days_before_the_end_and_in_manual_mode_never() {
    let active = [pair(1, Life::first(at(0)), 100 * DAY)];
    assert_eq!(due(&active, Automatic, at(10 * DAY - 1)), None);
    assert_eq!(due(&active, Automatic, at(10 * DAY)), Some(Step::Prepare));
    assert_eq!(due(&active, Manual, at(200 * DAY)), None);
    let both = [active[0], pair(2, Life::next(), 900 * DAY)];
    assert_eq!(due(&both, Automatic, at(200 * DAY)), None, "one successor is enough, however late it is");
}

#[test]
fn the_next_one_takes_over_a_day_after_it_was_read_and_not_without_that() {
    let next = |seen_at, held| pair(2, Life { seen_at, held, ..Life::next() }, 900 * DAY);
    let active = pair(1, Life::first(at(0)), 10 * DAY);
    let cases = [
        (None, false, Automatic, 100 * DAY, None),
        (Some(at(5)), false, Automatic, 28, None),
        (Some(at(5)), false, Automatic, 29, Some(Step::TakeOver(id(2)))),
        (Some(at(5)), false, Manual, 100 * DAY, None),
        (Some(at(5)), true, Automatic, 100 * DAY, None),
    ];
    for (seen, held, rotation, now, expected) in cases {
        assert_eq!(due(&[active, next(seen, held)], rotation, at(now)), expected, "{seen:?} {held} {now}");
    }
}

#[test]
fn a_former_one_is_removed_when_it_has_been_kept_for_long_enough() {
    let former =
        pair(1, Life { state: KeyState::Former, retired_at: Some(at(0)), ..Life::first(at(0)) }, DAY);
    let pairs = [former, pair(2, Life::first(at(0)), 900 * DAY)];
    assert_eq!(due(&pairs, Manual, at(90 * DAY - 1)), None);
    assert_eq!(due(&pairs, Manual, at(90 * DAY)), Some(Step::Remove(id(1))));
}

#[test]
fn taking_over_and_going_back_leave_one_that_signs() {
    let mut pairs = [pair(1, Life::first(at(0)), 9), pair(2, Life::next(), 900)];
    let states = |pairs: &[Pair]| pairs.iter().map(|pair| pair.life.state).collect::<Vec<_>>();
    let follow = |pairs: &mut [Pair], number, hour| {
        for change in activate(pairs, id(number), at(hour)).unwrap() {
            let pair = pairs.iter_mut().find(|pair| pair.id == change.id).unwrap();
            assert_eq!(pair.life.state, change.before);
            pair.life = change.after;
            assert!(states(pairs).iter().filter(|state| **state == KeyState::Active).count() <= 1);
        }
    };
    follow(&mut pairs, 2, 5);
    assert_eq!(states(&pairs), [KeyState::Former, KeyState::Active]);
    assert_eq!((pairs[0].life.retired_at, pairs[1].life.activated_at), (Some(at(5)), Some(at(5))));
    follow(&mut pairs, 1, 6);
    assert_eq!(states(&pairs), [KeyState::Active, KeyState::Next]);
    assert!(pairs[1].life.held, "it waits for an administrator");
    follow(&mut pairs, 2, 7);
    assert_eq!(states(&pairs), [KeyState::Former, KeyState::Active]);
    assert!(!pairs[1].life.held);
    assert_eq!(activate(&pairs, id(2), at(8)), Some(Vec::new()), "it signs already");
    assert_eq!(activate(&pairs, id(9), at(8)), None);
    let three = [pairs[0], pairs[1], pair(3, Life::next(), 900)];
    let changes = activate(&three, id(1), at(9)).unwrap();
    assert_eq!(changes[0].after.state, KeyState::Former, "there is one next at most");
}

#[test]
fn a_reader_counts_once_it_came_on_two_days() {
    assert!(!reader("a", 0, 19).counts(at(20)));
    assert!(reader("a", 0, 20).counts(at(20)));
    assert!(!reader("a", 0, 20).counts(at(20 + 30 * DAY)), "it has not come for a month");
}

#[test]
fn every_reader_that_counts_must_have_come_since_the_publication() {
    let published = at(100);
    let (follows, late, once) = (reader("idp", 0, 101), reader("other", 0, 99), reader("curl", 101, 101));
    let read = |readers: &[Reader]| have_read(readers, published, at(102));
    assert!(read(std::slice::from_ref(&follows)));
    assert!(read(&[follows.clone(), once.clone()]), "who came once decides nothing");
    assert!(!read(&[]));
    assert!(!read(&[once]));
    assert!(!read(&[follows, late]));
}

#[test]
fn a_visit_is_written_seldom_and_strangers_do_not_drive_out_who_counts() {
    let known = [reader("idp", 0, 40)];
    let written = |hours: i64, minutes: i64| {
        note(&known, "idp", "192.0.2.9", at(hours) + SignedDuration::from_mins(minutes))
    };
    assert_eq!(written(40, 9), None);
    let noted = written(40, 10).unwrap().reader;
    assert_eq!((noted.first_seen_at, noted.address.as_str()), (at(0), "192.0.2.9"));
    assert_eq!(written(40 + 31 * DAY, 0).unwrap().reader.first_seen_at, at(40 + 31 * DAY));

    let mut readers = vec![reader("idp", 0, 40)];
    for number in 0..100_i64 {
        let now = at(50) + SignedDuration::from_mins(number);
        let Some(Noted { reader, forget }) = note(&readers, &format!("stranger {number}"), "", now) else {
            continue;
        };
        readers.retain(|known| Some(&known.agent) != forget.as_ref());
        readers.push(reader);
    }
    assert_eq!(readers.len(), MOST_READERS);
    assert!(readers.iter().any(|reader| reader.agent == "idp"));
    assert!(readers.iter().any(|reader| reader.agent == "stranger 95"), "one in five minutes: {readers:?}");
    let long = note(&[], &format!("a\u{7}{}", "b".repeat(900)), "", at(0)).unwrap().reader.agent;
    assert_eq!(long.chars().count(), LONGEST_AGENT);
    assert!(!long.contains('\u{7}'));
}

#[test]
fn browsers_are_told_from_machines() {
    assert!(is_browser("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"));
    for machine in ["", "Java/21.0.2", "ShibbolethIdp/5.1", "python-requests/2.31"] {
        assert!(!is_browser(machine), "{machine}");
    }
}
