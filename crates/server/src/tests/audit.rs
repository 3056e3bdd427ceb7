//! The audit log: the page, the export, and that no address of the portal changes something without a record.

use super::access::filled;
use super::harness::{House, form};
use crate::routes::{Caller, vanity};
use axum::http::{Method, StatusCode};
use std::collections::BTreeSet;
use vestibule_model::audit::{Deed, Record};

/// Every address of the portal that takes forms, and what its records call what it does. Whoever adds one says so here; that
/// each of these deeds leaves its record is proved in `crates/app/tests/app/audit.rs`.
const TOLD: &[(&str, &[Deed])] = &[
    ("/admin/api/clients", &[Deed::ClientCreated]),
    ("/admin/api/clients/{id}/revoke", &[Deed::ClientRevoked]),
    ("/admin/api/tokens", &[Deed::TokenCreated]),
    ("/admin/api/tokens/{id}/revoke", &[Deed::TokenRevoked]),
    ("/admin/domains", &[Deed::DomainClaimed]),
    ("/admin/domains/{domain}/check", &[Deed::DomainChecked]),
    ("/admin/domains/{domain}/invite", &[Deed::DomainInvited]),
    ("/admin/domains/{domain}/policy", &[Deed::DomainDecided]),
    ("/admin/domains/{domain}/remove", &[Deed::DomainRemoved]),
    ("/admin/groups/everybody", &[Deed::EverybodySettings]),
    ("/admin/groups/new", &[Deed::GroupCreated]),
    (
        "/admin/groups/{group}/{deed}",
        &[Deed::GroupRenamed, Deed::GroupDeleted, Deed::GroupJoined, Deed::GroupLeft, Deed::GroupSettings],
    ),
    ("/admin/log/{tracking_id}/cure", &[Deed::UserSsoLogin, Deed::UserEmployeeId, Deed::UserActivated]),
    ("/admin/mapping/auto", &[Deed::MappingChanged]),
    ("/admin/mapping/basic/{target}", &[Deed::MappingChanged]),
    ("/admin/mapping/licenses", &[Deed::MappingChanged]),
    ("/admin/mapping/rest/{category}", &[Deed::MappingChanged]),
    ("/admin/mapping/rules/{category}/{rule}", &[Deed::MappingChanged]),
    ("/admin/mapping/rules/{category}/{rule}/move", &[Deed::MappingChanged]),
    ("/admin/mapping/rules/{category}/{rule}/remove", &[Deed::MappingChanged]),
    ("/admin/mapping/undo", &[Deed::MappingChanged]),
    ("/admin/owner", &[Deed::OwnerChanged]),
    ("/admin/roles/new", &[Deed::RoleCreated]),
    ("/admin/roles/{role}/edit", &[Deed::RoleChanged]),
    ("/admin/roles/{role}/remove", &[Deed::RoleRemoved]),
    ("/admin/settings", &[Deed::AccountSettings]),
    ("/admin/sso/new", &[Deed::ConnectionDrafted]),
    ("/admin/sso/setup/{idp}", &[Deed::ConnectionDrafted]),
    ("/admin/sso/{connection}/discard", &[Deed::ConnectionDiscarded]),
    ("/admin/sso/{connection}/edit", &[Deed::ConnectionDrafted]),
    ("/admin/sso/{connection}/keys/prepare", &[Deed::KeyPrepared]),
    ("/admin/sso/{connection}/keys/remove", &[Deed::KeyRemoved]),
    ("/admin/sso/{connection}/keys/use", &[Deed::KeyUsed]),
    ("/admin/sso/{connection}/metadata/accept", &[Deed::MetadataAccepted]),
    ("/admin/sso/{connection}/metadata/dismiss", &[Deed::MetadataDismissed]),
    ("/admin/sso/{connection}/metadata/fetch", &[Deed::MetadataAccepted]),
    ("/admin/sso/{connection}/publish", &[Deed::ConnectionPublished]),
    ("/admin/sso/{connection}/restore/{number}", &[Deed::ConnectionRestored]),
    ("/admin/sso/{connection}/retire", &[Deed::ConnectionRetired]),
    ("/admin/users/import/{import}/apply", &[Deed::ImportApplied]),
    ("/admin/users/import/{import}/discard", &[Deed::ImportDiscarded]),
    ("/admin/users/bulk", &[Deed::UserSsoLogin, Deed::UserLicense]),
    ("/admin/users/new", &[Deed::UserCreated]),
    ("/admin/users/{user}/edit", &[Deed::UserChanged]),
    ("/admin/users/{user}/role", &[Deed::UserRole]),
    (
        "/admin/users/{user}/{deed}",
        &[
            Deed::UserDeactivated,
            Deed::UserVerification,
            Deed::UserInvited,
            Deed::UserWithdrawn,
            Deed::UserSecondFactor,
        ],
    ),
    ("/oauth/consent/{token}", &[Deed::ClientPermitted]),
];

/// Addresses whose forms change nothing that lasts. This list only shrinks.
const UNTOLD: &[&str] = &[
    // A test changes no user and no setting; its response is in the response log.
    "/admin/sso/{connection}/test",
    // A file that was read is told when it is applied or discarded.
    "/admin/users/import",
];

#[tokio::test]
async fn every_address_that_changes_something_is_told_by_a_deed() {
    let house = House::bare().await;
    let mut taking = BTreeSet::new();
    for route in
        vanity().into_iter().filter(|route| matches!(route.caller, Caller::Admin(..) | Caller::Portal))
    {
        let own = [("sec-fetch-site", "same-origin")];
        let mut browser = house.browser("acme");
        let answer = browser.send(Method::POST, &filled(route.path), &own, form(&[])).await;
        if answer.status != StatusCode::METHOD_NOT_ALLOWED {
            taking.insert(route.path);
        }
    }
    let told = TOLD.iter().map(|(path, _)| *path).chain(UNTOLD.iter().copied());
    assert_eq!(taking, told.collect());
    assert!(TOLD.iter().all(|(_, deeds)| !deeds.is_empty()));
}

#[tokio::test]
async fn what_an_administrator_changes_is_found_in_the_audit_log_and_exported() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    owner.post("/admin/domains", &[("domain", "claimed.example")]).await;
    owner.post("/admin/groups/new", &[("kind", "user_group"), ("name", "<b>Sales</b>")]).await;
    let page = owner.get("/admin/audit").await.body;
    for part in [
        "Claimed a domain",
        "claimed.example</a>",
        "o@acme.example",
        "&#60;b&#62;Sales",
        "Applied an account file",
        "Whoever runs this service",
        "<details><summary>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<b>Sales"), "{page}");
    let found = owner.get("/admin/audit?about=O%40acme.example&area=domains&since=24h").await.body;
    assert!(found.contains("Claimed a domain") && !found.contains("Made a group"), "{found}");
    assert!(owner.get("/admin/audit?about=nobody").await.body.contains("No record matches"));
    assert!(owner.get("/admin/audit?about=%00").await.body.contains("role=\"alert\""));
    assert!(owner.get("/admin/audit?before=x&since=x&area=x").await.body.contains("Claimed a domain"));

    let export = owner.get("/admin/audit/export").await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"audit-acme.jsonl\"");
    let records = export.body.lines().map(|line| Record::parse(line).unwrap());
    let numbers: Vec<i64> = records.map(|record| record.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    assert!(numbers.len() >= 4, "{}", export.body);
}
