//! `vestibule idp`, as far as it ends by itself; what it sends is tested beside it.

use crate::Folder;

#[test]
fn an_attack_or_a_dialect_that_is_none_is_named_with_those_there_are() {
    let folder = Folder::new();
    for (option, known) in [("--attack", ["x09", "p01"]), ("--dialect", ["entra", "shibboleth"])] {
        let run = folder.run(&["idp", "--port", "0", option, "nothing"]).ends_with(2);
        let said = run.stderr();
        for word in [&["\"nothing\""], known.as_slice()].concat() {
            assert!(said.contains(word), "{option}: no {word} in {said}");
        }
    }
}
