//! The second factor: a person's own, the codes that are shown once, and the question after the password.

use super::Frame;
use super::moment::Moment;
use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;
use vestibule_app::second_factor::Own;

/// Asks for a code, after the password.
#[derive(Debug, Template)]
#[template(path = "second_factor/code.html")]
pub struct CodePage {
    /// The account's name.
    pub account: String,
    /// What shows that the password was right.
    pub ticket: String,
    /// The page wanted after the sign-in: a path of this host.
    pub return_to: String,
    /// What was wrong.
    pub problem: Option<String>,
}

/// A person's own.
#[derive(Debug, Template)]
#[template(path = "second_factor/page.html")]
pub struct FactorPage {
    frame: Frame,
    since: Option<String>,
    state: State,
    problem: Option<String>,
}

#[derive(Debug)]
enum State {
    NotNeeded,
    Off,
    Waiting { secret: String, qr: Qr },
    On { codes_left: i64 },
}

/// A QR code as a path of squares.
#[derive(Debug, Default)]
struct Qr {
    size: i32,
    path: String,
}

/// White around the code, in squares (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

impl FactorPage {
    /// The page; `problem` is what was wrong with a form.
    #[must_use]
    pub fn new(frame: Frame, own: &Own, problem: Option<String>) -> Self {
        let since = match own {
            Own::On { since, .. } => Some(Moment(*since).day()),
            Own::NotNeeded | Own::Off | Own::Waiting(_) => None,
        };
        let state = match own {
            Own::NotNeeded => State::NotNeeded,
            Own::Off => State::Off,
            Own::Waiting(setup) => {
                State::Waiting { secret: in_groups(&setup.secret), qr: drawn(&setup.address) }
            }
            Own::On { codes_left, .. } => State::On { codes_left: *codes_left },
        };
        Self { frame, since, state, problem }
    }
}

/// Four letters at a time, as people type.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

fn drawn(text: &str) -> Qr {
    // An address is far from being too long; if it were, there is the secret to type.
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return Qr::default() };
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing into a text cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    Qr { size: code.size() + 2 * QUIET, path }
}

/// The recovery codes, shown once.
#[derive(Debug, Template)]
#[template(path = "second_factor/codes.html")]
pub struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
    all: String,
}

impl CodesPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, codes: Vec<String>) -> Self {
        let all = codes.join("\n");
        Self { frame, codes, all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_its_white_edge_and_the_corners_that_cameras_look_for() {
        let qr = drawn("otpauth://totp/Acme:o%40acme.example?secret=MZXW6&issuer=Acme");
        assert!(qr.size >= 21 + 8, "{}", qr.size);
        assert!(qr.path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"), "{}", qr.path);
        let corner = qr.size - 5;
        assert!(qr.path.contains(&format!("M{corner} 4h")) && qr.path.contains(&format!("M4 {corner}h")));
        assert!(!qr.path.contains("M3 ") && !qr.path.contains(&format!("M{} ", corner + 1)));
        assert_eq!(in_groups("ABCDEFGHI"), "ABCD EFGH I");
    }
}
