//! What needs no deployment: the verifier alone, and the test identity provider on its own.

use clap::Args;
use std::path::PathBuf;

/// `vestibule check-response`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The response: XML, or Base64 as the browser posts it
    pub(crate) file: PathBuf,
    /// Certificates of the identity provider (PEM files), any of which verifies
    #[arg(long, required = true, num_args = 1.., value_name = "PEM")]
    pub(crate) certificate: Vec<PathBuf>,
    /// The identity provider's entity ID
    #[arg(long)]
    pub(crate) issuer: String,
    /// Our entity ID
    #[arg(long, required = true)]
    pub(crate) audience: Vec<String>,
    /// Our assertion consumer service
    #[arg(long, value_name = "URL")]
    pub(crate) acs: String,
    /// The ID of the request that the response must answer; without it InResponseTo is not checked
    #[arg(long, value_name = "ID")]
    pub(crate) request_id: Option<String>,
    /// The time to check against, such as 2026-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "T")]
    pub(crate) now: Option<jiff::Timestamp>,
    /// Tolerated difference of clocks
    #[arg(long, default_value = "180s")]
    pub(crate) skew: String,
    /// Our decryption key (PEM, RSA); with its certificate in the same file the trace names it
    #[arg(long, value_name = "PEM")]
    pub(crate) decryption_key: Option<PathBuf>,
    /// Weak algorithms to accept: sha1, cbc
    #[arg(long, value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
}

/// `vestibule idp`.
#[derive(Debug, Args)]
pub(crate) struct IdpArgs {
    /// The port on which it answers
    #[arg(long, default_value_t = 8081)]
    pub(crate) port: u16,
    /// Its signing key (PEM, PKCS#8) [default: a fresh one]
    #[arg(long, value_name = "PEM")]
    pub(crate) key: Option<PathBuf>,
    /// The metadata of a service provider; may be given several times
    #[arg(long, value_name = "URL")]
    pub(crate) sp_metadata: Vec<String>,
    /// Send this bad response instead of an honest one, such as P01
    #[arg(long, value_name = "ID")]
    pub(crate) attack: Option<String>,
    /// Encrypt assertions for service providers whose metadata has a key for it
    #[arg(long, value_name = "CIPHER", num_args = 0..=1, default_missing_value = "gcm", value_parser = ["gcm", "cbc"], conflicts_with = "dialect")]
    pub(crate) encrypt: Option<String>,
    /// Write honest responses as this vendor does: entra, okta, google, adfs, keycloak, onelogin, ping, shibboleth
    #[arg(long, value_name = "VENDOR")]
    pub(crate) dialect: Option<String>,
}
