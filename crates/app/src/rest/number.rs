//! The numbers by which programs tell errors of the REST API apart: those that the clients of the field know. Two of them come from
//! elsewhere with the error: 200 (the token does not permit it) and 1005 (the address is somebody's). The numbers of refused sign-ins
//! (`model/code`) are others, and of them only 1031 is met here. docs/rest-api.md has them all.

use crate::error::{Error, Kind};

/// Something that was sent cannot be used.
pub(crate) const INVALID: u32 = 300;
/// The account has no such user.
pub(super) const UNKNOWN: u32 = 1001;
/// The domain of the address is not managed by the account.
pub(crate) const NOT_MANAGED: u32 = 1116;
/// The person is protected.
pub(super) const PROTECTED: u32 = 1117;
/// No SSO connection is in use.
pub(crate) const NO_SSO: u32 = 2002;
/// Users are not made before they sign in.
pub(crate) const NOT_BEFORE: u32 = 2032;

/// An error of a deed that others share, with its number.
pub(super) fn numbered(error: Error) -> Error {
    let number = match error.kind() {
        Kind::Invalid => INVALID,
        Kind::NotFound => UNKNOWN,
        Kind::Forbidden => PROTECTED,
        _ => return error,
    };
    if error.number().is_some() { error } else { error.numbered(number) }
}
