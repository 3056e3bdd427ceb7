//! Where one can go from every page: the one list, in order and in groups. A new page of the portal is a line here.
//!
//! `templates/wide.html` places it: a side bar where there is room, a drawer behind a button where there is not.

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
    /// Tokens and clients.
    Api,
    /// What programs did.
    Calls,
    /// The response log.
    Log,
    /// The guides to identity providers.
    Guides,
    /// None of them: an error.
    Elsewhere,
}

/// Entries that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// What they have in common; nothing above the first.
    pub title: Option<&'static str>,
    /// The entries, in order.
    pub entries: &'static [Entry],
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

/// What administrators see.
pub const SECTIONS: &[Section] = &[
    Section { title: None, entries: &[entry(Here::Overview, "Overview", "/admin")] },
    Section {
        title: Some("Sign-in"),
        entries: &[
            entry(Here::Sso, "SSO connections", "/admin/sso"),
            entry(Here::Mapping, "Mapping", "/admin/mapping"),
            entry(Here::Domains, "Domains", "/admin/domains"),
        ],
    },
    Section {
        title: Some("People"),
        entries: &[
            entry(Here::People, "Users", "/admin/users"),
            entry(Here::Groups, "Groups", "/admin/groups"),
            entry(Here::Licenses, "Licenses", "/admin/licenses"),
        ],
    },
    Section {
        title: Some("Programs"),
        entries: &[
            entry(Here::Api, "API access", "/admin/api"),
            entry(Here::Calls, "Call log", "/admin/api/calls"),
        ],
    },
    Section { title: Some("Look back"), entries: &[entry(Here::Log, "Response log", "/admin/log")] },
    Section { title: Some("Help"), entries: &[entry(Here::Guides, "Guides", "/admin/guides")] },
];

#[cfg(test)]
mod tests {
    use super::SECTIONS;
    use crate::routes::vanity;

    #[test]
    fn every_entry_leads_to_a_page_and_stands_once() {
        let paths: Vec<_> = vanity().into_iter().map(|route| route.path).collect();
        let entries: Vec<_> = SECTIONS.iter().flat_map(|section| section.entries).collect();
        for entry in &entries {
            assert!(paths.contains(&entry.href), "{} leads nowhere", entry.title);
            assert_eq!(entries.iter().filter(|other| other.here == entry.here).count(), 1, "{}", entry.title);
        }
    }
}
