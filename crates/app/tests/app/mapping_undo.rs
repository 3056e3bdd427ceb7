//! One step back in the mapping.

use crate::cases;
use crate::world::World;
use vestibule_app::configuration::edit_mapping::{self, Change, Form, Seen};
use vestibule_app::{AdminCtx, Kind};
use vestibule_model::license::License;

cases! {
    the_last_change_of_the_mapping_is_undone_and_the_undoing_too,
    what_was_changed_in_another_way_since_is_not_undone,
}

fn form(pairs: &[(&str, &str)]) -> Form {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn licenses(first: &str, fallback: &str) -> Change {
    Change::Licenses(form(&[("default_license", first), ("fallback", fallback)]))
}

async fn seen(owner: &AdminCtx) -> Seen {
    edit_mapping::seen(owner).await.unwrap()
}

/// Makes a change, and tells what there is then.
async fn change(owner: &AdminCtx, change: &Change) -> Seen {
    edit_mapping::edit_mapping(owner, seen(owner).await.version, change).await.unwrap();
    seen(owner).await
}

async fn the_last_change_of_the_mapping_is_undone_and_the_undoing_too(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let before = seen(&owner).await;
    assert_eq!(before.configuration.can_go_back(), None, "nothing was changed by a form yet");
    let nothing = edit_mapping::edit_mapping(&owner, before.version, &Change::Undo).await.unwrap_err();
    assert_eq!(nothing.kind(), Kind::Conflict);

    let title = Change::Basic { target: "job_title".to_owned(), form: form(&[("source", "title")]) };
    let first = change(&owner, &title).await;
    assert_eq!(first.configuration.can_go_back(), Some(world.time.now()));
    let second = change(&owner, &licenses("none", "basic")).await;
    assert_eq!(second.configuration.mapping.default_license, None);

    let undone = change(&owner, &Change::Undo).await;
    assert_eq!(undone.configuration.mapping, first.configuration.mapping);
    assert_eq!(undone.configuration.fallback_license, first.configuration.fallback_license);
    let again = change(&owner, &Change::Undo).await;
    assert_eq!(again.configuration.mapping, second.configuration.mapping);
    assert_eq!(again.configuration.fallback_license, Some(License::Basic));
}

async fn what_was_changed_in_another_way_since_is_not_undone(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let changed = change(&owner, &licenses("licensed", "basic")).await;
    assert!(changed.configuration.can_go_back().is_some());
    acme.apply(acme.usual().set(["mapping", "basic", "default_license"], "basic")).await;
    let after = seen(&owner).await;
    assert_eq!(after.configuration.can_go_back(), None);
    let refused = edit_mapping::edit_mapping(&owner, after.version, &Change::Undo).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict);
    assert_eq!(seen(&owner).await.configuration, after.configuration);
}
