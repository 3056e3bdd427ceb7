//! Samples of the pages that lead through setting up single sign-on.

use super::{HOST, admin, days, text};
use std::collections::BTreeMap;
use vestibule_server::portal::Here;
use vestibule_server::portal::arrivals::Typed;
use vestibule_server::portal::connection::{Change, Draft};
use vestibule_server::portal::guides::{self, Values};
use vestibule_server::portal::setup::{ChoosePage, ProgressPage, TellPage};

pub fn choose() -> ChoosePage {
    ChoosePage::new(admin(Here::Sso), false)
}

/// The page of an identity provider, or with what is wrong.
pub fn tell(idp: &str, problem: Option<&str>) -> Option<TellPage> {
    let values = Values {
        entity_id: format!("https://{HOST}"),
        acs_url: format!("https://{HOST}/saml/SSO"),
        metadata_url: format!("https://{HOST}/saml/metadata/sp"),
        logout_url: format!("https://{HOST}/saml/SingleLogout"),
        start_url: format!("https://{HOST}/saml/login"),
        label: text("acme"),
        certificate: None,
        certificate_base64: None,
    };
    let told = BTreeMap::from([(text("idp_metadata_url"), text("https://login.acme.example/metadata"))]);
    let problem = problem.map(|words| (text(words), Some(text("idp_metadata_url"))));
    let typed = Typed { values: told, problem };
    TellPage::new(admin(Here::Sso), (idp, guides::find(idp)), &values, typed).ok()
}

/// How far one got: before the test, after it, and when it is published.
pub fn progress() -> [(&'static str, ProgressPage); 3] {
    let page = |draft: Option<Draft>| {
        let change =
            Change { address: text("/admin/sso/x"), published: draft.is_none(), draft, elsewhere: None };
        let names = (text("SSO connection"), text("https://login.acme.example/entity"));
        ProgressPage::new(admin(Here::Sso), names, text("/admin/sso/x"), change)
    };
    let draft = |tested| Draft { number: 1, tested, differences: Vec::new() };
    [
        ("setup_test", page(Some(draft(None)))),
        ("setup_publish", page(Some(draft(Some((days(0), text("#"))))))),
        ("setup_done", page(None)),
    ]
}
