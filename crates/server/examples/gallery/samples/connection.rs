//! Samples of the pages about SSO connections.

use super::{HOST, admin, days, keys, metadata, minutes_ago, now, text};
use vestibule_model::connection::{IdentityProvider, Settings, WeakAlgorithm};
use vestibule_server::portal::Here;
use vestibule_server::portal::connection::{
    Certificate, Change, ConfirmPage, Connection, ConnectionPage, ConnectionsPage, Draft, Filled, FormPage,
    Listed, Ours, Version,
};

pub(super) fn certificate(name: &str, from: i64, to: i64, seed: &str) -> Certificate {
    Certificate {
        subject: format!("CN={name}"),
        issuer: format!("CN={name}"),
        fingerprint: (0..32)
            .map(|at| format!("{:02X}", (at * 37 + seed.len() * 11) % 256))
            .collect::<Vec<_>>()
            .join(":"),
        key: text("RSA 2048"),
        not_before: days(from),
        not_after: days(to),
        pem: None,
    }
}

fn ours() -> Ours {
    Ours {
        entity_id: format!("https://{HOST}"),
        other_entity_id: text(HOST),
        acs_url: format!("https://{HOST}/saml/SSO"),
        logout_url: format!("https://{HOST}/saml/SingleLogout"),
        metadata_url: format!("https://{HOST}/saml/metadata/sp"),
        start_url: format!("https://{HOST}/saml/login"),
    }
}

fn settings() -> Settings {
    Settings::new(IdentityProvider {
        metadata_url: Some(text("https://login.acme.example/app/exk4f2/sso/saml/metadata")),
        issuer: text("http://www.okta.example/exk4f2b7qLw0PzB5d7"),
        sign_in_url: text("https://login.acme.example/app/vestibule/exk4f2b7qLw0PzB5d7/sso/saml"),
        sign_out_url: None,
        sign_out_response_url: None,
        sign_out_binding: None,
        certificates: Vec::new(),
    })
}

fn with(shown: &Settings, draft: Option<i64>, certificates: Vec<Certificate>) -> ConnectionPage {
    let connection = Connection {
        name: "",
        several: false,
        published: Some((3, days(-9))),
        draft: draft.map(|number| (number, minutes_ago(55))),
        settings: shown,
        certificates,
        ours: ours(),
        keys: Some(keys::keys(draft.is_some())),
        metadata: Some(metadata::metadata(draft.is_some())),
        change: change(draft),
        versions: versions(draft),
        now: now(),
    };
    ConnectionPage::new(admin(Here::Sso), connection)
}

fn change(draft: Option<i64>) -> Change {
    let differences = vec![
        (text("clock_skew"), Some(text("180s")), Some(text("60s"))),
        (
            text("issuer"),
            Some(settings().identity_provider.issuer),
            Some(text("https://new.acme.example/idp")),
        ),
    ];
    let tested = Some((minutes_ago(12), text("/admin/sso/test/WEB_1")));
    let draft = draft.map(|number| Draft { number, tested, differences });
    Change { address: text("/admin/sso/con_1"), published: true, draft, elsewhere: None }
}

fn versions(draft: Option<i64>) -> Vec<Version> {
    (1..=draft.unwrap_or(3))
        .rev()
        .map(|number| Version {
            number,
            saved: days(number * 3 - 20),
            published: (number < 4).then(|| days(number * 3 - 19)),
            tested: (number != 2).then(|| days(number * 3 - 20)),
            in_use: number == 3,
            draft: number == 4,
        })
        .collect()
}

pub fn form() -> FormPage {
    let values =
        [("issuer", "https://idp.acme.example"), ("sign_in_url", "idp.acme.example"), ("enabled", "true")];
    let filled = Filled {
        values: values.map(|(key, value)| (text(key), text(value))).into(),
        problem: Some((
            text("`sign_in_url`: \"idp.acme.example\" is not an http or https URL."),
            Some(text("sign_in_url")),
        )),
        from: "typed",
    };
    FormPage::edit(admin(Here::Sso), "SSO connection", "/admin/sso/con_1", filled)
}

pub fn confirm() -> ConfirmPage {
    ConfirmPage {
        frame: admin(Here::Sso),
        heading: text("Publish version 4 without a test?"),
        text: text(
            "This version has not passed a test sign-in. If something in it is wrong, nobody can sign in by it until you restore an older version. You lose nothing by testing it first.",
        ),
        action: text("/admin/sso/con_1/publish"),
        fields: Vec::new(),
        button: "Publish without a test",
        back: text("/admin/sso/con_1"),
    }
}

pub fn connection() -> ConnectionPage {
    with(&settings(), None, vec![certificate("login.acme.example", -400, 900, "a")])
}

pub fn connection_ending() -> ConnectionPage {
    let settings = Settings { allow: [WeakAlgorithm::Sha1].into(), ..settings() };
    let certificates = vec![
        certificate("login.acme.example 2024", -800, -3, "a"),
        certificate("login.acme.example 2025", -350, 12, "bb"),
        Certificate {
            issuer: text("CN=Acme Issuing CA 3, O=Acme"),
            ..certificate("login.acme.example 2026", -1, 900, "ccc")
        },
    ];
    with(&settings, Some(4), certificates)
}

fn listed(name: &str, draft: Option<i64>, domains: &[&str]) -> Listed {
    Listed {
        address: text("/admin/sso/con_1"),
        name: text(name),
        published: Some(3),
        draft,
        enabled: domains.len() < 2,
        issuer: settings().identity_provider.issuer,
        host: text(HOST),
        domains: domains.iter().copied().map(text).collect(),
    }
}

pub fn connections() -> ConnectionsPage {
    let listed = vec![
        listed("", Some(4), &[]),
        listed("Subsidiary", None, &["subsidiary.example"]),
        listed("Old brand", None, &["old.example", "older.example"]),
    ];
    ConnectionsPage::new(admin(Here::Sso), "acme", listed, ours())
}

pub fn connection_none() -> ConnectionsPage {
    ConnectionsPage::new(admin(Here::Sso), "acme", Vec::new(), ours())
}
