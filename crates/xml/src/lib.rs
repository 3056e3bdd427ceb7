//! Hardened XML for SAML: parser, exclusive canonical form, writer.
