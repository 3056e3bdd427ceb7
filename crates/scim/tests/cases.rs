//! Every case comes to what it must: reading, patching, filtering, members of groups, bulk requests, lists, answers to changes.
//!
//! The cases are the folders of `read`, `patch` and so on; the beginning of a name says which attack of a SCIM service it
//! meets (`s03`, `s04`, `s05`), and a name with that of a quirk shows it. `cargo run -p vestibule-scim --example cases` brings
//! what is expected up to date: look at what changed before it is committed.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a broken case folder stops the test")]

use std::fs;

use vestibule_scim::Quirk;

mod case;

fn check(kind: &str) {
    let mut faults = Vec::new();
    for folder in case::folders(kind) {
        let outcome = case::outcome(kind, &folder);
        if fs::read_to_string(folder.join("expected.json")).unwrap_or_default() != outcome {
            faults.push(format!("{}: differs from expected.json:\n{outcome}", folder.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_sent_is_read_as_it_is_meant_or_refused_by_name() {
    check("read");
}

#[test]
fn patches_are_applied_in_order_and_as_a_whole() {
    check("patch");
}

#[test]
fn filters_find_what_they_ask_for() {
    check("filter");
}

#[test]
fn what_a_patch_says_about_members_is_split_off() {
    check("members");
}

#[test]
fn bulk_requests_are_done_in_an_order_in_which_references_hold() {
    check("bulk");
}

#[test]
fn lists_are_filtered_sorted_paged_and_projected() {
    check("list");
}

#[test]
fn a_change_is_answered_with_what_it_said_and_what_is_returned_by_default() {
    check("answer");
}

fn names() -> Vec<String> {
    let folders = case::KINDS.iter().flat_map(|kind| case::folders(kind));
    folders.map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_quirk_has_a_case() {
    let names = names();
    let shown = |quirk: &Quirk| names.iter().any(|name| name.contains(quirk.name()));
    let missing: Vec<_> = Quirk::ALL.into_iter().filter(|quirk| !shown(quirk)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

/// Quirks that nothing in a document shows: they are about what is answered, and their cases show that.
const SILENT: [Quirk; 4] =
    [Quirk::InactiveStillFound, Quirk::GoneWhenReplaced, Quirk::SilentSuccess, Quirk::LowercaseResources];

#[test]
fn every_quirk_that_a_document_shows_is_noted() {
    let folders = case::KINDS.iter().flat_map(|kind| case::folders(kind));
    let texts: Vec<String> =
        folders.map(|folder| fs::read_to_string(folder.join("expected.json")).unwrap()).collect();
    let noted = |quirk: &Quirk| {
        let name = format!("\"{}\"", quirk.name());
        texts.iter().any(|text| text.split("\"quirks\"").skip(1).any(|list| list.contains(&name)))
    };
    let missing: Vec<_> =
        Quirk::ALL.into_iter().filter(|quirk| !SILENT.contains(quirk) && !noted(quirk)).collect();
    assert!(missing.is_empty(), "no case notes {missing:?}");
}

#[test]
fn s03_s04_s05_have_cases_that_are_refused_and_twins_that_are_not() {
    for id in ["s03", "s04", "s05"] {
        let of = |refused: bool| {
            let folders = case::KINDS.iter().flat_map(|kind| case::folders(kind));
            let named =
                folders.filter(|folder| folder.file_name().unwrap().to_string_lossy().starts_with(id));
            let texts = named.map(|folder| fs::read_to_string(folder.join("expected.json")).unwrap());
            texts.filter(|text| text.contains("\"refused\"") == refused).count()
        };
        assert!(of(true) > 0 && of(false) > 0, "{id}: {} refused, {} not", of(true), of(false));
    }
}
