//! `[limits]`: how often an account may call the APIs. What the numbers mean is said in `app/limits`.

use serde::Deserialize;
use vestibule_app::limits::Rate;

/// `[limits]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Limits {
    pub(crate) api_requests_per_second: u32,
    pub(crate) api_burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let Rate { per_second, burst } = Rate::default();
        Self { api_requests_per_second: per_second, api_burst: burst }
    }
}

impl Limits {
    /// What it comes to.
    pub(crate) fn rate(&self) -> Rate {
        Rate { per_second: self.api_requests_per_second, burst: self.api_burst }
    }
}
