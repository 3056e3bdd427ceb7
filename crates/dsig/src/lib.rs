//! XML signatures: verify, sign, keys and certificates.
