//! `vestibule config check`

use crate::cli::ConfigCommand;
use crate::config::Config;
use crate::output::{self, Exit, Failure};

pub(super) fn run(
    command: &ConfigCommand,
    load: impl Fn() -> Result<Config, Failure>,
) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Check => {
            let config = load()?;
            config.breached_list()?;
            output::line(format!(
                "{} is good: {} with {}; {}",
                config.shown,
                config.server.base_url,
                store_kind(&config),
                config.transport
            ));
            Ok(Exit::Done)
        }
    }
}

/// What kind of store, without the secrets that its URL may hold.
fn store_kind(config: &Config) -> &'static str {
    if config.store.url.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" }
}
