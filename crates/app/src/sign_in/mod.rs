//! Signing in: who comes by which way (`identify`), the way out to the identity provider (`start`) and back (`finish`),
//! and by password (`password`), also where nothing else works (`glass`), as often as `attempts` lets one; and how one comes by a new password
//! (`forgotten`).
//!
//! `finish` is the one path by which a SAML response becomes a session: it verifies (`saml::response::verify`), then in
//! one transaction burns the request and the assertion, looks whether what was asked was done (`asked`), decides (`model::admission`), writes the person, the session and
//! the row of the response log (`admit`, `record`). Where the mapping sends somebody to a sub-account, all of that is about the person there (`below`), and the
//! browser is handed over (`hand_over`). A refusal is the same transaction without the person. The answer to a
//! test sign-in (`trial`) is judged by the version that is tested, and writes nothing but its row.

mod admit;
mod asked;
pub(crate) mod attempts;
mod below;
mod breached;
mod burn;
mod finish;
pub mod forgotten;
mod glass;
pub mod hand_over;
mod identify;
pub mod password;
mod person;
mod record;
mod start;
mod trial;

pub(crate) use asked::{keeps_newcomers, vouches};
pub use attempts::Knock;
pub(crate) use below::{Below, look_up, no_sub_account};
pub use breached::BreachedList;
pub use finish::{Finished, Posted, finish};
pub use glass::{Glass, GlassWay, Opened, break_glass, glass_way};
pub use identify::{Way, find, identify};
pub use password::{Entered, SignedIn, with_password};
pub(crate) use person::Person;
pub(crate) use record::Record;
pub use start::{Go, REQUEST_LIFETIME, Start, Started, start};
pub(crate) use start::{binding_secret, test};

use crate::error::{Error, Kind};
use crate::live::LiveConnection;
use std::sync::Arc;

/// Where a person goes after signing in when nothing else was asked for.
const HOME: &str = "/profile";

/// Takes a place to return to only if it is a path of this very host: never an open redirect.
#[must_use]
pub fn local_path(wanted: Option<&str>) -> &str {
    let usable = |path: &str| {
        let second_is_separator = path.get(1..2).is_some_and(|second| second == "/" || second == "\\");
        path.starts_with('/')
            && !second_is_separator
            && path.len() <= 512
            && path.bytes().all(|b| b.is_ascii_graphic())
    };
    wanted.filter(|path| usable(path)).unwrap_or(HOME)
}

/// The connection that was chosen among those in use.
pub(crate) fn in_use(chosen: Option<&Arc<LiveConnection>>) -> Result<Arc<LiveConnection>, Error> {
    chosen.cloned().ok_or_else(|| {
        Error::new(Kind::NotFound, "Single sign-on is not set up for this account.")
            .hint("Sign in with your e-mail address and password, or ask your administrator.")
    })
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn p14_only_a_path_of_this_host_is_returned_to() {
        for path in ["/profile", "/admin/log?code=1007", "/"] {
            assert_eq!(local_path(Some(path)), path);
        }
        let long = format!("/{}", "a".repeat(600));
        for foreign in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "",
            "/a b",
            "/\n",
            &long,
        ] {
            assert_eq!(local_path(Some(foreign)), "/profile", "{foreign:?}");
        }
        assert_eq!(local_path(None), "/profile");
    }
}
