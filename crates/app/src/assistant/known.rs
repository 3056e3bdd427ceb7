//! What vendors call the things that a mapping has targets for: data, so that a proposal can be made.
//!
//! An attribute is known by its object identifier (`urn:oid:…`, as Shibboleth, Keycloak and SimpleSAMLphp send), or by the
//! last word of its name, whatever stands before it: `http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname`
//! (Entra ID, AD FS), `user.firstName` (Okta), `firstName` (Google Workspace) are all first names. Case, hyphens and
//! underscores do not matter. Earlier names are better ones.

/// A target, and the names that attributes for it have.
pub(super) struct Known {
    /// The key of the account file below `[mapping.basic]`, or the category of rules.
    pub(super) target: &'static str,
    names: &'static [&'static str],
}

const fn known(target: &'static str, names: &'static [&'static str]) -> Known {
    Known { target, names }
}

/// The category to which attributes that name groups belong.
pub(super) const GROUPS: &str = "user_group";

/// Every target that has well-known names.
pub(super) const TARGETS: &[Known] = &[
    known(
        "email",
        &[
            "urn:oid:0.9.2342.19200300.100.1.3",
            "mail",
            "email",
            "emailaddress",
            "workemail",
            "upn",
            "userprincipalname",
        ],
    ),
    known(
        "employee_id",
        &[
            "urn:oid:2.16.840.1.113730.3.1.3",
            "employeenumber",
            "employeeid",
            "objectidentifier",
            "immutableid",
            "objectguid",
        ],
    ),
    known("first_name", &["urn:oid:2.5.4.42", "givenname", "firstname"]),
    known("last_name", &["urn:oid:2.5.4.4", "sn", "surname", "lastname", "familyname"]),
    known(
        "display_name",
        &["urn:oid:2.16.840.1.113730.3.1.241", "displayname", "urn:oid:2.5.4.3", "cn", "fullname"],
    ),
    known("job_title", &["urn:oid:2.5.4.12", "title", "jobtitle"]),
    known(
        "department",
        &["urn:oid:2.16.840.1.113730.3.1.2", "department", "departmentnumber", "urn:oid:2.5.4.11", "ou"],
    ),
    known("company", &["urn:oid:2.5.4.10", "companyname", "company", "organization", "o"]),
    known("division", &["division", "businessunit"]),
    known("cost_center", &["costcenter", "costcentre"]),
    known(
        "location",
        &["urn:oid:2.5.4.19", "physicaldeliveryofficename", "officelocation", "urn:oid:2.5.4.7", "l", "city"],
    ),
    known("manager", &["urn:oid:0.9.2342.19200300.100.1.10", "manager", "manageremail"]),
    known("phone_1", &["urn:oid:2.5.4.20", "telephonenumber", "primaryphone", "businessphone", "phone"]),
    known("phone_2", &["urn:oid:0.9.2342.19200300.100.1.41", "mobile", "mobilephone"]),
    known("phone_3", &["urn:oid:0.9.2342.19200300.100.1.20", "homephone"]),
    known("fax", &["urn:oid:2.5.4.23", "facsimiletelephonenumber", "fax"]),
    known("language", &["urn:oid:2.16.840.1.113730.3.1.39", "preferredlanguage", "locale", "language"]),
    known("time_zone", &["zoneinfo", "timezone"]),
    known("pronouns", &["pronouns"]),
    known(
        "picture",
        &["picture", "photourl", "urn:oid:0.9.2342.19200300.100.1.60", "jpegphoto", "thumbnailphoto"],
    ),
    known(
        GROUPS,
        &[
            "groups",
            "memberof",
            "group",
            "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
            "ismemberof",
            "roles",
            "role",
            "urn:oid:1.3.6.1.4.1.5923.1.1.1.1",
        ],
    ),
];

/// What Entra ID sends in place of the groups of somebody who is in more of them than it puts into a response.
const OVERAGE: &str = "http://schemas.microsoft.com/claims/groups.link";

/// Whether an attribute is the link that Entra ID sends in place of too many groups.
pub(super) fn is_overage(name: &str) -> bool {
    name.eq_ignore_ascii_case(OVERAGE)
}

impl Known {
    /// How good a name is for the target: 0 is the best.
    pub(super) fn rank(&self, name: &str) -> Option<usize> {
        if is_overage(name) {
            return None;
        }
        let word = if name.starts_with("urn:oid:") { name.to_owned() } else { last_word(name) };
        self.names.iter().position(|known| *known == word)
    }
}

fn last_word(name: &str) -> String {
    let last = name.rsplit(['/', '.', ':']).next().unwrap_or_default();
    last.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(name: &str) -> Option<&'static str> {
        TARGETS.iter().find(|known| known.rank(name).is_some()).map(|known| known.target)
    }

    #[test]
    fn names_of_every_vendor_are_known() {
        for (name, expected) in [
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "first_name"),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "email"),
            ("http://schemas.microsoft.com/identity/claims/displayname", "display_name"),
            ("http://schemas.microsoft.com/identity/claims/objectidentifier", "employee_id"),
            ("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "user_group"),
            ("http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "user_group"),
            ("user.firstName", "first_name"),
            ("cost_center", "cost_center"),
            ("costCenter", "cost_center"),
            ("urn:oid:2.5.4.4", "last_name"),
            ("memberOf", "user_group"),
            ("mobilePhone", "phone_2"),
        ] {
            assert_eq!(target(name), Some(expected), "{name}");
        }
        for unknown in ["shoeSize", "urn:oid:1.2.3", "", "groups.link", OVERAGE] {
            assert_eq!(target(unknown), None, "{unknown}");
        }
        assert!(is_overage(OVERAGE));
    }
}
