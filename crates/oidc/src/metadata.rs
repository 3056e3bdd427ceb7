//! What the server says of itself (RFC 8414): only what there is.

use serde_json::{Value, json};

/// How clients say who they are.
pub const METHODS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// Where the endpoints are.
#[derive(Debug, Clone, Copy)]
pub struct Endpoints<'e> {
    /// The authorization endpoint.
    pub authorization: &'e str,
    /// The token endpoint.
    pub token: &'e str,
    /// The revocation endpoint.
    pub revocation: &'e str,
    /// The introspection endpoint.
    pub introspection: &'e str,
}

/// The document, for the address `/.well-known/oauth-authorization-server` of the issuer.
#[must_use]
pub fn metadata(issuer: &str, endpoints: &Endpoints<'_>, scopes: &[&str]) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": endpoints.authorization,
        "token_endpoint": endpoints.token,
        "revocation_endpoint": endpoints.revocation,
        "introspection_endpoint": endpoints.introspection,
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_methods_supported": METHODS,
        "authorization_response_iss_parameter_supported": true,
    })
}
