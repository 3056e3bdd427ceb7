//! The rules of tokens, in tables.

use super::*;

#[test]
fn writing_includes_reading_and_nothing_of_another_interface() {
    use Scope::{Scim2, Scim2Read, UsersRead, UsersWrite};
    let given = [(Scim2, Scim2Read), (UsersWrite, UsersRead)];
    for held in Scope::ALL {
        for wanted in Scope::ALL {
            let expected = held == wanted || given.contains(&(held, wanted));
            assert_eq!(held.implies(wanted), expected, "{held} {wanted}");
        }
    }
}

#[test]
fn scopes_are_read_from_words_and_written_as_such() {
    let check = |text: &str| Scopes::parse(text).map(|scopes| scopes.to_string());
    assert_eq!(check("users:read  scim2 scim2"), Ok("scim2 users:read".to_owned()));
    assert_eq!(check(""), Err(BadScopes::None));
    assert_eq!(check("scim2 SCIM2"), Err(BadScopes::Unknown("SCIM2".to_owned())));
    assert!(check("scim2\tusers:read").is_err(), "blanks alone stand between scopes");
}

#[test]
fn scopes_cover_others_if_each_is_allowed() {
    let of = |text: &str| Scopes::parse(text).unwrap();
    assert!(of("scim2").cover(&of("scim2:read")));
    assert!(!of("scim2:read").cover(&of("scim2")));
    assert!(!of("scim2").cover(&of("scim2 users:read")));
}

#[test]
fn s02_a_token_that_is_cut_off_or_mistyped_is_seen_without_a_look_up() {
    let kind = SecretKind::Access;
    let token = kind.write(&"aB3-_".repeat(9)[..43]);
    assert!(kind.is_whole(&token) && token.len() == 55, "{token}");
    for cut in 0..token.len() {
        assert!(!kind.is_whole(&token[..cut]), "{cut}");
        let other = if token.as_bytes()[cut] == b'x' { "y" } else { "x" };
        assert!(!kind.is_whole(&format!("{}{other}{}", &token[..cut], &token[cut + 1..])), "{cut}");
    }
    for bad in ["", "vst_", "Bearer", &format!("{token} "), &token.to_uppercase(), "vst_\u{1f600}"] {
        assert!(!kind.is_whole(bad), "{bad}");
    }
}

#[test]
fn the_checksum_is_the_one_that_everybody_calls_crc_32() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn a_token_is_good_until_it_ends_is_taken_back_or_its_maker_may_not() {
    let (now, later) = (Timestamp::from_second(100).unwrap(), Timestamp::from_second(101).unwrap());
    fn check(expires_at: Option<Timestamp>, revoked_at: Option<Timestamp>, maker: Maker) -> State {
        let needs = Scope::Scim2Read.permissions();
        State::of(&Facts { expires_at, revoked_at, maker, needs }, Timestamp::from_second(100).unwrap())
    }
    assert_eq!(check(None, None, Maker::Nobody), State::Live);
    assert_eq!(check(Some(later), None, Maker::Nobody), State::Live);
    assert_eq!(check(Some(now), None, Maker::Nobody), State::Expired);
    assert_eq!(check(Some(now), Some(now), Maker::Gone), State::Revoked);
    assert_eq!(check(None, None, Maker::Gone), State::Resting);
    let only = |permissions: &[Permission]| permissions.iter().copied().collect();
    for (status, permissions, state) in [
        (Status::Active, Permissions::all(), State::Live),
        (Status::Active, Permissions::NONE, State::Resting),
        (Status::Active, only(&[Permission::UserEdit, Permission::GroupEdit]), State::Live),
        (Status::Active, only(&[Permission::UserEdit, Permission::LogRead]), State::Resting),
        (Status::Inactive, Permissions::all(), State::Resting),
        (Status::Pending, Permissions::all(), State::Resting),
    ] {
        assert_eq!(check(None, None, Maker::Person(status, permissions)), state, "{status:?} {permissions}");
    }
}

#[test]
fn whoever_gives_a_program_leave_to_write_may_do_all_that_it_reaches() {
    for scope in [Scope::Scim2, Scope::UsersWrite] {
        assert_eq!(scope.permissions(), Permissions::all(), "{scope:?}");
    }
    let reads = Scope::UsersRead.permissions();
    assert!(reads.allow(Permission::UserRead) && !reads.allow(Permission::UserEdit));
}
