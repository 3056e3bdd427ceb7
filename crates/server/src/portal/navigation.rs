//! Where one can go from every page: the one list, in order and in groups. A new page of the portal is a line here.
//!
//! `templates/wide.html` places it: a side bar where there is room, a drawer behind a button where there is not.

use vestibule_model::permission::Permission;

/// The places that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// The person's own page.
    Profile,
    /// How the account does.
    Overview,
    /// The SSO connections.
    Sso,
    /// What is made of attributes.
    Mapping,
    /// The domains.
    Domains,
    /// The users.
    People,
    /// The groups.
    Groups,
    /// The seats.
    Licenses,
    /// The roles that the account made for itself.
    Roles,
    /// Tokens and clients.
    Api,
    /// What programs did.
    Calls,
    /// The response log.
    Log,
    /// The audit log.
    Audit,
    /// The account itself: its owner and its settings.
    Settings,
    /// The guides to identity providers.
    Guides,
    /// The documents that explain the pages.
    Help,
    /// None of them: an error.
    Elsewhere,
}

/// Entries that belong together.
#[derive(Debug, Clone)]
pub struct Section {
    /// What they have in common; nothing above the first.
    pub title: Option<&'static str>,
    /// The entries, in order.
    pub entries: Vec<Entry>,
}

/// One place.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Which pages it stands for.
    pub here: Here,
    /// What it is called.
    pub title: &'static str,
    /// Where it is.
    pub href: &'static str,
}

const fn entry(here: Here, title: &'static str, href: &'static str) -> Entry {
    Entry { here, title, href }
}

/// What there is, each group under what its entries have in common.
const ALL: &[(Option<&str>, &[Entry])] = &[
    (None, &[entry(Here::Overview, "Overview", "/admin")]),
    (
        Some("Sign-in"),
        &[
            entry(Here::Sso, "SSO connections", "/admin/sso"),
            entry(Here::Mapping, "Mapping", "/admin/mapping"),
            entry(Here::Domains, "Domains", "/admin/domains"),
        ],
    ),
    (
        Some("People"),
        &[
            entry(Here::People, "Users", "/admin/users"),
            entry(Here::Groups, "Groups", "/admin/groups"),
            entry(Here::Licenses, "Licenses", "/admin/licenses"),
            entry(Here::Roles, "Roles", "/admin/roles"),
        ],
    ),
    (
        Some("Programs"),
        &[entry(Here::Api, "API access", "/admin/api"), entry(Here::Calls, "Call log", "/admin/api/calls")],
    ),
    (
        Some("Look back"),
        &[entry(Here::Log, "Response log", "/admin/log"), entry(Here::Audit, "Audit log", "/admin/audit")],
    ),
    (Some("Account"), &[entry(Here::Settings, "Settings", "/admin/settings")]),
    (
        Some("Help"),
        &[entry(Here::Guides, "Guides", "/admin/guides"), entry(Here::Help, "Help", "/admin/help")],
    ),
];

/// The groups with the entries that somebody may open; a group without one is not shown.
pub(super) fn sections(opens: impl Fn(Here) -> bool) -> Vec<Section> {
    let sections = ALL.iter().map(|&(title, entries)| {
        let entries = entries.iter().copied().filter(|entry| opens(entry.here)).collect();
        Section { title, entries }
    });
    sections.filter(|section| !section.entries.is_empty()).collect()
}

impl Here {
    /// The sections of an account file that say what stands on its pages.
    #[must_use]
    pub fn sections(self) -> &'static [&'static str] {
        match self {
            Self::Sso => &["sso"],
            Self::Mapping => &["mapping"],
            Self::Groups => &["groups", "settings"],
            Self::Domains => &["domains"],
            Self::Licenses => &["licenses"],
            Self::Settings => &["settings", "provisioning", "passwords"],
            _ => &[],
        }
    }

    /// The document that explains its pages, where there is one.
    #[must_use]
    pub fn document(self) -> Option<&'static str> {
        match self {
            Self::Profile => Some("passwords"),
            Self::Mapping => Some("mapping"),
            Self::Domains => Some("domains"),
            Self::People | Self::Groups | Self::Licenses => Some("people"),
            Self::Roles => Some("roles"),
            Self::Api => Some("api"),
            Self::Calls => Some("scim"),
            Self::Log => Some("errors"),
            Self::Audit => Some("audit"),
            Self::Settings => Some("account-file"),
            Self::Overview | Self::Sso | Self::Guides | Self::Help | Self::Elsewhere => None,
        }
    }

    /// The permission to look at it, and the one to change what it shows; `None` where nobody needs one, and for the overview, which
    /// shows something of everything.
    #[must_use]
    pub fn needs(self) -> Option<(Permission, Permission)> {
        match self {
            Self::Profile | Self::Overview | Self::Help | Self::Elsewhere => None,
            Self::Sso | Self::Guides => Some((Permission::SsoRead, Permission::SsoEdit)),
            Self::Mapping => Some((Permission::MappingRead, Permission::MappingEdit)),
            Self::People => Some((Permission::UserRead, Permission::UserEdit)),
            Self::Groups => Some((Permission::GroupRead, Permission::GroupEdit)),
            Self::Domains => Some((Permission::DomainRead, Permission::DomainEdit)),
            Self::Licenses => Some((Permission::LicenseRead, Permission::LicenseRead)),
            Self::Roles => Some((Permission::RoleRead, Permission::RoleEdit)),
            Self::Log | Self::Calls => Some((Permission::LogRead, Permission::LogRead)),
            Self::Api => Some((Permission::TokenRead, Permission::TokenEdit)),
            Self::Audit => Some((Permission::AuditRead, Permission::AuditRead)),
            Self::Settings => Some((Permission::AccountRead, Permission::AccountEdit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sections;
    use crate::routes::vanity;

    #[test]
    fn every_entry_leads_to_a_page_and_stands_once() {
        let paths: Vec<_> = vanity().into_iter().map(|route| route.path).collect();
        let entries: Vec<_> = sections(|_| true).into_iter().flat_map(|section| section.entries).collect();
        for entry in &entries {
            assert!(paths.contains(&entry.href), "{} leads nowhere", entry.title);
            assert_eq!(entries.iter().filter(|other| other.here == entry.here).count(), 1, "{}", entry.title);
        }
    }
}
