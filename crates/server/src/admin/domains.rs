//! Domains of the account: claim one, prove it, and decide what holds for its addresses.

use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::Here;
use crate::portal::connection::ConfirmPage;
use crate::portal::domains::{DomainPage, DomainsPage, MovePage, Typed};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;
use vestibule_app::consolidation::{self, Invited};
use vestibule_app::domains::{self, Decided, Policy};
use vestibule_app::{AdminCtx, Error, Kind};
use vestibule_model::domain::Domain;
use vestibule_model::permission::Permission;

/// `GET /admin/domains`
pub(crate) async fn list(Admin(admin): Admin) -> Result<Response, Failure> {
    Ok(page::shown(&all(&admin, None).await?))
}

async fn all(admin: &AdminCtx, wrong: Option<(String, String)>) -> Result<DomainsPage, Failure> {
    let domains = domains::list(&admin.people()).await?;
    Ok(DomainsPage::new(frame(admin, Here::Domains), domains, wrong))
}

/// What is claimed.
#[derive(Deserialize)]
pub(crate) struct Claimed {
    domain: String,
}

/// `POST /admin/domains`
pub(crate) async fn claim(Admin(admin): Admin, Fields(form): Fields<Claimed>) -> Result<Response, Failure> {
    match domains::claim(&admin.people(), &form.domain).await {
        Ok(claim) => Ok(page::see_other(&address(&claim.domain))),
        Err(error) if is_mended_here(&error) => {
            Ok(page::corrected(&all(&admin, Some((form.domain, page::words(&error)))).await?))
        }
        Err(error) => Err(error.into()),
    }
}

fn is_mended_here(error: &Error) -> bool {
    matches!(error.kind(), Kind::Invalid | Kind::Conflict)
}

fn address(domain: &Domain) -> String {
    format!("/admin/domains/{domain}")
}

fn named(domain: &str) -> Result<Domain, Failure> {
    Domain::parse(domain).map_err(|_| Failure::NoPage)
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back to the page.
pub(crate) async fn back(_admin: Admin, Path(domain): Path<String>) -> Result<Response, Failure> {
    Ok(page::see_other(&address(&named(&domain)?)))
}

/// `GET /admin/domains/{domain}`
pub(crate) async fn one(Admin(admin): Admin, Path(domain): Path<String>) -> Result<Response, Failure> {
    Ok(page::shown(&page_of(&admin, &named(&domain)?, None).await?))
}

async fn page_of(admin: &AdminCtx, domain: &Domain, typed: Option<Typed>) -> Result<DomainPage, Failure> {
    let seen = domains::one(&admin.people(), domain).await?;
    let page = DomainPage::new(frame(admin, Here::Domains), &seen, typed);
    if !admin.permissions().allow(Permission::DomainEdit) {
        return Ok(page);
    }
    Ok(page.with_outsiders(domains::outsiders(&admin.people(), domain).await?))
}

/// `POST /admin/domains/{domain}/check`
pub(crate) async fn check(Admin(admin): Admin, Path(domain): Path<String>) -> Result<Response, Failure> {
    let domain = named(&domain)?;
    domains::check(&admin.people(), &domain).await?;
    Ok(page::see_other(&address(&domain)))
}

/// `POST /admin/domains/{domain}/policy`
pub(crate) async fn decide(
    Admin(admin): Admin,
    Path(domain): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let domain = named(&domain)?;
    let policy = Policy {
        managed: form.contains_key("managed"),
        consolidate: form.contains_key("consolidate"),
        seen: form.get("seen").cloned().unwrap_or_default(),
        enforce_sso: form.contains_key("enforce_sso"),
        exempt: form.get("exempt").cloned().unwrap_or_default(),
    };
    match domains::decide(&admin.people(), &domain, &policy).await {
        Ok(Decided::Done) => Ok(page::see_other(&address(&domain))),
        Ok(Decided::Asks(people)) => {
            Ok(page::shown(&MovePage::new(frame(&admin, Here::Domains), &domain, policy, people)))
        }
        Err(error) if is_mended_here(&error) => {
            let typed = Typed { policy, problem: page::words(&error) };
            Ok(page::corrected(&page_of(&admin, &domain, Some(typed)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/domains/{domain}/invite`
pub(crate) async fn invite(Admin(admin): Admin, Path(domain): Path<String>) -> Result<Response, Failure> {
    let domain = named(&domain)?;
    let told = match consolidation::invite(&admin.people(), &domain).await {
        Ok(invited) => invitations(invited),
        Err(error) if is_mended_here(&error) => page::words(&error),
        Err(error) => return Err(error.into()),
    };
    Ok(page::shown(&page_of(&admin, &domain, None).await?.telling(told)))
}

fn invitations(invited: Invited) -> String {
    let sent = match invited.sent {
        0 => "No mail was sent.".to_owned(),
        1 => "1 mail is on its way.".to_owned(),
        sent => format!("{sent} mails are on their way."),
    };
    match invited.others {
        0 => sent,
        _ => format!(
            "{sent} The others were mailed within the last day, cannot move, or are left for the next press."
        ),
    }
}

/// `POST /admin/domains/{domain}/remove`
pub(crate) async fn remove(
    Admin(admin): Admin,
    Path(domain): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let domain = named(&domain)?;
    if !form.contains_key("consent") {
        domains::one(&admin.people(), &domain).await?;
        return Ok(question(&admin, &domain));
    }
    match domains::remove(&admin.people(), &domain).await {
        Ok(()) => Ok(page::see_other("/admin/domains")),
        Err(error) if is_mended_here(&error) => {
            Ok(page::corrected(&all(&admin, Some((String::new(), page::words(&error)))).await?))
        }
        Err(error) => Err(error.into()),
    }
}

fn question(admin: &AdminCtx, domain: &Domain) -> Response {
    page::shown(&ConfirmPage {
        frame: frame(admin, Here::Domains),
        heading: format!("Remove {domain}?"),
        text: "New people with addresses of it have to confirm their mailboxes, directories cannot create them any more, and \
               other accounts may claim the domain. Users stay. To get it back, it is claimed and proved anew."
            .to_owned(),
        action: format!("/admin/domains/{domain}/remove"),
        fields: Vec::new(),
        button: "Remove",
        back: address(domain),
    })
}
