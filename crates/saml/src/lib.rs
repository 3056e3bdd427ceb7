//! SAML 2.0, service-provider side, and the writing side an identity provider needs.
