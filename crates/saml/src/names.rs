//! The names that SAML gives to things: namespaces, formats, bindings, status codes.
//!
//! What a name leads to is decided where it is read. The one thing to know: they are compared byte for byte.

/// The namespace of assertions, prefix `saml` by custom.
pub const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of protocol messages, prefix `samlp` by custom; also the name of the protocol in metadata.
pub const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The namespace of metadata, prefix `md` by custom.
pub const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// The namespace of XML signatures, prefix `ds` by custom.
pub const SIGNATURE: &str = vestibule_dsig::NAMESPACE;
/// The namespace of `xsi:type` and `xsi:nil`.
pub const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The confirmation method of browser sign-in (SAML-Profiles, section 3.3).
pub const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// The one top-level status that carries an assertion (SAML-Core, section 3.2.2.2).
pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// Identity providers that sign in by password over TLS say so with this (SAML-AuthnContext, section 3.4.8).
pub const PASSWORD_PROTECTED_TRANSPORT: &str =
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// Formats of name identifiers (SAML-Core, section 8.3).
pub mod name_id_format {
    /// Whatever the identity provider means by it.
    pub const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    /// An e-mail address.
    pub const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    /// Lasting, and made for one pair of providers.
    pub const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    /// Good for one session.
    pub const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    /// The name of a provider, not of a person.
    pub const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
}

/// Formats of attribute names (SAML-Core, section 8.2).
pub mod attribute_name_format {
    /// Any string.
    pub const BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
    /// A URI, often an object identifier.
    pub const URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
}

/// Status codes that report failures (SAML-Core, section 3.2.2.2).
pub mod status {
    /// The request was wrong.
    pub const REQUESTER: &str = "urn:oasis:names:tc:SAML:2.0:status:Requester";
    /// The identity provider could not do it.
    pub const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    /// The identity provider could not tell who it is.
    pub const AUTHN_FAILED: &str = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed";
    /// The requested format of the name identifier cannot be served.
    pub const INVALID_NAME_ID_POLICY: &str = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy";
    /// It would have needed to ask the person, and was told not to.
    pub const NO_PASSIVE: &str = "urn:oasis:names:tc:SAML:2.0:status:NoPassive";
    /// Somebody was signed out, but not everywhere (SAML-Core, section 3.7.3).
    pub const PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
    /// The identity provider will not answer this request.
    pub const REQUEST_DENIED: &str = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied";
}
