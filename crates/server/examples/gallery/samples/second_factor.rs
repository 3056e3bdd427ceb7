//! Samples of the pages of the second factor.

use super::{ACCOUNT, admin, days, text};
use vestibule_app::second_factor::{Own, Setup};
use vestibule_server::portal::Here;
use vestibule_server::portal::second_factor::{CodePage, CodesPage, FactorPage};

pub fn code(problem: bool) -> CodePage {
    let wrong = "The code is wrong. Take the one that your app shows now.";
    CodePage {
        account: text(ACCOUNT),
        ticket: text("t"),
        return_to: text("/profile"),
        problem: problem.then(|| text(wrong)),
    }
}

/// Each state of a person's own.
pub fn factors() -> [(&'static str, FactorPage); 4] {
    let secret = text("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
    let address = format!(
        "otpauth://totp/Acme:o%40acme.example?secret={secret}&issuer=Acme&algorithm=SHA1&digits=6&period=30"
    );
    let page =
        |own: &Own, problem: Option<&str>| FactorPage::new(admin(Here::Profile), own, problem.map(text));
    let on = Own::On { since: days(-12), codes_left: 7 };
    [
        ("second_factor_off", page(&Own::Off, None)),
        ("second_factor_waiting", page(&Own::Waiting(Setup { secret, address }), None)),
        ("second_factor_on", page(&on, Some("The code was used already."))),
        ("second_factor_not_needed", page(&Own::NotNeeded, None)),
    ]
}

pub fn codes() -> CodesPage {
    let codes = (0..10).map(|number| format!("h7k{number}-mq2w-x9dn-4rpt"));
    CodesPage::new(admin(Here::Profile), codes.collect())
}
