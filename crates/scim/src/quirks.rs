//! What clients of the field do differently from the specification, and how it is met here: named, linked, tested.
//!
//! A quirk that was met is noted with the document or patch, so that the API call log can say it. None of them depends on
//! who the client is: a tolerance that is good for one is good for all. Which product it is (`quirks/dialect`) is only told.

mod dialect;
mod media;

pub use dialect::{Dialect, Hint};
pub use media::content_type;

/// A way in which clients, or servers before us, differ from RFC 7643 and RFC 7644.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quirk {
    /// `Add`, `REPLACE`: <https://github.com/ssoready/ssoready/pull/159>.
    OperationInAnyCase,
    /// `"active": "False"`: <https://github.com/thomaspoignant/scim-patch/issues/872>.
    BooleanAsText,
    /// Remove `members` with a list of values means those values, where RFC 7644 would empty the group:
    /// <https://github.com/AzureAD/SCIMReferenceCode/issues/10>.
    RemoveByValueList,
    /// `name.givenName` and whole URNs as keys of a value without path:
    /// <https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility>.
    FlatKeys,
    /// `"manager": "271"`, one value where a list belongs: <https://github.com/Captain-P-Goldfish/SCIM-SDK>.
    SimplerShape,
    /// Roles whose `value` is the text of a JSON object:
    /// <https://learn.microsoft.com/entra/identity/app-provisioning/customize-application-attributes>.
    JsonInText,
    /// A path such as `emails[type eq "work"].value` that selects nothing makes the entry:
    /// <https://github.com/wireapp/wire-server/pull/5419>.
    EntryMadeByPath,
    /// `members` replaced by `[]` or null: <https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/757>.
    EmptyMembers,
    /// A member without `type`: <https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/419>.
    MemberWithoutType,
    /// A member is added who is there, or removed who is not: <https://github.com/Infisical/infisical/pull/2138>.
    RepeatedMembership,
    /// A patch without operations: <https://github.com/AzureAD/SCIMReferenceCode/issues/112>.
    NoOperations,
    /// A body of type `application/json`, or of none: <https://github.com/Captain-P-Goldfish/SCIM-SDK>.
    OtherContentType,
    /// `emails[type eq "work"].value eq "x"`, a selection from an attribute with one value, a word without quotes:
    /// <https://github.com/AzureAD/SCIMReferenceCode>.
    LooseFilter,
    /// Attributes that no schema has are left out, and the rest is done:
    /// <https://github.com/AzureAD/SCIMReferenceCode>.
    UnknownAttribute,
    /// `externalId` comes back as it came, and can be asked for:
    /// <https://github.com/langwatch/langwatch/issues/6974>.
    ExternalIdEchoed,
    /// Somebody inactive is still found: <https://gitlab.com/gitlab-org/gitlab/-/issues/433194>.
    InactiveStillFound,
    /// `urn:…:User.manager` with a dot, and extensions that `schemas` does not list:
    /// <https://learn.microsoft.com/entra/identity/app-provisioning/customize-application-attributes>.
    LooseExtension,
    /// One client deactivates by a path and another without: <https://github.com/getsentry/sentry/pull/27199>.
    DeactivationWithoutPath,
    /// A 404 at PUT is read as "gone", a 405 at PATCH as "not supported":
    /// <https://github.com/goauthentik/authentik/issues/20764>.
    GoneWhenReplaced,
    /// Servers that answer 200 and do nothing; here what is not done is refused:
    /// <https://github.com/ory/polis/issues/4070>.
    SilentSuccess,
    /// A PATCH in a bulk request without `schemas` (erratum 5050): <https://www.rfc-editor.org/errata/eid5050>.
    BulkWithoutSchemas,
    /// `resources` in lower case in lists: <https://github.com/pingidentity/scim2>.
    LowercaseResources,
}

impl Quirk {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::OperationInAnyCase,
        Self::BooleanAsText,
        Self::RemoveByValueList,
        Self::FlatKeys,
        Self::SimplerShape,
        Self::JsonInText,
        Self::EntryMadeByPath,
        Self::EmptyMembers,
        Self::MemberWithoutType,
        Self::RepeatedMembership,
        Self::NoOperations,
        Self::OtherContentType,
        Self::LooseFilter,
        Self::UnknownAttribute,
        Self::ExternalIdEchoed,
        Self::InactiveStillFound,
        Self::LooseExtension,
        Self::DeactivationWithoutPath,
        Self::GoneWhenReplaced,
        Self::SilentSuccess,
        Self::BulkWithoutSchemas,
        Self::LowercaseResources,
    ];

    /// A stable name for logs and cases.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OperationInAnyCase => "operation_in_any_case",
            Self::BooleanAsText => "boolean_as_text",
            Self::RemoveByValueList => "remove_by_value_list",
            Self::FlatKeys => "flat_keys",
            Self::SimplerShape => "simpler_shape",
            Self::JsonInText => "json_in_text",
            Self::EntryMadeByPath => "entry_made_by_path",
            Self::EmptyMembers => "empty_members",
            Self::MemberWithoutType => "member_without_type",
            Self::RepeatedMembership => "repeated_membership",
            Self::NoOperations => "no_operations",
            Self::OtherContentType => "other_content_type",
            Self::LooseFilter => "loose_filter",
            Self::UnknownAttribute => "unknown_attribute",
            Self::ExternalIdEchoed => "external_id_echoed",
            Self::InactiveStillFound => "inactive_still_found",
            Self::LooseExtension => "loose_extension",
            Self::DeactivationWithoutPath => "deactivation_without_path",
            Self::GoneWhenReplaced => "gone_when_replaced",
            Self::SilentSuccess => "silent_success",
            Self::BulkWithoutSchemas => "bulk_without_schemas",
            Self::LowercaseResources => "lowercase_resources",
        }
    }

    /// How it is met, in a sentence for an administrator.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::OperationInAnyCase => "The name of an operation was read in any case.",
            Self::BooleanAsText => "True or false was sent as text, and read as what it says.",
            Self::RemoveByValueList => "Only the listed values were removed, not all.",
            Self::FlatKeys => "Keys with dots or URNs were read as paths.",
            Self::SimplerShape => "A plain value was read where a complex value or a list belongs.",
            Self::JsonInText => "JSON inside a text was read as the object that it says.",
            Self::EntryMadeByPath => "The path selected no entry, so the entry was made.",
            Self::EmptyMembers => "An empty list of members, or null, cleared the group.",
            Self::MemberWithoutType => "A member did not say its type, and is taken for a user.",
            Self::RepeatedMembership => "A member was added who was there, or removed who was not.",
            Self::NoOperations => "The patch had no operations, and changed nothing.",
            Self::OtherContentType => "The content type was not that of SCIM.",
            Self::LooseFilter => "The filter is not written as RFC 7644 has it, and was read as it is meant.",
            Self::UnknownAttribute => "Attributes that no schema has were left out.",
            Self::ExternalIdEchoed => "The external identifier is returned as it came, and can be asked for.",
            Self::InactiveStillFound => "Somebody inactive is still found.",
            Self::LooseExtension => "An extension was not declared, or its attribute followed a dot.",
            Self::DeactivationWithoutPath => "The account was switched on or off by a value without path.",
            Self::GoneWhenReplaced => "A 404 means that the resource is gone; a client then makes it anew.",
            Self::SilentSuccess => "What could not be done was refused, and not passed over.",
            Self::BulkWithoutSchemas => "A PATCH inside a bulk request did not name its schema.",
            Self::LowercaseResources => "Lists are named as RFC 7644 does: Resources.",
        }
    }
}
