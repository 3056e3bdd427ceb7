//! The sample values of the guides.

use super::{HOST, admin, text};
use vestibule_server::portal::Here;
use vestibule_server::portal::guides::{Choice, Guide, GuidePage, GuidesPage, HelpPage, Values};

pub fn guides() -> GuidesPage {
    GuidesPage::new(admin(Here::Guides))
}

pub fn help() -> HelpPage {
    HelpPage::new(admin(Here::Help))
}

pub fn guide(guide: &Guide) -> GuidePage {
    let values = Values {
        entity_id: format!("https://{HOST}"),
        acs_url: format!("https://{HOST}/saml/SSO"),
        metadata_url: format!("https://{HOST}/saml/metadata/sp"),
        logout_url: format!("https://{HOST}/saml/SingleLogout"),
        start_url: format!("https://{HOST}/saml/login"),
        label: text("acme"),
        certificate: Some(text("-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----")),
        certificate_base64: Some(text("MIIC")),
    };
    let choice = |title: &str, chosen| Choice { address: text("#"), title: text(title), chosen };
    let choices = vec![choice("SSO connection", true), choice("partners", false)];
    GuidePage::new(admin(Here::Guides), guide, &values, choices).unwrap_or_else(|_| unreachable!())
}
