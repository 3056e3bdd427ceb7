//! Time zones: the names of the IANA time zone database, and those by which Windows calls its zones (Active Directory sends
//! them). Only names live here; what time it is anywhere does not.
//!
//! `time_zone/iana.txt` lists the zones and links of the database, `time_zone/windows.txt` the zone of each Windows name.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The IANA name, by the lower-case form of every known name.
static ZONES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let iana = include_str!("time_zone/iana.txt").lines().map(|name| (name, name));
    let windows = include_str!("time_zone/windows.txt").lines().filter_map(|line| line.split_once('='));
    iana.chain(windows).map(|(name, zone)| (name.to_ascii_lowercase(), zone)).collect()
});

/// The IANA name of a zone that is called by it, in any case, or by its Windows name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    ZONES.get(&name.to_ascii_lowercase()).copied()
}

#[cfg(test)]
mod tests {
    use super::{ZONES, find};

    #[test]
    fn every_windows_name_stands_for_a_zone_that_there_is() {
        for line in include_str!("time_zone/windows.txt").lines() {
            let (name, zone) = line.split_once('=').unwrap();
            assert_eq!((find(name), find(zone)), (Some(zone), Some(zone)), "{line}");
        }
        assert!(ZONES.len() > 700, "{}", ZONES.len());
    }

    #[test]
    fn a_zone_is_found_in_any_case_and_nothing_else_is_one() {
        for (name, zone) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("europe/berlin", Some("Europe/Berlin")),
            ("W. Europe Standard Time", Some("Europe/Berlin")),
            ("UTC", Some("Etc/UTC")),
            ("Europe/Atlantis", None),
            ("+01:00", None),
            ("../etc/passwd", None),
            ("", None),
        ] {
            assert_eq!(find(name), zone, "{name}");
        }
    }
}
