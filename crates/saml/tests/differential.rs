//! What is accepted here is accepted by libxmlsec1 too, and libxml2 reads the same name in it.
//!
//! What lives here: the comparison, over every case, every attack among them, and thousands of mutants. What does not:
//! the second opinion (`judge.py`), which knows signatures and names, and nothing of times and audiences.
//! The one thing to know: one direction is compared. A message that is refused here and accepted there is what this
//! verifier is for.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use case::{Case, Prepared, folders, tests_folder};
use mutant::{GENUINE, Random, mutate};
use vestibule_saml::response::{VerifiedAssertion, decode};

#[expect(dead_code, reason = "other tests use the rest of it")]
mod case;
mod mutant;

const MUTANTS: u64 = 4_000;
const SEED: u64 = 0xd1ff_2026;
/// Accepted here, and unknown to the judge's version: RSA-PSS.
const UNKNOWN_TO_THE_JUDGE: [&str; 1] = ["x21_signed_with_pss"];
const PYTHON: &str = "/usr/bin/python3";

/// A message, and what is made of it here.
struct Exhibit {
    name: String,
    message: Vec<u8>,
    certificates: Vec<String>,
    /// The name identifier, if it is accepted.
    accepted: Option<String>,
}

impl Exhibit {
    fn new(name: String, message: Vec<u8>, case: &Case, prepared: &Prepared) -> Self {
        let accepted = prepared.verify(&message).outcome.ok().map(|assertion| name_id(&assertion));
        let certificates = case.certificates.clone().unwrap_or_else(|| vec!["idp".to_owned()]);
        Self { name, message, certificates, accepted }
    }
}

fn name_id(assertion: &VerifiedAssertion) -> String {
    assertion.name_id().map(|name_id| name_id.value.clone()).unwrap_or_default()
}

/// Every case whose message can be decoded at all. What is encrypted has no name that the judge could read.
fn cases() -> Vec<Exhibit> {
    let folders = folders("accept").into_iter().chain(folders("reject"));
    let exhibit = |folder: &Path| {
        let case = Case::read(folder);
        let message = match fs::read_to_string(folder.join("message.b64")) {
            Ok(field) => decode(&field).ok()?,
            Err(_) => fs::read(folder.join("message.xml")).unwrap(),
        };
        if message.windows(14).any(|part| part == b"EncryptedData ") {
            return None;
        }
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        Some(Exhibit::new(name, message, &case, &case.prepare()))
    };
    folders.filter_map(|folder| exhibit(&folder)).collect()
}

fn mutants() -> Vec<Exhibit> {
    let genuine = GENUINE.map(|name| {
        let folder = tests_folder().join("accept").join(name);
        let case = Case::read(&folder);
        let prepared = case.prepare();
        (case, prepared, fs::read_to_string(folder.join("message.xml")).unwrap())
    });
    let mutant = |number: u64| {
        let mut random = Random(SEED ^ number);
        let (case, prepared, message) = &genuine[random.below(genuine.len())];
        Exhibit::new(format!("mutant-{number}"), mutate(message, &mut random), case, prepared)
    };
    (0..MUTANTS).map(mutant).collect()
}

/// What the judge says of each: whether it accepts, and the name identifier that it reads.
fn judged(exhibits: &[Exhibit]) -> BTreeMap<String, (bool, String)> {
    let folder = vestibule_testkit::folder();
    let mut list = String::new();
    for exhibit in exhibits {
        fs::write(folder.path().join(&exhibit.name), &exhibit.message).unwrap();
        writeln!(list, "{}\t{}", exhibit.name, exhibit.certificates.join("\t")).unwrap();
    }
    let mut child = Command::new(PYTHON)
        .arg("-B")
        .args([tests_folder().join("judge.py"), folder.path().to_owned(), tests_folder().join("keys")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the judge ended early: {}", output.status);
    let verdict = |line: &str| {
        let mut parts = line.split('\t');
        let (name, word) = (parts.next().unwrap(), parts.next().unwrap());
        let name_id: Option<String> = serde_json::from_str(parts.next().unwrap()).unwrap();
        (name.to_owned(), (word == "accepted", name_id.unwrap_or_default()))
    };
    String::from_utf8(output.stdout).unwrap().lines().map(verdict).collect()
}

#[test]
fn x25_whatever_is_accepted_here_libxmlsec1_accepts_and_reads_the_same_name() {
    let installed = Command::new(PYTHON).args(["-c", "import xmlsec, lxml"]).stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        vestibule_testkit::skip("needs libxmlsec1 for Python (Debian: python3-xmlsec)");
        return;
    }
    let mut exhibits = cases();
    let count = exhibits.len();
    exhibits.extend(mutants());
    let judged = judged(&exhibits);
    let mut differing = Vec::new();
    let mut both = 0;
    for exhibit in exhibits.iter().filter(|exhibit| !UNKNOWN_TO_THE_JUDGE.contains(&exhibit.name.as_str())) {
        let Some(ours) = &exhibit.accepted else { continue };
        let (accepted, theirs) = &judged[&exhibit.name];
        if *accepted && theirs.trim() == ours.trim() {
            both += 1;
        } else {
            let text = String::from_utf8_lossy(&exhibit.message);
            differing.push(format!("{}: {ours:?}, there {accepted} {theirs:?}\n{text}", exhibit.name));
        }
    }
    println!("{count} cases and {MUTANTS} mutants: {both} accepted by both");
    assert!(differing.is_empty(), "{} differ\n{}", differing.len(), differing.join("\n\n"));
    assert!(both > count / 5 + 40, "only {both} messages were accepted, so the test shows little");
}
