//! Which product a client is, told from its user agent, the address and what it sends. It is said in the log; nothing depends on it.

use serde_json::Value;

/// A product that provisions by SCIM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Microsoft Entra ID as it is without a flag.
    Entra,
    /// Microsoft Entra ID with `aadOptscim062020` in the tenant URL: it then keeps to the RFC.
    EntraRfc,
    /// Okta.
    Okta,
    /// Google Workspace.
    Google,
    /// OneLogin.
    OneLogin,
    /// JumpCloud.
    JumpCloud,
    /// PingOne, PingFederate, PingDirectory.
    Ping,
    /// Any other.
    Unknown,
}

/// What a body or filter shows of the client that sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Operations with a capital, or the name of a schema that only Entra knows.
    Entra,
    /// A pathless replace that repeats the `id`.
    Okta,
}

/// How a user agent names a product, in lower case.
const AGENTS: [(&str, Dialect); 9] = [
    ("okta", Dialect::Okta),
    ("google-auto-provisioning", Dialect::Google),
    ("google", Dialect::Google),
    ("onelogin", Dialect::OneLogin),
    ("jumpcloud", Dialect::JumpCloud),
    ("pingone", Dialect::Ping),
    ("pingfederate", Dialect::Ping),
    ("pingdirectory", Dialect::Ping),
    ("azure", Dialect::Entra),
];

const ENTRA_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

impl Dialect {
    /// The name of the product.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entra => "Microsoft Entra ID",
            Self::EntraRfc => "Microsoft Entra ID (aadOptscim062020)",
            Self::Okta => "Okta",
            Self::Google => "Google Workspace",
            Self::OneLogin => "OneLogin",
            Self::JumpCloud => "JumpCloud",
            Self::Ping => "Ping Identity",
            Self::Unknown => "unknown",
        }
    }

    /// The product, from the user agent (empty if there was none), the query of the address, and what the body shows.
    pub fn recognize(user_agent: &str, query: &str, hints: &[Hint]) -> Self {
        if query.to_ascii_lowercase().contains("aadoptscim062020") {
            return Self::EntraRfc;
        }
        let agent: String = user_agent.chars().take(256).collect::<String>().to_ascii_lowercase();
        if let Some((_, dialect)) = AGENTS.iter().find(|(word, _)| agent.contains(word)) {
            return *dialect;
        }
        match hints {
            _ if !agent.is_empty() => Self::Unknown,
            [Hint::Entra, ..] => Self::Entra,
            [Hint::Okta, ..] => Self::Okta,
            [] => Self::Unknown,
        }
    }
}

impl Hint {
    /// What a body shows, if it shows anything.
    pub fn of_body(body: &Value) -> Option<Self> {
        let lists = |schema: &Value| schema.as_str() == Some(ENTRA_GROUP);
        if body.get("schemas").and_then(Value::as_array).is_some_and(|schemas| schemas.iter().any(lists)) {
            return Some(Self::Entra);
        }
        let operations = body.get("Operations").and_then(Value::as_array)?;
        let verb = |operation: &Value| {
            let verb = operation.get("op").and_then(Value::as_str);
            verb.is_some_and(|verb| verb.starts_with(|first: char| first.is_ascii_uppercase()))
        };
        if operations.iter().any(verb) {
            return Some(Self::Entra);
        }
        let repeats_id = |operation: &Value| {
            operation.get("path").is_none()
                && operation.get("value").is_some_and(|value| value.get("id").is_some())
        };
        operations.iter().any(repeats_id).then_some(Self::Okta)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Dialect, Hint};

    #[test]
    fn a_client_is_recognized_by_its_flag_its_user_agent_or_what_it_sends() {
        let of = |agent: &str, query: &str, hints: &[Hint]| Dialect::recognize(agent, query, hints);
        assert_eq!(of("Okta SCIM Client 1.0.0", "", &[]), Dialect::Okta);
        assert_eq!(of("Google-Auto-Provisioning", "", &[Hint::Okta]), Dialect::Google);
        assert_eq!(of("", "startIndex=1&aadOptscim062020", &[]), Dialect::EntraRfc);
        assert_eq!(of("", "", &[Hint::Entra]), Dialect::Entra);
        assert_eq!(of("", "", &[]), Dialect::Unknown);
        assert_eq!(of("curl/8.5", "", &[Hint::Entra]), Dialect::Unknown);
    }

    #[test]
    fn a_body_shows_who_sent_it() {
        let entra = json!({ "Operations": [{ "op": "Add", "path": "members", "value": [] }] });
        assert_eq!(Hint::of_body(&entra), Some(Hint::Entra));
        let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", super::ENTRA_GROUP] });
        assert_eq!(Hint::of_body(&group), Some(Hint::Entra));
        let okta =
            json!({ "Operations": [{ "op": "replace", "value": { "id": "grp_1", "displayName": "A" } }] });
        assert_eq!(Hint::of_body(&okta), Some(Hint::Okta));
        assert_eq!(Hint::of_body(&json!({ "Operations": [{ "op": "add", "path": "a", "value": 1 }] })), None);
    }
}
