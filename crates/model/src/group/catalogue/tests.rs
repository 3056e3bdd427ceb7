//! What holds for a person, and why.

use super::super::{Group, GroupKind, Origin, Setting};
use super::*;

fn id(number: u8) -> GroupId {
    GroupId::from_bytes([number; 16])
}

fn member(name: &str, number: u8, position: i64) -> Membership {
    let name = GroupName::parse(name).unwrap();
    let group = Group { id: id(number), kind: GroupKind::UserGroup, name };
    Membership { group, origin: Origin::Manual, position }
}

fn settings(all: &[(SettingName, &str, bool)]) -> Settings {
    let one = |(name, value, locked): &(SettingName, &str, bool)| {
        (name.as_str().to_owned(), Setting { value: (*value).to_owned(), locked: *locked })
    };
    all.iter().map(one).collect()
}

fn told(policy: &Policy, memberships: &[Membership]) -> Vec<String> {
    let holding = policy.holding(memberships);
    holding.iter().map(|one| format!("{} {}: {}", one.setting.as_str(), one.value, one.reason())).collect()
}

#[test]
fn without_any_setting_the_built_in_ones_hold() {
    let built_in = [
        "session_idle 2h: the built-in default",
        "automatic_logout off: the built-in default",
        "mapped_picture on: the built-in default",
    ];
    assert_eq!(told(&Policy::default(), &[]), built_in);
    assert_eq!(told(&Policy::default(), &[member("Sales", 1, 0)]), built_in);
    assert_eq!(Policy::default().limits(&[]), Limits::default());
    for name in SettingName::ALL {
        assert_eq!(name.parse(name.built_in()).as_deref(), Ok(name.built_in()));
        assert_eq!(SettingName::from_word(name.as_str()), Some(name));
    }
}

#[test]
fn a_lock_wins_over_the_primary_group_and_that_over_what_is_for_everybody() {
    use SettingName::{AutomaticLogout, MappedPicture, SessionIdle};
    let policy = Policy {
        everybody: settings(&[(SessionIdle, "1h", false), (MappedPicture, "off", false)]),
        groups: [
            (id(1), settings(&[(SessionIdle, "8h", false), (AutomaticLogout, "7d", false)])),
            (id(2), settings(&[(SessionIdle, "15m", true), (MappedPicture, "on", false)])),
        ]
        .into(),
    };
    let both = [member("Staff", 1, 0), member("Contractors", 2, 1)];
    assert_eq!(
        told(&policy, &both),
        [
            "session_idle 15m: locked by the group Contractors",
            "automatic_logout 7d: set by the primary group Staff",
            "mapped_picture off: set for everybody in the account",
        ]
    );
    assert_eq!(policy.limits(&both), Limits { idle_seconds: 900, lifetime_seconds: Some(604_800) });
    assert_eq!(policy.limits(&both[..1]).idle_seconds, 8 * 3_600, "who is in no locking group");
    assert_eq!(policy.limits(&[]), Limits { idle_seconds: 3_600, lifetime_seconds: None });
    assert!(policy.without_picture(&both).is_some());
    assert!(policy.without_picture(&both[1..]).is_none(), "Contractors is the primary group then");
}

#[test]
fn a_value_that_this_version_does_not_know_is_as_if_nobody_had_said_anything() {
    let said = settings(&[(SettingName::SessionIdle, "for ever", true)]);
    let policy = Policy { everybody: Settings::new(), groups: [(id(1), said)].into() };
    assert_eq!(policy.limits(&[member("Staff", 1, 0)]), Limits::default());
}

#[test]
fn values_are_read_in_bounds_and_written_in_their_usual_spelling() {
    use SettingName::{AutomaticLogout, MappedPicture, SessionIdle};
    for (name, given, usual) in [
        (SessionIdle, " 60m ", "1h"),
        (SessionIdle, "5m", "5m"),
        (SessionIdle, "24h", "1d"),
        (AutomaticLogout, "off", "off"),
        (AutomaticLogout, "15m", "15m"),
        (AutomaticLogout, "180d", "180d"),
        (MappedPicture, "off", "off"),
    ] {
        assert_eq!(name.parse(given).as_deref(), Ok(usual), "{given}");
    }
    for (name, given) in [
        (SessionIdle, "4m"),
        (SessionIdle, "25h"),
        (SessionIdle, "off"),
        (SessionIdle, ""),
        (AutomaticLogout, "14m"),
        (AutomaticLogout, "181d"),
        (AutomaticLogout, "never"),
        (MappedPicture, "true"),
    ] {
        let error = name.parse(given).unwrap_err();
        assert!(error.to_string().contains(name.expected()), "{error}");
    }
}
