//! Twenty thousand mutants of genuine, signed messages: whatever is done to one, it is refused, or it says exactly what
//! the genuine one said.
//!
//! What lives here: that promise. What does not: the mutations (`mutant`), and attacks that somebody thought of
//! (`cases.rs`).
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use case::{Case, Prepared, tests_folder};
use mutant::{GENUINE, Random, mutate};
use vestibule_saml::response::VerifiedAssertion;

#[expect(dead_code, reason = "other tests use the rest of it")]
mod case;
mod mutant;

/// How many mutants; the long run of a release is the same test with a larger number.
const MUTANTS: u64 = 20_000;
const SEED: u64 = 0x5eed_2026;

/// Everything that a sign-in could rest on.
fn identity(assertion: &VerifiedAssertion) -> String {
    format!(
        "{:?} {:?} {} {:?} {:?} {:?} {:?} {:?} {}",
        assertion.name_id(),
        assertion.attributes().collect::<Vec<_>>(),
        assertion.assertion_id(),
        assertion.issuer(),
        assertion.in_response_to(),
        assertion.session_index(),
        assertion.session_not_on_or_after(),
        assertion.authn_instant(),
        assertion.replay_until(),
    )
}

#[test]
fn no_mutant_is_accepted_as_somebody_else() {
    let genuine: Vec<(Prepared, String, String)> = GENUINE
        .iter()
        .map(|name| {
            let folder = tests_folder().join("accept").join(name);
            let case = Case::read(&folder).prepare();
            let message = std::fs::read_to_string(folder.join("message.xml")).unwrap();
            let identity = identity(&case.verify(message.as_bytes()).outcome.unwrap());
            (case, message, identity)
        })
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let accepted: u64 = std::thread::scope(|scope| {
        let genuine = &genuine;
        let numbers = |first| (first..MUTANTS).step_by(threads as usize);
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || numbers(first).filter(|number| accepts(genuine, *number)).count())
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap() as u64).sum()
    });
    // Some mutations change nothing that is signed; if none were accepted, the test would show nothing.
    assert!(accepted > MUTANTS / 100, "only {accepted} of {MUTANTS} mutants were accepted");
}

/// Whether a mutant is accepted; never as somebody else.
fn accepts(genuine: &[(Prepared, String, String)], number: u64) -> bool {
    let mut random = Random(SEED ^ number);
    let (case, message, honest) = &genuine[random.below(genuine.len())];
    let mutant = mutate(message, &mut random);
    let outcome = case.verify(&mutant).outcome;
    if let Ok(assertion) = &outcome {
        let text = String::from_utf8_lossy(&mutant);
        assert_eq!(&identity(assertion), honest, "mutant {number} is accepted as somebody else:\n{text}");
    }
    outcome.is_ok()
}
