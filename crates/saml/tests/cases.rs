//! Every case: what must be accepted is, what must be refused is, and by its code; and the trace says why.
//!
//! The cases are the folders `accept` and `reject`; the beginning of a name says which attacks the case meets. Most are
//! written by `cargo run -p vestibule-idp --example cases`, which also brings the snapshots up to date: look at what
//! changed before it is committed.
#![expect(clippy::unwrap_used, reason = "a broken case folder stops the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use vestibule_saml::response::{Rejection, Verification};

use case::{Case, folders, snapshot};

mod case;

/// The ids that must each have a case that is refused and one that is accepted.
const IDS: [&str; 37] = [
    "x01", "x02", "x03", "x04", "x05", "x06", "x07", "x08", "x09", "x10", "x12", "x13", "x14", "x15", "x16",
    "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "p01", "p02", "p03", "p04", "p05", "p06", "p07",
    "p12", "p16", "e01", "e02", "e03", "e04", "e05",
];

/// What is wrong with the outcome, apart from the snapshot.
fn fault(case: &Case, outcome: &Result<Verification<'_>, Rejection>) -> Option<String> {
    let (code, trace) = match outcome {
        Err(rejection) => (Some(rejection.code()), Vec::new()),
        Ok(verification) => {
            let refused = verification.outcome.as_ref().err();
            (refused.map(Rejection::code), verification.trace.iter().collect())
        }
    };
    if code != case.code {
        return Some(format!("wants {:?}, gets {code:?}", case.code));
    }
    let failed: Vec<usize> = (0..trace.len()).filter(|place| !trace[*place].ok).collect();
    let promised = match (code, outcome) {
        (None, _) => failed.is_empty(),
        (Some(_), Ok(_)) => failed == [trace.len() - 1],
        (Some(_), Err(_)) => true,
    };
    (!promised).then(|| format!("the trace does not end with the one failed check: {trace:#?}"))
}

fn check(kind: &str) {
    let mut faults = Vec::new();
    for folder in folders(kind) {
        let case = Case::read(&folder);
        assert_eq!(case.code.is_none(), kind == "accept", "{} is in the wrong place", folder.display());
        let message = Case::message(&folder);
        let outcome = message.as_ref().map(|message| case.verify_bytes(message)).map_err(Clone::clone);
        if let Some(fault) = fault(&case, &outcome) {
            faults.push(format!("{}: {fault}", folder.display()));
        }
        if fs::read_to_string(folder.join("expected.json")).unwrap_or_default() != snapshot(&outcome) {
            faults.push(format!("{}: differs from expected.json:\n{}", folder.display(), snapshot(&outcome)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn everything_that_must_be_accepted_is() {
    check("accept");
}

#[test]
fn everything_that_must_be_refused_is_by_its_code() {
    check("reject");
}

/// The ids at the beginning of a name, as `x01_p12_a_title` or `x01b_a_title` or `x01_to_x13_a_title`.
fn ids(folder: &Path) -> BTreeSet<String> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let words: Vec<&str> =
        name.split('_').take_while(|word| *word == "to" || number(word).is_some()).collect();
    let mut ids = BTreeSet::new();
    for (place, word) in words.iter().enumerate() {
        let (Some(last), Some(letter)) = (number(word), word.get(..1)) else { continue };
        let first = match place.checked_sub(2).map(|before| (words[before], words[place - 1])) {
            Some((from, "to")) => number(from).unwrap_or(last),
            _ => last,
        };
        ids.extend((first..=last).map(|number| format!("{letter}{number:02}")));
    }
    ids
}

fn number(word: &str) -> Option<u32> {
    word.strip_prefix(['x', 'p', 'e'])?.get(..2)?.parse().ok()
}

#[test]
fn every_attack_has_a_case_and_a_twin() {
    let covered = |kind: &str| folders(kind).iter().flat_map(|folder| ids(folder)).collect::<BTreeSet<_>>();
    let (refused, accepted) = (covered("reject"), covered("accept"));
    let missing: Vec<_> = IDS.iter().filter(|id| **id != "x24" && !refused.contains(**id)).collect();
    assert!(missing.is_empty(), "no case is refused for {missing:?}");
    let missing: Vec<_> = IDS.iter().filter(|id| !accepted.contains(**id)).collect();
    assert!(missing.is_empty(), "no twin is accepted for {missing:?}");
}
