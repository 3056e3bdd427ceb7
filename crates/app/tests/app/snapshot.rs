//! Snapshots: what the outside sees of a story, kept as files in `snapshots/` and compared to the letter.

use std::path::Path;

/// Compares a text with the snapshot of this name. When it differs, the text is left beside the build, from where it can
/// be taken over once it was looked at.
pub fn check(name: &str, text: &str) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/app/snapshots").join(name);
    let known = std::fs::read_to_string(&kept).unwrap_or_default();
    if known != text {
        let left = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&left, text).unwrap();
        panic!("{} differs from {}:\n{text}", kept.display(), left.display());
    }
}

/// The same, for what is printed as JSON.
pub fn check_json(name: &str, value: &impl serde::Serialize) {
    check(name, &format!("{}\n", serde_json::to_string_pretty(value).unwrap()));
}
