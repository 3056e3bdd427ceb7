//! The identity provider's metadata on the connection's page: one at rest, and all that can be wrong with it.

use super::{certificate, days, minutes_ago, text};
use vestibule_model::connection::NewCertificates;
use vestibule_server::portal::connection::{Difference, Metadata, ValueChange};

pub fn metadata(in_change: bool) -> Metadata {
    let rest = Metadata {
        address: text("/admin/sso/con_1"),
        url: text("https://login.acme.example/app/exk4f2/sso/saml/metadata"),
        policy: NewCertificates::Review,
        fetched_at: Some(minutes_ago(200)),
        next_at: Some(minutes_ago(-160)),
        valid_until: None,
        failure: None,
        difference: None,
        kept: Vec::new(),
    };
    if !in_change {
        return rest;
    }
    let value = ValueChange {
        name: "Sign-in URL",
        before: Some(text("https://login.acme.example/app/vestibule/exk4f2b7qLw0PzB5d7/sso/saml")),
        after: Some(text("https://new.acme.example/sso/saml")),
        meaning: "People would be sent to the new address to sign in.",
    };
    let sign_out = ValueChange {
        name: "Sign-out URL",
        before: None,
        after: Some(text("https://new.acme.example/slo/saml")),
        meaning: "Logout messages would go to the new address.",
    };
    let problem = "https://login.acme.example/app/exk4f2/sso/saml/metadata could not be fetched: it answered 503 Service \
                   Unavailable. Try again later, or ask whoever runs it.";
    Metadata {
        valid_until: Some(days(5)),
        failure: Some((days(-2), text(problem))),
        difference: Some(Difference {
            since: days(-3),
            dismissed: false,
            added: vec![certificate("login.acme.example 2027", -1, 1_100, "dddd")],
            removed: vec![certificate("login.acme.example 2025", -350, 12, "bb")],
            values: vec![value, sign_out],
        }),
        kept: vec![(certificate("login.acme.example 2024", -800, -3, "a"), days(2))],
        ..rest
    }
}
